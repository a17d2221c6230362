/** The stage that says which online views are to be kept, and as of when. What it takes to compute them happens beside the loop. */
import { selectWantedViews } from './assemble-features.ts'
import type { PushLogProgress, ViewProgress } from './ports.ts'
import { ensureServing } from './rollout-cache.ts'
import type { Pass } from './stages.ts'
import { viewStandings } from './view-standing.ts'

/** Orders nothing while it is not known what is served: what nothing reads is removed. */
export async function orderFeatures(pass: Pass): Promise<void> {
  const { memory, ports } = pass
  memory.hasNewViews = false
  const serving = await ensureServing(pass)
  if (memory.features === null || serving === null || !memory.historyAdopted) return
  const wanted = selectWantedViews(memory.features, Object.values(serving.state.releases))
  const dataMs = await readDataMs(pass)
  memory.lacksDataTime = dataMs === null && wanted.some(({ views }) => views.some(({ isPushed }) => !isPushed))
  memory.areFeaturesKnown ||= dataMs === null
  if (dataMs === null) return
  const keep = (serving.state.featureViews ?? []).map(({ digest }) => digest)
  const { artifactStore } = serving.state
  await ports.materialiser.order({ epoch: memory.epoch, commit: memory.features.commit, artifactStore, dataMs, wanted, keep })
  const known = new Set(memory.views.filter(isFilled).map(({ digest }) => digest))
  memory.views = viewStandings(await ports.materialiser.readProgress(), wanted, dataMs)
  memory.hasNewViews = memory.views.some((view) => isFilled(view) && !known.has(view.digest))
  memory.pushLogs = (await ports.materialiser.readPushLogs()).map((log) => ({ ...log, ageMs: ageOf(log, dataMs) }))
  memory.areFeaturesKnown = true
}

function isFilled({ watermarkUs, isPushed, isCarrying }: ViewProgress): boolean {
  return isPushed ? isCarrying !== true : watermarkUs !== null
}

function ageOf({ oldestUs }: PushLogProgress, dataMs: number): number {
  return oldestUs === null ? 0 : Math.max(0, dataMs - Number(oldestUs / 1000n))
}

/** Null: a manual clock that was not set yet. The time of day may be far from what it will be set to, and rows never go back. */
async function readDataMs({ ports, settings, wallMs }: Pass): Promise<number | null> {
  if (settings.dataClock === 'wall') return wallMs
  const dataTime = (await ports.journal.readEnvironment())?.dataTime ?? null
  return dataTime === null ? null : Date.parse(dataTime)
}
