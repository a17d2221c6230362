/**
 * A model in a thread of its own: it holds up nobody, and a run that does not end is ended with its thread. The next run gets
 * a new thread. Knows no queue and no request.
 */
import { Worker } from 'node:worker_threads'
import { MainwardError, messageOf, type ErrorCode } from '../../core/error.ts'
import { builtFile } from '../../core/package-root.ts'
import type { LoadedModel } from '../../inference/model.ts'
import type { Tensors } from '../../inference/tensor.ts'

export interface ThreadStart {
  readonly bytes: Uint8Array
}

export interface ThreadCall {
  readonly id: number
  readonly tensors: Tensors
  readonly names: readonly string[] | undefined
}

export type DeclaredModel = Pick<LoadedModel, 'inputs' | 'outputs' | 'otherOutputs' | 'sharesRows'>

export type ThreadReply =
  | { readonly type: 'loaded'; readonly declared: DeclaredModel }
  | { readonly type: 'unusable'; readonly code: ErrorCode; readonly message: string }
  | { readonly type: 'ran'; readonly id: number; readonly outputs: Tensors }
  | { readonly type: 'failed'; readonly id: number; readonly code: ErrorCode; readonly message: string }

export interface ThreadOptions {
  /** The model file, again for every thread. */
  readBytes(): Promise<Uint8Array>
  /** How long a load may take, in milliseconds. */
  readonly loadTimeoutMs: number
  /** How long a run may take, in milliseconds. */
  readonly runTimeoutMs: number
}

/** Throws `model-unusable`, and `timeout` when the model does not load in time. */
export async function loadInThread(options: ThreadOptions): Promise<LoadedModel> {
  let thread: ModelThread | null = await startThread(options)
  let released = false
  const ensureThread = async () => {
    if (thread?.ended !== false) thread = await startThread(options)
    return thread
  }
  return {
    ...thread.declared,
    run: async (tensors, names) => {
      if (released) throw new MainwardError('model-unusable', 'the model has been released')
      return (await ensureThread()).run(tensors, names)
    },
    release: async () => {
      released = true
      await thread?.end()
      thread = null
    },
  }
}

async function startThread(options: ThreadOptions): Promise<ModelThread> {
  const bytes = await options.readBytes()
  const worker = new Worker(builtFile('serving/execution/model-thread-entry.js'), { workerData: { bytes } satisfies ThreadStart })
  return new Promise((resolve, reject) => {
    const end = (error: MainwardError) => {
      clearTimeout(timer)
      worker.terminate().then(
        () => reject(error),
        () => reject(error),
      )
    }
    const timer = setTimeout(() => end(tooSlow('loading the model', options.loadTimeoutMs)), options.loadTimeoutMs)
    worker.once('error', (error) => end(new MainwardError('model-unusable', messageOf(error), { cause: error })))
    worker.once('message', (reply: ThreadReply) => {
      clearTimeout(timer)
      worker.removeAllListeners('error')
      if (reply.type === 'loaded') resolve(new ModelThread(worker, reply.declared, options.runTimeoutMs))
      else end(new MainwardError('model-unusable', reply.type === 'unusable' ? reply.message : 'the thread said something else'))
    })
  })
}

interface WaitingRun {
  readonly resolve: (outputs: Tensors) => void
  readonly reject: (error: MainwardError) => void
  readonly timer: NodeJS.Timeout
}

class ModelThread {
  readonly declared: DeclaredModel
  readonly #worker: Worker
  readonly #runTimeoutMs: number
  readonly #waiting = new Map<number, WaitingRun>()
  #lastId = 0
  #ended = false

  constructor(worker: Worker, declared: DeclaredModel, runTimeoutMs: number) {
    this.#worker = worker
    this.declared = declared
    this.#runTimeoutMs = runTimeoutMs
    worker.unref()
    worker.on('message', (reply: ThreadReply) => this.#settle(reply))
    worker.on('error', (error) => this.#fail(new MainwardError('model-unusable', messageOf(error), { cause: error })))
    worker.on('exit', () => this.#fail(new MainwardError('model-unusable', "the model's thread ended")))
  }

  get ended(): boolean {
    return this.#ended
  }

  run(tensors: Tensors, names: readonly string[] | undefined): Promise<Tensors> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#onTimeout(), this.#runTimeoutMs)
      this.#waiting.set(id, { resolve, reject, timer })
      this.#worker.postMessage({ id, tensors, names } satisfies ThreadCall)
    })
  }

  async end(): Promise<void> {
    this.#ended = true
    await this.#worker.terminate()
  }

  #onTimeout(): void {
    this.#fail(tooSlow('a run of the model', this.#runTimeoutMs))
    void this.#worker.terminate()
  }

  #settle(reply: ThreadReply): void {
    if (reply.type !== 'ran' && reply.type !== 'failed') return
    const run = this.#waiting.get(reply.id)
    if (run === undefined) return
    this.#waiting.delete(reply.id)
    clearTimeout(run.timer)
    if (reply.type === 'ran') run.resolve(reply.outputs)
    else run.reject(new MainwardError(reply.code, reply.message))
  }

  #fail(error: MainwardError): void {
    this.#ended = true
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer)
      reject(error)
    }
    this.#waiting.clear()
  }
}

function tooSlow(what: string, limitMs: number): MainwardError {
  return new MainwardError('timeout', `${what} took longer than ${limitMs} ms and was ended`, { retry: 'backoff' })
}
