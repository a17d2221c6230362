/** Areas under the ROC curves of each class against the rest, for any multiplicities of clusters. */
import { type Clusters, type ClusterSums, totalsOf } from '../metrics/clusters.ts'
import { assertMulticlassOutcomes, type MulticlassOutcomes } from '../metrics/multiclass-metrics.ts'
import type { ClusterStatistics } from './cluster-statistics.ts'
import { rocAucByCluster } from './roc-auc-by-cluster.ts'

export const multiclassAreaNames: readonly string[] = ['roc_auc_ovr_macro', 'roc_auc_ovr_weighted']

/** Area of one class against the rest, where clusters are there so often and classes weigh so much. */
type AreaAt = (counts: ArrayLike<number>, weights: Float64Array) => number

/**
 * One table of pairs for each class, so that a replicate costs clusters squared times classes. NaN where a class is absent. Throws a RangeError for
 * wrong rows, and for more than 2,000 clusters.
 */
export function multiclassRocAucByCluster(outcomes: MulticlassOutcomes, clusters: Clusters): ClusterStatistics {
  assertMulticlassOutcomes(outcomes)
  const sums = classWeights(outcomes, clusters)
  const areas = Array.from({ length: outcomes.classes }, (_, label) => areaOfClass(outcomes, clusters, label))
  const valuesAt = (counts: ArrayLike<number>): readonly number[] => {
    const weights = totalsOf(sums, counts)
    const values = areas.map((areaAt) => areaAt(counts, weights))
    return [weightedMean(values, values.map(() => 1)), weightedMean(values, weights)] // prettier-ignore
  }
  return { clusters: clusters.count, names: multiclassAreaNames, valuesAt }
}

/** Weight of each class in each cluster. */
export function classWeights({ classes, truth, weights }: MulticlassOutcomes, { ids, count }: Clusters): ClusterSums {
  const values = new Float64Array(count * classes)
  for (let row = 0; row < truth.length; row += 1) {
    const at = (ids[row] ?? 0) * classes + (truth[row] ?? 0)
    values[at] = (values[at] ?? 0) + (weights?.[row] ?? 1)
  }
  return { clusters: count, columns: classes, values }
}

/** Where all rows have one probability of the class, all are ties: half exactly, without the rounding of a table. */
function areaOfClass({ classes, truth, probabilities, weights }: MulticlassOutcomes, clusters: Clusters, label: number): AreaAt {
  const scores = Float64Array.from(truth, (_, row) => probabilities[row * classes + label] ?? NaN)
  if (scores.every((score) => score === scores[0])) return (_, totals) => areaOfTies(totals, label)
  const isOfClass = Uint8Array.from(truth, (other) => (other === label ? 1 : 0))
  const area = rocAucByCluster({ truth: isOfClass, scores, weights }, clusters)
  return (counts) => area.valuesAt(counts)[0] ?? NaN
}

function areaOfTies(totals: Float64Array, label: number): number {
  const own = totals[label] ?? 0
  return own > 0 && totals.some((total, other) => other !== label && total > 0) ? 0.5 : NaN
}

/** NaN without weight. */
export function weightedMean(values: readonly number[], weights: ArrayLike<number>): number {
  let [sum, weight] = [0, 0]
  for (const [index, value] of values.entries()) {
    sum += value * (weights[index] ?? NaN)
    weight += weights[index] ?? NaN
  }
  return sum / weight
}
