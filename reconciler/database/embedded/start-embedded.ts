/** The embedded database: makes, adopts, starts and stops the Postgres server of one state folder. */
import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Client, DatabaseError } from 'pg'
import { MainwardError, messageOf } from '../../core/error.ts'
import { databaseRole, ensureDataFolder } from './data-folder.ts'
import { findFreePort, isFree } from './free-port.ts'
import { ensureAccess, ensureDatabaseHome, possibleHomes, recordAccess, systemFolder, type DatabaseAccess, type DatabaseHome } from './home.ts' // prettier-ignore
import { findRunningServer } from './postmaster-file.ts'
import { isAlive, type ProcessIdentity } from './process-identity.ts'
import { preparePrograms, type Programs } from './programs.ts'
import { ServerStartError, startServer, stopServer, type ServerProcess } from './server-process.ts'
import { embeddedSettings, type ServerSettings } from './settings.ts'

export interface EmbeddedOptions {
  /** The caller holds the state folder's lock: two servers on one data folder are refused by Postgres only. */
  readonly stateFolder: string
  readonly log: (message: string) => void
  /** Clients know the address already: fail, to be called again, rather than move to another port. */
  readonly keepPort?: boolean
  /** Settings that differ from the embedded ones. */
  readonly settings?: ServerSettings
  /** Where root's databases go when nobody else can enter the state folder. */
  readonly systemFolder?: string
  /** Where to look for Postgres instead of the installed package. */
  readonly packageFolder?: string
}

export interface EmbeddedPostgres {
  readonly url: string
  readonly pid: number
  /** True when it was running already, left behind by a supervisor that was killed. */
  readonly adopted: boolean
  stop(): Promise<void>
  /** Calls back once, when the server ends without having been asked to. */
  onExit(listener: (reason: string) => void): void
}

/** The address that the server will most likely have: children may get it, and wait, before the server is there. */
export async function reserveEmbeddedUrl(options: EmbeddedOptions): Promise<string> {
  const home = ensureDatabaseHome(options.stateFolder, options.systemFolder ?? systemFolder)
  return urlOf(await ensurePort(home, options.keepPort === true))
}

/**
 * Guarantees a running server on the state folder's data, made when there is none yet. A server that a killed
 * supervisor left behind is adopted when it answers, has our password, data folder and version; else it is stopped.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const home = ensureDatabaseHome(options.stateFolder, options.systemFolder ?? systemFolder)
  const programs = await preparePrograms({
    account: home.account,
    copyFolders: home.account === null ? [home.folder] : [options.systemFolder ?? systemFolder, home.folder],
    ...(options.packageFolder === undefined ? {} : { packageFolder: options.packageFolder }),
  })
  const adopted = await adoptRunning(home, programs, options.log)
  if (adopted !== null) return adopted
  const access = await ensurePort(home, options.keepPort === true)
  await ensureDataFolder(home, programs, access.password)
  return startFresh(options, home, programs)
}

/** Removes a state folder's database for good, wherever it lies; a server that still runs on it is stopped first. */
export async function removeEmbeddedPostgres(stateFolder: string, system = systemFolder): Promise<void> {
  for (const folder of possibleHomes(stateFolder, system)) {
    const dataFolder = join(folder, 'data')
    const running = existsSync(dataFolder) ? findRunningServer(dataFolder) : null
    if (running !== null) await stopServer(running.identity)
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function adoptRunning(
  home: DatabaseHome,
  programs: Programs,
  log: (message: string) => void,
): Promise<EmbeddedPostgres | null> {
  const running = findRunningServer(home.dataFolder)
  if (running === null) return null
  const access = { ...ensureAccess(home), port: running.port }
  const found = await inspectServer(home, programs, urlOf(access))
  if (found.problem === null) {
    recordAccess(home, access)
    return describe(access, { identity: running.identity, ended: watchEnd(running.identity) }, true)
  }
  log(`stopping the Postgres that an earlier run left behind (process ${running.pid}): ${found.problem}`)
  await stopServer(running.identity, found.answers)
  return null
}

interface Inspection {
  /** Null when the server is ours, of this version, and well. */
  readonly problem: string | null
  readonly answers: boolean
}

/** A server that is still starting (after a crash it recovers first) gets time. */
async function inspectServer(home: DatabaseHome, programs: Programs, url: string): Promise<Inspection> {
  const deadline = Date.now() + 60_000
  for (;;) {
    try {
      const found = await readServer(url)
      return { problem: compareServer(found, home, programs), answers: true }
    } catch (error) {
      const starting = error instanceof DatabaseError && error.code === '57P03'
      if (!starting || Date.now() > deadline) {
        return { problem: `it does not answer: ${messageOf(error)}`, answers: error instanceof DatabaseError }
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

interface ServerFacts {
  readonly folder: string
  readonly version: string
}

async function readServer(url: string): Promise<ServerFacts> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000, query_timeout: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const result = await client.query<ServerFacts>(
      "select current_setting('data_directory') as folder, current_setting('server_version') as version",
    )
    return result.rows[0] ?? { folder: '', version: '' }
  } finally {
    await client.end().catch(() => undefined)
  }
}

function compareServer({ folder, version }: ServerFacts, home: DatabaseHome, programs: Programs): string | null {
  if (realpathSync(folder) !== realpathSync(home.dataFolder)) return `it serves ${folder}`
  return version === programs.version ? null : `it is version ${version}, and ours is ${programs.version}`
}

async function startFresh(options: EmbeddedOptions, home: DatabaseHome, programs: Programs): Promise<EmbeddedPostgres> {
  const logs = join(options.stateFolder, 'logs')
  mkdirSync(logs, { recursive: true, mode: 0o700 })
  const settings = { ...embeddedSettings, ...options.settings }
  for (let attempt = 1; ; attempt++) {
    const access = await ensurePort(home, options.keepPort === true)
    try {
      const request = { home, programs, port: access.port, settings, logFile: join(logs, 'postgres.log') }
      return describe(access, await startServer(request), false)
    } catch (error) {
      if (!(error instanceof ServerStartError) || attempt === 10) throw error
      if (error.problem === 'other' || (error.problem === 'port-taken' && options.keepPort === true)) throw error
      // Processes of a server that was just killed leave within moments; a taken port is replaced.
      await new Promise((resolve) => setTimeout(resolve, error.problem === 'still-in-use' ? 300 : 0))
    }
  }
}

/** The recorded port when it is ours already or free; else another one, recorded. */
async function ensurePort(home: DatabaseHome, keep: boolean): Promise<DatabaseAccess> {
  const access = ensureAccess(home)
  const running = findRunningServer(home.dataFolder)
  if (running !== null) return { ...access, port: running.port }
  if (access.port !== 0 && (keep || (await isFree(access.port)))) return access
  return recordAccess(home, { ...access, port: await findFreePort() })
}

function describe(access: DatabaseAccess, server: ServerProcess, adopted: boolean): EmbeddedPostgres {
  const stopping = { asked: false }
  return {
    url: urlOf(access),
    pid: server.identity.pid,
    adopted,
    async stop() {
      stopping.asked = true
      await stopServer(server.identity)
    },
    onExit(listener) {
      void server.ended.then((reason) => {
        if (!stopping.asked) listener(reason)
      })
    },
  }
}

/** The end of a process that is no child of ours can only be looked for. */
function watchEnd(identity: ProcessIdentity): Promise<string> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (isAlive(identity)) return
      clearInterval(timer)
      resolve('ended')
    }, 200)
    timer.unref()
  })
}

function urlOf(access: DatabaseAccess): string {
  if (access.port === 0) throw new MainwardError('database-unavailable', 'the database has no port yet')
  return `postgres://${databaseRole}:${access.password}@127.0.0.1:${access.port}/postgres`
}
