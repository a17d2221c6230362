/** The stages that tell the world: tags, and the serving state that replicas read. */
import { toInstant } from '../core/clock.ts'
import { canonicalJson, type Digest } from '../core/digest.ts'
import { MainwardError } from '../core/error.ts'
import type { OnlineView } from '../core/online-view.ts'
import type { ServingState } from '../core/serving-state.ts'
import type { StoredRelease } from '../database/rollout-queries.ts'
import type { StoredServingState } from '../database/serving-queries.ts'
import { heartbeatTimeoutMs } from '../rollout/readiness.ts'
import { selectFeatureViews } from './assemble-features.ts'
import { ensureArtifact } from './artifact-store.ts'
import { answeringReleases, contentOf, deriveRoutes, namedReleases, withRecording } from './derive-serving-state.ts'
import { ensureReleases, ensureRollouts, ensureServing, writeServing } from './rollout-cache.ts'
import type { Pass } from './stages.ts'

/** Silent replicas are forgotten after this, in milliseconds. */
const forgetAfterMs = 40 * heartbeatTimeoutMs

/** Writes the tags that are due. A tag that points elsewhere was made by somebody else, or before a database was lost: it stays. */
export async function writeTags({ ports, memory, log }: Pass): Promise<void> {
  if (memory.durability.status === 'refused') return
  for (const { name, commit, message } of await ports.tagStore.readPendingTags()) {
    try {
      await ports.tags.ensureTag(name, commit, message)
    } catch (thrown) {
      if (!(thrown instanceof MainwardError) || thrown.code !== 'conflict') throw thrown
      log.warn({ tag: name }, thrown.message)
    }
    await ports.tagStore.markTagWritten(memory.epoch, name)
  }
}

/** Brings the serving state in line with the rollouts. Nothing is written when nothing changed. */
export async function publishServingState(pass: Pass): Promise<void> {
  const { ports, memory, settings, wallMs } = pass
  const rollouts = await ensureRollouts(pass)
  const row = await ports.journal.readEnvironment()
  if (row === null || row.appliedCommit === null || !memory.historyAdopted) return
  const before = await ensureServing(pass)
  const states = [...rollouts.values()].map(({ state }) => state)
  const pushed = memory.durability.status === 'refused' ? Number.MAX_SAFE_INTEGER : await ports.history.readPushed()
  const routes = deriveRoutes({
    states,
    serving: before?.state.routes ?? [],
    isDurable: (rollout) => (rollouts.get(rollout)?.sequence ?? 0) <= pushed,
    at: toInstant(wallMs),
  })
  const stored = await ensureReleases(pass, namedReleases(states, routes))
  await ensureArtifacts(pass, row.artifactStore, stored, answeringReleases(states, routes))
  const hasDataTime = settings.dataClock === 'wall' || row.dataTime !== null
  const content = {
    routes,
    releases: Object.fromEntries(
      withRecording(
        stored.map(({ release }) => release),
        states,
      ).map((release) => [release.digest, release]),
    ),
    artifactStore: row.artifactStore,
    dataTime: settings.dataClock === 'manual' ? row.dataTime : null,
    ...withViews(chooseFeatureViews(memory, before?.state.featureViews ?? [], hasDataTime)),
  }
  const state: ServingState = {
    formatVersion: 1,
    environment: settings.environment,
    version: nextVersion(memory.epoch, before),
    commit: row.appliedCommit,
    writtenAt: toInstant(wallMs),
    ...content,
  }
  if (before !== null && canonicalJson(contentOf(before.state)) === canonicalJson(content)) return
  const routesChanged = before === null || canonicalJson(before.state.routes) !== canonicalJson(routes)
  await writeServing(pass, { state, routesVersion: routesChanged ? state.version : before.routesVersion })
}

function chooseFeatureViews(
  { features, views }: Pass['memory'],
  published: readonly OnlineView[],
  hasDataTime: boolean,
): readonly OnlineView[] {
  if (features === null) return published
  const filled = new Set(views.filter(({ watermarkUs }) => watermarkUs !== null).map(({ digest }) => digest))
  return selectFeatureViews(features.views, published, (view) =>
    view.isPushed ? !mayLackPushes(view, views, hasDataTime) : filled.has(view.digest),
  )
}

/**
 * Rows that were pushed under earlier definitions are not there yet, or it is not known whether there are some: a view that is new was not
 * looked at. None is while the data has no time.
 */
function mayLackPushes({ digest }: OnlineView, views: Pass['memory']['views'], hasDataTime: boolean): boolean {
  const known = views.find((view) => view.digest === digest)
  return known === undefined ? hasDataTime : known.isCarrying === true
}

/** Absent where there are none: a state without features reads as it always did. */
function withViews(featureViews: readonly OnlineView[]): Pick<ServingState, 'featureViews'> {
  return featureViews.length === 0 ? {} : { featureViews }
}

/** A fallback whose bytes are gone holds up nothing: replicas say that they miss it, and `FallbackReady` tells. */
async function ensureArtifacts(
  pass: Pass,
  store: string,
  releases: readonly StoredRelease[],
  answering: ReadonlySet<Digest>,
): Promise<void> {
  for (const stored of releases) {
    try {
      await ensureArtifact(pass, store, stored)
    } catch (thrown) {
      const isSpare = !answering.has(stored.release.digest)
      if (!isSpare || !(thrown instanceof MainwardError) || thrown.code !== 'artifact-missing') throw thrown
    }
  }
}

function nextVersion(epoch: number, before: StoredServingState | null): { epoch: number; sequence: number } {
  return before?.state.version.epoch === epoch ? { epoch, sequence: before.state.version.sequence + 1 } : { epoch, sequence: 1 }
}

/** Drops heartbeats of processes that are long gone. */
export async function forgetReplicas({ ports, memory, wallMs }: Pass): Promise<void> {
  await ports.serving.forgetReplicas(memory.epoch, toInstant(wallMs - forgetAfterMs))
}
