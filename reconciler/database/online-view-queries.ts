/** What the online store knows of each definition of a view: how far it is filled. Removes definitions with their rows. */
import type { Digest } from '../core/digest.ts'
import type { Queryable } from './queryable.ts'

/** Times are in microseconds since the epoch. */
export interface StoredView {
  readonly id: number
  readonly digest: Digest
  readonly name: string
  /** All rows are as of this time; null: filled for the first time, or pushed. */
  readonly watermarkUs: bigint | null
  /** Of the data that was known at the watermark. */
  readonly fingerprint: string | null
  /** Names the files that held the data at the watermark; null: unknown. */
  readonly dataFiles: string | null
  /** True: of these files no row becomes known after the watermark, and time alone changes no value. */
  readonly isSettled: boolean
  /** Null: none is under way. */
  readonly filling: StoredFill | null
}

/** A fill that is under way. */
export interface StoredFill {
  readonly asOfUs: bigint
  readonly fingerprint: string
  /** True: it computes every entity; false: those whose values may differ from the watermark's. */
  readonly isWhole: boolean
  /** Key of the last entity that is done, in the order of keys; null: none yet. */
  readonly after: string | null
}

/** What a fill leaves behind, see `StoredView`. */
export interface FinishedFill extends Pick<StoredView, 'dataFiles' | 'isSettled'> {
  readonly asOfUs: bigint
  readonly fingerprint: string
}

interface ViewRow {
  readonly id: number
  readonly digest: Digest
  readonly view: string
  readonly watermark_us: string | null
  readonly data_fingerprint: string | null
  readonly data_files: string | null
  readonly is_settled: boolean
  readonly filling_us: string | null
  readonly filling_fingerprint: string | null
  readonly filling_all: boolean | null
  readonly filling_after: string | null
}

const columns =
  'id, digest, view, watermark_us, data_fingerprint, data_files, is_settled, filling_us, filling_fingerprint, filling_all, filling_after'

/** The definition's place in the store; made when it is not there. */
export async function ensureView(
  database: Queryable,
  environment: string,
  { name, digest }: { readonly name: string; readonly digest: Digest },
): Promise<StoredView> {
  for (;;) {
    const { rows } = await database.query<ViewRow>(`select ${columns} from online_views where environment = $1 and digest = $2`, [
      environment,
      digest,
    ])
    if (rows[0] !== undefined) return readView(rows[0])
    await database.query(
      `insert into online_views (environment, digest, view) values ($1, $2, $3) on conflict (environment, digest) do nothing`,
      [environment, digest, name],
    )
  }
}

/** Every definition that the store has, by name and digest. */
export async function readViews(database: Queryable, environment: string): Promise<readonly StoredView[]> {
  const { rows } = await database.query<ViewRow>(
    `select ${columns} from online_views where environment = $1 order by view collate "C", digest`,
    [environment],
  )
  return rows.map(readView)
}

/** The first key of each definition that has rows, by its digest: text of `encodeEntityKey`. */
export async function readFirstKeys(database: Queryable, environment: string): Promise<ReadonlyMap<Digest, string>> {
  const { rows } = await database.query<{ readonly digest: Digest; readonly entity_key: string }>(
    `select digest, entity_key from online_views
     cross join lateral (select entity_key from online_rows where view_id = id order by entity_key limit 1) first
     where environment = $1`,
    [environment],
  )
  return new Map(rows.map(({ digest, entity_key }) => [digest, entity_key]))
}

/** Notes how far a fill is. */
export async function setFilling(
  database: Queryable,
  viewId: number,
  { asOfUs, fingerprint, isWhole, after }: StoredFill,
): Promise<void> {
  await database.query(
    `update online_views set filling_us = $2, filling_fingerprint = $3, filling_all = $4, filling_after = $5 where id = $1`,
    [viewId, asOfUs, fingerprint, isWhole, after],
  )
}

/** A fill is at its end: all rows are as of the watermark. It never goes back; false: it is there already, or later. */
export async function setWatermark(
  database: Queryable,
  viewId: number,
  { asOfUs, fingerprint, dataFiles, isSettled }: FinishedFill,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `update online_views
     set watermark_us = $2, data_fingerprint = $3, data_files = $4, is_settled = $5, filling_us = null, filling_fingerprint = null,
         filling_all = null, filling_after = null
     where id = $1 and (watermark_us is null or watermark_us <= $2)`,
    [viewId, asOfUs, fingerprint, dataFiles, isSettled],
  )
  return rowCount === 1
}

/**
 * Inside a transaction: removes at most `limit` rows of the definition, and with the last of them the definition. True when it is gone;
 * call it again otherwise. What was pushed stays in the log.
 */
export async function removeView(transaction: Queryable, viewId: number, limit: number): Promise<boolean> {
  // Locked first: a push that waits for it finds no view then, and makes a new one.
  await transaction.query(`select from online_views where id = $1 for update`, [viewId])
  const { rowCount } = await transaction.query(
    `delete from online_rows where view_id = $1
       and entity_key in (select entity_key from online_rows where view_id = $1 order by entity_key limit $2)`,
    [viewId, limit],
  )
  if ((rowCount ?? 0) >= limit) return false
  await transaction.query(`delete from online_gone where view_id = $1`, [viewId])
  await transaction.query(`delete from online_views where id = $1`, [viewId])
  return true
}

/** How many rows each definition has, by digest; also those with none. */
export async function countRows(database: Queryable, environment: string): Promise<ReadonlyMap<Digest, number>> {
  const { rows } = await database.query<{ digest: Digest; n: string }>(
    `select v.digest, (select count(*) from online_rows r where r.view_id = v.id) as n from online_views v where v.environment = $1`,
    [environment],
  )
  return new Map(rows.map(({ digest, n }) => [digest, Number(n)]))
}

function readView(row: ViewRow): StoredView {
  const { filling_us: asOf, filling_fingerprint: fingerprint, filling_all: isWhole, filling_after: after } = row
  const isFilling = asOf !== null && fingerprint !== null && isWhole !== null
  return {
    id: row.id,
    digest: row.digest,
    name: row.view,
    watermarkUs: row.watermark_us === null ? null : BigInt(row.watermark_us),
    fingerprint: row.data_fingerprint,
    dataFiles: row.data_files,
    isSettled: row.is_settled,
    filling: isFilling ? { asOfUs: BigInt(asOf), fingerprint, isWhole, after } : null,
  }
}
