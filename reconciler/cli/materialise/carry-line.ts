/** The materialiser's part for rows that were pushed under earlier definitions: has them taken over by main's, and remembers what failed. */
import type { Clock } from '../../core/clock.ts'
import type { Digest } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import type { Logger } from '../../core/log.ts'
import type { OnlineView } from '../../core/online-view.ts'
import { readCarryStates, readPushedDefinitions, resetCarried } from '../../database/carry-queries.ts'
import type { Pool } from '../../database/pool.ts'
import { isCarrying, type CarryKnown } from '../../reconcile/is-carrying.ts'
import type { MaterialiseOrder } from '../../reconcile/ports.ts'
import type { CarryJob, CarryOutcome } from './carry-pushes.ts'
import { nameView } from './name-view.ts'
import { formerCarriers, planCarry } from './plan-carries.ts'
import { nextFailure, type AttemptFailure } from './plan-job.ts'

export interface CarryLineParts {
  readonly pool: Pool
  readonly environment: string
  readonly carry: (job: CarryJob) => Promise<CarryOutcome>
  /** Milliseconds that never jump. */
  readonly monotonic: Clock
  readonly log: Logger
}

export interface CarryStanding {
  readonly isCarrying: boolean
  readonly failure: AttemptFailure | null
  readonly without: readonly string[]
}

export class CarryLine {
  readonly #parts: CarryLineParts
  readonly #failures = new Map<Digest, AttemptFailure>()
  #readSince: ReadonlyMap<Digest, number> = new Map()
  /** Null: not read yet. */
  #known: CarryKnown | null = null

  constructor(parts: CarryLineParts) {
    this.#parts = parts
  }

  /** Of main's pushed views: which wait for rows, why they could not have them, and what did not fit. */
  async describe(views: readonly OnlineView[]): Promise<ReadonlyMap<Digest, CarryStanding>> {
    const stages = new Map(this.#known?.states.map(({ digest, stage }) => [digest, stage]))
    // One that began with nothing does so until somebody pushes under another: nobody tells.
    const isCertain = views.every(({ digest }) => (stages.get(digest) ?? 0) > 0)
    const known = this.#known !== null && isCertain ? this.#known : (this.#known = await this.#read())
    return new Map(
      views.map((view) => [
        view.digest,
        {
          isCarrying: isCarrying(view, known),
          failure: this.#failures.get(view.digest) ?? null,
          without: known.states.find(({ digest }) => digest === view.digest)?.without ?? [],
        },
      ]),
    )
  }

  /** True when rows were taken over, or could not be. Throws what the database throws. */
  async run({ epoch, artifactStore: store, wanted, keep }: MaterialiseOrder): Promise<boolean> {
    const pushed = (wanted[0]?.views ?? []).filter(({ isPushed }) => isPushed)
    if (pushed.length === 0) return false
    const nowMs = this.#parts.monotonic.now()
    this.#readSince = new Map(keep.map((digest) => [digest, this.#readSince.get(digest) ?? nowMs]))
    const known = (this.#known = await this.#read())
    const former = formerCarriers(pushed, known)
    if (former.length > 0) await resetCarried(this.#parts.pool, this.#parts.environment, former)
    const due = planCarry(pushed, known, { readSince: this.#readSince, failures: this.#failures, nowMs })
    if (due === null) return false
    this.#note(due.view, await this.#carry({ epoch, store, ...due }))
    this.#known = await this.#read()
    return true
  }

  async #read(): Promise<CarryKnown> {
    const { pool, environment } = this.#parts
    return { states: await readCarryStates(pool, environment), logs: await readPushedDefinitions(pool, environment) }
  }

  async #carry(job: CarryJob): Promise<CarryOutcome> {
    try {
      return await this.#parts.carry(job)
    } catch (thrown) {
      if (!(thrown instanceof MainwardError)) throw thrown
      return { digest: job.view.digest, rows: 0, without: [], failure: { reason: thrown.code, message: thrown.message } }
    }
  }

  #note({ name, digest }: OnlineView, { rows, without, failure }: CarryOutcome): void {
    const { log, monotonic } = this.#parts
    const named = nameView(name, digest)
    const before = this.#failures.get(digest) ?? null
    if (failure === null) {
      this.#failures.delete(digest)
      if (rows > 0) log.info({ ...named, rows, without }, 'took over rows that were pushed under earlier definitions')
      return
    }
    this.#failures.set(digest, nextFailure(before, failure, monotonic.now()))
    if (before?.message === failure.message) return
    const { stack, message } = failure
    log.warn(
      { ...named, ...(stack === undefined ? {} : { stack }) },
      `rows that were pushed under earlier definitions could not be taken over: ${message}`,
    )
  }
}
