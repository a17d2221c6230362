/** Keeps statistics of an online view beside the artifacts, as of the data clock. A job of its own: nobody waits for it, and fills go first. */
import { openArtifactNotes } from '../../artifacts/artifact-notes.ts'
import { formatInstant, parseInstant } from '../../core/instant.ts'
import { materialsOf } from '../../features/compute/closure-materials.ts'
import { computeViewStatistics, edgesOf } from '../../features/statistics/compute-view-statistics.ts'
import type { ViewStatistics } from '../../profiles/view-statistics.ts'
import { keepStatistics, readKeptStatistics } from '../../reconcile/kept-statistics.ts'
import type { DescribeJob } from './materialise-messages.ts'
import { areOld } from './plan-description.ts'
import { engineOf, portsOf, type JobEffects } from './run-job.ts'

/** Does nothing where those that are kept are of the same day of the data clock. Throws what the engine and the artifact store throw; what was kept before stays. */
export async function describeView(job: DescribeJob, { settings, place, keeper }: Omit<JobEffects, 'pool'>): Promise<void> {
  const { view, definitions, nowUs: asOf } = job
  const keptIn = { notes: openArtifactNotes(), store: job.store, environment: settings.environment }
  const kept = await readKeptStatistics(keptIn, view.digest)
  if (kept !== null && !isOld(kept, asOf)) return
  const described = await computeViewStatistics({
    materials: materialsOf(definitions),
    views: [view.name],
    digests: new Map([[view.name, view.digest]]),
    commit: job.commit,
    asOf,
    nowMs: Date.now(),
    edges: edgesOf(kept === null ? [] : [kept]),
    ports: portsOf(settings, place),
    engine: engineOf(settings, keeper),
  })
  for (const statistics of described) await keepStatistics(keptIn, statistics)
}

function isOld({ asOf: text }: ViewStatistics, asOf: bigint): boolean {
  const kept = parseInstant(text)
  if (kept === null) throw new Error(`statistics as of ${text}, which ${formatInstant(asOf)} cannot be compared with`)
  return areOld(kept, asOf)
}
