/** The control plane's hold on the process that materialises: starts it when there is a job, hands one over at a time, and ends it when there was none for a while. */
import { fork, type ChildProcess } from 'node:child_process'
import { MainwardError, messageOf } from '../../core/error.ts'
import type { Logger } from '../../core/log.ts'
import { builtFile } from '../../core/package-root.ts'
import type { Failure } from './describe-failure.ts'
import type { DescribeJob, MaterialiseCall, MaterialiseJob, MaterialiseReply, MaterialiseSettings, BackfillJob, BackfillOutcome, ViewOutcome } from './materialise-messages.ts' // prettier-ignore
import type { CarryJob, CarryOutcome } from './carry-pushes.ts'
import type { SegmentJob, SegmentOutcome } from './store-segments.ts'

const goodbyeMs = 2_000
/** So long an idle process is kept, in milliseconds: with its engine it has some 100 MiB, and starting both takes half a second. */
const defaultIdleMs = 10_000

export interface MaterialiseProcessOptions {
  readonly log: Pick<Logger, 'warn'>
  readonly idleMs?: number
}

export class MaterialiseProcess {
  readonly #settings: MaterialiseSettings
  readonly #log: Pick<Logger, 'warn'>
  readonly #idleMs: number
  /** Ends the process that has nothing to do. */
  #idle: NodeJS.Timeout | null = null
  #calls = 0
  /** A process that was told to end and is still there. */
  #leaving: Promise<void> = Promise.resolve()
  #child: ChildProcess | null = null
  #lastId = 0
  #stopped = false

  constructor(settings: MaterialiseSettings, { log, idleMs = defaultIdleMs }: MaterialiseProcessOptions) {
    this.#settings = settings
    this.#log = log
    this.#idleMs = idleMs
  }

  /** Of the running process, for whoever watches it. */
  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  /** Starts the process and its engine, for a job that comes soon. */
  warm(): void {
    if (this.#stopped) return
    try {
      const child = this.#child ?? this.#start()
      child.send({ type: 'warm' } satisfies MaterialiseCall, () => undefined)
      this.#rest()
    } catch (thrown) {
      // The job that comes says it again.
      this.#log.warn({}, `the materialising process could not be started ahead: ${messageOf(thrown)}`)
    }
  }

  /** One call at a time. Throws `unavailable` when the process ends; the next call starts a new one. */
  async run(job: MaterialiseJob): Promise<readonly ViewOutcome[]> {
    const reply = await this.#ask((id) => ({ type: 'run', id, job }))
    return reply.type === 'outcomes' ? reply.outcomes : refuse(reply)
  }

  /** Keeps statistics of a view; why it could not, or null. As `run`. */
  async describe(job: DescribeJob): Promise<Failure | null> {
    const reply = await this.#ask((id) => ({ type: 'describe', id, job }))
    return reply.type === 'described' ? reply.failure : refuse(reply)
  }

  /** Writes segments of pushed rows. As `run`. */
  async store(job: SegmentJob): Promise<readonly SegmentOutcome[]> {
    const reply = await this.#ask((id) => ({ type: 'store', id, job }))
    return reply.type === 'stored' ? reply.outcomes : refuse(reply)
  }

  /** Takes over rows that were pushed under earlier definitions. As `run`. */
  async carry(job: CarryJob): Promise<CarryOutcome> {
    const reply = await this.#ask((id) => ({ type: 'carry', id, job }))
    return reply.type === 'carried' ? reply.outcome : refuse(reply)
  }

  /** Brings rows of a pushed view's source into the store. As `run`. */
  async backfill(job: BackfillJob): Promise<BackfillOutcome> {
    const reply = await this.#ask((id) => ({ type: 'backfill', id, job }))
    return reply.type === 'backfilled' ? reply.outcome : refuse(reply)
  }

  #ask(call: (id: number) => MaterialiseCall): Promise<MaterialiseReply> {
    if (this.#stopped) return Promise.reject(new MainwardError('unavailable', 'the materialising process was stopped'))
    const child = this.#child ?? this.#start()
    this.#lastId += 1
    const id = this.#lastId
    this.#calls += 1
    clearTimeout(this.#idle ?? undefined)
    return new Promise((resolve, reject) => {
      const finish = (action: () => void): void => {
        this.#calls -= 1
        this.#rest()
        child.off('message', onMessage)
        child.off('exit', onExit)
        child.off('error', onError)
        action()
      }
      const onMessage = (reply: MaterialiseReply): void => {
        if (reply.id !== id) return
        finish(() => resolve(reply))
      }
      const lose = (reason: string): void =>
        finish(() => reject(new MainwardError('unavailable', `the materialising process ${reason}`, { retry: 'backoff' })))
      const onExit = (code: number | null, signal: string | null): void => lose(`ended: ${signal ?? code}`)
      const onError = (error: Error): void => lose(`failed: ${error.message}`)
      child.on('message', onMessage)
      child.once('exit', onExit)
      child.once('error', onError)
      child.send(call(id), (error) => {
        if (error !== null) onError(error)
      })
    })
  }

  /** What is under way is ended: it is begun again behind what is written. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#dismiss()
    await this.#leaving
  }

  #rest(): void {
    clearTimeout(this.#idle ?? undefined)
    if (this.#calls > 0 || this.#child === null) return
    this.#idle = setTimeout(() => this.#dismiss(), this.#idleMs)
    this.#idle.unref()
  }

  /** A next call starts another process at once. */
  #dismiss(): void {
    clearTimeout(this.#idle ?? undefined)
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (child.connected) child.disconnect()
    const kill = setTimeout(() => child.kill('SIGKILL'), goodbyeMs)
    this.#leaving = Promise.all([this.#leaving, ended.then(() => clearTimeout(kill))]).then(() => undefined)
  }

  #start(): ChildProcess {
    const child = forkWorker()
    this.#child = child
    const forget = (): void => {
      if (this.#child === child) this.#child = null
    }
    child.on('exit', (code, signal) => {
      // A call that is under way says it itself.
      if (this.#child === child && this.#calls === 0 && !this.#stopped)
        this.#log.warn(
          {},
          `the materialising process ended while it had nothing to do: ${signal ?? `status ${code}`}; the next work starts another`,
        )
      forget()
    })
    // Also when no job runs: an error that nobody hears would end the control plane.
    child.on('error', forget)
    child.send({ type: 'configure', settings: this.#settings }, (error) => {
      if (error !== null) forget()
    })
    return child
  }
}

function refuse(reply: MaterialiseReply): never {
  if (reply.type === 'failed') throw new MainwardError('unavailable', reply.message, { retry: 'backoff' })
  throw new Error(`the materialising process answered ${reply.type} to another call`)
}

function forkWorker(): ChildProcess {
  try {
    return fork(builtFile('cli/materialise/materialise-worker.js'), [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  } catch (cause) {
    throw new MainwardError('unavailable', 'the materialising process cannot be started', { cause, retry: 'backoff' })
  }
}
