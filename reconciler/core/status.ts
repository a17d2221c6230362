/** What a running reconciler says of itself: the body of `GET /api/v1/status`. */
import type { Instant } from './clock.ts'
import type { Condition } from './condition.ts'
import type { Digest, Json } from './digest.ts'
import type { Finding } from './finding.ts'
import type { Arm, RolloutFallback, RolloutPhase } from './rollout-state.ts'
import type { StateVersion } from './serving-state.ts'

export interface ModelStatus {
  readonly name: string
  /** Its stable release answers on every serving process, also while a rollout goes on. */
  readonly ready: boolean
  /** Why a person must act; null when nobody must. */
  readonly stalled: string | null
  readonly phase: RolloutPhase | null
  readonly step: number
  readonly reason: string
  readonly message: string
  readonly arms: readonly Arm[]
  readonly stableVersion: number | null
  /** Field of a row that holds the unit. */
  readonly unit: string | null
  readonly strategy: 'canary' | 'split' | null
  /** What answers in place of a run that fails; null: nothing. */
  readonly fallback: RolloutFallback | null
  readonly conditions: readonly Condition[]
  /** Inputs of a golden row: a request that really answers. Null for a model that reads views. */
  readonly exampleRow: Readonly<Record<string, Json>> | null
}

export interface CommitStatus {
  readonly commit: string
  readonly author: string
  readonly message: string
  readonly committedAt: Instant
  readonly valid: boolean
  readonly findings: readonly Finding[]
  /** How many resources of each kind were found. */
  readonly resources: Readonly<Record<string, number>>
}

export interface ReplicaSummary {
  readonly replica: string
  readonly heartbeatAt: Instant
  /** Heartbeat within the last 15 s. */
  readonly fresh: boolean
  readonly stateVersion: StateVersion | null
  readonly releases: Readonly<Record<Digest, string>>
}

export interface StatusDocument {
  readonly environment: string
  readonly project: string | null
  readonly leader: { readonly holder: string; readonly epoch: number } | null
  /** Newest commit of the branch that was read. */
  readonly head: CommitStatus | null
  /** The last good commit: what is applied. */
  readonly appliedCommit: string | null
  readonly dataTime: Instant | null
  readonly servingVersion: StateVersion | null
  /** Every model of the applied commit is ready or stalled. */
  readonly settled: boolean
  readonly conditions: readonly Condition[]
  readonly models: readonly ModelStatus[]
  readonly replicas: readonly ReplicaSummary[]
}
