/** Stores the rows of one spool segment by COPY, in one transaction, once. Rows that the tables refuse are found and left out. */
import { messageOf } from '../core/error.ts'
import type { Connection } from './pool.ts'
import type { Queryable } from './queryable.ts'

/** A row for COPY, and what it came from. */
export interface SegmentRow {
  readonly line: string
  /** One line of COPY's text format. */
  readonly text: string
}

export interface RefusedRow {
  readonly line: string
  readonly reason: string
}

/** False when it was stored before. Another program that stores it now is waited for. */
export async function claimSegment(transaction: Queryable, segment: string): Promise<boolean> {
  const { rowCount } = await transaction.query(`insert into spool_segments (segment) values ($1) on conflict do nothing`, [
    segment,
  ])
  return rowCount === 1
}

/** Names are kept so long after the file is gone: a file system that lost a deletion brings it back. */
export async function forgetSegments(database: Queryable): Promise<void> {
  await database.query(`delete from spool_segments where stored_at < now() - interval '7 days'`)
}

export async function copyPredictions(transaction: Connection, rows: readonly SegmentRow[]): Promise<readonly RefusedRow[]> {
  return copyAll(transaction, predictionCopy, rows)
}

/** Those whose id is known already are left out. */
export async function copyOutcomes(transaction: Connection, rows: readonly SegmentRow[]): Promise<readonly RefusedRow[]> {
  await transaction.query(`create temp table if not exists arrived (like outcomes) on commit delete rows`)
  const refused = await copyAll(transaction, outcomeCopy, rows)
  await transaction.query(
    `with first as (select distinct on (environment, id) * from arrived order by environment, id, received_at),
          known as (
            insert into outcome_ids (environment, id, time) select environment, id, time from first
            on conflict do nothing returning environment, id
          )
     insert into outcomes select first.* from first join known using (environment, id)`,
  )
  return refused
}

const predictionCopy = `copy predictions
  (environment, model, time, recorded_at, request_id, row_index, unit, version, variant, release, sampled, score, record) from stdin`
const outcomeCopy = `copy pg_temp.arrived
  (environment, id, time, received_at, model, request_id, row_index, unit, event, value) from stdin`

/** Halves what is refused until single rows are left: one bad row costs a few tries, not the segment. */
async function copyAll(transaction: Connection, sql: string, rows: readonly SegmentRow[]): Promise<readonly RefusedRow[]> {
  if (rows.length === 0) return []
  await transaction.query('savepoint part')
  try {
    await transaction.copyFrom(sql, rows.map(({ text }) => text).join(''))
    await transaction.query('release savepoint part')
    return []
  } catch (thrown) {
    if (!isAboutData(thrown)) throw thrown
    await transaction.query('rollback to savepoint part')
    const [only] = rows
    if (rows.length === 1 && only !== undefined) return [{ line: only.line, reason: messageOf(thrown) }]
    const middle = rows.length >> 1
    const first = await copyAll(transaction, sql, rows.slice(0, middle))
    return [...first, ...(await copyAll(transaction, sql, rows.slice(middle)))]
  }
}

/** SQLSTATE classes 22 (data) and 23 (constraints), and 54 (limits); 23514 without a constraint is a day that is missing. */
function isAboutData(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return false
  return /^(22|23|54)/.test(thrown.code) && thrown.code !== '23514'
}
