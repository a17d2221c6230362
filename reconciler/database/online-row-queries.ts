/** Writes rows of views that are computed: on a grid, or from the source of a pushed view. */
import type { Connection } from './pool.ts'
import type { Queryable } from './queryable.ts'

const pageTable = `create temporary table if not exists online_page
  (entity_key text not null, event_us bigint, created_us bigint, feature_values text not null) on commit delete rows`

/** Times are in microseconds since the epoch. */
export interface WrittenLines {
  readonly asOfUs: bigint
  /** True: a row whose event, or of equal ones created time, is not after that of the row that is there changes nothing. */
  readonly isNewerOnly: boolean
  /**
   * True: the rows lie beside pushed ones. With `isNewerOnly` one of the same times counts too, whatever the row that is there is as of: in
   * training a row of the source goes before a push of its times. A row without a created time was known when it happened.
   */
  readonly isBesidePushes?: boolean
  readonly lines: string
}

/**
 * Inside a transaction. `lines` are rows in the text format of COPY: key (a text of `encodeEntityKey`, each at most once), event and created
 * time in microseconds since the epoch, and a JSON array of encoded values in the order of `OnlineView.features`. A view that was removed
 * gets no rows. A row that holds the same already is not written: its watermark says as of when it is true. Returns how many were written.
 */
export async function writeLines(
  transaction: Connection,
  viewId: number,
  { asOfUs, isNewerOnly, isBesidePushes = false, lines }: WrittenLines,
): Promise<number> {
  await transaction.query(pageTable)
  await transaction.copyFrom('copy pg_temp.online_page from stdin', lines)
  const { rowCount } = await transaction.query(
    `insert into online_rows as r (view_id, entity_key, event_us, created_us, computed_as_of_us, feature_values)
     select v.id, c.entity_key, c.event_us, case when $4 then coalesce(c.created_us, c.event_us) else c.created_us end, $2, c.feature_values
     from (select id from online_views where id = $1 for key share) as v, pg_temp.online_page as c
     on conflict (view_id, entity_key) do update
       set event_us = excluded.event_us, created_us = excluded.created_us,
           computed_as_of_us = excluded.computed_as_of_us, feature_values = excluded.feature_values
       where ($4 or r.computed_as_of_us <= excluded.computed_as_of_us)
         and (r.event_us, r.created_us, r.feature_values) is distinct from (excluded.event_us, excluded.created_us, excluded.feature_values)
         and (not $3 or (r.event_us, coalesce(r.created_us, r.event_us)) < (excluded.event_us, coalesce(excluded.created_us, excluded.event_us))
           or $4 and (r.event_us, coalesce(r.created_us, r.event_us)) = (excluded.event_us, coalesce(excluded.created_us, excluded.event_us)))`,
    [viewId, asOfUs, isNewerOnly, isBesidePushes],
  )
  return rowCount ?? 0
}

/** Notes keys that no longer have a value as of the fill that is under way: `deleteGone` removes their rows with its end. */
export async function noteGone(database: Queryable, viewId: number, keys: readonly string[]): Promise<void> {
  await database.query(
    `insert into online_gone (view_id, entity_key) select id, unnest($2::text[]) from online_views where id = $1
     on conflict do nothing`,
    [viewId, keys],
  )
}

/** Of a fill that was given up nothing is gone. */
export async function forgetGone(database: Queryable, viewId: number): Promise<void> {
  await database.query(`delete from online_gone where view_id = $1`, [viewId])
}

/** In the transaction that moves the watermark to `asOfUs`. Returns how many rows there were. */
export async function deleteGone(database: Queryable, viewId: number, asOfUs: bigint): Promise<number> {
  const { rowCount } = await database.query(
    `delete from online_rows r using online_gone g
     where g.view_id = $1 and r.view_id = $1 and r.entity_key = g.entity_key and r.computed_as_of_us <= $2`,
    [viewId, asOfUs],
  )
  await forgetGone(database, viewId)
  return rowCount ?? 0
}

/** Rows whose event time is before `eventUs`. Returns how many. */
export async function deleteRowsBefore(database: Queryable, viewId: number, eventUs: bigint): Promise<number> {
  const { rowCount } = await database.query(`delete from online_rows where view_id = $1 and event_us < $2`, [viewId, eventUs])
  return rowCount ?? 0
}

/** Every key of a view, in pages; each page is a query of its own. */
export async function* readKeys(database: Queryable, viewId: number, pageSize = 10_000): AsyncGenerator<readonly string[]> {
  for (let after = ''; ;) {
    const { rows } = await database.query<{ entity_key: string }>(
      `select entity_key from online_rows where view_id = $1 and entity_key > $2 order by entity_key limit $3`,
      [viewId, after, pageSize],
    )
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.map(({ entity_key: key }) => key)
    after = last.entity_key
  }
}
