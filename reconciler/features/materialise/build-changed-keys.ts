/** Which entities a fill computes: all, or those whose values can differ between two times. SQL as text. */
import type { ViewDefinition } from '../../core/feature-definition.ts'
import { quoteName } from '../engine/quote.ts'
import { canBeFound } from '../views/build-view-table.ts'
import { timeExpressions, type ViewFill } from './view-fill.ts'

/** Every entity of which a row of the view, or of a table of some of its rows, is known at the time. Columns k0, k1, …; each entity once. */
export function buildAllKeys(fill: ViewFill, asOfUs: bigint, relation = quoteName(fill.relation)): string {
  const isKnown = `${timeExpressions(fill).known} <= ${asOfUs}`
  return `select distinct ${keyList(fill)} from ${relation} where ${isKnown} and ${canBeFound(fill.definition, fill.keyColumns)}`
}

/**
 * Entities of which between the two times (the first not included) a row became known, left a window, or was restated: also those
 * that the row had before, and those of its other versions. Columns k0, k1, …; each entity once.
 */
export function buildChangedKeys(fill: ViewFill, fromUs: bigint, untilUs: bigint): string {
  const { event, created, known } = timeExpressions(fill)
  const within = (time: string): string => `(${time} > ${fromUs} and ${time} <= ${untilUs})`
  // A row counts at t while t - window < event: at event + window it has left.
  const moved = [known, ...fill.windowsUs.map((window) => `${event} + ${window}`)].map(within)
  const relation = quoteName(fill.relation)
  const changed = `select ${keyList(fill)} from ${relation} where ${moved.join(' or ')}`
  const { rowKey } = fill.definition
  if (rowKey.length === 0) return `select distinct * from (${changed})`
  const named = fill.keyColumns.map((_, index) => `k${index}`)
  const identity = `(${rowKey.map(quoteName).join(', ')})`
  const restated = `select ${rowKey.map(quoteName).join(', ')} from ${relation} where ${within(created)}`
  return `select distinct * from (${changed} union all select ${keyList(fill)} from ${relation} where ${identity} in (${restated})) where ${named.map((key) => `${key} is not null`).join(' and ')}`
}

/**
 * Whether the rows that became known since a time decide alone on what changed since: the newest of them counts, or the row that counted
 * before. Not where rows leave windows or are restated.
 */
export function isDecidedByNewRows({ eventTime, aggregations, rowKey }: ViewDefinition): boolean {
  return eventTime !== null && aggregations.length === 0 && rowKey.length === 0
}

/** Rows that became known between the two times, the first not included; null: without an end. */
export function buildNewRows(fill: ViewFill, fromUs: bigint, untilUs: bigint | null): string {
  const { known } = timeExpressions(fill)
  const until = untilUs === null ? '' : ` and ${known} <= ${untilUs}`
  return `select * from ${quoteName(fill.relation)} where ${known} > ${fromUs}${until}`
}

/** The view's rows after a time in microseconds, as something to select from; null: all. */
export function countedRows(fill: ViewFill, sinceUs: bigint | null): string {
  const relation = quoteName(fill.relation)
  return sinceUs === null ? relation : `(select * from ${relation} where "__event" > make_timestamp(${sinceUs}))`
}

/** The rows that decide on the values of the labels' entities: their own, and every version of those. Of rows up to `sinceUs` none counts. */
export function buildRowsOf(fill: ViewFill, labels: string, sinceUs: bigint | null): string {
  const relation = countedRows(fill, sinceUs)
  const keys = fill.keyColumns.map((column, index) => `labels.k${index} = own.${quoteName(column)}`)
  const own = `select own.* from ${relation} own semi join ${labels} labels on ${keys.join(' and ')}`
  const { rowKey } = fill.definition
  if (rowKey.length === 0) return own
  const identity = rowKey.map(quoteName).join(', ')
  return (
    `with mine as materialized (${own}) select * from mine union all select * from ${relation} ` +
    `where (${identity}) in (select ${identity} from mine) and "__row" not in (select "__row" from mine)`
  )
}

function keyList({ keyColumns }: ViewFill): string {
  return keyColumns.map((column, index) => `${quoteName(column)} as k${index}`).join(', ')
}
