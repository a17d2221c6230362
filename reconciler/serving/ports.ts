/** What the data plane needs from outside: its state, a place for artifacts, someone to report to, a memory. Nothing else. */
import type { Digest } from '../core/digest.ts'
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
  /** Returns the slot that `leave` needs. Costs one small write to a file. */
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
