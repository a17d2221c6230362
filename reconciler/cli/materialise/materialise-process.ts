/** The control plane's hold on the process that materialises: starts it when there is a job, hands one over at a time. */
import { fork, type ChildProcess } from 'node:child_process'
import { MainwardError } from '../../core/error.ts'
import { builtFile } from '../../core/package-root.ts'
import type { Failure } from './describe-failure.ts'
import type { DescribeJob, MaterialiseCall, MaterialiseJob, MaterialiseReply, MaterialiseSettings, ViewOutcome } from './materialise-messages.ts' // prettier-ignore
import type { SegmentJob, SegmentOutcome } from './store-segments.ts'

const goodbyeMs = 2_000

export class MaterialiseProcess {
  readonly #settings: MaterialiseSettings
  #child: ChildProcess | null = null
  #lastId = 0
  #stopped = false

  constructor(settings: MaterialiseSettings) {
    this.#settings = settings
  }

  /** Of the running process, for whoever watches it. */
  get pid(): number | null {
    return this.#child?.pid ?? null
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

  #ask(call: (id: number) => MaterialiseCall): Promise<MaterialiseReply> {
    if (this.#stopped) return Promise.reject(new MainwardError('unavailable', 'the materialising process was stopped'))
    const child = this.#child ?? this.#start()
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      const finish = (action: () => void): void => {
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
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (child.connected) child.disconnect()
    const kill = setTimeout(() => child.kill('SIGKILL'), goodbyeMs)
    await ended
    clearTimeout(kill)
  }

  #start(): ChildProcess {
    const child = forkWorker()
    this.#child = child
    const forget = (): void => {
      if (this.#child === child) this.#child = null
    }
    child.on('exit', forget)
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
