/** Keeps one child program running: starts it, hears where it listens, starts it again, stops it. Knows no program. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { messageOf } from '../core/error.ts'
import { countFailures, restartPauseMs } from '../core/restart-pause.ts'

/** Where a child listens. */
export interface ListeningAddress {
  readonly url: string
  /** `HOST:PORT`; null: no gRPC. */
  readonly grpc: string | null
}

export interface ChildRequest {
  /** As people know it: serve, reconcile. */
  readonly name: string
  /** Program and first arguments. */
  readonly command: readonly [string, ...string[]]
  /** The other arguments; asked at every start, with the address where it listened before. */
  readonly arguments: (last: ListeningAddress | null) => readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly logFile: string
  /** How long it may take to end by itself when asked to. */
  readonly patienceMs: number
  onListening(address: ListeningAddress): void
  /** It ended without being asked to, and starts again after the pause. */
  onEnd(reason: string, pauseMs: number): void
  /** It refused its arguments, before it ever listened: it is not started again. */
  onRefusal(reason: string): void
}

/** What every command says when it was used wrongly. */
const wrongUseCode = 2

export interface SupervisedChild {
  /** Null between two lives. */
  pid(): number | null
  /** Ends it and starts it again, for a changed environment. */
  restart(environment: ChildRequest['environment']): void
  /** SIGTERM, then SIGKILL when the patience is over. */
  stop(): Promise<void>
}

interface Life {
  readonly child: ChildProcess
  readonly startedAtMs: number
  readonly logStart: number
  readonly ended: Promise<void>
}

interface ChildState {
  environment: ChildRequest['environment']
  life: Life | null
  timer: NodeJS.Timeout | null
  failures: number
  last: ListeningAddress | null
  stopping: boolean
}

/** Starts the child at once, and again whenever it ends, with growing pauses and without giving up. */
export function superviseChild(request: ChildRequest): SupervisedChild {
  const state: ChildState = {
    environment: request.environment,
    life: null,
    timer: null,
    failures: 0,
    last: null,
    stopping: false,
  }
  start(request, state)
  return {
    pid: () => state.life?.child.pid ?? null,
    restart(environment) {
      state.environment = environment
      state.failures = 0
      state.life?.child.kill('SIGTERM')
    },
    stop: () => stop(request, state),
  }
}

function start(request: ChildRequest, state: ChildState): void {
  state.timer = null
  const [program, ...first] = request.command
  const log = openSync(request.logFile, 'a', 0o600)
  const logStart = fstatSync(log).size
  const child = spawn(program, [...first, ...request.arguments(state.last)], {
    env: state.environment,
    // When the supervisor dies, however it dies, the channel closes, and the child ends itself.
    stdio: ['ignore', log, log, 'ipc'],
    // Ctrl-C in the terminal reaches the supervisor alone, which stops the children in order.
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  closeSync(log)
  child.on('message', (message) => {
    const address = readListening(message)
    if (address === null) return
    state.last = address
    request.onListening(address)
  })
  const ended = new Promise<void>((resolve) => {
    const end = (reason: string, code: number | null): void => {
      resolve()
      continueAfter(request, state, { reason, code })
    }
    child.once('error', (error) => {
      // An error after the start (a signal or a message that failed) ends nothing.
      if (child.pid === undefined) end(messageOf(error), null)
    })
    child.once('exit', (code, signal) => {
      end(signal === null ? `exit code ${code ?? '?'}` : `killed by ${signal}`, code)
    })
  })
  state.life = { child, startedAtMs: Date.now(), logStart, ended }
}

interface End {
  readonly reason: string
  /** Null: it was killed, or never started. */
  readonly code: number | null
}

function continueAfter(request: ChildRequest, state: ChildState, { reason, code }: End): void {
  const life = state.life
  state.life = null
  if (state.stopping || life === null) return
  const lastLine = readLastLine(request.logFile, life.logStart)
  if (code === wrongUseCode && state.last === null) {
    request.onRefusal(lastLine ?? reason)
    return
  }
  state.failures = countFailures(state.failures, Date.now() - life.startedAtMs)
  const pauseMs = restartPauseMs(state.failures)
  request.onEnd(explain({ reason, code }, lastLine), pauseMs)
  state.timer = setTimeout(() => {
    start(request, state)
  }, pauseMs)
}

async function stop(request: ChildRequest, state: ChildState): Promise<void> {
  state.stopping = true
  if (state.timer !== null) clearTimeout(state.timer)
  const life = state.life
  if (life === null) return
  life.child.kill('SIGTERM')
  const timer = setTimeout(() => {
    life.child.kill('SIGKILL')
  }, request.patienceMs)
  await life.ended
  clearTimeout(timer)
}

function readListening(message: unknown): ListeningAddress | null {
  if (typeof message !== 'object' || message === null) return null
  const { type, url, grpc } = message as { type?: unknown; url?: unknown; grpc?: unknown }
  if (type !== 'listening' || typeof url !== 'string') return null
  return { url, grpc: typeof grpc === 'string' ? grpc : null }
}

/** What a child wrote before it ended by itself is mostly why; one that was killed was in the middle of something. */
function explain({ reason, code }: End, lastLine: string | null): string {
  if (lastLine === null) return reason
  return code === null ? `${reason}; its last line: ${lastLine}` : `${reason}: ${lastLine}`
}

/** What the child wrote last in this life: the message of a JSON line, or the first line of an error's stack. */
function readLastLine(logFile: string, logStart: number): string | null {
  if (!existsSync(logFile)) return null
  const text = readFileSync(logFile).subarray(logStart).toString('utf8').slice(-20_000)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const line = lines.findLast((each) => /^(\w*Error|error):/.test(each)) ?? lines.at(-1)
  if (line === undefined) return null
  try {
    const parsed = JSON.parse(line) as { msg?: unknown }
    return typeof parsed.msg === 'string' ? parsed.msg : line
  } catch (error) {
    if (error instanceof SyntaxError) return line.replace(/^error: /, '')
    throw error
  }
}
