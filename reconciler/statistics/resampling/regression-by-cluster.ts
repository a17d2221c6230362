/** Metrics of a regression for any multiplicities of clusters. */
import { assertClusters, type Clusters } from '../metrics/clusters.ts'
import {
  assertRegressionOutcomes,
  metricsOfRegressionSums,
  type RegressionOutcomes,
  regressionSumNames,
  regressionSums,
} from '../metrics/regression-metrics.ts'
import { type ClusterStatistics, sumStatistics } from './cluster-statistics.ts'

/** All but the median and the largest error, which are no functions of sums. Throws a RangeError for wrong rows. */
export function regressionByCluster(outcomes: RegressionOutcomes, clusters: Clusters): ClusterStatistics {
  assertRegressionOutcomes(outcomes)
  assertClusters(clusters, outcomes.truth.length)
  return sumStatistics(regressionSums(outcomes, clusters), regressionSumNames, metricsOfRegressionSums)
}
