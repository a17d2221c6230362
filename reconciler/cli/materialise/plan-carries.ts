/** Which pushed definitions have yet to take over what was pushed under others of their name. Pure. */
import type { Digest } from '../../core/digest.ts'
import type { OnlineView } from '../../core/online-view.ts'
import type { CarryKnown } from '../../reconcile/is-carrying.ts'
import type { AttemptFailure } from './plan-job.ts'

export interface CarryTimes {
  /** Since when feature references lead to a definition, by a clock that never jumps, in milliseconds. */
  readonly readSince: ReadonlyMap<Digest, number>
  readonly failures: ReadonlyMap<Digest, AttemptFailure>
  readonly nowMs: number
}

/** So long after it was published everybody who pushes has heard of a definition. */
export const followMs = 60_000

/** Definitions of those names that are main's no more, and began with others' rows: should they come back, they begin anew. */
export function formerCarriers(views: readonly OnlineView[], { states }: Pick<CarryKnown, 'states'>): readonly Digest[] {
  const [names, digests] = [new Set(views.map(({ name }) => name)), new Set(views.map(({ digest }) => digest))]
  return states.flatMap(({ view, digest, stage }) => (stage > 0 && names.has(view) && !digests.has(digest) ? [digest] : []))
}

/**
 * The first that is due. `isLast`: what came under the others until everybody knew the definition is taken over, too. A definition whose
 * place in the store was removed takes over its own rows as well; of one that is alone there is nothing but those.
 */
export function planCarry(
  views: readonly OnlineView[],
  known: CarryKnown,
  { readSince, failures, nowMs }: CarryTimes,
): { readonly view: OnlineView; readonly isLast: boolean } | null {
  for (const view of views) {
    const { name, digest } = view
    if (nowMs < (failures.get(digest)?.notBeforeMs ?? nowMs)) continue
    const stage = known.states.find((state) => state.digest === digest)?.stage ?? 0
    const logs = known.logs.filter((log) => log.view === name)
    if (stage === 2 || logs.length === 0) continue
    const isAlone = logs.every((log) => log.digest === digest)
    const isFollowed = nowMs - (readSince.get(digest) ?? nowMs) >= followMs
    if (stage === 0 || isFollowed) return { view, isLast: isAlone || isFollowed }
  }
  return null
}
