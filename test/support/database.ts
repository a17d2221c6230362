/** Databases for tests: each its own, cloned from one migrated template on the run's embedded Postgres. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'
import { startEmbeddedPostgres } from '../../reconciler/database/embedded/start-embedded.ts'
import { migrate } from '../../reconciler/database/migrate.ts'
import { openPool } from '../../reconciler/database/pool.ts'

export interface TestDatabase {
  readonly url: string
  drop(): Promise<void>
}

/** What the first test file of a run writes down for all others. */
type ServerRecord = { readonly url: string } | { readonly error: string }

const template = 'mainward_template'

/** A fresh database with the current schema; empty without any schema when `migrated` is false. */
export async function createTestDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const server = await findServer()
  const name = `test_${randomBytes(8).toString('hex')}`
  await execute(server, `create database ${name} template ${migrated ? template : 'template0'}`)
  return {
    url: withDatabase(server, name),
    drop: () => execute(server, `drop database if exists ${name} with (force)`),
  }
}

/** The address of the run's server; the first caller of the run starts it, the others wait. */
async function findServer(): Promise<string> {
  const folder = inject('testDatabaseFolder')
  const file = join(folder, 'server.json')
  if (!existsSync(file) && claims(join(folder, 'starting'))) await startServer(folder, file)
  const deadline = Date.now() + 60_000
  while (!existsSync(file)) {
    if (Date.now() > deadline) throw new Error('the test database was not started within a minute')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const record = JSON.parse(readFileSync(file, 'utf8')) as ServerRecord
  if ('error' in record) throw new Error(record.error)
  return record.url
}

/** True for exactly one caller. */
function claims(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function startServer(folder: string, file: string): Promise<void> {
  const record = await prepareServer(folder).catch((error: unknown) => ({
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  }))
  writeFileSync(`${file}.new`, JSON.stringify(record))
  renameSync(`${file}.new`, file)
}

async function prepareServer(folder: string): Promise<ServerRecord> {
  const server = await startEmbeddedPostgres({
    stateFolder: folder,
    systemFolder: join(folder, 'system'),
    log: () => undefined,
    // The data of a test need not outlive a power failure.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 200 },
  })
  await execute(server.url, `create database ${template}`)
  const pool = openPool(withDatabase(server.url, template), { applicationName: 'test template' })
  await migrate(pool)
  await pool.end()
  return { url: server.url }
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
