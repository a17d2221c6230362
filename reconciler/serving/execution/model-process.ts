/**
 * A model in a process of its own: it holds up nobody, and a run that does not end is ended with its process. The next run gets
 * a new one. Knows no queue and no request.
 *
 * A thread would not do: nothing interrupts native code, and a thread that is terminated in the midst of it goes on computing,
 * and then takes the whole program with it (onnxruntime-node throws where nobody catches).
 */
import { fork, type ChildProcess } from 'node:child_process'
import { MainwardError, messageOf, type ErrorCode } from '../../core/error.ts'
import { builtFile } from '../../core/package-root.ts'
import type { LoadedModel } from '../../inference/model.ts'
import type { Tensors } from '../../inference/tensor.ts'

export interface ProcessCall {
  readonly id: number
  readonly tensors: Tensors
  readonly names: readonly string[] | undefined
}

type DeclaredModel = Pick<LoadedModel, 'inputs' | 'outputs' | 'otherOutputs' | 'sharesRows'>

export type ProcessReply =
  | { readonly type: 'loaded'; readonly declared: DeclaredModel }
  | { readonly type: 'unusable'; readonly code: ErrorCode; readonly message: string }
  | { readonly type: 'ran'; readonly id: number; readonly outputs: Tensors }
  | { readonly type: 'failed'; readonly id: number; readonly code: ErrorCode; readonly message: string }

export interface ProcessOptions {
  /** The model file, again for every process. */
  readBytes(): Promise<Uint8Array>
  /** How long a load may take, in milliseconds. */
  readonly loadTimeoutMs: number
  /** How long a run may take, in milliseconds. */
  readonly runTimeoutMs: number
}

/** Throws `model-unusable`, and `timeout` when the model does not load in time. */
export async function loadInProcess(options: ProcessOptions): Promise<LoadedModel> {
  let current = await startProcess(options)
  let starting: Promise<void> | null = null
  let released = false
  const restart = async () => {
    try {
      current = await startProcess(options)
      if (released) await current.end()
    } finally {
      starting = null
    }
  }
  return {
    ...current.declared,
    run: async (tensors, names) => {
      if (released) throw new MainwardError('model-unusable', 'the model has been released')
      if (current.ended) await (starting ??= restart())
      return current.run(tensors, names)
    },
    release: async () => {
      released = true
      await current.end()
    },
  }
}

async function startProcess(options: ProcessOptions): Promise<ModelProcess> {
  const { loadTimeoutMs, runTimeoutMs } = options
  const bytes = await options.readBytes()
  const child = fork(builtFile('serving/execution/model-process-entry.js'), [], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
  })
  // A process that ends while it reads is told of by its end.
  child.stdin?.on('error', () => undefined).end(bytes)
  return new Promise((resolve, reject) => {
    const fail = (error: MainwardError) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(error)
    }
    const timer = setTimeout(() => fail(tooSlow('loading the model', loadTimeoutMs)), loadTimeoutMs)
    child.once('error', (error) => fail(new MainwardError('model-unusable', messageOf(error), { cause: error })))
    const onExit = (code: number | null, signal: string | null) => fail(describeEnd(code, signal))
    child.once('exit', onExit)
    child.once('message', (reply: ProcessReply) => {
      clearTimeout(timer)
      child.off('exit', onExit)
      if (reply.type === 'loaded') resolve(new ModelProcess(child, reply.declared, runTimeoutMs))
      else
        fail(new MainwardError('model-unusable', reply.type === 'unusable' ? reply.message : 'the process said something else'))
    })
  })
}

interface WaitingRun {
  readonly resolve: (outputs: Tensors) => void
  readonly reject: (error: MainwardError) => void
  readonly timer: NodeJS.Timeout
}

class ModelProcess {
  readonly declared: DeclaredModel
  readonly #child: ChildProcess
  readonly #runTimeoutMs: number
  readonly #waiting = new Map<number, WaitingRun>()
  readonly #gone: Promise<void>
  #lastId = 0
  #ended = false

  constructor(child: ChildProcess, declared: DeclaredModel, runTimeoutMs: number) {
    this.#child = child
    this.declared = declared
    this.#runTimeoutMs = runTimeoutMs
    child.unref()
    child.channel?.unref()
    child.on('message', (reply: ProcessReply) => this.#settle(reply))
    this.#gone = new Promise((resolve) => {
      child.on('exit', (code, signal) => {
        this.#fail(describeEnd(code, signal))
        resolve()
      })
    })
  }

  get ended(): boolean {
    return this.#ended
  }

  run(tensors: Tensors, names: readonly string[] | undefined): Promise<Tensors> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#onTimeout(), this.#runTimeoutMs)
      this.#waiting.set(id, { resolve, reject, timer })
      const call: ProcessCall = { id, tensors, names }
      this.#child.send(call, (error) => {
        if (error !== null) this.#fail(new MainwardError('model-unusable', messageOf(error), { cause: error }))
      })
    })
  }

  /** Resolves when the process is gone. */
  async end(): Promise<void> {
    this.#ended = true
    this.#child.ref()
    this.#child.kill('SIGKILL')
    await this.#gone
  }

  #onTimeout(): void {
    this.#fail(tooSlow('a run of the model', this.#runTimeoutMs))
  }

  #settle(reply: ProcessReply): void {
    if (reply.type !== 'ran' && reply.type !== 'failed') return
    const run = this.#waiting.get(reply.id)
    if (run === undefined) return
    this.#waiting.delete(reply.id)
    clearTimeout(run.timer)
    if (reply.type === 'ran') run.resolve(reply.outputs)
    else run.reject(new MainwardError(reply.code, reply.message))
  }

  /** Nothing more is to be expected of this process. */
  #fail(error: MainwardError): void {
    this.#ended = true
    this.#child.kill('SIGKILL')
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

function describeEnd(code: number | null, signal: string | null): MainwardError {
  return new MainwardError('model-unusable', `the model's process ended with ${signal ?? `status ${code}`}`)
}
