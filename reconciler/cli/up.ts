/** `mainward up`: one command that runs database, control plane and data plane on one machine, and says how they are. */
import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../core/clock.ts'
import { MainwardError, messageOf } from '../core/error.ts'
import type { StatusDocument } from '../core/status.ts'
import { isFree } from '../database/embedded/free-port.ts'
import { ensureAdminToken, ensureStateFolder } from '../supervisor/state-folder.ts'
import { takeStateLock } from '../supervisor/state-lock.ts'
import { removeControlFile, supervise, type Supervision, type SupervisionEvents } from '../supervisor/supervise.ts'
import { writeAtomically } from '../supervisor/write-atomically.ts'
import type { ExitCode } from './command.ts'
import type { Terminal } from './context.ts'
import { resolveStatePaths } from './state-paths.ts'
import { buildReadyFile } from './up/ready-file.ts'
import { reconcileArguments, serveArguments, type UpOptions } from './up/up-options.ts'
import { renderChanges, renderDatabase, renderSettled, renderStart, renderTrouble } from './up/up-report.ts'
import { watchStatus } from './up/watch-status.ts'

export interface UpEffects {
  /** The folder in which the program was started. */
  readonly folder: string
  readonly terminal: Terminal
  readonly clock: Clock
  readonly fetch: typeof fetch
  /** Aborted when the program is asked to stop. */
  readonly interruption: AbortSignal
  /** `DATABASE_URL`; null: the embedded database. */
  readonly databaseUrl: string | null
  /** The environment that the children inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** How a mainward command is run: node and the built program. */
  readonly command: readonly [string, ...string[]]
}

/** Runs until it is interrupted. Throws `usage`, `state-locked`, `port-in-use`, `environment`. */
export async function runUp(options: UpOptions, effects: UpEffects): Promise<ExitCode> {
  const { repository, local, stateFolder } = resolveStatePaths(effects.folder, options.repository, options.stateFolder)
  const absolute = { ...resolveFiles(options, effects.folder), repository }
  ensureStateFolder(stateFolder, local)
  const lock = takeStateLock(stateFolder, effects.clock.now())
  try {
    await runLocked(absolute, stateFolder, effects)
    return 0
  } finally {
    removeControlFile(stateFolder)
    lock.release()
  }
}

/** Relative paths start where the program was started. */
function resolveFiles(options: UpOptions, folder: string): UpOptions {
  const absolute = (path: string | null): string | null => (path === null ? null : resolve(folder, path))
  return { ...options, tokenFile: absolute(options.tokenFile), readyFile: absolute(options.readyFile) }
}

/** What is known of the running parts. */
interface UpState {
  serving: string | null
  /** gRPC: `HOST:PORT`. */
  grpc: string | null
  control: string | null
  status: StatusDocument | null
  settled: boolean
  /** Why the status could not be told the last time. */
  trouble: string | null
  stopping: boolean
}

async function runLocked(options: UpOptions, stateFolder: string, effects: UpEffects): Promise<void> {
  const { terminal } = effects
  await requireFreePort(options.port, '--port', options.host)
  await requireFreePort(options.grpcPort, '--grpc-port', options.host)
  await requireFreePort(options.adminPort, '--admin-port', options.host)
  const { file: tokenFile, token } = ensureAdminToken(stateFolder)
  if (options.readyFile !== null) rmSync(options.readyFile, { force: true })
  terminal.write(renderStart(options, stateFolder, terminal.style))
  const state: UpState = {
    serving: null,
    grpc: null,
    control: null,
    status: null,
    settled: false,
    trouble: null,
    stopping: false,
  }
  const startedAt = new Date(effects.clock.now()).toISOString()
  const supervision = await supervise(
    {
      stateFolder,
      databaseUrl: effects.databaseUrl,
      programs: {
        reconcile: { command: effects.command, arguments: (last) => reconcileArguments(options, stateFolder, last) },
        serve: { command: effects.command, arguments: (last) => serveArguments(options, stateFolder, last) },
      },
      environment: { ...effects.environment, MAINWARD_TOKEN: token },
      tokenFile,
      events: reportEvents(state, terminal),
    },
    startedAt,
  )
  await runUntilInterrupted(supervision, { options, effects, state, token })
}

/** A data plane whose supervisor was killed may still be answering its last requests: it gets a moment. */
async function requireFreePort(port: number, option: string, host: string): Promise<void> {
  const attempts = 100
  for (let attempt = 1; port !== 0 && !(await isFree(port, host)); attempt++) {
    if (attempt === attempts) {
      throw new MainwardError('port-in-use', `port ${port} of ${host} is taken by another program`, {
        hint: `choose another one with ${option}; 0 picks a free one`,
      })
    }
    await sleep(30)
  }
}

function reportEvents(state: UpState, terminal: Terminal): SupervisionEvents {
  return {
    onDatabase: ({ url, adopted }) => {
      if (!state.stopping) terminal.write(renderDatabase(new URL(url).port, adopted))
    },
    onListening: (part, { url, grpc }) => {
      state[part === 'serve' ? 'serving' : 'control'] = url
      if (part === 'serve') state.grpc = grpc
    },
    onTrouble: (part, reason, pauseMs) => {
      terminal.writeError(renderTrouble(part, reason, pauseMs, terminal.style))
    },
    onNotice: (message) => {
      terminal.writeError(`${message}\n`)
    },
  }
}

interface Running {
  readonly options: UpOptions
  readonly effects: UpEffects
  readonly state: UpState
  readonly token: string
}

async function runUntilInterrupted(supervision: Supervision, running: Running): Promise<void> {
  const { effects, state, token } = running
  const broken = new AbortController()
  const signal = AbortSignal.any([effects.interruption, broken.signal])
  const failure: { error: Error | null } = { error: null }
  void supervision.hopeless.then((error) => {
    failure.error = error
    broken.abort()
  })
  const watching = { url: () => state.control, token, fetch: effects.fetch, signal }
  await watchStatus({ ...watching, onStatus: (status) => takeStatusSafely(running, status) }).finally(async () => {
    state.stopping = true
    effects.terminal.write('stopping\n')
    await supervision.stop()
  })
  if (failure.error !== null && !effects.interruption.aborted) throw failure.error
}

/** Whatever goes wrong with telling, serving goes on. */
function takeStatusSafely(running: Running, status: StatusDocument): boolean {
  const { state, effects } = running
  try {
    return takeStatus(running, status)
  } catch (error) {
    const trouble = messageOf(error)
    if (trouble !== state.trouble) effects.terminal.writeError(`the status cannot be shown: ${trouble}\n`)
    state.trouble = trouble
    return true
  }
}

/** True once everything is known and told. */
function takeStatus({ options, effects, state }: Running, status: StatusDocument): boolean {
  const { terminal } = effects
  const { serving, grpc, control } = state
  terminal.write(renderChanges(state.status, status, terminal.style))
  state.status = status
  if (state.settled || !status.settled || serving === null || control === null) return state.settled
  state.settled = true
  terminal.write(renderSettled(status, { serving, grpc, control }, terminal.style))
  if (options.readyFile === null) return true
  const content = JSON.stringify(buildReadyFile(status.models, { serving, grpc, control }), null, 2)
  writeAtomically(options.readyFile, `${content}\n`, 0o644)
  return true
}
