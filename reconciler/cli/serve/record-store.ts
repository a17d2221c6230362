/** The store of records on Postgres: each segment of a spool in one transaction, by COPY, once. */
import { ensureDays, type DividedTable } from '../../database/day-partitions.ts'
import { type Connection, openPool, type Pool } from '../../database/pool.ts'
import { removeExpired } from '../../database/retention-queries.ts'
import { claimSegment, copyOutcomes, copyPredictions, type RefusedRow, type SegmentRow } from '../../database/segment-queries.ts'
import { withTransaction } from '../../database/transaction.ts'
import type { RecordStore, SegmentLines, StoredSegment } from '../../serving/recording/spool/record-store.ts'
import { buildSegmentRows, writeOutcomeRow, writePredictionRow, type WriteRow } from './segment-rows.ts'

export interface DatabaseRecordStore extends RecordStore {
  close(): Promise<void>
}

interface RecordKind {
  readonly table: DividedTable
  readonly write: WriteRow
  readonly copy: (transaction: Connection, rows: readonly SegmentRow[]) => Promise<readonly RefusedRow[]>
}

const predictions: RecordKind = { table: 'predictions', write: writePredictionRow, copy: copyPredictions }
const outcomes: RecordKind = { table: 'outcomes', write: writeOutcomeRow, copy: copyOutcomes }

/** Connects when it is first used; every failure is the caller's to retry. */
export function openRecordStore(url: string, wallNow: () => number): DatabaseRecordStore {
  const pool = openPool(url, { applicationName: 'mainward serve: records', size: 3 })
  return {
    storePredictions: (lines) => storeSegment(pool, predictions, lines),
    storeOutcomes: (lines) => storeSegment(pool, outcomes, lines),
    removeExpired: (oldest) => removeExpired(pool, oldest, wallNow()),
    close: () => pool.end(),
  }
}

async function storeSegment(
  pool: Pool,
  { table, write, copy }: RecordKind,
  { segment, lines, oldestMs, setAside }: SegmentLines,
): Promise<StoredSegment> {
  const { rows, refused, expired, days } = await buildSegmentRows(lines, oldestMs, write)
  if (days.length > 0) await ensureDays(pool, table, days)
  return withTransaction(pool, async (transaction) => {
    if (!(await claimSegment(transaction, segment))) return { stored: 0, expired: 0, refused: 0 }
    const all = [...refused, ...(await copy(transaction, rows))]
    if (all.length > 0) await setAside(all)
    return { stored: rows.length + refused.length - all.length, expired, refused: all.length }
  })
}
