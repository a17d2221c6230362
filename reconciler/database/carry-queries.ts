/** How far pushed definitions have taken over what was pushed under others of their name, and the rows that they take over. */
import type { Digest } from '../core/digest.ts'
import { readLogged, readSegment, segmentColumns, type ListedSegment, type LoggedRow, type RowOfLog, type SegmentRow } from './push-log-queries.ts' // prettier-ignore
import type { PushedRow } from './push-queries.ts'
import type { Queryable } from './queryable.ts'

/** 0: not yet; 1: those that were there; 2: also those that came until everybody knew the definition. */
export type CarryStage = 0 | 1 | 2

export interface CarryState {
  readonly view: string
  readonly digest: Digest
  readonly stage: CarryStage
  /** What of the rows did not fit, a sentence each. */
  readonly without: readonly string[]
}

export async function readCarryStates(database: Queryable, environment: string): Promise<readonly CarryState[]> {
  const { rows } = await database.query<{ view: string; digest: Digest; carried: CarryStage; carried_without: string | null }>(
    `select view, digest, carried, carried_without from online_views where environment = $1 order by digest`,
    [environment],
  )
  return rows.map(({ view, digest, carried: stage, carried_without: without }) => ({
    view,
    digest,
    stage,
    without: without === null ? [] : (JSON.parse(without) as readonly string[]),
  }))
}

/** Inside a transaction. */
export async function setCarried(
  transaction: Queryable,
  viewId: number,
  { stage, without }: Pick<CarryState, 'stage' | 'without'>,
): Promise<void> {
  await transaction.query(`update online_views set carried = $2, carried_without = $3 where id = $1`, [
    viewId,
    stage,
    without.length === 0 ? null : JSON.stringify(without),
  ])
}

/** They begin anew, should they be main's again. */
export async function resetCarried(database: Queryable, environment: string, digests: readonly Digest[]): Promise<void> {
  await database.query(`update online_views set carried = 0 where environment = $1 and digest = any($2::text[])`, [
    environment,
    digests,
  ])
}

/** Definitions of which something was pushed, by view. */
export async function readPushedDefinitions(
  database: Queryable,
  environment: string,
): Promise<readonly { readonly view: string; readonly digest: Digest }[]> {
  const { rows } = await database.query<{ view: string; digest: Digest }>(
    `select view, digest from pushed_views where environment = $1 order by view collate "C", digest`,
    [environment],
  )
  return rows
}

/** Segments of a log that count. */
export async function readCountingSegments(database: Queryable, logId: number): Promise<readonly ListedSegment[]> {
  const { rows } = await database.query<SegmentRow>(
    `select ${segmentColumns} from pushed_segments where view_id = $1 and replaced_by is null order by id`,
    [logId],
  )
  return rows.map(readSegment)
}

/** Rows of a log behind a row, in the order of their ids. */
export async function readPushesAfter(
  database: Queryable,
  logId: number,
  after: bigint,
  limit: number,
): Promise<readonly LoggedRow[]> {
  const { rows } = await database.query<RowOfLog>(
    `select id, entity_key, event_us, created_us, feature_values from pushed_rows where view_id = $1 and id > $2 order by id limit $3`,
    [logId, after, limit],
  )
  return rows.map(readLogged)
}

/** Inside a transaction: of each key (each is there once) the row with the greatest (event, created) stays. */
export async function writeCarriedRows(transaction: Queryable, viewId: number, rows: readonly PushedRow[]): Promise<void> {
  await transaction.query(
    `insert into online_rows as r (view_id, entity_key, event_us, created_us, computed_as_of_us, feature_values)
     select v.id, c.entity_key, c.event_us, c.created_us, c.created_us, c.feature_values
     from (select id from online_views where id = $1 for key share) as v,
          unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[]) as c (entity_key, event_us, created_us, feature_values)
     order by c.entity_key
     on conflict (view_id, entity_key) do update
       set event_us = excluded.event_us, created_us = excluded.created_us,
           computed_as_of_us = excluded.computed_as_of_us, feature_values = excluded.feature_values
       where (r.event_us, r.created_us) < (excluded.event_us, excluded.created_us)`,
    [
      viewId,
      rows.map(({ key }) => key),
      rows.map(({ eventUs }) => eventUs),
      rows.map(({ createdUs }) => createdUs),
      rows.map(({ values }) => values),
    ],
  )
}
