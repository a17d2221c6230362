/** Writes rows that were pushed as one Parquet file, typed as their definition says; and several such files as one. */
import type { Json } from '../../core/digest.ts'
import { decodeFeatureValue, type FeatureValue } from '../../core/feature-value.ts'
import type { OnlineView } from '../../core/online-view.ts'
import type { Cell, Engine } from '../engine/engine.ts'
import { inBatches } from '../engine/in-batches.ts'
import { quoteList, quoteName, quoteText } from '../engine/quote.ts'
import { ownColumns, segmentColumns, segmentValues, type SegmentValue } from './segment-columns.ts'

/** A row of the log; times are in microseconds since the epoch. */
export interface PushedRow {
  readonly id: bigint
  /** Text of `encodeEntityKey`. */
  readonly key: string
  readonly eventUs: bigint
  readonly createdUs: bigint
  /** A JSON array of encoded values, in the order of the features. */
  readonly values: string
}

const table = 'segment'

/**
 * `file` must be in a folder that the engine may reach; the rows are in the order of their ids there. Throws a TypeError for a value that is
 * none of its dtype: pushes were checked, so that is a bug.
 */
export async function writeSegment(
  engine: Engine,
  columns: Pick<OnlineView, 'keys' | 'features'>,
  rows: readonly PushedRow[],
  file: string,
): Promise<void> {
  await loadPushes(engine, table, columns, rows)
  await engine.query(
    `copy (select * from ${table} order by ${quoteName(ownColumns.id)}) to ${quoteText(file)} (format parquet, compression zstd)`,
  )
  await engine.query(`drop table ${table}`)
}

/** Makes a table of rows of the log, with the columns of their segment. Throws as `writeSegment`. */
export async function loadPushes(
  engine: Engine,
  name: string,
  columns: Pick<OnlineView, 'keys' | 'features'>,
  rows: readonly PushedRow[],
): Promise<void> {
  const values = segmentValues(columns)
  await engine.load(
    name,
    segmentColumns(values),
    inBatches(rows, (row) => cells(row, values)),
  )
}

/** Writes the rows of segments of one definition as one, in the order of their ids; returns how many there are. */
export async function mergeSegmentFiles(engine: Engine, parts: readonly string[], file: string): Promise<number> {
  const [written] = await engine.query(
    `copy (select * from read_parquet(${quoteList(parts)}, hive_partitioning = false) order by ${quoteName(ownColumns.id)})
     to ${quoteText(file)} (format parquet, compression zstd)`,
  )
  return Number(written?.['Count'])
}

function cells({ id, key, eventUs, createdUs, values: text }: PushedRow, values: readonly SegmentValue[]): readonly Cell[] {
  const parts = { keys: JSON.parse(key) as readonly Json[], features: JSON.parse(text) as readonly Json[] }
  const decoded = values.map(({ dtype, from, at }): FeatureValue => decodeFeatureValue(dtype, parts[from][at] ?? null))
  return [id, eventUs, createdUs, ...decoded]
}
