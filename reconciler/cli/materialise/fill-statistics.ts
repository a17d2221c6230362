/** Keeps statistics of views that were filled, beside the artifacts: once for each day of the data clock, from the rows that are there anyway. */
import type { OnlineView } from '../../core/online-view.ts'
import { formatInstant, parseInstant } from '../../core/instant.ts'
import type { Computation } from '../../features/compute/open-computation.ts'
import type { ViewMaterials } from '../../features/compute/plan-computation.ts'
import { describeViews, edgesOf } from '../../features/statistics/compute-view-statistics.ts'
import type { ViewStatistics } from '../../profiles/view-statistics.ts'
import { keepStatistics, readKeptStatistics, type StatisticsPlace } from '../../reconcile/kept-statistics.ts'

export interface FillStatisticsParts {
  readonly place: StatisticsPlace
  readonly materials: ViewMaterials
  readonly commit: string
  /** The data clock, in microseconds since the epoch. */
  readonly asOf: bigint
  /** The clock of the machine, in milliseconds since the epoch. */
  readonly nowMs: number
}

const dayMicros = 86_400_000_000n

/** Of views that the computation holds. Throws what the engine and the artifact store throw; what was kept before stays. */
export async function keepFillStatistics(
  computation: Pick<Computation, 'engine' | 'sources'>,
  views: readonly OnlineView[],
  { place, materials, commit, asOf, nowMs }: FillStatisticsParts,
): Promise<void> {
  const { due, earlier } = await findDue(views, { place, asOf })
  if (due.length === 0) return
  const described = await describeViews(computation, {
    materials,
    views: due.map(({ name }) => name),
    digests: new Map(due.map(({ name, digest }) => [name, digest])),
    commit,
    asOf,
    nowMs,
    edges: edgesOf(earlier),
  })
  for (const statistics of described) await keepStatistics(place, statistics)
}

/** Whether `keepFillStatistics` would compute any. Throws what the artifact store throws. */
export async function areStatisticsDue(
  views: readonly OnlineView[],
  parts: Pick<FillStatisticsParts, 'place' | 'asOf'>,
): Promise<boolean> {
  return (await findDue(views, parts)).due.length > 0
}

async function findDue(
  views: readonly OnlineView[],
  { place, asOf }: Pick<FillStatisticsParts, 'place' | 'asOf'>,
): Promise<{ readonly due: readonly OnlineView[]; readonly earlier: readonly ViewStatistics[] }> {
  const due: OnlineView[] = []
  const earlier: ViewStatistics[] = []
  for (const view of views) {
    const kept = await readKeptStatistics(place, view.digest)
    if (kept !== null && !isOld(kept, asOf)) continue
    due.push(view)
    if (kept !== null) earlier.push(kept)
  }
  return { due, earlier }
}

/** A data clock that was set back makes them old, too: they know of what has not happened. */
function isOld({ asOf: text }: ViewStatistics, asOf: bigint): boolean {
  const kept = parseInstant(text)
  if (kept === null) throw new Error(`statistics as of ${text}, which ${formatInstant(asOf)} cannot be compared with`)
  return asOf < kept || asOf - kept >= dayMicros
}
