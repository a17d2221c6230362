/** Calibration error over bins that hold equally many rows. */
import type { BinaryOutcomes } from './binary-outcomes.ts'
import { areProbabilities } from './binary-outcomes.ts'
import { calibrationBins } from './binary-sums.ts'
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
