/** The materialiser's part for pushed rows: watches their logs, has segments written when they are due, and remembers what failed. */
import type { Clock } from '../../core/clock.ts'
import type { Digest } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import type { Logger } from '../../core/log.ts'
import type { Pool } from '../../database/pool.ts'
import { readPushLogs, type PushLogState } from '../../database/push-log-queries.ts'
import type { MaterialiseOrder, PushLogProgress } from '../../reconcile/ports.ts'
import { readLogsToMerge } from '../../database/segment-merge-queries.ts'
import { mergeGraceSeconds, pushLogLimits } from '../../reconcile/push-log-limits.ts'
import { nameView } from './name-view.ts'
import { nextFailure, type AttemptFailure } from './plan-job.ts'
import { smallLimits, startOfDay } from './plan-merges.ts'
import { dueLogs } from './plan-segments.ts'
import type { SegmentJob, SegmentOutcome } from './store-segments.ts'

export interface PushLineParts {
  readonly pool: Pool
  readonly environment: string
  readonly store: (job: SegmentJob) => Promise<readonly SegmentOutcome[]>
  /** Milliseconds that never jump. */
  readonly monotonic: Clock
  readonly log: Logger
}

export class PushLine {
  readonly #parts: PushLineParts
  readonly #failures = new Map<number, AttemptFailure>()
  /** Null: not read yet. */
  #logs: readonly PushLogState[] | null = null

  constructor(parts: PushLineParts) {
    this.#parts = parts
  }

  async progress(): Promise<readonly PushLogProgress[]> {
    const logs = this.#logs ?? (await this.#readLogs())
    this.#logs ??= logs
    return logs.map(({ id, view, digest, oldestUs }) => {
      const failure = this.#failures.get(id)
      return {
        view,
        digest,
        oldestUs,
        failure: failure === undefined ? null : { reason: failure.reason, message: failure.message },
      }
    })
  }

  /** True when segments were written or failed. Throws what the database throws. */
  async run({ epoch, dataMs, artifactStore: store, wanted, keep }: MaterialiseOrder): Promise<boolean> {
    const read = new Set<Digest>([...keep, ...wanted.flatMap(({ views }) => views.map(({ digest }) => digest))])
    const logs = (this.#logs = await this.#readLogs())
    const times = { nowUs: BigInt(dataMs) * 1000n, nowMs: this.#parts.monotonic.now() }
    const toMerge = logs.length === 0 ? [] : await this.#readToMerge(times.nowUs, store)
    const due = dueLogs(logs, times, { read, failures: this.#failures, limits: pushLogLimits, toMerge: new Set(toMerge) })
    if (due.length === 0) return false
    const ids = due.map(({ id }) => id)
    for (const outcome of await this.#store({ epoch, store, nowUs: times.nowUs, logs: ids })) this.#note(outcome)
    this.#logs = await this.#readLogs()
    return true
  }

  #readLogs(): Promise<readonly PushLogState[]> {
    const { pool, environment } = this.#parts
    return readPushLogs(pool, environment, pushLogLimits.rows)
  }

  #readToMerge(nowUs: bigint, store: string): Promise<readonly number[]> {
    const { pool, environment } = this.#parts
    const small = { store, beforeUs: startOfDay(nowUs), ...smallLimits(pushLogLimits) }
    return readLogsToMerge(pool, environment, { ...small, graceSeconds: mergeGraceSeconds })
  }

  /** A job that itself failed failed for each log. */
  async #store(job: SegmentJob): Promise<readonly SegmentOutcome[]> {
    try {
      return await this.#parts.store(job)
    } catch (thrown) {
      if (!(thrown instanceof MainwardError)) throw thrown
      const failure = { reason: thrown.code, message: thrown.message }
      return job.logs.map((logId) => ({ logId, segments: 0, rows: 0, merged: 0, failure }))
    }
  }

  #note({ logId, failure, merged, ...counts }: SegmentOutcome): void {
    const { log, monotonic } = this.#parts
    const written = this.#logs?.find(({ id }) => id === logId)
    const named = written === undefined ? {} : nameView(written.view, written.digest)
    const before = this.#failures.get(logId) ?? null
    if (counts.segments > 0) log.info({ ...named, ...counts }, 'stored pushed rows in segments')
    if (merged > 0) log.info({ ...named, merged }, 'merged small segments of pushed rows')
    if (failure === null) {
      this.#failures.delete(logId)
      return
    }
    this.#failures.set(logId, nextFailure(before, failure, monotonic.now()))
    if (before?.message === failure.message) return
    const { stack, message } = failure
    log.warn({ ...named, ...(stack === undefined ? {} : { stack }) }, `pushed rows could not be stored in segments: ${message}`)
  }
}
