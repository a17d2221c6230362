/** The plan: an ordered list of actions from the observed to the desired state. A plain value; rendered, kept and applied. */
import type { Instant } from './clock.ts'
import type { Digest } from './digest.ts'
import type { Artifact, Release } from './release.ts'
import type { DesiredRollout, RolloutEvent, RolloutState } from './rollout-state.ts'
import type { ReplicaStatus } from './serving-state.ts'

/** What a valid commit asks for in one environment. */
export interface Desired {
  readonly commit: string
  readonly project: string
  readonly environment: string
  readonly allowEmpty: boolean
  /** `folder:PATH`, as the project wrote it. */
  readonly artifactStore: string
  readonly rollouts: readonly DesiredRollout[]
  /** Every model version of the commit: each gets a tag. */
  readonly versions: readonly { readonly model: string; readonly version: number }[]
}

/** What is running. */
export interface Observed {
  readonly states: readonly RolloutState[]
  /** Replicas whose heartbeat is fresh. */
  readonly replicas: readonly ReplicaStatus[]
  /** Rollouts whose traffic, as their state says it, every replica has taken over, and since when it is published. */
  readonly published: readonly { readonly rollout: string; readonly since: Instant }[]
  /** sha256 of the artifacts that the store holds. */
  readonly storedArtifacts: readonly string[]
  /** Definitions of online views that were filled at least once. */
  readonly filledViews: readonly Digest[]
  /** Definitions of pushed views that have yet to take over what was pushed under earlier ones. Absent: none. */
  readonly lackingViews?: readonly Digest[]
  /** The last states of rollouts that were removed: what was rejected stays so when they come back. */
  readonly removed: readonly RolloutState[]
}

export type Action =
  | { readonly type: 'store-artifact'; readonly rollout: string; readonly artifact: Artifact; readonly reason: string }
  | {
      readonly type: 'transition'
      readonly rollout: string
      readonly event: RolloutEvent
      readonly state: RolloutState
      /** Complete documents of the releases that the new state names and the old one did not. */
      readonly releases: readonly Release[]
      readonly reason: string
      readonly message: string
      /** What changes for the units, one sentence each. */
      readonly effects: readonly string[]
    }
  | { readonly type: 'remove'; readonly rollout: string; readonly reason: string; readonly effects: readonly string[] }
  | { readonly type: 'refuse'; readonly rollout: string | null; readonly reason: string; readonly message: string }
  | {
      readonly type: 'wait'
      readonly rollout: string
      readonly reason: string
      readonly message: string
      readonly until: Instant | null
    }

export interface Plan {
  readonly commit: string
  readonly environment: string
  readonly actions: readonly Action[]
}

/** True when an action changes something; waiting and refusing do not. */
export function changesSomething(action: Action): boolean {
  return action.type === 'store-artifact' || action.type === 'transition' || action.type === 'remove'
}
