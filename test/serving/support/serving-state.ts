/** Serving states as the tests write them, and the ports that hand them out: a file, a folder, a list of heartbeats. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MainwardError } from '../../../reconciler/core/error.ts'
import type { Release } from '../../../reconciler/core/release.ts'
import type { ModelRoute, ReplicaStatus, RouteArm, ServingState } from '../../../reconciler/core/serving-state.ts'
import type { ArtifactReader, ReplicaReporter, ServingStateSource } from '../../../reconciler/serving/ports.ts'

export interface StateParts {
  readonly releases: readonly Release[]
  readonly routes: readonly ModelRoute[]
  readonly epoch?: number
  readonly artifactStore?: string
  readonly environment?: string
}

export function servingState(
  sequence: number,
  { releases, routes, epoch = 1, artifactStore = 'folder:/none', environment = 'production' }: StateParts,
): ServingState {
  return {
    formatVersion: 1,
    environment,
    version: { epoch, sequence },
    commit: 'c'.repeat(40),
    writtenAt: '2026-11-24T10:00:00.000Z',
    dataTime: null,
    artifactStore,
    releases: Object.fromEntries(releases.map((release) => [release.digest, release])),
    routes,
  }
}

export function route(model: string, arms: readonly RouteArm[], changes: Partial<ModelRoute> = {}): ModelRoute {
  const since = '2026-11-24T10:00:00.000Z'
  return { model, strategy: 'canary', unit: 'flight_id', seed: `${model}@seed`, arms, defaultArm: 'stable', since, ...changes }
}

/** Everything to one release. */
export function stableRoute(release: Release): ModelRoute {
  return route(release.model, [{ name: 'stable', release: release.digest, weight: 100 }])
}

/** `weight` percent to the canary, as the control plane writes it. */
export function canaryRoute(stable: Release, canary: Release, weight: number): ModelRoute {
  const canaryArm: RouteArm = { name: 'canary', release: canary.digest, weight }
  return route(stable.model, [
    weight === 0 ? canaryArm : { ...canaryArm, range: [0, weight / 100] },
    { name: 'stable', release: stable.digest, weight: 100 - weight },
  ])
}

/** A source that reads a file: what a test writes there is what a replica sees, from any process. */
export class FileStateSource implements ServingStateSource {
  readonly #path: string
  readonly #listeners = new Set<() => void>()
  down = false
  reads = 0

  constructor(folder: string) {
    this.#path = join(folder, 'source.json')
  }

  async read(): Promise<ServingState | null> {
    this.reads++
    if (this.down) throw new MainwardError('unavailable', 'the source is down')
    try {
      return JSON.parse(await readFile(this.#path, 'utf8')) as ServingState
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw error
    }
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async write(state: ServingState): Promise<void> {
    await writeFile(`${this.#path}.tmp`, JSON.stringify(state))
    await rename(`${this.#path}.tmp`, this.#path)
    for (const listener of this.#listeners) listener()
  }
}

/** Artifacts by sha256 in memory; a test may take them away. */
export class MemoryArtifacts implements ArtifactReader {
  readonly contents = new Map<string, Uint8Array>()

  read(_store: string, sha256: string): Promise<Uint8Array> {
    const found = this.contents.get(sha256)
    if (found !== undefined) return Promise.resolve(found)
    return Promise.reject(new MainwardError('artifact-missing', `no artifact ${sha256}`, { retry: 'backoff' }))
  }
}

export class RecordingReporter implements ReplicaReporter {
  readonly reports: ReplicaStatus[] = []
  down = false
  hanging = false

  report(status: ReplicaStatus): Promise<void> {
    if (this.hanging) return new Promise(() => undefined)
    if (this.down) return Promise.reject(new MainwardError('unavailable', 'the store is down'))
    this.reports.push(status)
    return Promise.resolve()
  }
}
