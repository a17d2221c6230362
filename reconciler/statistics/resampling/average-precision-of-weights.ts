/** Average precision of drawn clusters whose rows have weights: eight draws in one walk over the rows. */
import type { BinaryOutcomes } from '../metrics/binary-outcomes.ts'
import type { Clusters } from '../metrics/clusters.ts'
import type { ScoreOrder } from '../metrics/score-order.ts'
import { averagePrecisions, createLaneSums, lanes, least, setSums, type LaneSums } from './eight-lanes.ts'

/**
 * Highest score first, and in steps: the step sum grows only where a positive has a score. The positives of a step are its last rows, for ties
 * may stand in any order.
 */
interface Walk {
  /** Where the lanes of the row's cluster begin in the table. */
  readonly places: Int32Array
  readonly weights: Float64Array
  /** Of each step: where its positives begin, and where it ends. */
  readonly positives: Uint32Array
  readonly ends: Uint32Array
}

/** One value for each draw, which says how often each cluster is there. */
export function precisionOfWeights(outcomes: BinaryOutcomes, { ids, count }: Clusters, order: ScoreOrder) {
  const walk = walkOf(outcomes, ids, order)
  const table = new Float64Array(count * lanes)
  return (draws: readonly ArrayLike<number>[]): readonly number[] => {
    const values: number[] = []
    for (let first = 0; first < draws.length; first += lanes) {
      const block = draws.slice(first, first + lanes)
      for (let at = 0; at < table.length; at += 1) table[at] = block[at % lanes]?.[Math.floor(at / lanes)] ?? 0
      values.push(...precisionsAt(walk, table).slice(0, block.length))
    }
    return values
  }
}

function walkOf({ truth, weights }: BinaryOutcomes, ids: Uint32Array, { rows, sorted }: ScoreOrder): Walk {
  const heaviest = weights?.reduce((most, weight) => Math.max(most, weight), 0) ?? 1
  const [places, ordered] = [new Int32Array(rows.length), new Float64Array(rows.length)]
  const [positives, ends] = [new Uint32Array(rows.length), new Uint32Array(rows.length)]
  let [index, steps, end] = [0, 0, rows.length]
  const add = (start: number, wanted: 0 | 1): void => {
    for (let place = end - 1; place >= start; place -= 1) {
      const row = rows[place] ?? 0
      if ((truth[row] ?? 0) !== wanted) continue
      places[index] = (ids[row] ?? 0) * lanes
      ordered[index] = (weights?.[row] ?? 1) / heaviest
      index += 1
    }
  }
  while (end > 0) {
    let start = end - 1
    while (start > 0 && sorted[start - 1] === sorted[end - 1]) start -= 1
    add(start, 0)
    const from = index
    add(start, 1)
    if (index > from) {
      positives[steps] = from
      ends[steps] = index
      steps += 1
    }
    end = start
  }
  return { places, weights: ordered, positives: positives.slice(0, steps), ends: ends.slice(0, steps) }
}

/** The step sum of `rankingMetrics`, with the weight of a row times the multiplicity of its cluster. Sums of eight lanes stay in registers. */
function precisionsAt(walk: Walk, table: Float64Array): Float64Array {
  const { places, weights, ends } = walk
  const state = createLaneSums()
  let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0]
  for (let step = 0, index = 0; step < ends.length; step += 1) {
    const end = ends[step] ?? 0
    for (; index < end; index += 1) {
      const at = places[index] ?? 0
      const weight = weights[index] ?? 0
      a += weight * (table[at] ?? 0)
      b += weight * (table[at + 1] ?? 0)
      c += weight * (table[at + 2] ?? 0)
      d += weight * (table[at + 3] ?? 0)
      e += weight * (table[at + 4] ?? 0)
      f += weight * (table[at + 5] ?? 0)
      g += weight * (table[at + 6] ?? 0)
      h += weight * (table[at + 7] ?? 0)
    }
    setSums(state.sums, a, b, c, d, e, f, g, h)
    addStep(state, walk, table, step)
  }
  return averagePrecisions(state)
}

/** The precision at a score, for the weight of the positives that have it. */
function addStep({ sums, positives, precisions }: LaneSums, walk: Walk, table: Float64Array, step: number): void {
  const [first, end] = [walk.positives[step] ?? 0, walk.ends[step] ?? 0]
  for (let lane = 0; lane < lanes; lane += 1) {
    let tied = 0
    for (let index = first; index < end; index += 1)
      tied += (walk.weights[index] ?? 0) * (table[(walk.places[index] ?? 0) + lane] ?? 0)
    const positive = (positives[lane] ?? 0) + tied
    positives[lane] = positive
    precisions[lane] = (precisions[lane] ?? 0) + tied * (positive / ((sums[lane] ?? 0) + least))
  }
}
