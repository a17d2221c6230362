/** Rollouts as data: what a commit asks for, and how far it has come. */
import type { Instant } from './clock.ts'
import type { Digest } from './digest.ts'
import type { Recording, Release } from './release.ts'

export interface CanaryStep {
  /** Whole percent of the units. */
  readonly weight: number
  /** Wall-clock time to stay, in milliseconds; null: until `mainward resume`. A last step of 0 has no stay at all. */
  readonly holdMs: number | null
}

export interface DesiredVariant {
  readonly name: string
  readonly weight: number
  readonly release: Release
}

export type DesiredStrategy =
  | { readonly type: 'canary'; readonly release: Release; readonly steps: readonly CanaryStep[] }
  | { readonly type: 'split'; readonly seed: string; readonly coverage: number; readonly variants: readonly DesiredVariant[] }

/** What answers in place of a release whose run failed or took too long; resolved to a release. */
export type DesiredFallback =
  | { readonly type: 'release'; readonly release: Release }
  | { readonly type: 'constant'; readonly score: number | readonly number[] }

/** Why a release must not begin to serve: its gates, or its evidence. */
export interface Refusal {
  readonly release: Digest
  readonly version: number
  /** One word in CamelCase. */
  readonly reason: string
  readonly message: string
  /** From then on; null: always. */
  readonly from: Instant | null
}

/** A Rollout of a commit with its versions resolved to releases. */
export interface DesiredRollout {
  readonly rollout: string
  /** Identity of what is asked for: releases and rollout spec, never the commit. */
  readonly target: Digest
  readonly unit: string | null
  readonly suspend: boolean
  readonly strategy: DesiredStrategy
  /** No part of the target: it is taken over at once. Absent: none. */
  readonly fallback?: DesiredFallback
  /** Of the model; no part of the target. Absent: everything is recorded. */
  readonly recording?: Recording
  /** Of releases that are to be rolled out. Absent: none. */
  readonly refusals?: readonly Refusal[]
}

/**
 * Initializing: releases are being loaded and proven. Progressing: a step holds. Paused: a person must resume.
 * RolledBack: stable serves, the target was refused. Succeeded: the target serves. Stalled: nothing can serve.
 */
export type RolloutPhase = 'Initializing' | 'Progressing' | 'Paused' | 'RolledBack' | 'Succeeded' | 'Stalled'

export interface Arm {
  readonly name: string
  readonly release: Digest
  readonly version: number
  /** Whole percent; 0: loaded, gets nothing. */
  readonly weight: number
}

/** How a model's requests are shared out. */
export interface Traffic {
  readonly strategy: 'canary' | 'split'
  readonly seed: string
  /** Percent of the units that take part in a split; 100 in a canary. */
  readonly coverage: number
  readonly unit: string | null
  readonly arms: readonly Arm[]
  /** Arm of requests without a unit, and of units outside of the coverage. */
  readonly defaultArm: string
}

export interface Proven {
  readonly release: Digest
  readonly version: number
}

export type RolloutFallback =
  | { readonly type: 'release'; readonly release: Digest; readonly version: number }
  | { readonly type: 'constant'; readonly score: number | readonly number[] }

/** What a commit may change without a new target: taken over at once, without steps, wherever the rollout stands. */
export interface RolloutSettings {
  readonly fallback?: RolloutFallback
  readonly recording?: Recording
}

/** What must not be tried again: a release, or the target of a split that a person aborted. */
export interface Rejection {
  readonly subject: Digest
  readonly at: Instant
  readonly reason: string
  readonly message: string
}

export interface RolloutState {
  readonly rollout: string
  readonly target: Digest
  readonly phase: RolloutPhase
  /** Index of the canary step that holds; -1 before the first. */
  readonly step: number
  readonly traffic: Traffic
  /** The last succeeded release (of a split: its control's). */
  readonly stable: Proven | null
  /** Releases that were stable before, with the time they stopped being it: going back to them needs no steps for 7 days. */
  readonly formerStables: readonly (Proven & { readonly until: Instant })[]
  readonly rejections: readonly Rejection[]
  /** How often a release of this rollout succeeded: the counter of its GTO tag. */
  readonly promotions: number
  /** Absent: no fallback, and everything is recorded. */
  readonly settings?: RolloutSettings
  readonly startedAt: Instant
  readonly stepStartedAt: Instant
  readonly reason: string
  readonly message: string
}

/** What happened to a rollout: the `event` of a history line. */
export type RolloutEvent =
  | 'Started'
  | 'StepReached'
  | 'Paused'
  | 'Resumed'
  | 'Succeeded'
  | 'Reverted'
  | 'Respecified'
  | 'SettingsChanged'
  | 'RolledBack'
  | 'Stalled'
  | 'Retried'
  | 'Recovered'
  | 'Removed'
