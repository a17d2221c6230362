/**
 * The runs that one release waits for. Takes them in while they can be answered in time, and hands them out as batches. Knows
 * no clock and no process.
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
  /** What its lane had worked by then, in milliseconds. */
  readonly queuedAtWork: number
  /** One of several of its request, which wait for each other. */
  readonly isPart: boolean
  readonly resolve: (outputs: Tensors) => void
  readonly reject: (error: unknown) => void
  /** Called once, when it has been resolved or rejected. */
  readonly ended: () => void
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
  /** Milliseconds that a run of several requests, or a part of one, may take. */
  readonly longestRunMs: number
  readonly limits: QueueLimits
}

/** What waits next: runs to be made together, and those that have waited for too long to be of use. */
export interface NextRuns {
  readonly batch: readonly RunJob[]
  readonly late: readonly RunJob[]
}

/** A run that is late by more has not only been held up by something else in this process. */
const heldUpMs = 1000

/** Of the budget: as much may be promised, so that what takes longer than was thought is still in time. */
const promisedShare = 0.6

const none: readonly RunJob[] = []

export class RunQueue {
  readonly cost = new RunCost()
  readonly options: QueueOptions
  /** From `#head` on; what was taken is gone. */
  readonly #jobs: (RunJob | undefined)[] = []
  /** Of a batch that failed: each is run alone. */
  readonly #suspects: RunJob[] = []
  #head = 0
  #waitingRows = 0
  /** Time that this queue has had, for fairness among queues. */
  servedMs = 0

  constructor(options: QueueOptions) {
    this.options = options
  }

  get length(): number {
    return this.#suspects.length + this.#jobs.length - this.#head
  }

  /** Rows of one run. */
  get largestRun(): number {
    const { batches, limits, longestRunMs } = this.options
    return batches ? Math.min(limits.batchRows, this.cost.rowsWithin(longestRunMs)) : Number.MAX_SAFE_INTEGER
  }

  /**
   * Throws `unavailable` when a run of so many rows would end after the budget. `share` queues compete for the same processor,
   * which should be free in `runningMs`, or should have been before. A run that has nothing before it is always admitted; one
   * that is as long as several batches has the budget that often.
   */
  admit(rows: number, share: number, runningMs: number): void {
    // What should have ended long ago lasts, for all that is known, as long again.
    const busyMs = runningMs < -heldUpMs ? -runningMs : Math.max(0, runningMs)
    const waitMs = (this.#estimateWaiting() + busyMs) * share
    const { budgetMs, limits } = this.options
    const promisedMs = promisedShare * budgetMs * Math.max(1, Math.ceil(rows / limits.batchRows))
    if (waitMs > 0 && waitMs + this.cost.estimate(rows) > promisedMs) throw overloaded(waitMs)
  }

  push(job: RunJob): void {
    this.#jobs.push(job)
    this.#waitingRows += job.rows
  }

  /** Runs of a batch that failed together. */
  putBack(batch: readonly RunJob[]): void {
    this.#suspects.push(...batch)
  }

  #estimateWaiting(): number {
    const jobs = this.#jobs.length - this.#head
    const alone = this.#suspects.length * this.cost.estimate(1)
    if (jobs === 0) return alone
    const rows = Math.max(1, this.options.batches ? Math.min(this.#waitingRows, this.largestRun) : this.#waitingRows / jobs)
    return alone + Math.ceil(this.#waitingRows / rows) * this.cost.estimate(rows)
  }

  /** What is to be run next, in the order of arrival; empty when nothing waits. `workedMs` is what the lane has worked until now. */
  takeNext(workedMs: number): NextRuns {
    const suspect = this.#suspects.shift()
    if (suspect !== undefined) return { batch: [suspect], late: none }
    let late: RunJob[] | undefined
    for (let job = this.#take(); job !== undefined; job = this.#take()) {
      if (!this.#isLate(job, workedMs))
        return { batch: this.options.batches ? this.#fillBatch(job, workedMs) : [job], late: late ?? none }
      late ??= []
      late.push(job)
    }
    return { batch: none, late: late ?? none }
  }

  /**
   * Whoever asks once in a while is answered also by a model that needs more than its budget. What counts is the work that was
   * done before: a hold-up of the whole process makes nobody late. A run may take twice the expected time.
   */
  #isLate({ rows, queuedAtWork, isPart }: RunJob, workedMs: number): boolean {
    if (isPart) return false
    const { budgetMs } = this.options
    return workedMs - queuedAtWork > Math.max(budgetMs - 2 * this.cost.estimate(rows), budgetMs / 2)
  }

  #fillBatch(first: RunJob, workedMs: number): readonly RunJob[] {
    const batch = [first]
    let next = this.#jobs[this.#head]
    if (next === undefined) return batch
    const { batchBytes } = this.options.limits
    const { largestRun } = this
    let rows = first.rows
    let bytes = sizeOfTensors(first.inputs)
    for (; next !== undefined && !this.#isLate(next, workedMs); next = this.#jobs[this.#head]) {
      rows += next.rows
      bytes += sizeOfTensors(next.inputs)
      if (rows > largestRun || bytes > batchBytes) break
      if (!wantSame(first.outputNames, next.outputNames) || !canJoin(first.inputs, next.inputs)) break
      this.#take()
      batch.push(next)
    }
    return batch
  }

  #take(): RunJob | undefined {
    const job = this.#jobs[this.#head]
    if (job === undefined) return undefined
    // Its inputs must not stay as long as anything waits.
    this.#jobs[this.#head++] = undefined
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
export function overloaded(waitMs: number): MainwardError {
  const message = `this server is overloaded: the model's queue is ${Math.ceil(waitMs)} ms long`
  return new MainwardError('unavailable', message, { retry: 'after', retryAfterMs: waitMs })
}
