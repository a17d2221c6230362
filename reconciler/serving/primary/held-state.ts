/**
 * The serving state as the primary has it: the newest one, what is on disk, and every release that anything of it names. Knows no
 * worker by name.
 */
import type { Digest } from '../../core/digest.ts'
import type { Release } from '../../core/release.ts'
import { compareStateVersions, type ServingState } from '../../core/serving-state.ts'
import type { WorkerStatus } from '../channel/messages.ts'
import type { KnownVersion } from '../metrics/metrics-snapshot.ts'
import type { DiskMemory } from '../state/disk-memory.ts'
import type { RememberedState } from '../state/state-file.ts'
import { gatherRemembered } from './gather-status.ts'

export class HeldState {
  readonly #disk: DiskMemory
  #newest: ServingState | null = null
  #remembered: RememberedState | null = null
  #releases: ReadonlyMap<Digest, Release> = new Map()

  constructor(disk: DiskMemory) {
    this.#disk = disk
  }

  async recall(): Promise<void> {
    this.#remembered = await this.#disk.recall()
    this.#newest = this.#remembered?.state ?? null
    this.#noteReleases([])
  }

  get newest(): ServingState | null {
    return this.#newest
  }

  /** What a new worker starts from. */
  get remembered(): RememberedState | null {
    return this.#remembered
  }

  /** Everything that the state names or a worker holds, the older of the two first. */
  get releases(): ReadonlyMap<Digest, Release> {
    return this.#releases
  }

  find(digest: Digest): Release | undefined {
    return this.#releases.get(digest)
  }

  listKnown(): readonly KnownVersion[] {
    return [...this.#releases.values()]
  }

  take(state: ServingState): void {
    this.#newest = state
  }

  /** Keeps on disk what the workers that answer go by: the newest state once all of them have taken it over. */
  notice(workers: readonly WorkerStatus[]): void {
    this.#noteReleases(workers)
    const state = this.#newest
    if (state === null || workers.length === 0) return
    const isTaken = ({ stateVersion }: WorkerStatus) =>
      stateVersion !== null && compareStateVersions(stateVersion, state.version) === 0
    if (!workers.every(isTaken)) return
    const next = gatherRemembered(state, workers)
    if (this.#remembered !== null && isSame(this.#remembered, next)) return
    this.#remembered = next
    this.#disk.keep(next)
    this.#noteReleases(workers)
  }

  #noteReleases(workers: readonly WorkerStatus[]): void {
    const held = new Set(workers.flatMap(({ releases }) => Object.keys(releases)))
    const before = [...this.#releases].filter(([digest]) => held.has(digest))
    const named = [this.#remembered?.heldReleases, this.#remembered?.state.releases, this.#newest?.releases]
    const found = [...named, ...workers.map(({ heldReleases }) => heldReleases)].flatMap((releases) =>
      Object.values(releases ?? {}),
    )
    this.#releases = new Map([...before, ...found.map((release) => [release.digest, release] as const)])
  }
}

/** The state is immutable: the same version is the same state. */
function isSame(a: RememberedState, b: RememberedState): boolean {
  if (compareStateVersions(a.state.version, b.state.version) !== 0) return false
  return JSON.stringify(a.heldRoutes) === JSON.stringify(b.heldRoutes)
}
