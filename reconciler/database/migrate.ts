/** Brings a database to the schema of this program. The migrations' content lies beside it, as numbered SQL files. */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { digestBytes, type Digest } from '../core/digest.ts'
import { MainwardError, messageOf } from '../core/error.ts'
import type { Connection, Pool } from './pool.ts'
import type { Queryable } from './queryable.ts'

export interface Migration {
  readonly number: number
  /** File name: `0001-control-plane.sql`. */
  readonly name: string
  readonly sql: string
  readonly digest: Digest
}

interface AppliedMigration {
  readonly number: number
  readonly name: string
  readonly digest: string
}

const ownFolder = fileURLToPath(new URL('migrations', import.meta.url))

/** Any number, the same for every program that migrates: `mainward` in ASCII, cut to 31 bits. */
const lockKey = 1_835_100_526

/**
 * Applies the missing migrations in order, each in a transaction of its own, and returns their names. Programs that
 * migrate at the same time wait for each other. Refuses a database that a newer program migrated (`database-newer`),
 * and one where an applied file has changed since.
 */
export async function migrate(pool: Pool, folder: string = ownFolder): Promise<readonly string[]> {
  const migrations = await readMigrations(folder)
  const connection = await pool.connect()
  try {
    await connection.query('set statement_timeout = 0')
    await lock(connection)
    await connection.query(
      `create table if not exists mainward_migrations (
         number integer primary key,
         name text not null,
         digest text not null,
         applied_at timestamptz not null default now()
       )`,
    )
    const applied = await readApplied(connection)
    assertHistory(migrations, applied)
    const missing = migrations.slice(applied.length)
    for (const migration of missing) await apply(connection, migration)
    await connection.query('select pg_advisory_unlock($1)', [lockKey])
    return missing.map((migration) => migration.name)
  } finally {
    // Ends the session, its settings, and the lock when something failed.
    await connection.release(true)
  }
}

/** The numbered SQL files of a folder, in order, without gaps. Line ends do not count in the digest. */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  const migrations = await Promise.all(names.map((name) => readMigration(join(folder, name))))
  migrations.forEach((migration, index) => {
    if (migration.number === index + 1) return
    throw new Error(`migrations are numbered from 0001 without gaps, found ${migration.name} at place ${index + 1}`)
  })
  return migrations
}

async function readMigration(file: string): Promise<Migration> {
  const name = basename(file)
  const match = /^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)
  if (match === null) throw new Error(`a migration is named NNNN-name.sql, found ${name}`)
  const sql = (await readFile(file, 'utf8')).replaceAll('\r\n', '\n')
  return { number: Number(match[1]), name, sql, digest: digestBytes(sql) }
}

/** Polls, as a waiting lock would hold a snapshot and block some migrations of others. */
async function lock(connection: Connection): Promise<void> {
  for (;;) {
    const sql = 'select pg_try_advisory_lock($1) as taken'
    const result = await connection.query<{ taken: boolean }>(sql, [lockKey])
    if (result.rows[0]?.taken === true) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function readApplied(database: Queryable): Promise<readonly AppliedMigration[]> {
  const sql = 'select number, name, digest from mainward_migrations order by number'
  return (await database.query<AppliedMigration>(sql)).rows
}

function assertHistory(known: readonly Migration[], applied: readonly AppliedMigration[]): void {
  const newest = applied.at(-1)
  if (newest !== undefined && newest.number > known.length) {
    throw new MainwardError(
      'database-newer',
      `the database has schema ${newest.number} (${newest.name}), and this mainward knows ${known.length}`,
      { hint: 'start the newer mainward, or use another database' },
    )
  }
  applied.forEach((entry, index) => {
    const migration = known[index]
    if (migration?.number === entry.number && migration.digest === entry.digest) return
    throw new MainwardError(
      'environment',
      `migration ${entry.name} was applied with another content (${entry.digest}) than this program's ` +
        `(${migration?.digest ?? 'none'})`,
      { hint: 'an applied migration never changes: the database belongs to another build of mainward' },
    )
  })
}

async function apply(connection: Connection, migration: Migration): Promise<void> {
  await connection.query('begin')
  try {
    // Without values, so that a file may hold several statements.
    await connection.query(migration.sql)
    const sql = 'insert into mainward_migrations (number, name, digest) values ($1, $2, $3)'
    await connection.query(sql, [migration.number, migration.name, migration.digest])
    await connection.query('commit')
  } catch (error) {
    if (error instanceof MainwardError) throw error
    throw new Error(`migration ${migration.name} failed: ${messageOf(error)}`, { cause: error })
  }
}
