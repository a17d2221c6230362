// Reference cases of metrics of classifiers and regressions.
import { binaryMetrics } from '../../../dist/statistics/metrics/binary-metrics.js'
import { calibrationSlope } from '../../../dist/statistics/metrics/calibration-slope.js'
import { delongAuc, delongTest } from '../../../dist/statistics/metrics/delong.js'
import { multiclassMetrics } from '../../../dist/statistics/metrics/multiclass-metrics.js'
import { regressionMetrics } from '../../../dist/statistics/metrics/regression-metrics.js'

const numbers = (values) => (values === undefined ? undefined : Float64Array.from(values))
const labels = (values) => Uint8Array.from(values, Number)

/** The flat counts as a list of rows. */
const rowsOf = ({ classes, counts }) =>
  Array.from({ length: classes }, (_, row) => [...counts.subarray(row * classes, (row + 1) * classes)])

export const functions = {
  binary_metrics: ({ y_true, y_score, threshold, sample_weight }) => {
    const got = binaryMetrics({ truth: labels(y_true), scores: numbers(y_score), weights: numbers(sample_weight) }, threshold)
    return {
      ...got,
      confusion_matrix: rowsOf(got.confusion_matrix),
      precision_binary: got.precision,
      recall_binary: got.recall,
      f1_binary: got.f1,
      ece_equal_width_10: got.ece,
      mce_equal_width_10: got.mce,
      ece_equal_mass_10: got.ece_equal_mass,
    }
  },
  multiclass_metrics: ({ y_true, probabilities }) => {
    const classes = probabilities[0]?.length ?? 0
    const got = multiclassMetrics({ classes, truth: Uint32Array.from(y_true), probabilities: numbers(probabilities.flat()) })
    return { ...got, confusion_matrix: rowsOf(got.confusion_matrix), brier_sum_of_squares: got.brier }
  },
  regression_metrics: ({ y_true, y_pred, sample_weight }) =>
    regressionMetrics({ truth: numbers(y_true), predictions: numbers(y_pred), weights: numbers(sample_weight) }),
  delong_auc: ({ y_true, y_score, confidence }) => {
    const got = delongAuc({ truth: labels(y_true), scores: numbers(y_score) }, confidence)
    return { ...got, standard_error: got.standardError, logit_low: got.logitLow, logit_high: got.logitHigh }
  },
  delong_test: ({ y_true, scores_a, scores_b, confidence }) => {
    const got = delongTest({ truth: labels(y_true), scoresA: numbers(scores_a), scoresB: numbers(scores_b) }, confidence)
    const { aucA: auc_a, aucB: auc_b, varianceA: variance_a, varianceB: variance_b, ...others } = got
    return { auc_a, auc_b, variance_a, variance_b, ...others }
  },
  calibration_slope: ({ y_true, y_score }) => {
    const got = calibrationSlope({ truth: labels(y_true), scores: numbers(y_score) })
    return {
      ...got,
      slope_standard_error: got.slopeStandardError,
      calibration_in_the_large: got.calibrationInTheLarge,
    }
  },
}
