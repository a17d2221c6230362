/**
 * The runs that one release waits for. Takes them in while they can be answered in time, and hands them out as batches. Knows
 * no clock and no thread.
 */
import { MainwardError } from '../../core/error.ts'
import type { Tensors } from '../../inference/tensor.ts'
import { canJoin, sizeOfTensors } from './batch.ts'
import { RunCost } from './run-cost.ts'

/** One request's run, or a part of it. */
export interface RunJob {
  readonly inputs: Tensors
  readonly outputNames: readonly string[]
  readonly rows: number
  /** Milliseconds of the monotonic clock. */
  readonly queuedAt: number
  readonly resolve: (outputs: Tensors) => void
  readonly reject: (error: unknown) => void
}

export interface QueueLimits {
  /** Rows of one batch of several requests. */
  readonly batchRows: number
  /** Bytes of the inputs of one batch of several requests. */
  readonly batchBytes: number
}

export interface QueueOptions {
  /** Requests may be put together: no row's answer depends on another row. */
  readonly batches: boolean
  /** Milliseconds in which a request is to be answered. */
  readonly budgetMs: number
  readonly limits: QueueLimits
}

export class RunQueue {
  readonly cost = new RunCost()
  readonly options: QueueOptions
  readonly #jobs: RunJob[] = []
  #head = 0
  #waitingRows = 0
  /** Time that this queue has had, for fairness among queues. */
  servedMs = 0

  constructor(options: QueueOptions) {
    this.options = options
  }

  get length(): number {
    return this.#jobs.length - this.#head
  }

  /**
   * Throws `unavailable` when a run of so many rows would end after the budget. `share` queues compete for the same processor,
   * which is busy for `runningMs`. A run that has nothing before it is always admitted; one that is as long as several batches
   * has the budget that often.
   */
  admit(rows: number, share: number, runningMs: number): void {
    const waitMs = (this.#estimateWaiting() + runningMs) * share
    const { budgetMs, limits } = this.options
    const budget = budgetMs * Math.ceil(rows / limits.batchRows)
    if (waitMs > 0 && waitMs + this.cost.estimate(rows) > budget) throw overloaded(waitMs)
  }

  push(job: RunJob): void {
    this.#jobs.push(job)
    this.#waitingRows += job.rows
  }

  #estimateWaiting(): number {
    if (this.length === 0) return 0
    const { batches, limits } = this.options
    const runs = batches ? Math.ceil(this.#waitingRows / limits.batchRows) : this.length
    const rows = batches ? Math.min(this.#waitingRows, limits.batchRows) : this.#waitingRows / this.length
    return runs * this.cost.estimate(rows)
  }

  /** The runs of the next batch, in their order; empty when nothing waits. */
  takeBatch(): readonly RunJob[] {
    const first = this.#take()
    if (first === undefined) return []
    const batch = [first]
    const { batches, limits } = this.options
    if (!batches) return batch
    let rows = first.rows
    let bytes = sizeOfTensors(first.inputs)
    for (let next = this.#jobs[this.#head]; next !== undefined; next = this.#jobs[this.#head]) {
      rows += next.rows
      bytes += sizeOfTensors(next.inputs)
      if (rows > limits.batchRows || bytes > limits.batchBytes) break
      if (!wantSame(first.outputNames, next.outputNames) || !canJoin(first.inputs, next.inputs)) break
      this.#take()
      batch.push(next)
    }
    return batch
  }

  #take(): RunJob | undefined {
    const job = this.#jobs[this.#head]
    if (job === undefined) return undefined
    this.#head++
    this.#waitingRows -= job.rows
    if (this.#head === this.#jobs.length || this.#head > 1024) {
      this.#jobs.splice(0, this.#head)
      this.#head = 0
    }
    return job
  }
}

function wantSame(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((name, index) => name === b[index]))
}

/** `Retry-After` follows from the time in which what waits will have been answered. */
function overloaded(waitMs: number): MainwardError {
  const message = `this server is overloaded: the model's queue is ${Math.ceil(waitMs)} ms long`
  return new MainwardError('unavailable', message, { retry: 'after' })
}
