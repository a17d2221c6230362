/** The materialiser's part for the sources of pushed views: has their rows brought into the online store, and remembers what was done. */
import type { Clock } from '../../core/clock.ts'
import type { Digest } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import type { Logger } from '../../core/log.ts'
import type { OnlineView } from '../../core/online-view.ts'
import type { MaterialiseOrder } from '../../reconcile/ports.ts'
import { nameView } from './name-view.ts'
import { nextFailure, type AttemptFailure } from './plan-job.ts'
import { planBackfill, type Backfill } from './plan-backfills.ts'
import type { BackfillJob, BackfillOutcome } from './materialise-messages.ts'

export interface BackfillLineParts {
  readonly backfill: (job: BackfillJob) => Promise<BackfillOutcome>
  /** Milliseconds that never jump. */
  readonly monotonic: Clock
  readonly log: Logger
}

export class BackfillLine {
  readonly #parts: BackfillLineParts
  readonly #backfills = new Map<Digest, Backfill>()

  constructor(parts: BackfillLineParts) {
    this.#parts = parts
  }

  /** Why the newest attempt failed; null: it did not. */
  failureOf(digest: Digest): AttemptFailure | null {
    return this.#backfills.get(digest)?.failure ?? null
  }

  /** What another leader did since is not known here. */
  forget(): void {
    this.#backfills.clear()
  }

  /** True when a view was due. */
  async run(order: MaterialiseOrder): Promise<boolean> {
    const due = planBackfill(order, this.#backfills, this.#parts.monotonic.now())
    if (due === null) return false
    const { view, definitions } = due
    const { epoch, commit, dataMs } = order
    const last = this.#backfills.get(view.digest)
    const knownFiles = last === undefined || last.isOpen || last.failure !== null ? null : last.dataFiles
    const job = { epoch, commit, nowUs: BigInt(dataMs) * 1000n, definitions, view, knownFiles }
    this.#note(order, view, await this.#backfill(job))
    return true
  }

  async #backfill(job: BackfillJob): Promise<BackfillOutcome> {
    try {
      return await this.#parts.backfill(job)
    } catch (thrown) {
      if (!(thrown instanceof MainwardError)) throw thrown
      const failure = { reason: thrown.code, message: thrown.message }
      return { digest: job.view.digest, written: 0, dataFiles: null, isOpen: false, failure }
    }
  }

  #note(
    { commit, dataMs }: MaterialiseOrder,
    { name, digest }: OnlineView,
    { written, dataFiles, isOpen, failure }: BackfillOutcome,
  ): void {
    const { log, monotonic } = this.#parts
    const before = this.failureOf(digest)
    const named = nameView(name, digest)
    const message = `rows of its source could not be taken: ${failure?.message ?? ''}`
    const next = failure === null ? null : nextFailure(before, { reason: failure.reason, message }, monotonic.now())
    this.#backfills.set(digest, { commit, dataMs, dataFiles, isOpen, failure: next })
    if (written > 0) log.info({ ...named, rows: written }, 'took rows of the source of a pushed view')
    if (failure === null || before?.message === message) return
    log.warn({ ...named, ...(failure.stack === undefined ? {} : { stack: failure.stack }) }, `a pushed view: ${message}`)
  }
}
