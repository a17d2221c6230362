/**
 * The runs of one place, this thread or a process: one after the other, fair among the releases that wait. Whatever arrives
 * while a run is under way, or in the same turns of the event loop, becomes the next batch; there is no timer, and a lone
 * request never waits. Where requests have come one by one, the next is run at once.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MainwardError } from '../../core/error.ts'
import type { LoadedModel } from '../../inference/model.ts'
import type { Tensors } from '../../inference/tensor.ts'
import { joinTensors, sliceTensors } from './batch.ts'
import { overloaded, type RunJob, type RunQueue } from './run-queue.ts'

/** Marks that a release's model has control, so that it is known when the process dies in it. */
export interface RunMarker {
  enter(): void
  leave(): void
}

/** Where the time of one run went, in nanoseconds. Inputs are put together, and wait for their turn. */
export interface RunTimes {
  readonly inputNs: number
  readonly inferNs: number
  readonly outputNs: number
}

/** Is told how runs went. */
export interface RunSink {
  /** One run that succeeded, over all rows of its batch. */
  countRun(rows: number, times: RunTimes): void
  /** One request, or a part of it, that a run answered: its own rows, and its wait before that run. */
  countSuccess(rows: number, queueNs: number, times: RunTimes): void
  countFailure(totalNs: number): void
}

/** A release's place on a lane. */
export interface LaneMember {
  readonly queue: RunQueue
  readonly model: LoadedModel
  readonly marker: RunMarker
  readonly sink: RunSink
}

/** Of the monotonic clock, in milliseconds. */
interface CurrentRun {
  beganAt: number
  readonly freeAt: number
}

/**
 * Turns of the event loop for which a batch may grow. A turn costs some microseconds, a run about 70 beside what each row
 * costs: a batch that has all of 16 connections' requests takes a quarter less CPU for each.
 */
const gatheredTurns = 4

/**
 * After so many runs of one request each, with nobody waiting behind it, the next is not gathered for: it saves the turn, a tenth
 * of the time that such a request takes. Whoever comes with it after all waits for its run, and all are gathered for again.
 */
const aloneRuns = 8

/** Beside a longer run a turn is nothing, and a second run is much. */
const shortRunMs = 0.5

export class Lane {
  readonly #waiting = new Set<LaneMember>()
  #busy = false
  /** Runs in a row that had one request, and left nobody waiting. */
  #alone = 0
  #current: CurrentRun | null = null
  #workedMs = 0

  /** The parts of one request. Throws `unavailable` when the queue is too long. */
  submit(member: LaneMember, jobs: readonly RunJob[]): void {
    const { queue } = member
    const isNew = !this.#waiting.has(member)
    queue.admit(countRows(jobs), this.#waiting.size + (isNew ? 1 : 0), this.#remainingMs(jobs[0]?.queuedAt ?? 0))
    for (const job of jobs) queue.push(job)
    if (isNew) this.#welcome(member)
    if (this.#busy) return
    this.#busy = true
    const seen = this.#countJobs()
    if (this.#alone >= aloneRuns && queue.cost.estimate(countRows(jobs)) < shortRunMs) void this.#work(seen)
    else setImmediate(() => void this.#work(seen))
  }

  /** One that was idle gets its turn soon, but no credit for the time in which it asked for nothing. */
  #welcome(member: LaneMember): void {
    let least = Infinity
    for (const { queue } of this.#waiting) least = Math.min(least, queue.servedMs)
    if (least !== Infinity) member.queue.servedMs = Math.max(member.queue.servedMs, least)
    this.#waiting.add(member)
  }

  /** Milliseconds until the run that is under way should have ended; negative when it should have been before. */
  #remainingMs(nowMs: number): number {
    return this.#current === null ? 0 : this.#current.freeAt - nowMs
  }

  /** Milliseconds of all runs so far: how long a request has waited for others, whatever else held this process up. */
  workedMs(nowMs: number): number {
    return this.#workedMs + (this.#current === null ? 0 : Math.max(0, nowMs - this.#current.beganAt))
  }

  /** `seen`: jobs that waited when the turn of the event loop began that has just ended. */
  async #work(seen: number): Promise<void> {
    for (let before = seen; ; before = 0) {
      await this.#gather(before)
      // From here to the end of the work nothing may wait: who submits meanwhile relies on it.
      const member = this.#choose()
      if (member === null) break
      const { batch, late } = member.queue.takeNext(this.#workedMs)
      if (member.queue.length === 0) this.#waiting.delete(member)
      if (late.length > 0) refuseLate(member, late)
      if (batch.length > 0) await this.#runBatch(member, batch)
      this.#alone = batch.length === 1 && this.#waiting.size === 0 ? this.#alone + 1 : 0
    }
    this.#busy = false
  }

  /** Until a turn of the event loop has brought no more. */
  async #gather(before: number): Promise<void> {
    let seen = before
    for (let turn = 0; turn < gatheredTurns; turn++) {
      const jobs = this.#countJobs()
      if (jobs === seen) return
      seen = jobs
      await nextTurn()
    }
  }

  #countJobs(): number {
    let jobs = 0
    for (const { queue } of this.#waiting) jobs += queue.length
    return jobs
  }

  /** The one that has had least; null when nobody waits. */
  #choose(): LaneMember | null {
    let chosen: LaneMember | null = null
    for (const member of this.#waiting) {
      if (chosen === null || member.queue.servedMs < chosen.queue.servedMs) chosen = member
    }
    return chosen
  }

  /** A batch that fails is run again one by one: one bad row fails alone. */
  async #runBatch(member: LaneMember, batch: readonly RunJob[]): Promise<void> {
    const startedAt = performance.now()
    try {
      await this.#run(member, batch, startedAt)
    } catch (error) {
      if (batch.length > 1 && mayBeOneRow(error)) this.#putBack(member, batch)
      else refuse(member, batch, error)
    }
  }

  #putBack(member: LaneMember, batch: readonly RunJob[]): void {
    member.queue.putBack(batch)
    if (!this.#waiting.has(member)) this.#welcome(member)
  }

  async #run({ queue, model, marker, sink }: LaneMember, batch: readonly RunJob[], startedAt: number): Promise<void> {
    const rows = countRows(batch)
    const inputs = batch.length === 1 ? (batch[0]?.inputs ?? {}) : joinTensors(batch.map((job) => job.inputs))
    const joinedAt = performance.now()
    const run: CurrentRun = { beganAt: joinedAt, freeAt: joinedAt + queue.cost.estimate(rows) }
    this.#current = run
    // The runtime computes in the next turn: what the loop does until then is no cost of the model.
    setImmediate(() => (run.beganAt = performance.now()))
    marker.enter()
    let outputs: Tensors
    try {
      outputs = await model.run(inputs, batch[0]?.outputNames)
    } finally {
      marker.leave()
      this.#current = null
      const tookMs = performance.now() - run.beganAt
      queue.servedMs += tookMs
      this.#workedMs += tookMs
    }
    const { beganAt } = run
    const ranAt = performance.now()
    queue.cost.observe(rows, ranAt - beganAt)
    settle(batch, outputs)
    const times = {
      inputNs: toNs(beganAt - startedAt),
      inferNs: toNs(ranAt - beganAt),
      outputNs: toNs(performance.now() - ranAt),
    }
    sink.countRun(rows, times)
    for (const job of batch) sink.countSuccess(job.rows, toNs(startedAt - job.queuedAt), times)
  }
}

function countRows(batch: readonly RunJob[]): number {
  let rows = 0
  for (const job of batch) rows += job.rows
  return rows
}

function toNs(ms: number): number {
  return Math.round(ms * 1e6)
}

/** A run that was ended for its length took all of its batch with it: they would only wait again. */
function mayBeOneRow(error: unknown): boolean {
  return !(error instanceof MainwardError && error.code === 'timeout')
}

function refuse({ sink }: LaneMember, batch: readonly RunJob[], error: unknown): void {
  const now = performance.now()
  for (const { queuedAt, reject, ended } of batch) {
    sink.countFailure(toNs(now - queuedAt))
    reject(error)
    ended()
  }
}

/** They have waited for so long; whoever comes next will too. */
function refuseLate(member: LaneMember, late: readonly RunJob[]): void {
  const oldest = late[0]?.queuedAt ?? 0
  refuse(member, late, overloaded(performance.now() - oldest))
}

function settle(batch: readonly RunJob[], outputs: Tensors): void {
  const [first] = batch
  if (batch.length === 1 && first !== undefined) {
    first.resolve(outputs)
    first.ended()
    return
  }
  assertRows(outputs, countRows(batch))
  let row = 0
  for (const { rows, resolve, ended } of batch) {
    resolve(sliceTensors(outputs, row, row + rows))
    ended()
    row += rows
  }
}

/** A declared dimension of rows is the file's word only: an answer that has others can not be taken apart. */
function assertRows(outputs: Tensors, rows: number): void {
  for (const name in outputs) {
    const found = outputs[name]?.shape[0]
    if (found !== rows) throw new MainwardError('model-unusable', `"${name}": expected ${rows} rows, found ${found}`)
  }
}
