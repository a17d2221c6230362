/** What deciding about a rollout may result in. A transition's own message is of a change that leaves the state's as it is. */
import type { Instant } from '../core/clock.ts'
import type { RolloutEvent, RolloutState } from '../core/rollout-state.ts'

export type Decision =
  | { readonly type: 'transition'; readonly event: RolloutEvent; readonly state: RolloutState; readonly message?: string }
  | { readonly type: 'wait'; readonly reason: string; readonly message: string; readonly until: Instant | null }
  | { readonly type: 'refuse'; readonly reason: string; readonly message: string }
  | { readonly type: 'settled' }

/** How far the replicas are with one release. */
export type Readiness =
  | { readonly status: 'ready' }
  | { readonly status: 'waiting'; readonly message: string }
  | { readonly status: 'failed'; readonly reason: string; readonly message: string }
