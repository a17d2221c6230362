/** Intervals of several values from one series of resamples: `estimate ± t * se`, Student's t of the clusters less one. */
import type { ClusterStatistics } from '../../statistics/resampling/cluster-statistics.ts'
import { clusterBootstrap } from '../../statistics/resampling/cluster-bootstrap.ts'
import type { Draws } from './choose-draws.ts'
import type { NoSpread, Spread } from './spread.ts'

export interface ResampleSettings {
  readonly confidence: number
  readonly replicates: number
  readonly seed: number
}

/** By name of the statistics, which are of the clusters of the draws. */
export function resampledSpreads(
  statistics: ClusterStatistics,
  { clusters, method }: Draws,
  settings: ResampleSettings,
): ReadonlyMap<string, Spread | NoSpread> {
  const found = clusterBootstrap({ statistics, ...settings })
  return new Map(
    statistics.names.map((name): readonly [string, Spread | NoSpread] => {
      const { standardError, interval, mean } = found[name] ?? {
        standardError: NaN,
        interval: { low: NaN, high: NaN },
        mean: NaN,
      }
      if (!Number.isFinite(standardError)) return [name, { because: whyNone(clusters.count) }]
      return [name, { ...interval, standardError, degreesOfFreedom: clusters.count - 1, method, mean }]
    }),
  )
}

function whyNone(clusters: number): string {
  if (clusters < 2) return 'no interval: one cluster says nothing about the others'
  return 'no interval: it is undefined in more than 5 % of the resamples'
}
