/** The materialiser's part for the sources of pushed views: has their rows brought into the online store, and remembers what was done. */
import type { Clock } from '../../core/clock.ts'
import type { Digest } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import type { Logger } from '../../core/log.ts'
import type { OnlineView } from '../../core/online-view.ts'
import type { MaterialiseOrder } from '../../reconcile/ports.ts'
import { nameView } from './name-view.ts'
import { nextFailure, type AttemptFailure } from './plan-job.ts'
import { planSeed, type Seeding } from './plan-seeds.ts'
import type { SeedJob, SeedOutcome } from './materialise-messages.ts'

export interface SeedLineParts {
  readonly seed: (job: SeedJob) => Promise<SeedOutcome>
  /** Milliseconds that never jump. */
  readonly monotonic: Clock
  readonly log: Logger
}

export class SeedLine {
  readonly #parts: SeedLineParts
  readonly #seedings = new Map<Digest, Seeding>()

  constructor(parts: SeedLineParts) {
    this.#parts = parts
  }

  /** Why the newest attempt failed; null: it did not. */
  failureOf(digest: Digest): AttemptFailure | null {
    return this.#seedings.get(digest)?.failure ?? null
  }

  /** What another leader did since is not known here. */
  forget(): void {
    this.#seedings.clear()
  }

  /** True when a view was due. */
  async run(order: MaterialiseOrder): Promise<boolean> {
    const due = planSeed(order, this.#seedings, this.#parts.monotonic.now())
    if (due === null) return false
    const { view, definitions } = due
    const { epoch, commit, dataMs } = order
    const last = this.#seedings.get(view.digest)
    const knownFiles = last === undefined || last.isOpen || last.failure !== null ? null : last.dataFiles
    const job = { epoch, commit, nowUs: BigInt(dataMs) * 1000n, definitions, view, knownFiles }
    this.#note(order, view, await this.#seed(job))
    return true
  }

  async #seed(job: SeedJob): Promise<SeedOutcome> {
    try {
      return await this.#parts.seed(job)
    } catch (thrown) {
      if (!(thrown instanceof MainwardError)) throw thrown
      const failure = { reason: thrown.code, message: thrown.message }
      return { digest: job.view.digest, written: 0, dataFiles: null, isOpen: false, failure }
    }
  }

  #note(
    { commit, dataMs }: MaterialiseOrder,
    { name, digest }: OnlineView,
    { written, dataFiles, isOpen, failure }: SeedOutcome,
  ): void {
    const { log, monotonic } = this.#parts
    const before = this.failureOf(digest)
    const named = nameView(name, digest)
    const message = `rows of its source could not be taken: ${failure?.message ?? ''}`
    const next = failure === null ? null : nextFailure(before, { reason: failure.reason, message }, monotonic.now())
    this.#seedings.set(digest, { commit, dataMs, dataFiles, isOpen, failure: next })
    if (written > 0) log.info({ ...named, rows: written }, 'took rows of the source of a pushed view')
    if (failure === null || before?.message === message) return
    log.warn({ ...named, ...(failure.stack === undefined ? {} : { stack: failure.stack }) }, `a pushed view: ${message}`)
  }
}
