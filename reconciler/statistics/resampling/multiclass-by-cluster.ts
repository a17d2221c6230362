/** Metrics of a classifier of several classes for any multiplicities of clusters. */
import { assertClusters, type Clusters } from '../metrics/clusters.ts'
import {
  assertMulticlassOutcomes,
  metricsOfMulticlassSums,
  type MulticlassOutcomes,
  multiclassSumNames,
  multiclassSums,
} from '../metrics/multiclass-metrics.ts'
import { type ClusterStatistics, sumStatistics } from './cluster-statistics.ts'

/** All but the areas under the ROC curves, which are no functions of sums. Throws a RangeError for wrong rows. */
export function multiclassByCluster(outcomes: MulticlassOutcomes, clusters: Clusters): ClusterStatistics {
  assertMulticlassOutcomes(outcomes)
  assertClusters(clusters, outcomes.truth.length)
  const metricsOf = (totals: Float64Array) => metricsOfMulticlassSums(totals, outcomes.classes)
  return sumStatistics(multiclassSums(outcomes, clusters), multiclassSumNames, metricsOf)
}
