/** The area under the ROC curve for any multiplicities of clusters. */
import type { BinaryOutcomes } from '../metrics/binary-outcomes.ts'
import type { Clusters } from '../metrics/clusters.ts'
import { orderScores, type ScoreOrder } from '../metrics/score-order.ts'
import type { ClusterStatistics } from './cluster-statistics.ts'

/** The table has so many rows and columns at most. */
const mostClusters = 2000

/**
 * From a table of how often a positive of one cluster ranks above a negative of another: the area is a sum over pairs of rows (Mann and
 * Whitney), so that a replicate costs clusters squared, however many rows there are. Throws a RangeError for more than 2,000 clusters.
 */
export function rocAucByCluster(outcomes: BinaryOutcomes, clusters: Clusters): ClusterStatistics {
  if (clusters.count > mostClusters) {
    throw new RangeError(`expected at most ${mostClusters} clusters, found ${clusters.count}; deal them into fewer groups`)
  }
  const table = pairTable(outcomes, clusters)
  return { clusters: clusters.count, names: ['roc_auc'], valuesAt: (counts) => [areaAt(table, counts)] }
}

interface PairTable {
  readonly count: number
  /** Shares of all positives, and of all negatives, in each cluster. */
  readonly positives: Float64Array
  readonly negatives: Float64Array
  /** `wins[d * count + c]`: share of all pairs in which a positive of c is above a negative of d; ties half. */
  readonly wins: Float64Array
}

function areaAt({ count, positives, negatives, wins }: PairTable, counts: ArrayLike<number>): number {
  let [area, positive, negative] = [0, 0, 0]
  for (let d = 0; d < count; d += 1) {
    const times = counts[d] ?? 0
    if (times === 0) continue
    positive += times * (positives[d] ?? 0)
    negative += times * (negatives[d] ?? 0)
    let above = 0
    for (let c = 0; c < count; c += 1) above += (counts[c] ?? 0) * (wins[d * count + c] ?? 0)
    area += times * above
  }
  return area / (positive * negative)
}

interface Sides {
  readonly truth: Uint8Array
  readonly ids: Uint32Array
  readonly shares: Float64Array
}

function pairTable(outcomes: BinaryOutcomes, { ids, count }: Clusters): PairTable {
  const sides: Sides = { truth: outcomes.truth, ids, shares: sharesOf(outcomes) }
  const table = {
    count,
    positives: new Float64Array(count),
    negatives: new Float64Array(count),
    wins: new Float64Array(count * count),
  }
  const order = orderScores(outcomes.scores)
  let end = order.rows.length
  while (end > 0) {
    const start = startOfTies(order, end)
    addTies(table, sides, order.rows, [start, end])
    end = start
  }
  return table
}

/** Adds rows of equal scores, after all those of higher ones. */
function addTies(table: PairTable, sides: Sides, rows: Uint32Array, [start, end]: readonly [number, number]): void {
  const { truth } = sides
  let tiedPositives = 0
  for (let index = start; index < end; index += 1) tiedPositives += truth[rows[index] ?? 0] ?? 0
  const mixed = tiedPositives > 0 && tiedPositives < end - start
  // Half before and half after the tied positives join those above: a tie counts half.
  for (let index = start; index < end; index += 1) addNegative(table, sides, rows[index] ?? 0, mixed ? 0.5 : 1)
  for (let index = start; index < end; index += 1) addShare(table, sides, rows[index] ?? 0)
  if (mixed) for (let index = start; index < end; index += 1) addNegative(table, sides, rows[index] ?? 0, 0.5)
}

function addNegative({ wins, positives, count }: PairTable, { truth, ids, shares }: Sides, row: number, part: number): void {
  if (truth[row] === 1) return
  const share = part * (shares[row] ?? 0)
  const first = (ids[row] ?? 0) * count
  for (let c = 0; c < count; c += 1) wins[first + c] = (wins[first + c] ?? 0) + share * (positives[c] ?? 0)
}

function addShare({ positives, negatives }: PairTable, { truth, ids, shares }: Sides, row: number): void {
  const side = truth[row] === 1 ? positives : negatives
  const id = ids[row] ?? 0
  side[id] = (side[id] ?? 0) + (shares[row] ?? 0)
}

function startOfTies({ sorted }: ScoreOrder, end: number): number {
  let start = end - 1
  while (start > 0 && sorted[start - 1] === sorted[end - 1]) start -= 1
  return start
}

/** Each row's share of its class: weights of any size neither vanish nor overflow when two are multiplied. */
function sharesOf({ truth, weights }: BinaryOutcomes): Float64Array {
  const sums = new Float64Array(2)
  const shares = new Float64Array(truth.length)
  for (let row = 0; row < truth.length; row += 1) {
    const label = truth[row] ?? 0
    const weight = weights === undefined ? 1 : (weights[row] ?? 0)
    shares[row] = weight
    sums[label] = (sums[label] ?? 0) + weight
  }
  for (let row = 0; row < truth.length; row += 1) {
    const weight = shares[row] ?? 0
    if (weight > 0) shares[row] = weight / (sums[truth[row] ?? 0] ?? NaN)
  }
  return shares
}
