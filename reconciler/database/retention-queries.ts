/** Takes away records that are past their retention in every environment of the database. */
import { dayOf, dropDaysBefore } from './day-partitions.ts'
import type { Pool } from './pool.ts'
import type { Queryable } from './queryable.ts'
import { forgetSegments } from './segment-queries.ts'

export interface OldestKept {
  /** Milliseconds since the epoch, data time. */
  readonly predictionsMs: number
  readonly outcomesMs: number
  /** The data clock that the two were counted from. */
  readonly dataMs: number
}

/** Days are shared by the environments: a data clock that stands earlier keeps them for all. */
export async function removeExpired(
  pool: Pool,
  { predictionsMs, outcomesMs, dataMs }: OldestKept,
  wallMs: number,
): Promise<void> {
  const behindMs = Math.max(0, dataMs - (await readEarliestClock(pool, wallMs)))
  await dropDaysBefore(pool, 'predictions', dayOf(predictionsMs - behindMs))
  await dropDaysBefore(pool, 'outcomes', dayOf(outcomesMs - behindMs))
  await pool.query(`delete from outcome_ids where time < $1`, [new Date(outcomesMs - behindMs)])
  await forgetSegments(pool)
}

/** Of all environments: one whose clock is not moved by hand has the wall clock's time. */
async function readEarliestClock(database: Queryable, wallMs: number): Promise<number> {
  const { rows } = await database.query<{ earliest: Date | null }>(
    `select min(coalesce(data_time, $1)) as earliest from environments`,
    [new Date(wallMs)],
  )
  return rows[0]?.earliest?.getTime() ?? Number.POSITIVE_INFINITY
}
