/** The row of a view that counts for each label row: the newest version known at its time (of equal ones the earlier row), if its age is within the ttl. */
import { buildIntervalLookups, buildIntervalPieces } from './build-interval-pieces.ts'
import { keyNames } from './build-label-times.ts'
import { joinNear } from './build-near-pairs.ts'
import { buildNewestRows } from './build-newest-rows.ts'
import type { JoinView } from './join-request.ts'

/** A named part of a WITH clause. */
export interface NamedQuery {
  readonly name: string
  readonly sql: string
}

export interface MatchNames {
  /** Relations that exist: times of the labels, and versions of the view's rows. */
  readonly times: string
  readonly versions: string
  /** Prefix of the names of the parts; letters, digits and _. */
  readonly parts: string
}

function lastKnown(times: string, newest: string, keys: readonly string[]): string {
  const equal = keys.map((key) => `times.${key} = newest.${key}`).join(' AND ')
  return (
    `SELECT times.l, times."at", newest.event, newest.created, newest."row" FROM ${times} AS times ` +
    `ASOF JOIN ${newest} AS newest ON ${equal} AND times.t >= newest.known`
  )
}

/** Versions that end before a greater one takes over are rare, and are looked up by the interval in which they stand. */
function buildPassingMatches(names: MatchNames, keys: readonly string[]): readonly NamedQuery[] {
  const { parts } = names
  const by = keys.join(', ')
  const node = [...keys, 'level', 'side', 'block'].join(', ')
  const columns = [...keys, 'level', 'side', 'block', 'x'].join(', ')
  return [
    {
      name: `${parts}_passing`,
      sql:
        `SELECT ${by}, greatest(known, -4611686018427387904) AS a, "until" AS b, event, created, "row", ` +
        `row_number() OVER (PARTITION BY ${by} ORDER BY event, created, "row" DESC) AS place FROM ${names.versions} WHERE NOT stays`,
    },
    { name: `${parts}_pieces`, sql: buildIntervalPieces(`${parts}_passing`, { keys, payload: ['place'] }, null) },
    { name: `${parts}_lookups`, sql: buildIntervalLookups(names.times, `${parts}_pieces`, keys, null) },
    {
      name: `${parts}_places`,
      sql:
        `SELECT ${by}, l, max(best) AS place FROM (SELECT *, max(place) OVER (PARTITION BY ${node} ORDER BY x, l IS NOT NULL ` +
        `ROWS UNBOUNDED PRECEDING) AS best FROM (SELECT ${columns}, place, NULL::BIGINT AS l FROM ${parts}_pieces UNION ALL ` +
        `SELECT ${columns}, NULL, l FROM ${parts}_lookups)) WHERE l IS NOT NULL AND best IS NOT NULL GROUP BY ${by}, l`,
    },
    {
      name: `${parts}_passed`,
      sql:
        `SELECT l, times."at", event, created, "row" FROM ${parts}_places JOIN ${parts}_passing USING (${by}, place) ` +
        `JOIN ${names.times} AS times USING (${by}, l)`,
    },
  ]
}

/** The greatest of all rows that stand at a label's time, of those that are near to it. */
function buildNearMatch(names: MatchNames, keys: readonly string[], ttlUs: bigint): NamedQuery {
  // A row that is just as old as allowed is near, too.
  const pairs = joinNear({ rows: names.versions, time: 'event', times: names.times, keys, width: ttlUs + 1n })
  const stands = `known <= t AND "at" - event <= ${ttlUs} AND ("until" IS NULL OR t < "until")`
  const order = `{'event': event, 'created': created, 'earlier': -"row"}`
  return {
    name: `${names.parts}_match`,
    sql: `SELECT l, arg_max("row", ${order}) AS "row" FROM ${pairs} WHERE ${stands} GROUP BY l`,
  }
}

/** The age up to which rows count, where those are near to a label: a grid may look ahead of it. Null: any row may count. */
export function nearAge({ ttlUs, isStatic, grid }: JoinView): bigint | null {
  return isStatic || (grid !== null && grid.lagUs < 0n) ? null : ttlUs
}

/** Parts of a WITH clause; the last has `l` and `row`, at most one for each label row. */
export function buildRowMatches(view: JoinView, names: MatchNames): readonly NamedQuery[] {
  const keys = keyNames(view)
  const age = nearAge(view)
  if (view.isSparse && age !== null) return [buildNearMatch(names, keys, age)]
  const newest: NamedQuery = { name: `${names.parts}_newest`, sql: buildNewestRows(names.versions, keys) }
  const stayed: NamedQuery = { name: `${names.parts}_last`, sql: lastKnown(names.times, newest.name, keys) }
  const passing = view.rowKey.length === 0 ? [] : buildPassingMatches(names, keys)
  const best =
    passing.length === 0
      ? stayed.name
      : `(SELECT * FROM (SELECT * FROM ${stayed.name} UNION ALL SELECT * FROM ${names.parts}_passed) ` +
        `QUALIFY row_number() OVER (PARTITION BY l ORDER BY event DESC, created DESC, "row") = 1)`
  // HUGEINT: no age is too great to be compared.
  const young = view.ttlUs === null || view.isStatic ? '' : ` WHERE "at"::HUGEINT - event <= ${view.ttlUs}`
  return [newest, stayed, ...passing, { name: `${names.parts}_match`, sql: `SELECT l, "row" FROM ${best}${young}` }]
}
