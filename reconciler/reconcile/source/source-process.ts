/** The control plane's hold on the source process: starts it, asks one thing at a time, kills it when it is late. */
import { fork, type ChildProcess } from 'node:child_process'
import { MainwardError } from '../../core/error.ts'
import { builtFile } from '../../core/package-root.ts'
import type { ErrorMessage, ReadingPart, SourceCall, SourceReply, SourceSettings } from './source-messages.ts'

interface Asking {
  readonly timeoutMs: number
  readonly onPart?: (part: ReadingPart) => void
}

interface Running {
  readonly child: ChildProcess
  lastId: number
}

const configureTimeoutMs = 30_000
const goodbyeMs = 2_000

/** Every failure rejects the call that it hit; the next call starts a process when none runs. */
export class SourceProcess {
  readonly #settings: SourceSettings
  #running: Running | null = null
  #last: Promise<unknown> = Promise.resolve()
  #stopped = false

  constructor(settings: SourceSettings) {
    this.#settings = settings
  }

  get pid(): number | null {
    return this.#running?.child.pid ?? null
  }

  /** Calls are answered in the order in which they are made; the time limit counts from the start of this one. */
  ask(call: SourceCall, asking: Asking): Promise<unknown> {
    const answer = this.#last.then(() => this.#askNow(call, asking))
    this.#last = answer.catch(() => null)
    return answer
  }

  async stop(): Promise<void> {
    this.#stopped = true
    const child = this.#running?.child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (child.connected) child.disconnect()
    const kill = setTimeout(() => child.kill('SIGKILL'), goodbyeMs)
    await ended
    clearTimeout(kill)
  }

  async #askNow(call: SourceCall, asking: Asking): Promise<unknown> {
    if (this.#stopped) throw new MainwardError('unavailable', 'the source process was stopped')
    return this.#send(this.#running ?? (await this.#start()), call, asking)
  }

  async #start(): Promise<Running> {
    const child = forkWorker()
    const running = { child, lastId: 0 }
    this.#running = running
    const forget = (): void => {
      if (this.#running === running) this.#running = null
    }
    child.on('exit', forget)
    // Also when no call waits: an error that nobody hears would end the control plane.
    child.on('error', forget)
    try {
      await this.#send(running, { type: 'configure', settings: this.#settings }, { timeoutMs: configureTimeoutMs })
    } catch (thrown) {
      child.kill('SIGKILL')
      this.#running = null
      throw thrown
    }
    return running
  }

  #send(running: Running, call: SourceCall, { timeoutMs, onPart }: Asking): Promise<unknown> {
    const { child } = running
    running.lastId += 1
    const id = running.lastId
    return new Promise((resolve, reject) => {
      const finish = (action: () => void): void => {
        clearTimeout(timer)
        child.off('message', onMessage)
        child.off('exit', onExit)
        child.off('error', onError)
        action()
      }
      const onMessage = (reply: SourceReply): void => {
        if (reply.id !== id) return
        if (reply.type === 'part') onPart?.(reply.part)
        else if (reply.type === 'result') finish(() => resolve(reply.value))
        else finish(() => reject(restoreError(reply.error)))
      }
      const lose = (reason: string): void => {
        if (this.#running === running) this.#running = null
        finish(() => reject(new MainwardError('unavailable', `the source process ${reason}`, { retry: 'backoff' })))
      }
      const onExit = (code: number | null, signal: string | null): void => lose(`ended during ${call.type}: ${signal ?? code}`)
      const onError = (error: Error): void => lose(`failed during ${call.type}: ${error.message}`)
      const timer = setTimeout(() => {
        if (this.#running === running) this.#running = null
        child.kill('SIGKILL')
        finish(() => reject(new MainwardError('timeout', `${call.type} took more than ${timeoutMs} ms`, { retry: 'backoff' })))
      }, timeoutMs)
      child.on('message', onMessage)
      child.once('exit', onExit)
      child.once('error', onError)
      child.send({ id, call }, (error) => {
        if (error !== null) onError(error)
      })
    })
  }
}

function forkWorker(): ChildProcess {
  try {
    return fork(builtFile('reconcile/source/source-worker.js'), [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  } catch (cause) {
    throw new MainwardError('unavailable', 'the source process cannot be started', { cause, retry: 'backoff' })
  }
}

function restoreError({ code, message, retry, hint, stack }: ErrorMessage): Error {
  if (code !== null) return new MainwardError(code, message, { retry, ...(hint === undefined ? {} : { hint }) })
  const error = new Error(message)
  if (stack !== undefined) error.stack = stack
  return error
}
