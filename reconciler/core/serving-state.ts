/** The serving state: everything that the data plane knows. One immutable JSON document. */
import type { Instant } from './clock.ts'
import type { Digest } from './digest.ts'
import type { OnlineView } from './online-view.ts'
import type { Release } from './release.ts'

/** Ordered by epoch, then sequence. The epoch grows with every change of leader: an old leader's write is refused. */
export interface StateVersion {
  readonly epoch: number
  readonly sequence: number
}

/** One arm of a model's traffic. */
export interface RouteArm {
  /** `stable` or `canary`; in a split the variant's name. */
  readonly name: string
  readonly release: Digest
  /** Whole percent of the units; 0 means: load it, send nothing. */
  readonly weight: number
  /** Half-open range of the unit's hash in [0, 1) that this arm takes; absent for the arm that takes the rest. */
  readonly range?: readonly [number, number]
}

/** What answers a request in place of an arm whose run failed or took too long. Gets no traffic of its own. */
export type RouteFallback =
  | { readonly type: 'release'; readonly release: Digest }
  /** One score for every row: a probability, a row of probabilities by class, or a predicted value. */
  | { readonly type: 'constant'; readonly score: number | readonly number[] }

/** What a route says, without when it was published. */
export interface RouteShape {
  readonly model: string
  readonly strategy: 'canary' | 'split'
  /** Field of a row that holds the unit, when the rollout names one. */
  readonly unit: string | null
  /** Seed of the assignment hash (GrowthBook v2). */
  readonly seed: string
  /** In the order in which ranges are tried. */
  readonly arms: readonly RouteArm[]
  /** Name of the arm for requests without a unit and for units that no range takes. */
  readonly defaultArm: string
  /** Absent: a run that fails is answered with an error. */
  readonly fallback?: RouteFallback
}

export interface ModelRoute extends RouteShape {
  /** When the route was first published, by the wall clock: a canary's hold counts from here. */
  readonly since: Instant
}

export interface ServingState {
  readonly formatVersion: 1
  readonly environment: string
  readonly version: StateVersion
  /** Commit that the state was derived from. */
  readonly commit: string
  readonly writtenAt: Instant
  /** The data clock, when it is moved by hand; null: it is the wall clock. */
  readonly dataTime: Instant | null
  /** Where artifacts are read: `folder:/absolute/path`. */
  readonly artifactStore: string
  /** Every release that a replica must hold, by digest: those with traffic, fallbacks, and those to be loaded. */
  readonly releases: Readonly<Record<Digest, Release>>
  readonly routes: readonly ModelRoute[]
  /** Online views of main, by name: what feature references name. Absent: none. A model's name is a service: the views of its release. */
  readonly featureViews?: readonly OnlineView[]
}

/** What one replica says of one release. */
export type ReleaseReadiness =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly loadMs: number }
  | {
      readonly status: 'failed'
      readonly reason: 'ArtifactMissing' | 'DigestMismatch' | 'LoadFailed' | 'SignatureMismatch' | 'GoldenRowsFailed' | 'Crashed'
      /** For golden rows: the row, expected and found. Crashed: it ended its serving process three times. */
      readonly message: string
      /** True when trying again may help (the artifact's place was not reachable). */
      readonly retryable: boolean
    }

/** A replica's heartbeat. */
export interface ReplicaStatus {
  readonly replica: string
  readonly environment: string
  readonly heartbeatAt: Instant
  /** The newest state that the replica has taken over; null before the first. */
  readonly stateVersion: StateVersion | null
  readonly dataTime: Instant | null
  readonly releases: Readonly<Record<Digest, ReleaseReadiness>>
}

export function compareStateVersions(a: StateVersion, b: StateVersion): number {
  return a.epoch - b.epoch || a.sequence - b.sequence
}
