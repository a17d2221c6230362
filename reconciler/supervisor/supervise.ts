/** Runs a whole Mainward on one machine: the database, the control plane, the data plane. Prints nothing itself. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { MainwardError, messageOf } from '../core/error.ts'
import { reserveEmbeddedUrl, type EmbeddedPostgres } from '../database/embedded/start-embedded.ts'
import { keepPostgres, type KeptPostgres } from './keep-postgres.ts'
import { rotateLog } from './state-folder.ts'
import { superviseChild, type ListeningAddress, type SupervisedChild } from './supervised-child.ts'
import { writeAtomically } from './write-atomically.ts'

/** What is supervised, by the names that people see. */
export type PartName = 'reconcile' | 'serve' | 'postgres'

export interface ChildProgram {
  readonly command: readonly [string, ...string[]]
  /** Arguments; `last` is where it listened before, so that it comes back at the same address. */
  readonly arguments: (last: ListeningAddress | null) => readonly string[]
}

export interface SupervisionRequest {
  /** Locked by the caller. */
  readonly stateFolder: string
  /** Null: the embedded database. */
  readonly databaseUrl: string | null
  readonly programs: Readonly<Record<'reconcile' | 'serve', ChildProgram>>
  /** For the children, besides the database's address. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly tokenFile: string
  readonly events: SupervisionEvents
}

export interface SupervisionEvents {
  onDatabase(server: EmbeddedPostgres): void
  onListening(part: 'reconcile' | 'serve', address: ListeningAddress): void
  /** A part ended, or could not start, and starts again after the pause. */
  onTrouble(part: PartName, reason: string, pauseMs: number): void
  onNotice(message: string): void
}

export interface Supervision {
  /** Resolves with the reason when a part can never start here; the caller stops the rest. */
  readonly hopeless: Promise<Error>
  pids(): Readonly<Record<PartName, number | null>>
  /** The data plane drains, then the control plane ends, then the database. */
  stop(): Promise<void>
}

/** The data plane finishes the requests that it has. */
const servePatienceMs = 30_000
/** The control plane ends the step that it is in. */
const reconcilePatienceMs = 15_000

/** Starts everything at the same time: the children get the database's address and wait for it themselves. */
export async function supervise(request: SupervisionRequest, startedAt: string): Promise<Supervision> {
  const { stateFolder, events } = request
  const options = { stateFolder, log: (message: string) => events.onNotice(message) }
  if (request.databaseUrl === null) rotateLog(stateFolder, 'postgres')
  const address = { url: request.databaseUrl ?? (await reserveEmbeddedUrl(options)) }
  const urls = { serve: null as string | null, reconcile: null as string | null }
  const writeControl = (part: 'reconcile' | 'serve', address: ListeningAddress): void => {
    urls[part] = address.url
    writeControlFile(request, startedAt, urls)
    events.onListening(part, address)
  }
  removeControlFile(stateFolder)
  const refusal = createRefusal()
  const postgres =
    request.databaseUrl === null
      ? keepPostgres({
          options,
          onReady: (server) => {
            if (server.url !== address.url) moveDatabase(request, address, server.url, children)
            events.onDatabase(server)
          },
          onTrouble: (reason, pauseMs) => {
            events.onTrouble('postgres', reason, pauseMs)
          },
        })
      : null
  const children = {
    reconcile: startChild(request, 'reconcile', address.url, { onListening: writeControl, onRefusal: refusal.tell }),
    serve: startChild(request, 'serve', address.url, { onListening: writeControl, onRefusal: refusal.tell }),
  }
  return describe(postgres, children, refusal.told)
}

function createRefusal(): { readonly told: Promise<Error>; readonly tell: (part: string, reason: string) => void } {
  const settle: { tell: (error: Error) => void } = { tell: () => undefined }
  const told = new Promise<Error>((resolve) => (settle.tell = resolve))
  return { told, tell: (part, reason) => settle.tell(new MainwardError('usage', `${part}: ${reason}`)) }
}

interface ChildEvents {
  readonly onListening: (part: 'reconcile' | 'serve', address: ListeningAddress) => void
  readonly onRefusal: (part: string, reason: string) => void
}

function startChild(
  request: SupervisionRequest,
  name: 'reconcile' | 'serve',
  databaseUrl: string,
  events: ChildEvents,
): SupervisedChild {
  const { command, arguments: childArguments } = request.programs[name]
  return superviseChild({
    name,
    command,
    arguments: childArguments,
    environment: withDatabase(request, databaseUrl),
    logFile: rotateLog(request.stateFolder, name),
    patienceMs: name === 'serve' ? servePatienceMs : reconcilePatienceMs,
    onListening: (address) => {
      events.onListening(name, address)
    },
    onRefusal: (reason) => {
      events.onRefusal(name, reason)
    },
    onEnd: (reason, pauseMs) => {
      request.events.onTrouble(name, reason, pauseMs)
    },
  })
}

/** Somebody took the reserved port before Postgres did: the children have the wrong address. */
function moveDatabase(
  request: SupervisionRequest,
  address: { url: string },
  url: string,
  children: Readonly<Record<'reconcile' | 'serve', SupervisedChild>>,
): void {
  address.url = url
  for (const child of Object.values(children)) child.restart(withDatabase(request, url))
}

function withDatabase(request: SupervisionRequest, url: string): SupervisionRequest['environment'] {
  return { ...request.environment, DATABASE_URL: url }
}

function describe(
  postgres: KeptPostgres | null,
  children: Readonly<Record<'reconcile' | 'serve', SupervisedChild>>,
  refusal: Promise<Error>,
): Supervision {
  const database = new Promise<Error>((resolve) => {
    postgres?.ready.catch((error: unknown) => {
      resolve(error instanceof Error ? error : new Error(messageOf(error)))
    })
  })
  return {
    hopeless: Promise.race([refusal, database]),
    pids: () => ({
      reconcile: children.reconcile.pid(),
      serve: children.serve.pid(),
      postgres: postgres?.pid() ?? null,
    }),
    async stop() {
      await children.serve.stop()
      await children.reconcile.stop()
      await postgres?.stop()
    },
  }
}

/** `control.json`: where a running reconciler is found. Written once the control plane listens. */
export interface ControlFile {
  readonly pid: number
  readonly startedAt: string
  /** Null until it listens. */
  readonly serving: string | null
  readonly control: string
  readonly tokenFile: string
}

export function removeControlFile(stateFolder: string): void {
  rmSync(join(stateFolder, 'control.json'), { force: true })
}

function writeControlFile(
  { stateFolder, tokenFile }: SupervisionRequest,
  startedAt: string,
  urls: { readonly serve: string | null; readonly reconcile: string | null },
): void {
  if (urls.reconcile === null) return
  const content: ControlFile = {
    pid: process.pid,
    startedAt,
    serving: urls.serve,
    control: urls.reconcile,
    tokenFile,
  }
  writeAtomically(join(stateFolder, 'control.json'), `${JSON.stringify(content, null, 2)}\n`)
}
