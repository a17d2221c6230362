/** What the leader remembers between passes: caches of what it wrote itself, and the outcome of every stage. Lost with the process, rebuilt from the stores. */
import type { RolloutState } from '../core/rollout-state.ts'
import type { Desired, Plan } from '../core/plan.ts'
import type { Digest } from '../core/digest.ts'
import type { StoredRelease, StoredRollout } from '../database/rollout-queries.ts'
import type { StoredServingState } from '../database/serving-queries.ts'
import type { ConditionRow } from '../database/journal-queries.ts'
import type { MainFeatures } from './assemble-features.ts'
import type { CommitReading, PushLogProgress, ViewProgress } from './ports.ts'

/** How far the history branch follows. `refused`: pushing is not permitted, Postgres alone has it. */
export type Durability =
  | { readonly status: 'durable' }
  | { readonly status: 'behind'; readonly message: string }
  | { readonly status: 'refused'; readonly message: string }
  | { readonly status: 'broken'; readonly message: string }

export interface StageFailure {
  readonly stage: string
  readonly reason: string
  readonly message: string
}

/** How an online view stands at the time of the data clock. */
export interface ViewStanding extends ViewProgress {
  /** How far its rows are behind the data clock, in milliseconds; null: not filled yet, or pushed. */
  readonly lagMs: number | null
  /** That is more than two refreshes beyond its `lag`. */
  readonly isBehind: boolean
}

export interface PushLogStanding extends PushLogProgress {
  /** How long its oldest row has waited for a segment, by the data clock, in milliseconds; 0: none waits. */
  readonly ageMs: number
}

export interface Memory {
  readonly epoch: number
  /** Newest commit that was read, whether valid or not. */
  reading: CommitReading | null
  desired: Desired | null
  /** Of the commit of `desired`. */
  features: MainFeatures | null
  /** Online views and logs of pushed rows were looked at in this epoch. Until then what the last leader found stands. */
  areFeaturesKnown: boolean
  /** How far the online views are; empty until something was ordered. */
  views: readonly ViewStanding[]
  /** The pass found views filled for the first time: what waits for them goes on with the next one, at once. */
  hasNewViews: boolean
  /** Online views are wanted, and the data clock is one that is moved by hand and was never set: none can be computed. */
  lacksDataTime: boolean
  /** Logs of pushed rows, as far as is known. */
  pushLogs: readonly PushLogStanding[]
  /** Null: to be read from the store. The leader is the only writer, so what it wrote stays true. */
  rollouts: Map<string, StoredRollout> | null
  /** The last states of rollouts that were removed; null: to be read from the store. */
  removed: Map<string, RolloutState> | null
  releases: Map<Digest, StoredRelease>
  /** What replicas read; undefined: to be read from the store. */
  serving: StoredServingState | null | undefined
  storedArtifacts: Set<string>
  durability: Durability
  /** The history of the branch was compared with the store's in this epoch. */
  historyAdopted: boolean
  lastPlan: Plan | null
  conditions: readonly ConditionRow[] | null
  /** Failures of the newest pass by stage. */
  failures: Map<string, StageFailure>
  /** Rollouts whose newest plan could not be carried out, and why. */
  rolloutFailures: ReadonlyMap<string, StageFailure>
  nextFetchMs: number
}

export function newMemory(epoch: number): Memory {
  return {
    epoch,
    reading: null,
    desired: null,
    features: null,
    areFeaturesKnown: false,
    views: [],
    hasNewViews: false,
    lacksDataTime: false,
    pushLogs: [],
    rollouts: null,
    removed: null,
    releases: new Map(),
    serving: undefined,
    storedArtifacts: new Set(),
    durability: { status: 'behind', message: 'the history branch has not been read yet' },
    historyAdopted: false,
    lastPlan: null,
    conditions: null,
    failures: new Map(),
    rolloutFailures: new Map(),
    nextFetchMs: 0,
  }
}
