/** Average precision for any multiplicities of clusters, by a walk over rows that are sorted once. */
import type { BinaryOutcomes } from '../metrics/binary-outcomes.ts'
import type { Clusters } from '../metrics/clusters.ts'
import { orderScores } from '../metrics/score-order.ts'
import type { ClusterStatistics } from './cluster-statistics.ts'

/** Keeps `0 / 0` out before the first row that is there; too small to be seen beside a weight, the heaviest of which is 1. */
const least = 1e-300

interface Walk {
  /** Highest score first: twice the cluster plus the label, times two, plus one where a lower score follows. */
  readonly entries: Int32Array
  /** Left out where all rows weigh the same. */
  readonly weights: Float64Array | undefined
}

/** A replicate costs one step a row, of about 2.5 ns. Takes at most 2^28 clusters. */
export function averagePrecisionByCluster(outcomes: BinaryOutcomes, { ids, count }: Clusters): ClusterStatistics {
  const walk = walkOf(outcomes, ids)
  const sides = [new Float64Array(2 * count), new Float64Array(2 * count)] as const
  return { clusters: count, names: ['average_precision'], valuesAt: (counts) => [precisionAt(walk, counts, sides)] }
}

function walkOf(outcomes: BinaryOutcomes, ids: Uint32Array): Walk {
  const { truth, scores, weights } = outcomes
  const { rows, sorted } = orderScores(scores)
  const entries = new Int32Array(rows.length)
  const ordered = weights && new Float64Array(rows.length)
  const heaviest = weights?.reduce((most, weight) => Math.max(most, weight), 0) ?? 1
  for (let place = rows.length - 1, index = 0; place >= 0; place -= 1, index += 1) {
    const row = rows[place] ?? 0
    const ends = place === 0 || sorted[place - 1] !== sorted[place]
    entries[index] = (ids[row] ?? 0) * 4 + (truth[row] ?? 0) * 2 + (ends ? 1 : 0)
    if (ordered) ordered[index] = (weights?.[row] ?? 0) / heaviest
  }
  return { entries, weights: ordered }
}

type Sides = readonly [Float64Array, Float64Array]

/** The step sum of `rankingMetrics`, with the weight of a row times the multiplicity of its cluster. Without branches on labels: they are not foreseeable. */
function precisionAt({ entries, weights }: Walk, counts: ArrayLike<number>, [asPositive, asNegative]: Sides): number {
  for (let side = 0; side < asPositive.length; side += 1) {
    const times = counts[side >> 1] ?? 0
    asPositive[side] = side % 2 === 1 ? times : 0
    asNegative[side] = side % 2 === 1 ? 0 : times
  }
  let [positive, negative, tied, precision] = [0, 0, 0, 0]
  for (let index = 0; index < entries.length; index += 1) {
    const entry = entries[index] ?? 0
    const weight = weights === undefined ? 1 : (weights[index] ?? 0)
    const added = weight * (asPositive[entry >> 1] ?? 0)
    tied += added
    positive += added
    negative += weight * (asNegative[entry >> 1] ?? 0)
    if ((entry & 1) === 0) continue
    precision += tied * (positive / (positive + negative + least))
    tied = 0
  }
  return precision / positive
}
