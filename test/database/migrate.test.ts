import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { migrate } from '../../reconciler/database/migrate.ts'
import { openPool, type Pool } from '../../reconciler/database/pool.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let folder: string
let database: TestDatabase
let pool: Pool

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'migrations-'))
  write('0001-first.sql', 'create table first (a integer);\ncreate index on first (a);\n')
  write('0002-second.sql', 'alter table first add b text;\n')
  database = await createTestDatabase({ migrated: false })
  pool = openPool(database.url, { applicationName: 'migrate test' })
})

afterEach(async () => {
  await pool.end()
  await database.drop()
  rmSync(folder, { recursive: true })
})

function write(name: string, sql: string): void {
  writeFileSync(join(folder, name), sql)
}

async function columns(): Promise<readonly string[]> {
  const sql = "select column_name as name from information_schema.columns where table_name = 'first' order by 1"
  return (await pool.query<{ name: string }>(sql)).rows.map((row) => row.name)
}

it('applies what is missing, in order, once', async () => {
  expect(await migrate(pool, folder)).toEqual(['0001-first.sql', '0002-second.sql'])
  expect(await migrate(pool, folder)).toEqual([])
  write('0003-third.sql', 'alter table first add c text')
  expect(await migrate(pool, folder)).toEqual(['0003-third.sql'])
  expect(await columns()).toEqual(['a', 'b', 'c'])
})

it('applies a file wholly or not at all, and says which one failed', async () => {
  write('0003-broken.sql', 'alter table first add c text; alter table nowhere add d text;')
  await expect(migrate(pool, folder)).rejects.toThrow('migration 0003-broken.sql failed: relation "nowhere"')
  expect(await columns()).toEqual(['a', 'b'])
  write('0003-broken.sql', 'alter table first add c text;')
  expect(await migrate(pool, folder)).toEqual(['0003-broken.sql'])
})

it('lets two at once wait for each other', async () => {
  write('0003-slow.sql', 'select pg_sleep(0.3); create table slow (a integer);')
  const other = openPool(database.url, { applicationName: 'the other' })
  const results = await Promise.all([migrate(pool, folder), migrate(other, folder), migrate(pool, folder)])
  await other.end()
  expect(results.flat()).toEqual(['0001-first.sql', '0002-second.sql', '0003-slow.sql'])
})

it('refuses an applied file that changed, but not other line ends', async () => {
  await migrate(pool, folder)
  write('0001-first.sql', 'create table first (a integer);\r\ncreate index on first (a);\r\n')
  expect(await migrate(pool, folder)).toEqual([])
  write('0001-first.sql', 'create table first (a bigint);')
  await expect(migrate(pool, folder)).rejects.toMatchObject({
    code: 'environment',
    retry: 'never',
    message: expect.stringContaining('0001-first.sql') as string,
  })
})

it('refuses a database that a newer program migrated', async () => {
  const newer = `${folder}-newer`
  cpSync(folder, newer, { recursive: true })
  writeFileSync(join(newer, '0003-newer.sql'), 'create table newer (a integer)')
  await migrate(pool, newer)
  rmSync(newer, { recursive: true })
  await expect(migrate(pool, folder)).rejects.toMatchObject({
    code: 'database-newer',
    message: 'the database has schema 3 (0003-newer.sql), and this mainward knows 2',
  })
})

it.each(['0004-gap.sql', '0002-twice.sql', '3-short.sql', '0003_Case.sql'])('refuses the file name %s', async (name) => {
  write(name, 'select 1')
  await expect(migrate(pool, folder)).rejects.toThrow(/migration/)
})

it('leaves no lock behind', async () => {
  await migrate(pool, folder)
  const locks = await pool.query(
    `select 1 from pg_locks join pg_database on pg_database.oid = database
      where locktype = 'advisory' and datname = current_database()`,
  )
  expect(locks.rowCount).toBe(0)
})
