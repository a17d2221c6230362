/** Which view's statistics are next: filled ones, each once for a day of the data clock. Pure. */
import type { Digest } from '../../core/digest.ts'
import type { FeatureClosure, OnlineView } from '../../core/online-view.ts'
import type { MaterialiseOrder } from '../../reconcile/ports.ts'
import type { Attempt } from './plan-job.ts'

const dayMicros = 86_400_000_000n

export interface Description {
  readonly definitions: FeatureClosure
  readonly view: OnlineView
}

/** `described`: the data time of the newest attempt at each definition, in milliseconds. Null: nothing is to be described now. */
export function planDescription(
  { wanted, dataMs }: MaterialiseOrder,
  attempts: ReadonlyMap<Digest, Attempt>,
  described: ReadonlyMap<Digest, number>,
): Description | null {
  for (const { definitions, views } of wanted) {
    const view = views.find(({ digest }) => attempts.get(digest)?.failure === null && isDue(described.get(digest), dataMs))
    if (view !== undefined) return { definitions, view }
  }
  return null
}

function isDue(describedMs: number | undefined, dataMs: number): boolean {
  return describedMs === undefined || areOld(BigInt(describedMs) * 1000n, BigInt(dataMs) * 1000n)
}

/** Whether statistics as of a time are to be made anew, both in microseconds. A data clock that was set back makes them old, too: they know of what has not happened. */
export function areOld(describedUs: bigint, nowUs: bigint): boolean {
  return nowUs < describedUs || nowUs - describedUs >= dayMicros
}
