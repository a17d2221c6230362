/** Runs one release's model for requests: queue, batches, thread. It lives until its last run has ended. */
import type { LoadedModel } from '../../inference/model.ts'
import type { Tensors } from '../../inference/tensor.ts'
import { joinTensors, sliceTensors } from './batch.ts'
import type { ModelProfile } from './examine-model.ts'
import type { RunMarker, Lane, LaneMember, RunSink } from './lane.ts'
import { RunQueue, type QueueLimits, type RunJob } from './run-queue.ts'

export interface RunnerOptions {
  readonly model: LoadedModel
  readonly profile: ModelProfile
  readonly lane: Lane
  readonly marker: RunMarker
  readonly sink: RunSink
  readonly budgetMs: number
  readonly limits: QueueLimits
}

/** A batch longer than this would hold up the other models of its thread. */
const longestRunMs = 10

export class ReleaseRunner {
  readonly model: LoadedModel
  readonly #lane: Lane
  readonly #member: LaneMember
  #inFlight = 0
  #retired = false
  #released: Promise<void> | null = null

  constructor({ model, profile, lane, marker, sink, budgetMs, limits }: RunnerOptions) {
    const queue = new RunQueue({ batches: profile.batches, budgetMs, limits })
    for (const [rows, ms] of profile.runs) queue.cost.observe(rows, ms)
    this.model = model
    this.#lane = lane
    this.#member = { queue, model, marker, sink }
  }

  /**
   * The model's outputs by name. Throws `invalid-input` for tensors that the model can not compute with, `unavailable` when too
   * much waits, `timeout` when the run took too long, `model-unusable`.
   */
  async run(inputs: Tensors, outputNames: readonly string[], rows: number): Promise<Tensors> {
    this.#inFlight++
    try {
      const step = this.#largestStep()
      return rows <= step
        ? await this.#runWhole(inputs, outputNames, rows)
        : await this.#runParts(inputs, outputNames, rows, step)
    } finally {
      this.#inFlight--
      if (this.#retired) await this.#releaseWhenIdle()
    }
  }

  /** Nothing will ask for this release again: free it when its last run has ended. */
  async retire(): Promise<void> {
    this.#retired = true
    await this.#releaseWhenIdle()
  }

  #largestStep(): number {
    const { options, cost } = this.#member.queue
    return options.batches ? Math.min(options.limits.batchRows, cost.rowsWithin(longestRunMs)) : Number.MAX_SAFE_INTEGER
  }

  #runWhole(inputs: Tensors, outputNames: readonly string[], rows: number): Promise<Tensors> {
    return new Promise((resolve, reject) => {
      const job = { inputs, outputNames, rows, queuedAt: performance.now(), resolve, reject }
      this.#lane.submit(this.#member, [job])
    })
  }

  /** A request of many rows is run in parts, so that others get their turn between them. */
  async #runParts(inputs: Tensors, outputNames: readonly string[], rows: number, step: number): Promise<Tensors> {
    const jobs: RunJob[] = []
    const parts: Promise<Tensors>[] = []
    const queuedAt = performance.now()
    for (let start = 0; start < rows; start += step) {
      const end = Math.min(rows, start + step)
      parts.push(
        new Promise((resolve, reject) => {
          jobs.push({ inputs: sliceTensors(inputs, start, end), outputNames, rows: end - start, queuedAt, resolve, reject })
        }),
      )
    }
    this.#lane.submit(this.#member, jobs)
    return joinTensors(await Promise.all(parts))
  }

  #releaseWhenIdle(): Promise<void> {
    if (this.#inFlight > 0) return Promise.resolve()
    this.#released ??= this.model.release()
    return this.#released
  }
}
