/** Average precision of drawn clusters whose rows all weigh the same: eight draws in one walk over the rows. */
import type { BinaryOutcomes } from '../metrics/binary-outcomes.ts'
import type { Clusters } from '../metrics/clusters.ts'
import type { ScoreOrder } from '../metrics/score-order.ts'
import { precisionOfWeights } from './average-precision-of-weights.ts'
import { averagePrecisions, createLaneSums, lanes, least, setSums, type LaneSums } from './eight-lanes.ts'

/** Two counts of rows share one double, exactly, while there are fewer rows than this: positives times it, plus all. */
const base = 2 ** 26

interface Walk {
  /** Highest score first: where the lanes of the row's cluster and label begin in the table. */
  readonly places: Int32Array
  /** After these many rows a lower score follows, and a positive was there since the last: only there does the step sum grow. */
  readonly ends: Uint32Array
}

/**
 * One value for each draw, which says how often each cluster is there, in whole numbers. To the bit what `precisionOfWeights` gives: all sums
 * but the last are of whole numbers. That is asked where a draw has 2^26 rows or more.
 */
export function precisionOfWholeRows(outcomes: BinaryOutcomes, clusters: Clusters, order: ScoreOrder) {
  const walk = walkOf(outcomes, clusters.ids, order)
  const sizes = sizesOf(clusters)
  const table = new Float64Array(2 * lanes * clusters.count)
  const isSmall = (counts: ArrayLike<number>) =>
    sizes.reduce((sum, size, cluster) => sum + size * (counts[cluster] ?? 0), 0) < base
  return (draws: readonly ArrayLike<number>[]): readonly number[] => {
    if (!draws.every(isSmall)) return precisionOfWeights(outcomes, clusters, order)(draws)
    const values: number[] = []
    for (let first = 0; first < draws.length; first += lanes) {
      const block = draws.slice(first, first + lanes)
      fillTable(table, block)
      values.push(...precisionsAt(walk, table).slice(0, block.length))
    }
    return values
  }
}

function walkOf({ truth }: BinaryOutcomes, ids: Uint32Array, { rows, sorted }: ScoreOrder): Walk {
  const places = new Int32Array(rows.length)
  const ends = new Uint32Array(rows.length)
  let [count, positives] = [0, 0]
  for (let place = rows.length - 1, index = 0; place >= 0; place -= 1, index += 1) {
    const row = rows[place] ?? 0
    const label = truth[row] ?? 0
    places[index] = (2 * (ids[row] ?? 0) + label) * lanes
    positives += label
    if (positives === 0 || (place > 0 && sorted[place - 1] === sorted[place])) continue
    ends[count] = index + 1
    count += 1
    positives = 0
  }
  return { places, ends: ends.slice(0, count) }
}

function sizesOf({ ids, count }: Clusters): Float64Array {
  const sizes = new Float64Array(count)
  for (let row = 0; row < ids.length; row += 1) sizes[ids[row] ?? 0] = (sizes[ids[row] ?? 0] ?? 0) + 1
  return sizes
}

/** What a row adds in each lane, by cluster, label and lane. */
function fillTable(table: Float64Array, draws: readonly ArrayLike<number>[]): void {
  for (let lane = 0; lane < lanes; lane += 1) {
    const counts = draws[lane] ?? []
    for (let at = lane, cluster = 0; at < table.length; at += 2 * lanes, cluster += 1) {
      const times = counts[cluster] ?? 0
      table[at] = times
      table[at + lanes] = times * (base + 1)
    }
  }
}

/** Sums of eight lanes stay in registers: that, and one jump at the end of a score for all of them, makes it four times as fast as draws one by one. */
function precisionsAt({ places, ends }: Walk, table: Float64Array): Float64Array {
  const state = createLaneSums()
  let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0]
  for (let step = 0, index = 0; step < ends.length; step += 1) {
    const end = ends[step] ?? 0
    for (; index < end; index += 1) {
      const at = places[index] ?? 0
      a += table[at] ?? 0
      b += table[at + 1] ?? 0
      c += table[at + 2] ?? 0
      d += table[at + 3] ?? 0
      e += table[at + 4] ?? 0
      f += table[at + 5] ?? 0
      g += table[at + 6] ?? 0
      h += table[at + 7] ?? 0
    }
    setSums(state.sums, a, b, c, d, e, f, g, h)
    addStep(state)
  }
  return averagePrecisions(state)
}

/** The precision at a score, for each positive that has it. */
function addStep({ sums, positives, precisions }: LaneSums): void {
  for (let lane = 0; lane < lanes; lane += 1) {
    const sum = sums[lane] ?? 0
    const positive = Math.floor(sum / base)
    const all = sum - positive * base
    const precision = positive / (all + least)
    precisions[lane] = (precisions[lane] ?? 0) + (positive - (positives[lane] ?? 0)) * precision
    positives[lane] = positive
  }
}
