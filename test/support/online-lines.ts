/** Rows of the online store as a fill writes them, from values. */
import { writeLines, type WrittenLines } from '../../reconciler/database/online-row-queries.ts'
import type { Pool } from '../../reconciler/database/pool.ts'
import { withTransaction } from '../../reconciler/database/transaction.ts'

export interface LineRow {
  readonly key: string
  readonly eventUs: bigint | null
  readonly createdUs: bigint | null
  /** A JSON array. */
  readonly values: string
}

type Rows = readonly LineRow[]

/** How many were written. */
export function writeOnlineRows(pool: Pool, viewId: number, asOfUs: bigint, rows: Rows): Promise<number> {
  return write(pool, viewId, { asOfUs, isNewerOnly: false, lines: rows.map(lineOf).join('') })
}

/** The same, of rows that must be newer than those that are there. */
export function writeNewerRows(pool: Pool, viewId: number, asOfUs: bigint, rows: Rows): Promise<number> {
  return write(pool, viewId, { asOfUs, isNewerOnly: true, lines: rows.map(lineOf).join('') })
}

function write(pool: Pool, viewId: number, written: WrittenLines): Promise<number> {
  return withTransaction(pool, (transaction) => writeLines(transaction, viewId, written))
}

function lineOf({ key, eventUs, createdUs, values }: LineRow): string {
  const cells = [key.replaceAll('\\', '\\\\'), eventUs ?? '\\N', createdUs ?? '\\N', values.replaceAll('\\', '\\\\')]
  return `${cells.join('\t')}\n`
}
