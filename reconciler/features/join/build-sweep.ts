/** Running aggregates over intervals, as of each label's time: one sort of pieces and lookups together, whatever the aggregates are. */
import { buildIntervalLookups, buildIntervalPieces } from './build-interval-pieces.ts'
import type { NamedQuery } from './build-row-matches.ts'
import type { Measure } from './window-measures.ts'

export interface SweepRequest {
  /** Prefix of the names of the parts. */
  readonly parts: string
  /** Relation with the keys, `a`, `b` and the payload. */
  readonly intervals: string
  /** Relation with the keys, `l` and `t`. */
  readonly times: string
  readonly keys: readonly string[]
  readonly payload: readonly string[]
  /** No interval is longer. Null: of any length. */
  readonly width: bigint | null
  readonly measures: readonly Measure[]
}

/** Parts of a WITH clause; the last, named `PARTS_swept`, has `l` and the measures, once for each label row that has its keys. */
export function buildSweep(request: SweepRequest): readonly NamedQuery[] {
  const { parts, keys, payload, width, measures } = request
  const place = [...keys, 'level', 'side', 'block', 'x'].join(', ')
  const node = [...keys, 'level', 'side', 'block'].join(', ')
  const nothing = payload.map((name) => `NULL AS ${name}`)
  const running = measures.map(({ name, running: aggregate }) => `${aggregate} OVER sofar AS ${name}`)
  const combined = measures.map(({ name, combine }) => `${combine}(${name}) AS ${name}`)
  return [
    { name: `${parts}_pieces`, sql: buildIntervalPieces(request.intervals, { keys, payload }, width) },
    { name: `${parts}_lookups`, sql: buildIntervalLookups(request.times, `${parts}_pieces`, keys, width) },
    {
      name: `${parts}_swept`,
      sql:
        `SELECT l, ${combined.join(', ')} FROM (SELECT l, ${running.join(', ')} FROM ` +
        `(SELECT ${[place, ...payload, 'NULL::BIGINT AS l'].join(', ')} FROM ${parts}_pieces UNION ALL ` +
        `SELECT ${[place, ...nothing, 'l'].join(', ')} FROM ${parts}_lookups) ` +
        // At equal places the pieces come first: an interval holds both of its ends.
        `WINDOW sofar AS (PARTITION BY ${node} ORDER BY x, l IS NOT NULL ROWS UNBOUNDED PRECEDING)) WHERE l IS NOT NULL GROUP BY l`,
    },
  ]
}
