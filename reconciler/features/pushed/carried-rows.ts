/**
 * Rows that were pushed under several definitions of a view, in an engine, as rows of the one that takes them over: which of them it does not
 * have yet, and which row of each key counts. SQL as text.
 */
import type { OnlineView } from '../../core/online-view.ts'
import { quoteList, quoteName, quoteText } from '../engine/quote.ts'
import { ownColumns, segmentColumns, segmentValues } from './segment-columns.ts'

type Columns = Pick<OnlineView, 'keys' | 'features'>

/** All rows, and those that the definition does not have yet, numbered from 0 in the order of their pushes. */
export const carryRelations = { all: 'carry_all', fresh: 'carry_fresh', newest: 'carry_newest' } as const

/** An empty table. `rank`: 0 for the definition's own rows; the lower, the more does a row have. */
export function buildCarryTable(view: Columns): string {
  const columns = segmentColumns(segmentValues(view)).map(({ name, type }) => `${quoteName(name)} ${type}`)
  return `create table ${carryRelations.all} (${['rank INTEGER', ...columns].join(', ')})`
}

/** `columns`: expressions over the files, or over the relation, in the order of the table. */
export function buildCarryFrom(rank: number, columns: readonly string[], from: readonly string[] | string): string {
  const rows = typeof from === 'string' ? from : `read_parquet(${quoteList(from)}, hive_partitioning = false)`
  return `insert into ${carryRelations.all} select ${[rank, ...columns].join(', ')} from ${rows}`
}

/** Of rows with the same keys and times the first one counts, in serving and in training: the others need not be taken over. */
export function buildFresh(view: Columns): string {
  const { id, event, created } = ownColumns
  const same = [...keyNames(view), event, created].map(quoteName).join(', ')
  return `create table ${carryRelations.fresh} as
    select row_number() over (order by ${quoteName(created)}, ${quoteName(id)}) - 1 as n, * exclude (rank, place)
    from (select *, row_number() over (partition by ${same} order by rank, ${quoteName(id)}) as place from ${carryRelations.all})
    where place = 1 and rank > 0`
}

/** The row of each key that serving answers with: the greatest event, then the later push, then the first. */
export function buildNewest(view: Columns): string {
  const { id, event, created } = ownColumns
  const keys = keyNames(view).map(quoteName).join(', ')
  const order = `${quoteName(event)} desc, ${quoteName(created)} desc, rank, ${quoteName(id)}`
  return `create table ${carryRelations.newest} as
    select row_number() over (order by ${keys}) - 1 as n, * exclude (rank, place)
    from (select *, row_number() over (partition by ${keys} order by ${order}) as place from ${carryRelations.all}) where place = 1`
}

export function buildPart(relation: string, from: number, until: number): string {
  return `select * exclude (n) from ${relation} where n >= ${from} and n < ${until} order by n`
}

export function buildCarrySegment(from: number, until: number, file: string): string {
  return `copy (${buildPart(carryRelations.fresh, from, until)}) to ${quoteText(file)} (format parquet, compression zstd)`
}

/** Times in microseconds, of a part of the rows. */
export function buildCarrySpan(from: number, until: number): string {
  const { event, created } = ownColumns
  const span = (column: string, as: string): string =>
    `epoch_us(min(${quoteName(column)})) as first_${as}, epoch_us(max(${quoteName(column)})) as last_${as}`
  return `select ${span(event, 'event')}, ${span(created, 'created')} from (${buildPart(carryRelations.fresh, from, until)})`
}

function keyNames({ keys }: Columns): readonly string[] {
  return keys.map(({ name }) => name)
}
