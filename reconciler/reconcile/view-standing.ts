/** How an online view stands at a time of the data clock: how far its rows are behind, and whether that is too far. Pure. */
import type { Freshness } from '../core/feature-definition.ts'
import type { ViewStanding } from './memory.ts'
import type { ViewProgress, WantedViews } from './ports.ts'

/** Of each view of `progress`, at `dataMs`, in milliseconds since the epoch. */
export function viewStandings(
  progress: readonly ViewProgress[],
  wanted: readonly WantedViews[],
  dataMs: number,
): readonly ViewStanding[] {
  const grids = new Map(
    wanted.flatMap(({ definitions, views }) =>
      views.map(({ name, digest }) => [digest, definitions.views.find((view) => view.name === name)?.online ?? null] as const),
    ),
  )
  return progress.map((view) => {
    const lagMs = view.watermarkUs === null ? null : Math.max(0, dataMs - Number(view.watermarkUs / 1000n))
    return { ...view, lagMs, isBehind: isBehind(lagMs, grids.get(view.digest) ?? null) }
  })
}

/** Within one refresh and the lag it waits for its time; a second refresh is left to the fill. */
function isBehind(lagMs: number | null, grid: Freshness | null): boolean {
  return lagMs !== null && grid?.type === 'grid' && lagMs > 2 * grid.refreshMs + grid.lagMs
}
