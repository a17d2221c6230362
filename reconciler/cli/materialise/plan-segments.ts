/** Which logs of pushed rows are due to become segments. Pure. */
import type { Digest } from '../../core/digest.ts'
import type { PushLogState } from '../../database/push-log-queries.ts'
import type { AttemptFailure } from './plan-job.ts'

export interface SegmentTimes {
  /** The data clock, in microseconds since the epoch. */
  readonly nowUs: bigint
  /** A clock that never jumps, in milliseconds. */
  readonly nowMs: number
}

export interface SegmentLimits {
  readonly rows: number
  readonly ageMs: number
}

/**
 * Logs with enough rows, or with a row that is old enough; logs of definitions that nothing reads, at once: nothing more will come; and logs
 * with segments that the artifact store has no note of, or that are to be merged. One that failed waits for its pause to be over.
 */
export function dueLogs(
  logs: readonly PushLogState[],
  { nowUs, nowMs }: SegmentTimes,
  known: {
    readonly read: ReadonlySet<Digest>
    readonly failures: ReadonlyMap<number, AttemptFailure>
    readonly limits: SegmentLimits
    /** Logs with several small segments of a day that is over, or with notes of merged ones. */
    readonly toMerge: ReadonlySet<number>
  },
): readonly PushLogState[] {
  const { read, failures, limits, toMerge } = known
  return logs.filter(({ id, digest, rows, oldestUs, toNote }) => {
    if (nowMs < (failures.get(id)?.notBeforeMs ?? nowMs)) return false
    if (toNote > 0 || toMerge.has(id) || rows >= limits.rows) return true
    return oldestUs !== null && (!read.has(digest) || nowUs - oldestUs >= BigInt(limits.ageMs) * 1000n)
  })
}
