/** What the workers hold, as one: a release is ready when all of them hold it. Pure. */
import type { Digest } from '../../core/digest.ts'
import type { Release } from '../../core/release.ts'
import { compareStateVersions, type ModelRoute, type ReleaseReadiness, type StateVersion } from '../../core/serving-state.ts'
import type { ServingState } from '../../core/serving-state.ts'
import type { WorkerStatus } from '../channel/messages.ts'
import type { RememberedState } from '../state/state-file.ts'

export interface GatheredStatus {
  /** The oldest that a worker has taken over; null while one has none. */
  readonly stateVersion: StateVersion | null
  readonly ready: boolean
  /** Every release that the state names or a worker holds. */
  readonly releases: Readonly<Record<Digest, ReleaseReadiness>>
}

/** `crashed` are releases that took workers with them, with the message for each. */
export function gatherStatus(
  state: ServingState | null,
  workers: readonly WorkerStatus[],
  crashed: ReadonlyMap<Digest, string>,
): GatheredStatus {
  const digests = new Set([state?.releases ?? {}, ...workers.map(({ releases }) => releases)].flatMap(listDigests))
  const releases = [...digests].map((digest) => [digest, gatherReadiness(digest, workers, crashed)] as const)
  return {
    stateVersion: oldestVersion(workers),
    ready: state !== null && workers.length > 0 && workers.every(({ ready }) => ready),
    releases: Object.fromEntries(releases),
  }
}

function gatherReadiness(
  digest: Digest,
  workers: readonly WorkerStatus[],
  crashed: ReadonlyMap<Digest, string>,
): ReleaseReadiness {
  const crash = crashed.get(digest)
  if (crash !== undefined) return { status: 'failed', reason: 'Crashed', message: crash, retryable: false }
  const found = workers.map(({ releases }) => releases[digest] ?? ({ status: 'loading' } as const))
  const failed = found.flatMap((one) => (one.status === 'failed' ? [one] : []))
  const final = failed.find(({ retryable }) => !retryable) ?? failed[0]
  if (final !== undefined) return final
  const ready = found.flatMap((one) => (one.status === 'ready' ? [one.loadMs] : []))
  if (ready.length === 0 || ready.length < found.length) return { status: 'loading' }
  return { status: 'ready', loadMs: Math.max(...ready) }
}

function oldestVersion(workers: readonly WorkerStatus[]): StateVersion | null {
  const versions = workers.map(({ stateVersion }) => stateVersion)
  return versions.reduce((oldest, version) => {
    if (oldest === null || version === null) return null
    return compareStateVersions(version, oldest) < 0 ? version : oldest
  }, versions[0] ?? null)
}

/** What must be on disk: the state, and for each model the route that some worker still serves where it is an older one. */
export function gatherRemembered(state: ServingState, workers: readonly WorkerStatus[]): RememberedState {
  const routes = new Map<string, ModelRoute>()
  const held: Record<Digest, Release> = {}
  for (const { heldRoutes, heldReleases } of workers) {
    for (const route of heldRoutes) {
      if (routes.has(route.model)) continue
      routes.set(route.model, route)
      for (const { release } of route.arms) {
        const found = heldReleases[release]
        if (found !== undefined) held[release] = found
      }
    }
  }
  return { state, heldRoutes: [...routes.values()], heldReleases: held }
}

function listDigests(releases: object): readonly Digest[] {
  return Object.keys(releases) as Digest[]
}
