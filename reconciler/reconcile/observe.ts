/** Collects what is running into one value for the planner. */
import type { Desired, Observed } from '../core/plan.ts'
import type { RolloutState } from '../core/rollout-state.ts'
import { compareStateVersions, type ReplicaStatus } from '../core/serving-state.ts'
import { canonicalJson } from '../core/digest.ts'
import { compareText } from '../core/finding.ts'
import type { StoredRollout } from '../database/rollout-queries.ts'
import type { StoredServingState } from '../database/serving-queries.ts'
import { selectFreshReplicas } from '../rollout/readiness.ts'
import { releasesOf } from '../rollout/traffic.ts'
import { buildRoute } from '../rollout/route.ts'
import { resolveArtifactStore } from './artifact-store.ts'
import { ensureRollouts } from './rollout-cache.ts'
import type { Pass } from './stages.ts'

/** Reads replicas and serving state; rollouts come from the leader's memory. */
export async function observe(pass: Pass): Promise<Observed> {
  const { ports, memory, wallMs } = pass
  const rollouts = await ensureRollouts(pass)
  const replicas = selectFreshReplicas(await ports.serving.readReplicas(), wallMs)
  const serving = await ports.serving.readServing()
  return buildObserved({
    rollouts: [...rollouts.values()],
    replicas,
    serving,
    storedArtifacts: await knownArtifacts(pass, memory.desired),
  })
}

export interface ObservedParts {
  readonly rollouts: readonly StoredRollout[]
  readonly replicas: readonly ReplicaStatus[]
  readonly serving: StoredServingState | null
  readonly storedArtifacts: readonly string[]
}

/** Pure. */
export function buildObserved({ rollouts, replicas, serving, storedArtifacts }: ObservedParts): Observed {
  const states = rollouts.map(({ state }) => state).sort((a, b) => compareText(a.rollout, b.rollout))
  const published = states.filter((state) => isPublished(state, serving, replicas)).map(({ rollout }) => rollout)
  return { states, replicas, published, storedArtifacts }
}

/** The route is the one that the state asks for, every fresh replica is past the version that brought it, and holds its releases. */
export function isPublished(
  state: RolloutState,
  serving: StoredServingState | null,
  replicas: readonly ReplicaStatus[],
): boolean {
  if (serving === null || replicas.length === 0) return false
  const route = serving.state.routes.find(({ model }) => model === state.rollout) ?? null
  if (canonicalJson(route) !== canonicalJson(buildRoute(state.rollout, state.traffic))) return false
  const needed = state.traffic.arms.filter(({ weight }) => weight > 0).map(({ release }) => release)
  return replicas.every(
    ({ stateVersion, releases }) =>
      stateVersion !== null &&
      compareStateVersions(stateVersion, serving.routesVersion) >= 0 &&
      needed.every((release) => releases[release]?.status === 'ready'),
  )
}

async function knownArtifacts({ ports, memory, settings }: Pass, desired: Desired | null): Promise<readonly string[]> {
  if (desired === null) return []
  const wanted = desired.rollouts.flatMap((rollout) => releasesOf(rollout).map(({ artifact }) => artifact.sha256))
  const unknown = [...new Set(wanted)].filter((sha256) => !memory.storedArtifacts.has(sha256))
  const store = resolveArtifactStore(desired.artifactStore, settings.baseFolder)
  for (const sha256 of unknown) if (await ports.artifacts.has(store, sha256)) memory.storedArtifacts.add(sha256)
  return [...new Set(wanted)].filter((sha256) => memory.storedArtifacts.has(sha256)).sort(compareText)
}
