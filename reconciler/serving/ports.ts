/** What the data plane needs from outside: its state, a place for artifacts, someone to report to, a memory. Nothing else. */
import type { Digest } from '../core/digest.ts'
import type { OnlineView } from '../core/online-view.ts'
import type { Release } from '../core/release.ts'
import type { ReleaseReadiness, ReplicaStatus, ServingState } from '../core/serving-state.ts'
import type { LoadedModel, LoadModel } from '../inference/model.ts'
import type { MetricsSnapshot } from './metrics/metrics-snapshot.ts'
import type { RememberedState } from './state/state-file.ts'

export interface ServingStateSource {
  /** The newest serving state, or null when there is none yet. Throws `unavailable` when the source is down. */
  read(): Promise<ServingState | null>
  /** Calls the listener when a newer state may exist; a hint, never the state itself. Returns a function that stops it. */
  subscribe(listener: () => void): () => void
}

export interface ReplicaReporter {
  /** Stores the heartbeat. Throws `unavailable` when the store is down; the caller goes on serving. */
  report(status: ReplicaStatus): Promise<void>
}

export interface ArtifactReader {
  /** The bytes of an artifact. Throws `artifact-missing`; the caller verifies the digest. */
  read(store: string, sha256: string): Promise<Uint8Array>
}

/** Rows of one definition of a view. */
export interface OnlineRequest {
  readonly digest: Digest
  /** Texts of `encodeEntityKey`. */
  readonly keys: readonly string[]
}

/** Times are in microseconds since the epoch. */
export interface OnlineRow {
  /** Of the row that the features are from; null where only windows hold a value, or the view is static. */
  readonly eventUs: bigint | null
  /** The values are those as of this time. */
  readonly computedAsOfUs: bigint
  /** A JSON array of encoded values (`encodeFeatureValue`), in the order of `OnlineView.features`. */
  readonly values: string
}

export interface OnlineAnswer {
  /** All rows are computed as of this time; null: never filled to its end, pushed, not known, or asked for no key. */
  readonly watermarkUs: bigint | null
  /** One for each key, in their order; null: there is no row of it. */
  readonly rows: readonly (OnlineRow | null)[]
}

/** A row that a client has sent. */
export interface PushedRow {
  /** Text of `encodeEntityKey`. */
  readonly key: string
  readonly eventUs: bigint
  /** A JSON array of encoded values, in the order of `OnlineView.features`. */
  readonly values: string
}

/** Rows for one definition of a view. */
export interface DefinitionPush {
  readonly view: OnlineView
  readonly rows: readonly PushedRow[]
}

/** The online values of features of this environment. Both throw `unavailable` when the store can not be asked. */
export interface OnlineStore {
  /** One answer for each request, in their order; all of them in one round trip. */
  read(requests: readonly OnlineRequest[]): Promise<readonly OnlineAnswer[]>
  /**
   * Resolves when all rows of all definitions, and their logs, are safe; else none are. Of rows with one key the newest counts, by event, then by arrival; of rows equal in
   * both the first. `createdUs` is when they arrived, by the data clock.
   */
  push(pushes: readonly DefinitionPush[], createdUs: bigint): Promise<void>
}

/** What runs models. */
export interface ModelRuntime {
  readonly load: LoadModel
  /** Runs the release's golden rows. Null when all are reproduced, else row, expected and found. */
  verifyGoldenRows(model: LoadedModel, release: Release): Promise<{ readonly message: string } | null>
}

/** Keeps what a replica must know to start again without its source. */
export interface StateMemory {
  /** What was kept last, or null. */
  recall(): Promise<RememberedState | null>
  /** Never waits and never fails. */
  keep(remembered: RememberedState): void
}

/**
 * Remembers beyond the death of the process which releases it was loading or running: native code can take the process with
 * it. Around every load and every run; several may be open at the same time.
 */
export interface CrashMarker {
  /** Returns the slot that `leave` needs. Costs one small write to a file; `leave` costs one later in its turn. */
  enter(digest: Digest): number
  leave(slot: number): void
}

/** A release that is wanted. */
export interface ListedRelease {
  readonly release: Release
  readonly readiness: ReleaseReadiness
}

/** The server as its clients see it: the same from whichever of its processes answers. */
export interface WholeServer {
  isReady(): boolean
  listReleases(): readonly ListedRelease[]
  /** Throws `unavailable` when the processes can not be asked. */
  readMetrics(): Promise<MetricsSnapshot>
}
