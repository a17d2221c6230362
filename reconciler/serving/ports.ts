/** What the data plane needs from outside: its state, a place for artifacts, someone to report to. Nothing else. */
import type { Release } from '../core/release.ts'
import type { ReplicaStatus, ServingState } from '../core/serving-state.ts'
import type { LoadedModel, LoadModel } from '../inference/model.ts'

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
