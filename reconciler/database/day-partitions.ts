/** The days of tables that are divided by data time: made when a record of that day comes, dropped when it is old. */
import type { Pool } from './pool.ts'
import type { Queryable } from './queryable.ts'
import { withTransaction } from './transaction.ts'

export type DividedTable = 'predictions' | 'outcomes'

const dayMs = 86_400_000

/** The UTC day of a moment, as its number since the epoch. */
export function dayOf(milliseconds: number): number {
  return Math.floor(milliseconds / dayMs)
}

/**
 * Makes the days that are missing. Programs that do it at the same time wait for each other; who reads or writes other days does
 * not wait, because a table is made alone and attached afterwards.
 */
export async function ensureDays(pool: Pool, table: DividedTable, days: readonly number[]): Promise<void> {
  const there = new Set(await listDays(pool, table))
  if (days.every((day) => there.has(day))) return
  await withTransaction(pool, async (transaction) => {
    await lockDays(transaction, table)
    const known = new Set(await listDays(transaction, table))
    for (const day of days) {
      if (known.has(day)) continue
      const name = partitionName(table, day)
      await transaction.query(`create table ${name} (like ${table} including defaults including constraints)`)
      await transaction.query(
        `alter table ${table} attach partition ${name} for values from ('${instantOf(day)}') to ('${instantOf(day + 1)}')`,
      )
    }
  })
}

/** Drops all days before one, and returns how many. Throws `conflict` when a reader holds the table for long. */
export async function dropDaysBefore(pool: Pool, table: DividedTable, firstKept: number): Promise<number> {
  const old = (await listDays(pool, table)).filter((day) => day < firstKept)
  for (const day of old) {
    await withTransaction(pool, async (transaction) => {
      await lockDays(transaction, table)
      await transaction.query(`set local lock_timeout = '2s'`)
      await transaction.query(`drop table if exists ${partitionName(table, day)}`)
    })
  }
  return old.length
}

/** The days that are there, in order. */
export async function listDays(database: Queryable, table: DividedTable): Promise<readonly number[]> {
  const { rows } = await database.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = $1::regclass order by c.relname collate "C"`,
    [table],
  )
  return rows.map(({ name }) => dayOf(Date.parse(readDate(name))))
}

/** Makers and droppers of one table's days come one after the other. */
async function lockDays(transaction: Queryable, table: DividedTable): Promise<void> {
  await transaction.query(`select pg_advisory_xact_lock(hashtext('mainward days'), hashtext($1))`, [table])
}

/** `predictions_20130601`. */
function partitionName(table: DividedTable, day: number): string {
  return `${table}_${instantOf(day).slice(0, 10).replaceAll('-', '')}`
}

function readDate(name: string): string {
  const digits = name.slice(-8)
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}T00:00:00Z`
}

function instantOf(day: number): string {
  return new Date(day * dayMs).toISOString()
}
