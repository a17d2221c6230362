/** Starts and stops one server process on a data folder. Does not choose the port and never starts it again. */
import { spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { MainwardError } from '../../core/error.ts'
import type { DatabaseHome } from './home.ts'
import { readPostmasterFile } from './postmaster-file.ts'
import { identifyProcess, signalProcess, waitForEnd, type ProcessIdentity } from './process-identity.ts'
import { programPath, type Programs } from './programs.ts'
import { identityOf, postgresEnvironment } from './run-program.ts'
import { settingsArguments, type ServerSettings } from './settings.ts'

export interface ServerRequest {
  readonly home: DatabaseHome
  readonly programs: Programs
  readonly port: number
  readonly settings: ServerSettings
  /** Where the server writes its log; appended. */
  readonly logFile: string
}

export interface ServerProcess {
  readonly identity: ProcessIdentity
  /** Resolves with a sentence when the process has ended. */
  readonly ended: Promise<string>
}

/** Why a server did not come up. */
export type StartProblem = 'port-taken' | 'still-in-use' | 'other'

export class ServerStartError extends MainwardError {
  readonly problem: StartProblem

  constructor(problem: StartProblem, message: string) {
    super('database-unavailable', message, { retry: 'backoff', hint: 'logs/postgres.log in the state folder says more' })
    this.problem = problem
  }
}

const readyTimeoutMs = 60_000

/** Starts the server and waits until it accepts connections; crash recovery included. */
export async function startServer(request: ServerRequest): Promise<ServerProcess> {
  const log = openSync(request.logFile, 'a', 0o600)
  const logStart = fstatSync(log).size
  try {
    const server = await spawnServer(request, log)
    await waitUntilReady(request, server, logStart)
    return server
  } finally {
    closeSync(log)
  }
}

/**
 * Fast shutdown, then an immediate one, then the hard way: data stay whole in every case. One that does not answer is
 * not asked for the first.
 */
export async function stopServer(identity: ProcessIdentity, answers = true): Promise<void> {
  const steps = [['SIGINT', answers ? 15_000 : 0], ['SIGQUIT', 2_000], ['SIGKILL', 5_000]] as const // prettier-ignore
  for (const [signal, patienceMs] of steps) {
    signalProcess(identity, signal)
    if (await waitForEnd(identity, patienceMs)) return
  }
  throw new MainwardError('database-unavailable', `Postgres (process ${identity.pid}) cannot be stopped`)
}

function spawnServer(request: ServerRequest, log: number): Promise<ServerProcess> {
  const { home, programs, port, settings } = request
  const args = ['-D', home.dataFolder, '-p', String(port), ...settingsArguments(settings)]
  return new Promise((resolve, reject) => {
    const child = spawn(programPath(programs, 'postgres'), args, {
      ...identityOf(home),
      cwd: home.folder,
      env: postgresEnvironment,
      stdio: ['ignore', log, log],
      // A process group of its own: Ctrl-C in the terminal must not stop it before its clients.
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    const ended = new Promise<string>((end) => {
      child.once('exit', (code, signal) => {
        end(signal === null ? `ended with exit code ${code ?? '?'}` : `was ended by ${signal}`)
      })
    })
    child.once('error', reject)
    child.once('spawn', () => {
      const pid = child.pid ?? 0
      child.unref()
      resolve({ identity: identifyProcess(pid) ?? { pid, startMark: null }, ended })
    })
  })
}

async function waitUntilReady(request: ServerRequest, server: ServerProcess, logStart: number): Promise<void> {
  const progress: { end: string | null } = { end: null }
  void server.ended.then((reason) => (progress.end = reason))
  const deadline = Date.now() + readyTimeoutMs
  for (;;) {
    const file = readPostmasterFile(request.home.dataFolder)
    if (file !== null && file.pid === server.identity.pid && file.ready) return
    if (progress.end !== null) throw explainEnd(request.logFile, logStart, progress.end)
    if (Date.now() > deadline) {
      await stopServer(server.identity)
      throw new ServerStartError('other', `Postgres was not ready after ${readyTimeoutMs / 1000} seconds`)
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function explainEnd(logFile: string, logStart: number, end: string): ServerStartError {
  const written = readFileSync(logFile).subarray(logStart).toString('utf8')
  const lines = written.split('\n').filter((line) => line.trim() !== '')
  const telling = lines.findLast((line) => /FATAL|PANIC/.test(line)) ?? lines.find((line) => line.startsWith('postgres:'))
  const reason = telling?.replace(/^.*?(FATAL|PANIC|postgres):\s*/, '') ?? end
  return new ServerStartError(problemOf(written), `Postgres did not start: ${reason}`)
}

function problemOf(log: string): StartProblem {
  if (/could not bind|could not create any TCP\/IP sockets/.test(log)) return 'port-taken'
  if (/pre-existing shared memory block|lock file "postmaster\.pid" already exists/.test(log)) return 'still-in-use'
  return 'other'
}
