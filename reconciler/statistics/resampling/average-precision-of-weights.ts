/** Average precision of drawn clusters whose rows have weights. */
import type { BinaryOutcomes } from '../metrics/binary-outcomes.ts'
import type { Clusters } from '../metrics/clusters.ts'
import type { ScoreOrder } from '../metrics/score-order.ts'

/** Keeps `0 / 0` out before the first row that is there; too small to be seen beside a weight, the heaviest of which is 1. */
const least = 1e-300

interface Walk {
  /** Highest score first: twice the cluster plus the label, times two, plus one where a lower score follows. */
  readonly entries: Int32Array
  readonly weights: Float64Array
}

/** One value for each draw, which says how often each cluster is there. */
export function precisionOfWeights(outcomes: BinaryOutcomes, { ids, count }: Clusters, order: ScoreOrder) {
  const walk = walkOf(outcomes, ids, order)
  const sides = { positives: new Float64Array(2 * count), all: new Float64Array(2 * count) }
  return (draws: readonly ArrayLike<number>[]): readonly number[] =>
    draws.map((counts) => {
      setSides(sides, counts)
      return precisionAt(walk, sides)
    })
}

function walkOf({ truth, weights }: BinaryOutcomes, ids: Uint32Array, { rows, sorted }: ScoreOrder): Walk {
  const entries = new Int32Array(rows.length)
  const ordered = new Float64Array(rows.length)
  const heaviest = weights?.reduce((most, weight) => Math.max(most, weight), 0) ?? 1
  for (let place = rows.length - 1, index = 0; place >= 0; place -= 1, index += 1) {
    const row = rows[place] ?? 0
    const ends = place === 0 || sorted[place - 1] !== sorted[place]
    entries[index] = (ids[row] ?? 0) * 4 + (truth[row] ?? 0) * 2 + (ends ? 1 : 0)
    ordered[index] = (weights?.[row] ?? 1) / heaviest
  }
  return { entries, weights: ordered }
}

interface Sides {
  /** Multiplicity of the cluster for its positives, 0 for its negatives; and for both. By twice the cluster plus the label. */
  readonly positives: Float64Array
  readonly all: Float64Array
}

function setSides({ positives, all }: Sides, counts: ArrayLike<number>): void {
  for (let side = 0; side < all.length; side += 1) {
    const times = counts[side >> 1] ?? 0
    positives[side] = side % 2 === 1 ? times : 0
    all[side] = times
  }
}

/**
 * The step sum of `rankingMetrics`, with the weight of a row times the multiplicity of its cluster. There is no branch on the label, which
 * no processor foresees: that makes it three times as fast.
 */
function precisionAt({ entries, weights }: Walk, { positives, all }: Sides): number {
  let positive = 0
  let either = least
  let tied = 0
  let precision = 0
  for (let index = 0; index < entries.length; index += 1) {
    const entry = entries[index] ?? 0
    const weight = weights[index] ?? 0
    const added = weight * (positives[entry >> 1] ?? 0)
    tied += added
    positive += added
    either += weight * (all[entry >> 1] ?? 0)
    if ((entry & 1) === 1) {
      precision += tied * (positive / either)
      tied = 0
    }
  }
  return precision / positive
}
