/** Stores rows that were pushed: the value that is served, and a row of the log that training will read, together or not at all. */
import type { OnlineView } from '../core/online-view.ts'
import { ensureView } from './online-view-queries.ts'
import { ensurePushLog } from './push-log-queries.ts'
import type { Queryable } from './queryable.ts'

/** Times are in microseconds since the epoch. */
export interface PushedRow {
  /** Text of `encodeEntityKey`. */
  readonly key: string
  readonly eventUs: bigint
  /** When it was pushed: from then on it is known. */
  readonly createdUs: bigint
  /** A JSON array of encoded values, in the order of `OnlineView.features`. */
  readonly values: string
}

/**
 * One statement, so one transaction: committed when this returns. Of one key the row with the greatest (event, created) is served;
 * of rows equal in both the first. Every row goes into the log. Returns how many keys have a new value.
 */
const pushSql = `
  with view as (select id from online_views where environment = $1 and digest = $2 for key share),
  log as (select id from pushed_views where environment = $1 and digest = $2),
  pushed as (
    select p.*, view.id as view_id, log.id as log_id
    from view, log, unnest($3::text[], $4::bigint[], $5::bigint[], $6::text[]) with ordinality as p (entity_key, event_us, created_us, feature_values, n)
  ),
  logged as (
    insert into pushed_rows (view_id, entity_key, event_us, created_us, feature_values)
    select log_id, entity_key, event_us, created_us, feature_values from pushed order by n
  ),
  written as (
    insert into online_rows as r (view_id, entity_key, event_us, created_us, computed_as_of_us, feature_values)
    select distinct on (entity_key) view_id, entity_key, event_us, created_us, created_us, feature_values from pushed
    order by entity_key, event_us desc, created_us desc, n
    on conflict (view_id, entity_key) do update
      set event_us = excluded.event_us, created_us = excluded.created_us,
          computed_as_of_us = excluded.computed_as_of_us, feature_values = excluded.feature_values
      where (r.event_us, r.created_us) < (excluded.event_us, excluded.created_us)
    returning 1
  )
  select (select count(*) from view, log)::int as places, (select count(*) from written)::int as keys`

export async function pushRows(
  database: Queryable,
  environment: string,
  view: Pick<OnlineView, 'name' | 'digest' | 'keys' | 'features'>,
  rows: readonly PushedRow[],
): Promise<number> {
  const columns = [
    rows.map(({ key }) => key),
    rows.map(({ eventUs }) => eventUs),
    rows.map(({ createdUs }) => createdUs),
    rows.map(({ values }) => values),
  ]
  for (;;) {
    const found = await database.query<{ places: number; keys: number }>(
      pushSql,
      [environment, view.digest, ...columns],
      'push-rows',
    )
    const [written] = found.rows
    if (written !== undefined && written.places > 0) return written.keys
    await ensureView(database, environment, view)
    await ensurePushLog(database, environment, view)
  }
}
