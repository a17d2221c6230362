/** The log of pushed rows, and the list of segments that its rows go into: a row is in the log, or in one listed segment, never in both. */
import type { Digest } from '../core/digest.ts'
import { MainwardError } from '../core/error.ts'
import type { OnlineFeature, OnlineKey, OnlineView } from '../core/online-view.ts'
import type { Queryable } from './queryable.ts'

/** The log of one definition of a view. Times are in microseconds since the epoch. */
export interface PushLog {
  readonly id: number
  readonly view: string
  readonly digest: Digest
  /** In the order of a row's key. */
  readonly keys: readonly OnlineKey[]
  /** In the order of a row's values. */
  readonly features: readonly OnlineFeature[]
}

export interface PushLogState extends PushLog {
  /** Rows of the log, counted up to a limit. */
  readonly rows: number
  /** When the row that is first in the log was pushed; null: it has none. */
  readonly oldestUs: bigint | null
  /** Listed segments of which the artifact store may have no note yet. */
  readonly toNote: number
}

export interface LoggedRow {
  readonly id: bigint
  /** Text of `encodeEntityKey`. */
  readonly key: string
  readonly eventUs: bigint
  readonly createdUs: bigint
  /** A JSON array of encoded values. */
  readonly values: string
}

/** A file of rows in an artifact store. */
export interface StoredSegment {
  /** Address of the store. */
  readonly store: string
  readonly sha256: string
  readonly sizeBytes: number
  readonly rows: number
  readonly firstEventUs: bigint
  readonly lastEventUs: bigint
  readonly firstCreatedUs: bigint
  readonly lastCreatedUs: bigint
}

export interface ListedSegment extends StoredSegment {
  readonly id: bigint
}

interface LogRow {
  readonly id: number
  readonly view: string
  readonly digest: Digest
  readonly columns: string
  readonly rows: number
  readonly oldest_us: string | null
  readonly to_note: number
}

/** The definition's place in the log; made when it is not there. */
export async function ensurePushLog(
  database: Queryable,
  environment: string,
  { name, digest, keys, features }: Pick<OnlineView, 'name' | 'digest' | 'keys' | 'features'>,
): Promise<void> {
  const columns = JSON.stringify({ keys, features })
  await database.query(
    `insert into pushed_views (environment, digest, view, columns) values ($1, $2, $3, $4) on conflict (environment, digest) do nothing`,
    [environment, digest, name, columns],
  )
}

/** Every log of the environment, by name and digest; rows are counted up to `mostRows`. */
export async function readPushLogs(database: Queryable, environment: string, mostRows: number): Promise<readonly PushLogState[]> {
  const { rows } = await database.query<LogRow>(
    `select v.id, v.view, v.digest, v.columns,
            (select count(*) from (select from pushed_rows r where r.view_id = v.id limit $2) counted)::int as rows,
            (select created_us from pushed_rows r where r.view_id = v.id order by r.id limit 1) as oldest_us,
            (select count(*) from pushed_segments s where s.view_id = v.id and not s.is_noted)::int as to_note
     from pushed_views v where v.environment = $1 order by v.view collate "C", v.digest`,
    [environment, mostRows],
  )
  return rows.map(({ columns, oldest_us: oldest, to_note: toNote, ...row }) => ({
    ...row,
    ...(JSON.parse(columns) as Pick<PushLog, 'keys' | 'features'>),
    oldestUs: oldest === null ? null : BigInt(oldest),
    toNote,
  }))
}

/** Of the row that is last in the log; 0 when it has none. */
export async function readLastId(database: Queryable, logId: number): Promise<bigint> {
  const { rows } = await database.query<{ last: string | null }>(`select max(id) as last from pushed_rows where view_id = $1`, [
    logId,
  ])
  return BigInt(rows[0]?.last ?? 0)
}

/** A row of `pushed_rows`. */
export interface RowOfLog {
  readonly id: string
  readonly entity_key: string
  readonly event_us: string
  readonly created_us: string
  readonly feature_values: string
}

/** The first rows of the log: at most `rows`, and as many as have at most `bytes` of values, but one at least. */
export async function readPushBatch(
  database: Queryable,
  logId: number,
  { rows: most, bytes }: { readonly rows: number; readonly bytes: number },
): Promise<readonly LoggedRow[]> {
  const { rows } = await database.query<RowOfLog>(
    `select id, entity_key, event_us, created_us, feature_values
     from (select *, sum(octet_length(feature_values)) over (order by id) as bytes, row_number() over (order by id) as n
           from (select * from pushed_rows where view_id = $1 order by id limit $2) first) measured
     where bytes <= $3 or n = 1 order by id`,
    [logId, most, bytes],
  )
  return rows.map(readLogged)
}

export function readLogged(row: RowOfLog): LoggedRow {
  return {
    id: BigInt(row.id),
    key: row.entity_key,
    eventUs: BigInt(row.event_us),
    createdUs: BigInt(row.created_us),
    values: row.feature_values,
  }
}

/**
 * Inside a transaction: the segment is listed, and its rows leave the log. Its file must be stored before. Throws `conflict` when one
 * of the rows is in the log no more: then it is in another segment, and this one must not count.
 */
export async function listSegment(
  transaction: Queryable,
  logId: number,
  segment: StoredSegment,
  ids: readonly bigint[],
): Promise<void> {
  const removed = await transaction.query(`delete from pushed_rows where view_id = $1 and id = any($2::bigint[])`, [logId, ids])
  if (removed.rowCount !== ids.length) {
    throw new MainwardError(
      'conflict',
      `${ids.length - (removed.rowCount ?? 0)} of ${ids.length} rows have left the log of pushes meanwhile`,
    )
  }
  await insertSegment(transaction, logId, segment)
}

/** Inside a transaction. */
export async function insertSegment(
  transaction: Queryable,
  logId: number,
  { store, sha256, sizeBytes, rows, firstEventUs, lastEventUs, firstCreatedUs, lastCreatedUs }: StoredSegment,
): Promise<ListedSegment['id']> {
  const { rows: listed } = await transaction.query<{ id: string }>(
    `insert into pushed_segments
       (view_id, store, sha256, size_bytes, row_count, first_event_us, last_event_us, first_created_us, last_created_us)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
    [logId, store, sha256, sizeBytes, rows, firstEventUs, lastEventUs, firstCreatedUs, lastCreatedUs],
  )
  return BigInt(listed[0]?.id ?? 0)
}

/** A row of `pushed_segments`. */
export interface SegmentRow {
  readonly id: string
  readonly store: string
  readonly sha256: string
  readonly size_bytes: number
  readonly row_count: number
  readonly first_event_us: string
  readonly last_event_us: string
  readonly first_created_us: string
  readonly last_created_us: string
}

/** Of `SegmentRow`. */
export const segmentColumns =
  'id, store, sha256, size_bytes, row_count, first_event_us, last_event_us, first_created_us, last_created_us'

/** Listed segments of which the artifact store may have no note yet, in the order in which they were listed. */
export async function readSegmentsToNote(database: Queryable, logId: number): Promise<readonly ListedSegment[]> {
  const { rows } = await database.query<SegmentRow>(
    `select ${segmentColumns} from pushed_segments where view_id = $1 and not is_noted order by id`,
    [logId],
  )
  return rows.map(readSegment)
}

export function readSegment(row: SegmentRow): ListedSegment {
  return {
    id: BigInt(row.id),
    store: row.store,
    sha256: row.sha256,
    sizeBytes: row.size_bytes,
    rows: row.row_count,
    firstEventUs: BigInt(row.first_event_us),
    lastEventUs: BigInt(row.last_event_us),
    firstCreatedUs: BigInt(row.first_created_us),
    lastCreatedUs: BigInt(row.last_created_us),
  }
}

/** From now on readers see it, and not what it replaces. */
export async function markNoted(database: Queryable, segmentId: bigint): Promise<void> {
  await database.query(
    `with noted as (update pushed_segments set is_noted = true where id = $1)
     update pushed_segments set replaced_at = now() where replaced_by = $1 and replaced_at is null`,
    [segmentId],
  )
}
