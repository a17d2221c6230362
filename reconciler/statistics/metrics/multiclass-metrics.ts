/** Metrics of a classifier of several classes; names and conventions of scikit-learn's `metrics`, labels 0 to k - 1. */
import { assertFinite, assertSameLength, assertWeights } from './binary-outcomes.ts'
import { probabilityEpsilon } from './binary-sums.ts'
import { type Clusters, type ClusterSums, totalsOf } from './clusters.ts'
import {
  accuracyOf,
  classScoresOf,
  cohenKappaOf,
  type ConfusionMatrix,
  macroScoresOf,
  matthewsCorrcoefOf,
  microScoresOf,
  weightedScoresOf,
} from './confusion-scores.ts'
import { type MulticlassRocAuc, multiclassRocAuc } from './multiclass-roc-auc.ts'

export interface MulticlassOutcomes {
  readonly classes: number
  /** The class of each row, from 0 to `classes - 1`. */
  readonly truth: Uint32Array
  /** `probabilities[row * classes + k]`. */
  readonly probabilities: Float64Array
  /** Finite and not negative, one a row. Left out: every row counts once. */
  readonly weights?: Float64Array | undefined
}

export const multiclassSumNames = [
  'accuracy',
  'matthews_corrcoef',
  'cohen_kappa',
  'precision_macro',
  'recall_macro',
  'f1_macro',
  'precision_weighted',
  'recall_weighted',
  'f1_weighted',
  'precision_micro',
  'recall_micro',
  'f1_micro',
  'log_loss',
  'brier',
] as const

/** Metrics that are functions of sums. `brier` is the mean over rows of the sum of squares over classes. */
export type MulticlassSumMetrics = Readonly<Record<(typeof multiclassSumNames)[number], number>>

export interface MulticlassMetrics extends MulticlassSumMetrics, MulticlassRocAuc {
  readonly confusion_matrix: ConfusionMatrix
  readonly per_class_precision: readonly number[]
  readonly per_class_recall: readonly number[]
}

/** The predicted class is that of the highest probability, the first of equal ones. Throws a RangeError for rows that are no outcomes. */
export function multiclassMetrics(outcomes: MulticlassOutcomes): MulticlassMetrics {
  assertMulticlassOutcomes(outcomes)
  const totals = totalsOf(multiclassSums(outcomes))
  const matrix = confusionOf(totals, outcomes.classes)
  const perClass = classScoresOf(matrix)
  return {
    ...metricsOfMulticlassSums(totals, outcomes.classes),
    ...multiclassRocAuc(outcomes),
    confusion_matrix: matrix,
    per_class_precision: perClass.map(({ precision }) => precision),
    per_class_recall: perClass.map(({ recall }) => recall),
  }
}

/** Throws a RangeError for columns of different lengths, values that are not finite, negative weights, or a truth that is no class. */
export function assertMulticlassOutcomes({ classes, truth, probabilities, weights }: MulticlassOutcomes): void {
  assertSameLength(truth.length, { weights })
  assertSameLength(truth.length * classes, { probabilities })
  assertFinite('probability', probabilities)
  if (weights !== undefined) assertWeights(weights)
  for (let row = 0; row < truth.length; row += 1) {
    if ((truth[row] ?? 0) >= classes) {
      throw new RangeError(`expected a class below ${classes} as the truth, found ${truth[row]} in row ${row}`)
    }
  }
}

/** One walk over the rows; all are one cluster when `clusters` is left out. Losses are NaN where a value is no probability. */
export function multiclassSums({ classes, truth, probabilities, weights }: MulticlassOutcomes, clusters?: Clusters): ClusterSums {
  const count = clusters?.count ?? 1
  const cells = classes * classes
  const columns = cells + 2
  const values = new Float64Array(count * columns)
  const add = (index: number, term: number) => (values[index] = (values[index] ?? 0) + term)
  for (let row = 0; row < truth.length; row += 1) {
    const start = clusters === undefined ? 0 : (clusters.ids[row] ?? 0) * columns
    const weight = weights === undefined ? 1 : (weights[row] ?? 0)
    const wanted = truth[row] ?? 0
    let [prediction, highest, squares] = [0, -Infinity, 0]
    for (let k = 0; k < classes; k += 1) {
      const probability = probabilities[row * classes + k] ?? NaN
      if (probability > highest) [prediction, highest] = [k, probability]
      squares += probability >= 0 && probability <= 1 ? (probability - (k === wanted ? 1 : 0)) ** 2 : NaN
    }
    add(start + wanted * classes + prediction, weight)
    add(start + cells, weight * lossOf(probabilities[row * classes + wanted] ?? NaN) + 0 * squares)
    add(start + cells + 1, weight * squares)
  }
  return { clusters: count, columns, values }
}

/** Clipped as scikit-learn clips float64. */
function lossOf(probability: number): number {
  return -Math.log(Math.min(Math.max(probability, probabilityEpsilon), 1 - probabilityEpsilon))
}

function confusionOf(totals: Float64Array, classes: number): ConfusionMatrix {
  return { classes, counts: totals.subarray(0, classes * classes) }
}

/** Of sums that `totalsOf` gives. */
export function metricsOfMulticlassSums(totals: Float64Array, classes: number): MulticlassSumMetrics {
  const matrix = confusionOf(totals, classes)
  const cells = classes * classes
  const weight = totals.subarray(0, cells).reduce((sum, count) => sum + count, 0)
  const [macro, weighted, micro] = [macroScoresOf(matrix), weightedScoresOf(matrix), microScoresOf(matrix)]
  return {
    accuracy: accuracyOf(matrix),
    matthews_corrcoef: matthewsCorrcoefOf(matrix),
    cohen_kappa: cohenKappaOf(matrix),
    precision_macro: macro.precision,
    recall_macro: macro.recall,
    f1_macro: macro.f1,
    precision_weighted: weighted.precision,
    recall_weighted: weighted.recall,
    f1_weighted: weighted.f1,
    precision_micro: micro.precision,
    recall_micro: micro.recall,
    f1_micro: micro.f1,
    log_loss: (totals[cells] ?? NaN) / weight,
    brier: (totals[cells + 1] ?? NaN) / weight,
  }
}
