/** Collects what is running into one value for the planner. */
import type { Desired, Observed } from '../core/plan.ts'
import type { RolloutState } from '../core/rollout-state.ts'
import { compareStateVersions, type ModelRoute, type ReplicaStatus, type StateVersion } from '../core/serving-state.ts'
import type { Digest } from '../core/digest.ts'
import { compareText } from '../core/finding.ts'
import type { StoredRollout } from '../database/rollout-queries.ts'
import type { StoredServingState } from '../database/serving-queries.ts'
import { selectFreshReplicas } from '../rollout/readiness.ts'
import { heldReleasesOf } from '../rollout/traffic.ts'
import { buildRoute } from '../rollout/route.ts'
import { resolveArtifactStore } from './artifact-store.ts'
import { saysTheSame } from './derive-serving-state.ts'
import { ensureRemoved, ensureRollouts, ensureServing } from './rollout-cache.ts'
import type { Pass } from './stages.ts'

/** Reads replicas and serving state; rollouts come from the leader's memory. */
export async function observe(pass: Pass): Promise<Observed> {
  const { ports, memory, wallMs } = pass
  const rollouts = await ensureRollouts(pass)
  const replicas = selectFreshReplicas(await ports.serving.readReplicas(), wallMs)
  const serving = await ensureServing(pass)
  forgetMissing(pass, replicas)
  return buildObserved({
    rollouts: [...rollouts.values()],
    replicas,
    serving,
    storedArtifacts: await knownArtifacts(pass, memory.desired),
    filledViews: memory.views.flatMap(({ digest, watermarkUs }) => (watermarkUs === null ? [] : [digest])),
    lackingViews: memory.views.flatMap(({ digest, isCarrying }) => (isCarrying === true ? [digest] : [])),
    removed: [...(await ensureRemoved(pass)).values()].sort((a, b) => compareText(a.rollout, b.rollout)),
  })
}

/** A replica that misses an artifact, or found other bytes, has the store looked at again. */
function forgetMissing({ memory }: Pass, replicas: readonly ReplicaStatus[]): void {
  for (const { releases } of replicas) {
    for (const [digest, found] of Object.entries(releases)) {
      if (found.status !== 'failed' || (found.reason !== 'ArtifactMissing' && found.reason !== 'DigestMismatch')) continue
      const release = memory.releases.get(digest as Digest)
      if (release !== undefined) memory.storedArtifacts.delete(release.release.artifact.sha256)
    }
  }
}

export interface ObservedParts {
  readonly rollouts: readonly StoredRollout[]
  readonly replicas: readonly ReplicaStatus[]
  readonly serving: StoredServingState | null
  readonly storedArtifacts: readonly string[]
  readonly filledViews: readonly Digest[]
  readonly lackingViews?: readonly Digest[]
  readonly removed: readonly RolloutState[]
}

/** Pure. */
export function buildObserved({
  rollouts,
  replicas,
  serving,
  storedArtifacts,
  filledViews,
  lackingViews = [],
  removed,
}: ObservedParts): Observed {
  const states = rollouts.map(({ state }) => state).sort((a, b) => compareText(a.rollout, b.rollout))
  const routes = new Map(serving?.state.routes.map((route) => [route.model, route]))
  const published = states.flatMap((state) => {
    const route = routes.get(state.rollout)
    if (serving === null || route === undefined) return []
    return isTakenOver(state, { route, routesVersion: serving.routesVersion }, replicas)
      ? [{ rollout: state.rollout, since: route.since }]
      : []
  })
  const lacking = lackingViews.length === 0 ? {} : { lackingViews: [...lackingViews].sort(compareText) }
  return { states, replicas, published, storedArtifacts, filledViews: [...filledViews].sort(compareText), ...lacking, removed }
}

/** The route is the one that the state asks for, every fresh replica is past the version that brought it, and holds its releases. */
function isTakenOver(
  state: RolloutState,
  { route, routesVersion }: { readonly route: ModelRoute; readonly routesVersion: StateVersion },
  replicas: readonly ReplicaStatus[],
): boolean {
  if (replicas.length === 0) return false
  const asked = buildRoute(state.rollout, state.traffic, state.settings?.fallback)
  if (asked === null || !saysTheSame(route, asked)) return false
  const needed = state.traffic.arms.filter(({ weight }) => weight > 0).map(({ release }) => release)
  return replicas.every(
    ({ stateVersion, releases }) =>
      stateVersion !== null &&
      compareStateVersions(stateVersion, routesVersion) >= 0 &&
      needed.every((release) => releases[release]?.status === 'ready'),
  )
}

async function knownArtifacts({ ports, memory, settings }: Pass, desired: Desired | null): Promise<readonly string[]> {
  if (desired === null) return []
  const wanted = desired.rollouts.flatMap((rollout) => heldReleasesOf(rollout).map(({ artifact }) => artifact.sha256))
  const unknown = [...new Set(wanted)].filter((sha256) => !memory.storedArtifacts.has(sha256))
  const store = resolveArtifactStore(desired.artifactStore, settings)
  for (const sha256 of unknown) if (await ports.artifacts.has(store, sha256)) memory.storedArtifacts.add(sha256)
  return [...new Set(wanted)].filter((sha256) => memory.storedArtifacts.has(sha256)).sort(compareText)
}
