/** Conditions in the style of Kubernetes: what is known about a resource, and since when. */
import type { Instant } from './clock.ts'

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  /** One word in CamelCase, for programs. */
  readonly reason: string
  /** A sentence, for people. */
  readonly message: string
  readonly observedCommit: string | null
  readonly lastTransitionTime: Instant
}

/** Merges a newly found condition into the old ones: the transition time moves only when the status does. */
export function mergeCondition(conditions: readonly Condition[], next: Condition): readonly Condition[] {
  const previous = conditions.find((condition) => condition.type === next.type)
  const kept = conditions.filter((condition) => condition.type !== next.type)
  const since = previous?.status === next.status ? previous.lastTransitionTime : next.lastTransitionTime
  return [...kept, { ...next, lastTransitionTime: since }].sort((a, b) => (a.type < b.type ? -1 : 1))
}
