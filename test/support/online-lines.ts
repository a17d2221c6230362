/** Rows of the online store as a fill writes them, from values. */
import { writeLines } from '../../reconciler/database/online-row-queries.ts'
import type { Pool } from '../../reconciler/database/pool.ts'
import { withTransaction } from '../../reconciler/database/transaction.ts'

export interface LineRow {
  readonly key: string
  readonly eventUs: bigint | null
  readonly createdUs: bigint | null
  /** A JSON array. */
  readonly values: string
}

/** How many were written. */
export function writeOnlineRows(
  pool: Pool,
  viewId: number,
  asOfUs: bigint,
  rows: readonly LineRow[],
  isNewerOnly = false,
): Promise<number> {
  return withTransaction(pool, (transaction) =>
    writeLines(transaction, viewId, { asOfUs, isNewerOnly, lines: rows.map(lineOf).join('') }),
  )
}

export function lineOf({ key, eventUs, createdUs, values }: LineRow): string {
  const cells = [key.replaceAll('\\', '\\\\'), eventUs ?? '\\N', createdUs ?? '\\N', values.replaceAll('\\', '\\\\')]
  return `${cells.join('\t')}\n`
}
