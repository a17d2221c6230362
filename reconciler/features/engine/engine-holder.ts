/** The hold on an engine's process: starts it, hands it one call at a time, ends it. Knows no statement. */
import { fork, type ChildProcess } from 'node:child_process'
import { MainwardError } from '../../core/error.ts'
import { builtFile } from '../../core/package-root.ts'
import { guardSignal, type GuardedLimit, type EngineCall, type EngineReply, type EngineTable } from './engine-messages.ts'

export interface HolderOptions {
  /** How long one call may take, in milliseconds; null: for ever. */
  readonly timeLimitMs: number | null
  readonly onProgress: ((share: number) => void) | null
}

interface Waiting {
  readonly resolve: (table: EngineTable | null) => void
  readonly reject: (error: MainwardError) => void
  readonly timer: NodeJS.Timeout | null
}

/** How much of what a dying process wrote is told. */
const lastWordsBytes = 2_000

export class EngineHolder {
  readonly #child: ChildProcess
  #options: HolderOptions
  readonly #gone: Promise<void>
  #waiting: Waiting | null = null
  #ended: MainwardError | null = null
  #lastWords = ''

  constructor(options: HolderOptions) {
    this.#options = options
    // No environment: it may hold passwords, and nothing in the process needs it.
    this.#child = fork(builtFile('features/engine/engine-process.js'), [], {
      env: {},
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#child.stderr?.on('data', (part: Buffer) => {
      this.#lastWords = (this.#lastWords + part.toString('utf8')).slice(-lastWordsBytes)
    })
    this.#child.on('message', (reply: EngineReply) => this.#onReply(reply))
    this.#child.on('error', (cause) => this.end(new MainwardError('engine-failed', 'the engine cannot be started', { cause })))
    this.#gone = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.end(describeEnd(signal ?? `status ${code}`, this.#lastWords))
        resolve()
      })
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** For whoever uses it next. */
  serve(options: HolderOptions): void {
    this.#options = options
  }

  get isEnded(): boolean {
    return this.#ended !== null || this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** The caller waits for one answer before it asks again. */
  ask(call: EngineCall): Promise<EngineTable | null> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => {
      // Starting is no statement: a limit of its own ends it.
      const timeLimitMs = call.type === 'open' ? null : this.#options.timeLimitMs
      const timer = timeLimitMs === null ? null : setTimeout(() => this.end(tooSlow(timeLimitMs)), timeLimitMs)
      this.#waiting = { resolve, reject, timer }
      this.#child.send(call, (cause) => {
        if (cause !== null) this.end(new MainwardError('engine-failed', 'the engine could not be asked', { cause }))
      })
    })
  }

  /** Kills the process; what waits, and every later call, fails with `reason`. The first reason counts. */
  end(reason: MainwardError): void {
    this.#ended ??= reason
    this.#child.kill('SIGKILL')
    this.#take()?.reject(this.#ended)
  }

  /** Resolves when the process is gone. */
  get gone(): Promise<void> {
    return this.#gone
  }

  #onReply(reply: EngineReply): void {
    if (reply.type === 'progress') return this.#options.onProgress?.(reply.share)
    if (reply.type === 'done') return this.#take()?.resolve(reply.table)
    const { code, message, hint } = reply
    const error = new MainwardError(code, message, hint === undefined ? {} : { hint })
    if (code === 'engine-limit') this.end(error)
    else this.#take()?.reject(error)
  }

  #take(): Waiting | null {
    const waiting = this.#waiting
    this.#waiting = null
    if (waiting !== null && waiting.timer !== null) clearTimeout(waiting.timer)
    return waiting
  }
}

function tooSlow(timeLimitMs: number): MainwardError {
  return new MainwardError('engine-limit', `a statement took longer than ${timeLimitMs} ms and was ended`, {
    hint: 'allow more time, or read fewer rows; a statement that never ends has to be written differently',
  })
}

function describeEnd(how: string, lastWords: string): MainwardError {
  if (how === guardSignal) return describeLimit(lastWords)
  if (how === 'SIGKILL') {
    return new MainwardError('engine-limit', 'the engine was killed from outside: probably the machine ran out of memory', {
      hint: 'allow the engine less memory than the machine has free',
    })
  }
  const said = lastWords.trim()
  return new MainwardError('engine-failed', `the engine crashed (${how})${said === '' ? '' : `: ${said}`}`)
}

function describeLimit(lastWords: string): MainwardError {
  const spilled = lastWords.endsWith('spill' satisfies GuardedLimit)
  return spilled
    ? new MainwardError('engine-limit', 'a statement spilled more to disk than is allowed and was ended', {
        hint: 'allow more spill, or read fewer rows',
      })
    : new MainwardError('engine-limit', 'a statement took more memory than is allowed and was ended', {
        hint: 'allow more memory, or build smaller texts and lists',
      })
}
