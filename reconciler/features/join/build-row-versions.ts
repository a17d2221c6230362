/** The rows of a view as the join sees them: keys, times in microseconds, and from when to when each version of a row stands. */
import { keyNames } from './build-label-times.ts'
import type { JoinView } from './join-request.ts'
import { quoteName } from '../engine/quote.ts'

/** Before every time that a TIMESTAMP can hold: the event time of a row that is true at any time. */
const beginning = '-9223372036854775807'

/** `known`: from when on a row can be seen. A row without a created time was known when it happened. */
function timedRows(view: JoinView, extra: readonly string[]): string {
  const keys = view.keys.map(({ column }, index) => `${quoteName(column)} AS k${index}`)
  const event = view.isStatic ? `${beginning}::BIGINT` : 'epoch_us("__event")'
  const columns = [
    ...keys,
    `${event} AS event`,
    `coalesce(epoch_us("__created"), ${event}) AS created`,
    '"__row" AS "row"',
    ...extra,
  ]
  return `SELECT ${columns.join(', ')} FROM ${quoteName(view.relation)}`
}

function usable(view: JoinView): string {
  return [...keyNames(view).map((key) => `${key} IS NOT NULL`), 'event IS NOT NULL'].join(' AND ')
}

/**
 * `until`: when the next version of the same row was created, null for the last. The next version ends this one whatever it holds:
 * another event time, another key, or none; of versions created at the same time the earlier row is the last. `stays`: at every time from `until` on a later version with a greater (event, created)
 * can be seen under the same key, so nothing is lost when `until` is not asked.
 */
function restatedRows(view: JoinView, rows: string, names: readonly string[]): string {
  const identity = view.rowKey.map((_, index) => `i${index}`)
  const identified = identity.map((name) => `${name} IS NOT NULL`).join(' AND ')
  const order = `PARTITION BY ${identity.join(', ')} ORDER BY created, "row" DESC`
  const sameKey = keyNames(view).map((key) => `min(${key}) OVER later = ${key} AND max(${key}) OVER later = ${key}`)
  const covered = [
    `bool_and(${usable(view)}) OVER later`,
    'min(event) OVER later >= event',
    'bool_and(event <= created) OVER later',
    ...sameKey,
  ].join(' AND ')
  return (
    `SELECT ${[...keyNames(view), 'event', 'created', '"row"', ...names].join(', ')}, greatest(event, created) AS known, "until", ` +
    `("until" IS NULL OR coalesce(covered, false)) AS stays FROM (` +
    `SELECT *, CASE WHEN ${identified} THEN lead(created) OVER (${order}) END AS "until", (${covered}) AS covered FROM (${rows}) ` +
    `WINDOW later AS (${order} ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)) ` +
    `WHERE ${usable(view)} AND ("until" IS NULL OR "until" > greatest(event, created))`
  )
}

/** Rows that do not count are never known, and do not stay. Left out by a condition, DuckDB would expect far fewer rows than there are. */
function markedRows(
  view: JoinView,
  rows: string,
  { asOfUs, names }: { readonly asOfUs: bigint | null; readonly names: readonly string[] },
): string {
  const counts = `coalesce(${usable(view)}${asOfUs === null ? '' : ` AND created <= ${asOfUs}`}, false)`
  return (
    `SELECT ${[...keyNames(view), 'event', 'created', '"row"', ...names].join(', ')}, CASE WHEN ${counts} THEN greatest(event, created) END AS known, ` +
    `NULL::BIGINT AS "until", ${counts} AS stays FROM (${rows})`
  )
}

/**
 * Columns: keys, `event`, `created`, `known` (microseconds), `row`, `until`, `stays`, and `names`, the names of the expressions `extra`.
 * Rows that were created after `asOfUs` do not exist, so they end no version either. Of a sparse view rows may be there that are never `known`.
 */
export function buildRowVersions(
  view: JoinView,
  asOfUs: bigint | null,
  extra: readonly { readonly name: string; readonly expression: string }[] = [],
): string {
  const names = extra.map(({ name }) => name)
  const selected = extra.map(({ name, expression }) => `${expression} AS ${name}`)
  const identity = view.rowKey.map((column, index) => `${quoteName(column)} AS i${index}`)
  const all = timedRows(view, [...identity, ...selected])
  if (view.isSparse && view.rowKey.length === 0) return markedRows(view, all, { asOfUs, names })
  const rows = asOfUs === null ? all : `SELECT * FROM (${all}) WHERE created <= ${asOfUs}`
  if (view.rowKey.length > 0) return restatedRows(view, rows, names)
  return (
    `SELECT ${[...keyNames(view), 'event', 'created', '"row"', ...names].join(', ')}, greatest(event, created) AS known, ` +
    `NULL::BIGINT AS "until", true AS stays FROM (${rows}) WHERE ${usable(view)}`
  )
}
