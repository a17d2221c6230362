/** Metrics of a binary classifier for any multiplicities of clusters. */
import { assertBinaryOutcomes, type BinaryOutcomes } from '../metrics/binary-outcomes.ts'
import { type BinarySumMetrics, binarySumNames, binarySums, metricsOfBinarySums } from '../metrics/binary-sums.ts'
import { assertClusters, type Clusters } from '../metrics/clusters.ts'
import { averagePrecisionByCluster } from './average-precision-by-cluster.ts'
import { type ClusterStatistics, joined, pickStatistics, sumStatistics } from './cluster-statistics.ts'
import { rocAucByCluster } from './roc-auc-by-cluster.ts'

/** Metrics that a resample of clusters knows. */
export const binaryClusterNames = [...binarySumNames, 'roc_auc', 'average_precision'] as const

export type BinaryClusterName = (typeof binaryClusterNames)[number]

interface Given {
  readonly outcomes: BinaryOutcomes
  readonly threshold: number
  readonly clusters: Clusters
  readonly names: readonly BinaryClusterName[]
}

/** Only what is asked for is prepared: average precision costs a walk over all rows for each replicate. Throws a RangeError for wrong rows, and for the area of more than 2,000 clusters. */
export function binaryByCluster({ outcomes, threshold, clusters, names }: Given): ClusterStatistics {
  assertBinaryOutcomes(outcomes)
  assertClusters(clusters, outcomes.truth.length)
  const summed = names.filter((name): name is keyof BinarySumMetrics => binarySumNames.some((other) => other === name))
  const parts: ClusterStatistics[] = []
  if (summed.length > 0) parts.push(sumStatistics(binarySums({ outcomes, threshold, clusters }), summed, metricsOfBinarySums))
  if (names.includes('roc_auc')) parts.push(rocAucByCluster(outcomes, clusters))
  if (names.includes('average_precision')) parts.push(averagePrecisionByCluster(outcomes, clusters))
  return pickStatistics(joined(parts, clusters.count), names)
}
