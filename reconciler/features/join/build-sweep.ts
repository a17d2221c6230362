/**
 * Aggregates over intervals, as of each label's time. Sums are told from one sort of beginnings, ends and labels: what an interval adds
 * when it begins it takes away when it ends. Minima and maxima can not be taken away; they need the intervals cut into pieces.
 */
import { buildIntervalLookups, buildIntervalPieces } from './build-interval-pieces.ts'
import { joinNear } from './build-near-pairs.ts'
import type { NamedQuery } from './build-row-matches.ts'
import type { Measure } from './window-measures.ts'

export interface SweepRequest {
  /** Prefix of the names of the parts. */
  readonly parts: string
  /** Relation with the keys, `a`, `b` and the payload: an interval counts at t when a <= t < b. */
  readonly intervals: string
  /** Relation with the keys, `l` and `t`. */
  readonly times: string
  readonly keys: readonly string[]
  /** Columns that the measures read. */
  readonly payload: readonly string[]
  /** No interval is longer. Null: of any length. */
  readonly width: bigint | null
  readonly measures: readonly Measure[]
}

/** Parts of a WITH clause; the last, named `PARTS_swept`, has `l` and the measures, once for each label row that has its keys. */
export function buildSweep(request: SweepRequest): readonly NamedQuery[] {
  const { parts, measures } = request
  const sums = measures.filter(({ combine }) => combine === 'sum')
  const extremes = measures.filter(({ combine }) => combine !== 'sum')
  const swept = `${parts}_swept`
  if (extremes.length === 0) return buildSums(request, sums, swept)
  if (sums.length === 0) return buildExtremes(request, extremes, swept)
  const [sum, extreme] = [`${parts}_sums`, `${parts}_extremes`]
  return [
    ...buildSums(request, sums, sum),
    ...buildExtremes(request, extremes, extreme),
    { name: swept, sql: `SELECT * FROM ${sum} JOIN ${extreme} USING (l)` },
  ]
}

/** The same from all pairs of an interval and a label in it. Labels without one are not there. */
export function buildPairSweep(request: SweepRequest, width: bigint): readonly NamedQuery[] {
  const { parts, intervals, times, keys, measures } = request
  const combined = measures.map(({ name, input, combine }) => `${combine}(${input}) AS ${name}`)
  const pairs = joinNear({ rows: intervals, time: 'a', times, keys, width })
  const sql = `SELECT l, ${combined.join(', ')} FROM ${pairs} WHERE a <= t AND t < b GROUP BY l`
  return [{ name: `${parts}_swept`, sql }]
}

function buildSums(request: SweepRequest, measures: readonly Measure[], name: string): readonly NamedQuery[] {
  const { parts, intervals, times, keys } = request
  const by = keys.join(', ')
  const names = measures.map((measure) => measure.name)
  const inputs = measures.map(({ name: measure, input }) => `${input} AS ${measure}`)
  const taken = names.map((measure) => `-${measure}`)
  const nothing = names.map(() => 'NULL')
  const running = names.map((measure) => `sum(${measure}) OVER sofar AS ${measure}`)
  return [
    { name: `${parts}_added`, sql: `SELECT ${[by, 'a', 'b', ...inputs].join(', ')} FROM ${intervals} WHERE a < b` },
    {
      name,
      sql:
        `SELECT l, ${names.join(', ')} FROM (SELECT l, ${running.join(', ')} FROM ` +
        `(SELECT ${[by, 'a AS x', ...names, 'NULL::BIGINT AS l'].join(', ')} FROM ${parts}_added UNION ALL ` +
        `SELECT ${[by, 'b', ...taken, 'NULL'].join(', ')} FROM ${parts}_added UNION ALL ` +
        `SELECT ${[by, 't', ...nothing, 'l'].join(', ')} FROM ${times}) ` +
        // At equal places labels come last: an interval holds its beginning, and not its end.
        `WINDOW sofar AS (PARTITION BY ${by} ORDER BY x, l IS NOT NULL ROWS UNBOUNDED PRECEDING)) WHERE l IS NOT NULL`,
    },
  ]
}

function buildExtremes(request: SweepRequest, measures: readonly Measure[], name: string): readonly NamedQuery[] {
  const { parts, keys, payload, width } = request
  const place = [...keys, 'level', 'side', 'block', 'x'].join(', ')
  const node = [...keys, 'level', 'side', 'block'].join(', ')
  const nothing = payload.map((column) => `NULL AS ${column}`)
  const running = measures.map(({ name: measure, input, combine }) => `${combine}(${input}) OVER sofar AS ${measure}`)
  const combined = measures.map(({ name: measure, combine }) => `${combine}(${measure}) AS ${measure}`)
  return [
    { name: `${parts}_pieces`, sql: buildIntervalPieces(request.intervals, { keys, payload }, width) },
    { name: `${parts}_lookups`, sql: buildIntervalLookups(request.times, `${parts}_pieces`, keys, width) },
    {
      name,
      sql:
        `SELECT l, ${combined.join(', ')} FROM (SELECT l, ${running.join(', ')} FROM ` +
        `(SELECT ${[place, ...payload, 'NULL::BIGINT AS l'].join(', ')} FROM ${parts}_pieces UNION ALL ` +
        `SELECT ${[place, ...nothing, 'l'].join(', ')} FROM ${parts}_lookups) ` +
        // At equal places the pieces come first: an interval holds both of its ends.
        `WINDOW sofar AS (PARTITION BY ${node} ORDER BY x, l IS NOT NULL ROWS UNBOUNDED PRECEDING)) WHERE l IS NOT NULL GROUP BY l`,
    },
  ]
}
