/** Calibration error over bins that hold equally many rows. */
import type { BinaryOutcomes } from './binary-outcomes.ts'
import { areProbabilities } from './binary-outcomes.ts'
import { calibrationBins, type CalibrationGaps } from './binary-sums.ts'
import type { Clusters, ClusterSums } from './clusters.ts'
import type { ScoreOrder } from './score-order.ts'

/**
 * Rows in order of score are cut into ten runs, the first `n mod 10` of which hold one row more, as numpy's `array_split` does (Nixon et al. 2019 call
 * it adaptive). Ties are cut by row order. NaN with weights, where no run holds equal mass; of no rows; and when a score is no probability.
 */
export function equalMassCalibrationError({ truth, scores, weights }: BinaryOutcomes, { rows, sorted }: ScoreOrder): number {
  if (weights !== undefined || rows.length === 0 || !areProbabilities(scores)) return NaN
  let [start, gaps] = [0, 0]
  for (let bin = 0; bin < calibrationBins; bin += 1) {
    const size = Math.floor(rows.length / calibrationBins) + (bin < rows.length % calibrationBins ? 1 : 0)
    let gap = 0
    for (let index = start; index < start + size; index += 1) gap += (truth[rows[index] ?? 0] ?? 0) - (sorted[index] ?? NaN)
    gaps += Math.abs(gap)
    start += size
  }
  return gaps / rows.length
}

/** For each bin: rows, and the sum of their gaps. */
const columns = 2 * calibrationBins

/** The same runs as of `equalMassCalibrationError`, summed by cluster: a draw keeps the borders between them. Takes rows of one weight. */
export function equalMassSums({ truth }: BinaryOutcomes, { rows, sorted }: ScoreOrder, { ids, count }: Clusters): ClusterSums {
  const values = new Float64Array(count * columns)
  const [size, longer] = [Math.floor(rows.length / calibrationBins), rows.length % calibrationBins]
  for (let index = 0; index < rows.length; index += 1) {
    const inLonger = Math.floor(index / (size + 1))
    const bin = inLonger < longer ? inLonger : longer + Math.floor((index - longer * (size + 1)) / size)
    const row = rows[index] ?? 0
    const at = (ids[row] ?? 0) * columns + 2 * bin
    values[at] = (values[at] ?? 0) + 1
    values[at + 1] = (values[at + 1] ?? 0) + (truth[row] ?? 0) - (sorted[index] ?? NaN)
  }
  return { clusters: count, columns, values }
}

/** Of totals of `equalMassSums`. */
export function equalMassGapsOf(totals: Float64Array): CalibrationGaps {
  const bins = Array.from({ length: calibrationBins }, (_, bin) => ({
    rows: totals[2 * bin] ?? 0,
    gap: totals[2 * bin + 1] ?? 0,
  }))
  return { weights: Float64Array.from(bins, ({ rows }) => rows), gaps: Float64Array.from(bins, ({ rows, gap }) => gap / rows) }
}
