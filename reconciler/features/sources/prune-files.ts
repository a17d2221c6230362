/** Leaves out files that hold no row of a time range: by the partition that is the event time, or by the statistics of Parquet. */
import type { SourceDefinition } from '../../core/feature-definition.ts'
import type { Cell, Engine } from '../engine/engine.ts'
import { quoteList, quoteText } from '../engine/quote.ts'
import type { ResolvedFile } from './resolve-source.ts'
import { overlaps, type TimeRange } from './time-range.ts'

/** A local time is at most this far from its instant, in microseconds (zones reach from -12 to +14 hours). */
const zoneMargin = 15n * 3_600_000_000n

interface FileTimes {
  readonly localPath: string
  readonly least: bigint | null
  readonly most: bigint | null
}

/** Files whose event times, by their path or footer, may lie in the range. A partition holds one time: its folder's name. */
export async function pruneFiles(
  engine: Engine,
  definition: SourceDefinition,
  files: readonly ResolvedFile[],
  range: TimeRange,
): Promise<readonly ResolvedFile[]> {
  const { eventTime, place, timeZone } = definition
  if (eventTime === null || place.type !== 'files' || (range.from === null && range.until === null)) return files
  const byPartition = place.partitions.includes(eventTime)
  if (!byPartition && place.format === 'csv') return files
  const times = byPartition ? await partitionTimes(engine, eventTime, files) : await footerTimes(engine, eventTime, files)
  const margin = timeZone === null ? 0n : zoneMargin
  const wide = { from: shift(range.from, -margin), until: shift(range.until, margin) }
  const kept = new Set(times.filter(({ least, most }) => overlaps(wide, least, most)).map(({ localPath }) => localPath))
  return files.filter(({ localPath }) => kept.has(localPath))
}

function shift(time: bigint | null, by: bigint): bigint | null {
  return time === null ? null : time + by
}

async function partitionTimes(engine: Engine, name: string, files: readonly ResolvedFile[]): Promise<readonly FileTimes[]> {
  const texts = [...new Set(files.map(({ partitions }) => partitions[name] ?? ''))]
  const rows = await engine.query(
    `select t, epoch_us(coalesce(try_cast(t as timestamptz), try_cast(t as timestamp) at time zone 'UTC')) as at
     from (select unnest(${quoteList(texts)}) as t)`,
  )
  const times = new Map(rows.map(({ t, at }) => [t, at as bigint | null]))
  return files.map(({ localPath, partitions }) => {
    const at = times.get(partitions[name] ?? '') ?? null
    return { localPath, least: at, most: at }
  })
}

/** A row group without statistics may hold anything. */
async function footerTimes(engine: Engine, name: string, files: readonly ResolvedFile[]): Promise<readonly FileTimes[]> {
  const rows = await engine.query(
    `select file_name as "localPath",
            case when count(least) = count(*) then epoch_us(min(least)) end as least,
            case when count(most) = count(*) then epoch_us(max(most)) end as most
     from (select file_name, try_cast(stats_min_value as timestamptz) as least, try_cast(stats_max_value as timestamptz) as most
           from parquet_metadata(${quoteList(files.map(({ localPath }) => localPath))}) where path_in_schema = ${quoteText(name)})
     group by file_name`,
  )
  const micros = (cell: Cell | undefined): bigint | null => (typeof cell === 'bigint' ? cell : null)
  return rows.map(({ localPath, least, most }) => ({ localPath: String(localPath), least: micros(least), most: micros(most) }))
}
