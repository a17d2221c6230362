/** Runs one release's model for requests: queue, batches, lane. It lives until its last run has ended. */
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
  /** Other models wait for the same lane. */
  readonly sharesLane: boolean
  readonly marker: RunMarker
  readonly sink: RunSink
  readonly budgetMs: number
  readonly limits: QueueLimits
}

/** A batch longer than this would hold up the other models of its lane. */
const longestSharedRunMs = 10

/** Alone on its lane, a model's batch may take so much of the budget: who comes meanwhile waits for all of it. */
const runShare = 0.25

export class ReleaseRunner {
  readonly model: LoadedModel
  readonly #lane: Lane
  readonly #member: LaneMember
  #inFlight = 0
  #onIdle: (() => void) | null = null

  constructor({ model, profile, lane, sharesLane, marker, sink, budgetMs, limits }: RunnerOptions) {
    const longestRunMs = sharesLane ? longestSharedRunMs : Math.max(longestSharedRunMs, runShare * budgetMs)
    const queue = new RunQueue({ batches: profile.batches, budgetMs, longestRunMs, limits })
    for (const [rows, ms] of profile.runs) queue.cost.observe(rows, ms)
    this.model = model
    this.#lane = lane
    this.#member = { queue, model, marker, sink }
  }

  /**
   * The model's outputs by name. Throws `invalid-input` for tensors that the model can not compute with, `unavailable` when too
   * much waits, `timeout` when the run took too long, `model-unusable`.
   */
  run(inputs: Tensors, outputNames: readonly string[], rows: number): Promise<Tensors> {
    const step = this.#member.queue.largestRun
    return rows <= step ? this.#runWhole(inputs, outputNames, rows) : this.#runParts(inputs, outputNames, rows, step)
  }

  /** Nothing will ask for this release again: frees it, resolving when its last run has ended and it is freed. */
  async retire(): Promise<void> {
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve))
    await this.model.release()
  }

  #runWhole(inputs: Tensors, outputNames: readonly string[], rows: number): Promise<Tensors> {
    return new Promise((resolve, reject) => {
      this.#submit([this.#createJob({ inputs, outputNames, rows, isPart: false, resolve, reject })])
    })
  }

  /** A request of many rows is run in parts, so that others get their turn between them. */
  async #runParts(inputs: Tensors, outputNames: readonly string[], rows: number, step: number): Promise<Tensors> {
    const jobs: RunJob[] = []
    const parts: Promise<Tensors>[] = []
    for (let start = 0; start < rows; start += step) {
      const end = Math.min(rows, start + step)
      const part = sliceTensors(inputs, start, end)
      parts.push(
        new Promise((resolve, reject) => {
          jobs.push(this.#createJob({ inputs: part, outputNames, rows: end - start, isPart: true, resolve, reject }))
        }),
      )
    }
    this.#submit(jobs)
    return joinTensors(await allParts(parts))
  }

  #createJob(asked: Omit<RunJob, 'queuedAt' | 'queuedAtWork' | 'ended'>): RunJob {
    const { inputs, outputNames, rows, isPart, resolve, reject } = asked
    const queuedAt = performance.now()
    const queuedAtWork = this.#lane.workedMs(queuedAt)
    return { inputs, outputNames, rows, queuedAt, queuedAtWork, isPart, resolve, reject, ended: this.#ended }
  }

  #submit(jobs: readonly RunJob[]): void {
    this.#lane.submit(this.#member, jobs)
    this.#inFlight += jobs.length
  }

  readonly #ended = (): void => {
    this.#inFlight--
    if (this.#inFlight === 0) this.#onIdle?.()
  }
}

/** Waits for all, also when one fails: the model is in use until the last has ended. */
async function allParts(parts: readonly Promise<Tensors>[]): Promise<readonly Tensors[]> {
  const settled = await Promise.allSettled(parts)
  return settled.map((part) => {
    if (part.status === 'rejected') throw part.reason
    return part.value
  })
}
