/** The median absolute error for any multiplicities of clusters, by a walk over rows whose errors are sorted once. */
import { assertClusters, type Clusters } from '../metrics/clusters.ts'
import { assertRegressionOutcomes, type RegressionOutcomes } from '../metrics/regression-metrics.ts'
import { orderScores } from '../metrics/score-order.ts'
import type { ClusterStatistics } from './cluster-statistics.ts'

/** Shares of the weight that are nearer to a half are a half: sums in another order differ by less. */
const rounding = 1e-12

interface Walk {
  readonly clusters: number
  /** Smallest error first. */
  readonly ids: Uint32Array
  readonly errors: Float64Array
  /** Left out: every row counts once. */
  readonly weights: Float64Array | undefined
  /** Rows of each cluster, or their weight. */
  readonly sizes: Float64Array
}

/** A replicate costs a step for each row of the lower half. NaN of no rows. Throws a RangeError for wrong rows. */
export function medianErrorByCluster(outcomes: RegressionOutcomes, clusters: Clusters): ClusterStatistics {
  assertRegressionOutcomes(outcomes)
  assertClusters(clusters, outcomes.truth.length)
  const walk = walkOf(outcomes, clusters)
  return { clusters: clusters.count, names: ['median_absolute_error'], valuesAt: (counts) => [medianAt(walk, counts)] }
}

function walkOf({ truth, predictions, weights }: RegressionOutcomes, clusters: Clusters): Walk {
  const absolute = new Float64Array(truth.length)
  for (let row = 0; row < truth.length; row += 1) absolute[row] = Math.abs((predictions[row] ?? NaN) - (truth[row] ?? NaN))
  const { rows, sorted } = orderScores(absolute)
  const sizes = new Float64Array(clusters.count)
  for (let row = 0; row < truth.length; row += 1) {
    const id = clusters.ids[row] ?? 0
    sizes[id] = (sizes[id] ?? 0) + (weights?.[row] ?? 1)
  }
  return {
    clusters: clusters.count,
    ids: Uint32Array.from(rows, (row) => clusters.ids[row] ?? 0),
    errors: sorted,
    weights: weights && Float64Array.from(rows, (row) => weights[row] ?? 0),
    sizes,
  }
}

/** The error in the middle of the weight; the mean of two where the middle lies between them. */
function medianAt({ clusters, ids, errors, weights, sizes }: Walk, counts: ArrayLike<number>): number {
  let total = 0
  for (let cluster = 0; cluster < clusters; cluster += 1) total += (sizes[cluster] ?? 0) * (counts[cluster] ?? 0)
  const [half, above] = [(total / 2) * (1 - rounding), (total / 2) * (1 + rounding)]
  const weightAt = (index: number) => (counts[ids[index] ?? 0] ?? 0) * (weights === undefined ? 1 : (weights[index] ?? 0))
  let [below, index] = [0, 0]
  for (; index < errors.length && (below < half || below === 0); index += 1) below += weightAt(index)
  if (index === 0 || below === 0) return NaN
  const lower = errors[index - 1] ?? NaN
  if (below > above) return lower
  while (index < errors.length && weightAt(index) === 0) index += 1
  return (lower + (errors[index] ?? lower)) / 2
}
