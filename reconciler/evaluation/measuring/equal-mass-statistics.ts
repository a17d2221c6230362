/** The calibration error of bins of equal mass, and what chance adds to it, at resamples. */
import type { BinaryOutcomes } from '../../statistics/metrics/binary-outcomes.ts'
import { summarizeGaps } from '../../statistics/metrics/binary-sums.ts'
import { type Clusters, totalsOf } from '../../statistics/metrics/clusters.ts'
import { equalMassGapsOf, equalMassSums } from '../../statistics/metrics/equal-mass-calibration.ts'
import type { ScoreOrder } from '../../statistics/metrics/score-order.ts'
import type { ClusterStatistics } from '../../statistics/resampling/cluster-statistics.ts'
import { calibrationNoise, isNoiseName, noiseNameOf } from './calibration-noise.ts'

export const equalMassName = 'ece_equal_mass'

/** The error itself, or its noise. */
export function isOfEqualMass(name: string): boolean {
  return name === equalMassName || name === noiseNameOf(equalMassName)
}

/**
 * The borders between bins are those of the rows. To draw them again as well moves the spread by less than the chance of 2,000 resamples does: a
 * row that crosses a border counts otherwise only where the gap changes its sign there, and so is near 0.
 */
export function equalMassStatistics(
  outcomes: BinaryOutcomes,
  { order, clusters }: { readonly order: ScoreOrder; readonly clusters: Clusters },
  names: readonly string[],
): ClusterStatistics {
  const sums = equalMassSums(outcomes, order, clusters)
  const about = equalMassGapsOf(totalsOf(sums))
  const valuesAt = (counts: ArrayLike<number>): readonly number[] => {
    const gaps = equalMassGapsOf(totalsOf(sums, counts))
    const { ece } = summarizeGaps(gaps.weights, gaps.gaps)
    return names.map((name) => (isNoiseName(name) ? calibrationNoise(name, gaps, about) : ece))
  }
  return { clusters: clusters.count, names, valuesAt }
}
