/** Reads records of predictions, with their labels where they are known. */
import type { Pool } from './pool.ts'
import type { Queryable } from './queryable.ts'

export interface StoredRecord {
  /** The record's exact text. */
  readonly record: string
  /** JSON text; null: not known. */
  readonly label: string | null
  readonly labelTime: string | null
}

const pageSize = 500

/** The newest records of a model by data time, oldest first; handed out in pages, so that none of them is ever all in memory. */
export async function* readRecords(
  pool: Pool,
  environment: string,
  { model, last }: { readonly model: string; readonly last: number },
): AsyncGenerator<readonly StoredRecord[]> {
  const connection = await pool.connect()
  let whole = false
  try {
    await connection.query('begin read only')
    await connection.query(
      `declare newest no scroll cursor for
       select (n.p).record::text as record, l.label::text as label, l.label_time
       from (
         select p, time, recorded_at, request_id, row_index from (
           select p, p.* from predictions p where environment = $1 and model = $2
           order by time desc, recorded_at desc, request_id desc, row_index desc limit $3
         ) as newest
         order by time, recorded_at, request_id, row_index
       ) as n
       left join lateral prediction_label(n.p) as l on true
       order by n.time, n.recorded_at, n.request_id, n.row_index`,
      [environment, model, last],
    )
    for (;;) {
      const { rows } = await connection.query<{ record: string; label: string | null; label_time: Date | null }>(
        `fetch ${pageSize} from newest`,
      )
      if (rows.length === 0) break
      yield rows.map(({ record, label, label_time }) => ({ record, label, labelTime: label_time?.toISOString() ?? null }))
    }
    await connection.query('commit')
    whole = true
  } finally {
    await connection.release(!whole)
  }
}

/** Whether there is any record of a model. */
export async function hasRecords(database: Queryable, environment: string, model: string): Promise<boolean> {
  const { rowCount } = await database.query(`select from predictions where environment = $1 and model = $2 limit 1`, [
    environment,
    model,
  ])
  return rowCount === 1
}
