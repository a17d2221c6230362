/** Areas under the ROC curves of each class against each other, for any multiplicities of clusters. */
import { type Clusters, totalsOf } from '../metrics/clusters.ts'
import { assertMulticlassOutcomes, type MulticlassOutcomes } from '../metrics/multiclass-metrics.ts'
import type { ClusterStatistics } from './cluster-statistics.ts'
import { classWeights, weightedMean } from './multiclass-roc-auc-by-cluster.ts'
import { rocAucByCluster } from './roc-auc-by-cluster.ts'

export const pairAreaNames: readonly string[] = ['roc_auc_ovo_macro', 'roc_auc_ovo_weighted']

/** A table of pairs for each two classes, both ways: 90 of them for ten classes, half a megabyte each for 250 clusters. */
export const mostPairedClasses = 10

type AreaAt = (counts: ArrayLike<number>, totals: Float64Array) => number

/**
 * Hand and Till's areas (2001, equation 7), as `multiclassRocAuc` has them. A replicate costs clusters squared times classes squared. NaN
 * where a class is absent. Throws a RangeError for wrong rows, for more than 2,000 clusters, and for more than ten classes.
 */
export function multiclassPairsByCluster(outcomes: MulticlassOutcomes, clusters: Clusters): ClusterStatistics {
  assertMulticlassOutcomes(outcomes)
  const { classes } = outcomes
  if (classes > mostPairedClasses) throw new RangeError(`expected at most ${mostPairedClasses} classes, found ${classes}`)
  const sums = classWeights(outcomes, clusters)
  const labels = Array.from({ length: classes }, (_, label) => label)
  const pairs = labels.flatMap((a) => labels.slice(a + 1).map((b) => [a, b] as const))
  const areas = pairs.map(([a, b]) => [areaOf(outcomes, clusters, [a, b]), areaOf(outcomes, clusters, [b, a])] as const)
  const valuesAt = (counts: ArrayLike<number>): readonly number[] => {
    const totals = totalsOf(sums, counts)
    const means = areas.map(([there, back]) => (there(counts, totals) + back(counts, totals)) / 2)
    const sizes = pairs.map(([a, b]) => (totals[a] ?? NaN) + (totals[b] ?? NaN))
    return [weightedMean(means, means.map(() => 1)), weightedMean(means, sizes)] // prettier-ignore
  }
  return { clusters: clusters.count, names: pairAreaNames, valuesAt }
}

/** Chance that a row of the first class has a higher probability of it than a row of the other; of ties alone exactly half. */
function areaOf(outcomes: MulticlassOutcomes, clusters: Clusters, [own, other]: readonly [number, number]): AreaAt {
  const { classes, truth, probabilities, weights } = outcomes
  const rows = Uint32Array.from(truth.keys()).filter((row) => truth[row] === own || truth[row] === other)
  const scores = Float64Array.from(rows, (row) => probabilities[row * classes + own] ?? NaN)
  if (scores.every((score) => score === scores[0])) {
    return (_, totals) => ((totals[own] ?? 0) > 0 && (totals[other] ?? 0) > 0 ? 0.5 : NaN)
  }
  const isOwn = Uint8Array.from(rows, (row) => (truth[row] === own ? 1 : 0))
  const picked = weights && Float64Array.from(rows, (row) => weights[row] ?? 0)
  const ids = Uint32Array.from(rows, (row) => clusters.ids[row] ?? 0)
  const area = rocAucByCluster({ truth: isOwn, scores, weights: picked }, { ids, count: clusters.count })
  return (counts) => area.valuesAt(counts)[0] ?? NaN
}
