/** All metrics of a binary classifier on labelled rows. */
import { assertBinaryOutcomes, type BinaryOutcomes } from './binary-outcomes.ts'
import { type BinarySumMetrics, binarySums, confusionOf, metricsOfBinarySums } from './binary-sums.ts'
import { totalsOf } from './clusters.ts'
import type { ConfusionMatrix } from './confusion-scores.ts'
import { equalMassCalibrationError } from './equal-mass-calibration.ts'
import { rankingMetrics } from './ranking-metrics.ts'
import { orderScores } from './score-order.ts'

/** Names of scikit-learn; `ece` and `mce` over ten bins of equal width. NaN where undefined. */
export interface BinaryMetrics extends BinarySumMetrics {
  readonly roc_auc: number
  readonly average_precision: number
  readonly ece_equal_mass: number
  readonly confusion_matrix: ConfusionMatrix
}

/** Positive is predicted at `score >= threshold`. Sorts once. Throws a RangeError for rows that are no outcomes. */
export function binaryMetrics(outcomes: BinaryOutcomes, threshold: number): BinaryMetrics {
  assertBinaryOutcomes(outcomes)
  const totals = totalsOf(binarySums({ outcomes, threshold }))
  const order = orderScores(outcomes.scores)
  const { rocAuc, averagePrecision } = rankingMetrics(outcomes, order)
  return {
    ...metricsOfBinarySums(totals),
    roc_auc: rocAuc,
    average_precision: averagePrecision,
    ece_equal_mass: equalMassCalibrationError(outcomes, order),
    confusion_matrix: confusionOf(totals),
  }
}
