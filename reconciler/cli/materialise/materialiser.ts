/** The reconciler's materialiser: keeps the newest order, and has what is due done in a process of its own, one job after the other. */
import type { Clock } from '../../core/clock.ts'
import type { Digest } from '../../core/digest.ts'
import { MainwardError, messageOf } from '../../core/error.ts'
import type { Logger } from '../../core/log.ts'
import { setViewsTime } from '../../database/journal-queries.ts'
import { countRows, readViews, type StoredView } from '../../database/online-view-queries.ts'
import type { Pool } from '../../database/pool.ts'
import type { MaterialiseOrder, Materialiser, ViewProgress } from '../../reconcile/ports.ts'
import type { OpenMaterialiser } from '../../reconcile/reconciler.ts'
import { CarryLine } from './carry-line.ts'
import type { CarryJob, CarryOutcome } from './carry-pushes.ts'
import type { Failure } from './describe-failure.ts'
import type { DescribeJob, MaterialiseJob, BackfillJob, BackfillOutcome, ViewOutcome } from './materialise-messages.ts'
import { PushLine } from './push-line.ts'
import { BackfillLine } from './backfill-line.ts'
import type { SegmentJob, SegmentOutcome } from './store-segments.ts'
import { planDescription } from './plan-description.ts'
import { nameView } from './name-view.ts'
import { type Attempt, findUnread, nextFailure, planDue } from './plan-job.ts'

export interface MaterialiserParts {
  readonly pool: Pool
  readonly environment: string
  readonly jobs: {
    run(job: MaterialiseJob): Promise<readonly ViewOutcome[]>
    /** Why statistics of a view could not be kept; null: they are. */
    describe(job: DescribeJob): Promise<Failure | null>
    store(job: SegmentJob): Promise<readonly SegmentOutcome[]>
    carry(job: CarryJob): Promise<CarryOutcome>
    backfill(job: BackfillJob): Promise<BackfillOutcome>
    /** A fill comes soon. */
    warm(): void
    stop(): Promise<void>
  }
  /** Milliseconds that never jump. */
  readonly monotonic: Clock
  readonly log: Logger
  /** Called when views were filled, failed or were removed, and when pushed rows were stored or could not be. */
  readonly onNews: () => void
  /** A definition that nothing reads is kept so long: a rollout may go back to it. Default 10 minutes. */
  readonly keepMs?: number
}

type StoredProgress = ReadonlyMap<Digest, Pick<ViewProgress, 'watermarkUs' | 'rows'>>

const defaultKeepMs = 10 * 60_000

/** Where the store has views already, nothing is started before there is one to be computed or removed. */
export function createMaterialiser(parts: MaterialiserParts): OpenMaterialiser {
  const line = new MaterialiseLine(parts)
  const port: Materialiser = {
    order: (order) => Promise.resolve(line.take(order)),
    readProgress: () => line.progress(),
    readPushLogs: () => line.pushes.progress(),
  }
  return { port, prepare: () => line.prepare(), stop: () => line.stop() }
}

class MaterialiseLine {
  readonly pushes: PushLine
  readonly #carries: CarryLine
  readonly #backfills: BackfillLine
  readonly #parts: MaterialiserParts
  readonly #attempts = new Map<Digest, Attempt>()
  /** The data time of the newest attempt at statistics, in milliseconds. */
  readonly #described = new Map<Digest, number>()
  /** Of the newest order of which nothing is due any more. */
  #doneMs: number | null = null
  #newest: MaterialiseOrder | null = null
  #running: Promise<void> | null = null
  /** Null: to be read. */
  #stored: StoredProgress | null = null
  #unreadSince: ReadonlyMap<Digest, number> = new Map()
  #lastTrouble: string | null = null
  #stopped = false

  constructor(parts: MaterialiserParts) {
    this.#parts = parts
    this.pushes = new PushLine({ ...parts, store: (job) => parts.jobs.store(job) })
    this.#carries = new CarryLine({ ...parts, carry: (job) => parts.jobs.carry(job) })
    this.#backfills = new BackfillLine({ ...parts, backfill: (job) => parts.jobs.backfill(job) })
  }

  take(order: MaterialiseOrder): void {
    // Between two times of leading another leader filled, and its attempts are not known here.
    if (this.#newest !== null && this.#newest.epoch !== order.epoch) {
      this.#stored = null
      this.#attempts.clear()
      this.#backfills.forget()
    }
    this.#newest = order
    if (this.#running !== null || this.#stopped) return
    this.#running = this.#work().finally(() => {
      this.#running = null
    })
  }

  /** What was filled before this process began is filled: the store is asked before the first job is over. */
  async progress(): Promise<readonly ViewProgress[]> {
    const stored = this.#stored ?? (await this.#readStored())
    // A job that ended meanwhile read what is newer.
    this.#stored ??= stored
    const wanted = this.#newest?.wanted ?? []
    // What served versions embed has what was pushed under it.
    const carries = await this.#carries.describe((wanted[0]?.views ?? []).filter(({ isPushed }) => isPushed))
    return wanted.flatMap(({ views }) =>
      views.map((view) => ({
        view: view.name,
        digest: view.digest,
        isPushed: view.isPushed,
        watermarkUs: stored.get(view.digest)?.watermarkUs ?? null,
        rows: stored.get(view.digest)?.rows ?? 0,
        failure: this.#attempts.get(view.digest)?.failure ?? null,
        ...carries.get(view.digest),
        ...(view.isPushed && { failure: carries.get(view.digest)?.failure ?? this.#backfills.failureOf(view.digest) }),
      })),
    )
  }

  /** In a new database a first fill is what a first release waits for: what it takes is started while the commit is read. */
  async prepare(): Promise<void> {
    const { pool, environment, jobs, log } = this.#parts
    try {
      if ((await readViews(pool, environment)).length === 0) jobs.warm()
    } catch (thrown) {
      if (!(thrown instanceof MainwardError)) throw thrown
      log.info({ code: thrown.code }, `materialising is not started ahead: ${thrown.message}`)
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#parts.jobs.stop()
    await this.#running
  }

  /** Jobs of the newest order until nothing is due. What fails is tried again with a later order: there is one with every pass. */
  async #work(): Promise<void> {
    try {
      while (!this.#stopped && (await this.#runNext()));
      this.#lastTrouble = null
    } catch (thrown) {
      const message = messageOf(thrown)
      if (this.#stopped || message === this.#lastTrouble) return
      this.#lastTrouble = message
      if (thrown instanceof MainwardError) this.#parts.log.warn({ code: thrown.code }, `materialising: ${message}`)
      else this.#parts.log.error({ err: thrown }, `materialising: unexpected: ${message}`)
    }
  }

  async #runNext(): Promise<boolean> {
    const order = this.#newest
    if (order === null) return false
    const { pool, environment, monotonic, keepMs = defaultKeepMs } = this.#parts
    if (await this.pushes.run(order)) this.#parts.onNews()
    if (await this.#carries.run(order)) this.#parts.onNews()
    while (!this.#stopped && (await this.#backfills.run(order))) this.#stored = null
    const nowMs = monotonic.now()
    const stored = await readViews(pool, environment)
    this.#forgetMissing(stored)
    const sets = planDue(order, this.#attempts, nowMs)
    const unread = findUnread(stored.map(({ digest }) => digest), order, { since: this.#unreadSince, nowMs, keepMs }) // prettier-ignore
    this.#unreadSince = unread.since
    const remove = stored.filter(({ digest }) => unread.remove.includes(digest)).map(({ id }) => id)
    const isIdle = sets.length === 0 && remove.length === 0
    if (isIdle && this.#stored !== null) {
      await this.#noteDone(order)
      return this.#describeNext(order)
    }
    const { epoch, commit, dataMs } = order
    const isDone = isIdle || (await this.#runJob({ epoch, commit, nowUs: BigInt(dataMs) * 1000n, sets, remove }))
    this.#stored = await this.#readStored()
    this.#parts.onNews()
    return isDone && !isIdle
  }

  /** What the store no longer has was not done: it was removed, or the database is another one. */
  #forgetMissing(stored: readonly StoredView[]): void {
    const there = new Set(stored.map(({ digest }) => digest))
    for (const [digest, { failure }] of this.#attempts) if (failure === null && !there.has(digest)) this.#attempts.delete(digest)
  }

  /** False when the job itself failed: then so did each of its views. */
  async #runJob(job: MaterialiseJob): Promise<boolean> {
    try {
      for (const outcome of await this.#parts.jobs.run(job)) this.#note(job, outcome)
      return true
    } catch (thrown) {
      if (!(thrown instanceof MainwardError) || this.#stopped) throw thrown
      const failure = { reason: thrown.code, message: thrown.message }
      for (const { view, gridUs } of job.sets.flatMap(({ due }) => due))
        this.#note(job, { digest: view.digest, gridUs, computed: 0, isLate: false, failure })
      return false
    }
  }

  /** Whoever moved the data clock by hand waits for it. */
  async #noteDone({ dataMs }: MaterialiseOrder): Promise<void> {
    if (dataMs === this.#doneMs) return
    await setViewsTime(this.#parts.pool, this.#parts.environment, new Date(dataMs))
    this.#doneMs = dataMs
  }

  /** One view at a time: what is due in between goes first. False: nothing is to be described. */
  async #describeNext(order: MaterialiseOrder): Promise<boolean> {
    const next = planDescription(order, this.#attempts, this.#described)
    if (next === null) return false
    const { commit, artifactStore: store, dataMs } = order
    this.#described.set(next.view.digest, dataMs)
    const failure = await this.#parts.jobs.describe({ ...next, commit, store, nowUs: BigInt(dataMs) * 1000n })
    if (failure !== null) {
      const { message, stack } = failure
      this.#parts.log.warn(
        { ...nameView(next.view.name, next.view.digest), ...(stack === undefined ? {} : { stack }) },
        `statistics of an online view could not be kept: ${message}`,
      )
    }
    return true
  }

  #note({ commit, sets }: MaterialiseJob, { digest, gridUs, failure, ...counts }: ViewOutcome): void {
    const { log, monotonic } = this.#parts
    const before = this.#attempts.get(digest)?.failure ?? null
    const due = sets.flatMap((set) => set.due).find(({ view }) => view.digest === digest)
    if (due === undefined) throw new Error(`an outcome of ${digest}, which was not asked for`)
    const named = nameView(due.view.name, digest)
    if (failure === null) {
      this.#attempts.set(digest, { gridUs, commit, failure: null })
      log.info({ ...named, asOfUs: String(gridUs), ...counts }, 'filled an online view')
      return
    }
    this.#attempts.set(digest, { gridUs, commit, failure: nextFailure(before, failure, monotonic.now()) })
    if (before?.message === failure.message) return
    const { stack, ...known } = failure
    log.warn({ ...named, ...(stack === undefined ? {} : { stack }) }, `an online view could not be filled: ${known.message}`)
  }

  async #readStored(): Promise<StoredProgress> {
    const { pool, environment } = this.#parts
    const counts = await countRows(pool, environment)
    const views = await readViews(pool, environment)
    return new Map(views.map(({ digest, watermarkUs }) => [digest, { watermarkUs, rows: counts.get(digest) ?? 0 }]))
  }
}
