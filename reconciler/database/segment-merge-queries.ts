/** Segments that one larger one replaces: which may be merged, which are, and whose notes are to go. */
import { MainwardError } from '../core/error.ts'
import { insertSegment, readSegment, segmentColumns, type ListedSegment, type SegmentRow, type StoredSegment } from './push-log-queries.ts' // prettier-ignore
import type { Queryable } from './queryable.ts'

/** What counts as small and past. */
export interface MergeableLimits {
  /** Address of the artifact store: segments of another are left as they are. */
  readonly store: string
  /** Microseconds since the epoch: segments with rows that were pushed later are not merged yet. */
  readonly beforeUs: bigint
  /** Those with fewer rows, and fewer bytes, are small. */
  readonly rows: number
  readonly bytes: number
}

const mergeable = `s.replaced_by is null and s.is_noted and s.store = $2 and s.last_created_us < $3 and s.row_count < $4 and s.size_bytes < $5`
/** Nobody who has listed the notes before the new one was there is still reading them. */
const unnotable = `s.replaced_by is not null and not s.is_unnoted and s.replaced_at < now() - make_interval(secs => $1)`

const dayUs = 86_400_000_000

/** Ids of the environment's logs that have several small segments of one day, or notes to be removed. */
export async function readLogsToMerge(
  database: Queryable,
  environment: string,
  { store, beforeUs, rows: most, bytes, graceSeconds }: MergeableLimits & { readonly graceSeconds: number },
): Promise<readonly number[]> {
  const { rows } = await database.query<{ id: number }>(
    `select v.id from pushed_views v where v.environment = $6 and (
       exists (select from pushed_segments s where s.view_id = v.id and ${mergeable}
               group by s.first_created_us / ${dayUs} having count(*) > 1)
       or exists (select from pushed_segments s where s.view_id = v.id and ${unnotable}))
     order by v.id`,
    [graceSeconds, store, beforeUs, most, bytes, environment],
  )
  return rows.map(({ id }) => id)
}

/** Small segments of a log, in the order in which they were listed. */
export async function readMergeable(
  database: Queryable,
  logId: number,
  { store, beforeUs, rows: most, bytes }: MergeableLimits,
): Promise<readonly ListedSegment[]> {
  const { rows } = await database.query<SegmentRow>(
    `select ${segmentColumns} from pushed_segments s where s.view_id = $1 and ${mergeable} order by s.id`,
    [logId, store, beforeUs, most, bytes],
  )
  return rows.map(readSegment)
}

/** Inside a transaction: the segment counts from now on in place of the others. Its file must be stored before. Throws `conflict` when one of them counts no more. */
export async function listMerged(
  transaction: Queryable,
  logId: number,
  segment: StoredSegment,
  replaced: readonly bigint[],
): Promise<void> {
  const id = await insertSegment(transaction, logId, segment)
  const { rowCount } = await transaction.query(
    `update pushed_segments set replaced_by = $1 where view_id = $2 and id = any($3::bigint[]) and replaced_by is null`,
    [id, logId, replaced],
  )
  if (rowCount === replaced.length) return
  throw new MainwardError('conflict', `${replaced.length - (rowCount ?? 0)} of ${replaced.length} segments were merged meanwhile`)
}

/** Digests of all that the segment stands for, also of what those had replaced. */
export async function readReplaced(database: Queryable, segmentId: bigint): Promise<readonly string[]> {
  const { rows } = await database.query<{ sha256: string }>(
    `with recursive replaced (id, sha256) as (
       select id, sha256 from pushed_segments where replaced_by = $1
       union all select s.id, s.sha256 from pushed_segments s join replaced on s.replaced_by = replaced.id)
     select sha256 from replaced order by id`,
    [segmentId],
  )
  return rows.map(({ sha256 }) => sha256)
}

export interface NotedPlace {
  readonly id: bigint
  readonly store: string
  readonly sha256: string
}

/** Segments of a log whose notes are to be removed, in this order: none may go before those that it had replaced. */
export async function readNotesToRemove(
  database: Queryable,
  logId: number,
  graceSeconds: number,
): Promise<readonly NotedPlace[]> {
  const { rows } = await database.query<{ id: string; store: string; sha256: string }>(
    `select s.id, s.store, s.sha256 from pushed_segments s where s.view_id = $2 and ${unnotable} order by s.id`,
    [graceSeconds, logId],
  )
  return rows.map((row) => ({ ...row, id: BigInt(row.id) }))
}

export async function markUnnoted(database: Queryable, segmentId: bigint): Promise<void> {
  await database.query(`update pushed_segments set is_unnoted = true where id = $1`, [segmentId])
}
