/** The ports of a replica in a worker: the primary follows the state, keeps the disk and reports; it is asked over the channel. */
import { readFile } from 'node:fs/promises'
import { digestBytes, type Digest } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import type { Release } from '../../core/release.ts'
import type { ReplicaStatus, ServingState } from '../../core/serving-state.ts'
import type { WholeView } from '../channel/messages.ts'
import type { MetricsSnapshot } from '../metrics/metrics-snapshot.ts'
import type { ArtifactReader, ListedRelease, ReplicaReporter, ServingStateSource, StateMemory, WholeServer } from '../ports.ts'
import type { RememberedState } from '../state/state-file.ts'
import type { PrimaryLink } from './primary-link.ts'

/** The primary reads an artifact before it answers. */
const artifactLimitMs = 60_000
/** The primary waits for the other workers for less. */
const metricsLimitMs = 3_000

/** The state as the primary hands it over. */
export class ChannelSource implements ServingStateSource {
  readonly #listeners = new Set<() => void>()
  #newest: ServingState | null = null

  get newest(): ServingState | null {
    return this.#newest
  }

  read(): Promise<ServingState | null> {
    return Promise.resolve(this.#newest)
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  take(state: ServingState): void {
    this.#newest = state
    for (const listener of this.#listeners) listener()
  }
}

/** The primary's disk: what is kept goes along with the next status. */
export class ChannelMemory implements StateMemory {
  newest: RememberedState | null

  constructor(remembered: RememberedState | null) {
    this.newest = remembered
  }

  recall(): Promise<RememberedState | null> {
    return Promise.resolve(this.newest)
  }

  keep(remembered: RememberedState): void {
    this.newest = remembered
  }
}

/** Artifacts as files that the primary keeps. */
export class ChannelArtifacts implements ArtifactReader {
  readonly #link: PrimaryLink
  readonly #origin: ArtifactReader

  /** `origin` is read when the primary's disk takes nothing. */
  constructor(link: PrimaryLink, origin: ArtifactReader) {
    this.#link = link
    this.#origin = origin
  }

  async read(store: string, sha256: string): Promise<Uint8Array> {
    const first = await this.#readOnce(store, sha256, false)
    return digestBytes(first) === `sha256:${sha256}` ? first : this.#readOnce(store, sha256, true)
  }

  /** `damaged`: the file on disk is not what it should be, and is fetched again. */
  async #readOnce(store: string, sha256: string, damaged: boolean): Promise<Uint8Array> {
    const answer = await this.#link.ask({ type: 'read-artifact', store, sha256, damaged }, artifactLimitMs)
    if (answer.type !== 'artifact' || answer.path === null) return this.#origin.read(store, sha256)
    try {
      return await readFile(answer.path)
    } catch (error) {
      throw new MainwardError('artifact-missing', `${answer.path} can not be read`, { retry: 'backoff', cause: error })
    }
  }
}

/** `describe` adds what the primary needs beyond the status. */
export function createChannelReporter(link: PrimaryLink, memory: ChannelMemory, own: OwnReadiness): ReplicaReporter {
  return {
    report: ({ stateVersion }: ReplicaStatus) => {
      const { heldRoutes = [], heldReleases = {} } = memory.newest ?? {}
      const releases = Object.fromEntries(own.listReleases().map(({ release, readiness }) => [release.digest, readiness]))
      return link.send({ type: 'status', status: { stateVersion, ready: own.isReady(), releases, heldRoutes, heldReleases } })
    },
  }
}

export interface OwnReadiness {
  isReady(): boolean
  listReleases(): readonly ListedRelease[]
}

/** The server as the primary last described it. */
export class ChannelWhole implements WholeServer {
  readonly #link: PrimaryLink
  readonly #findRelease: (digest: Digest) => Release | undefined
  #view: WholeView

  constructor(link: PrimaryLink, view: WholeView, findRelease: (digest: Digest) => Release | undefined) {
    this.#link = link
    this.#view = view
    this.#findRelease = findRelease
  }

  take(view: WholeView): void {
    this.#view = view
  }

  isReady(): boolean {
    return this.#view.ready
  }

  listReleases(): readonly ListedRelease[] {
    return Object.entries(this.#view.releases).flatMap(([digest, readiness]) => {
      const release = this.#findRelease(digest as Digest)
      return release === undefined ? [] : [{ release, readiness }]
    })
  }

  async readMetrics(): Promise<MetricsSnapshot> {
    const answer = await this.#link.ask({ type: 'read-metrics' }, metricsLimitMs)
    if (answer.type !== 'metrics') throw new Error(`expected metrics, found ${answer.type}`)
    return answer.snapshot
  }
}
