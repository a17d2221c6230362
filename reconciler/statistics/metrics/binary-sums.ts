/** The columns of sums that the metrics of a binary classifier are functions of, except of those that rank. */
import { areProbabilities, type BinaryOutcomes } from './binary-outcomes.ts'
import type { Clusters, ClusterSums } from './clusters.ts'
import {
  accuracyOf,
  balancedAccuracyOf,
  classScoresOf,
  cohenKappaOf,
  type ConfusionMatrix,
  macroScoresOf,
  matthewsCorrcoefOf,
  weightedScoresOf,
} from './confusion-scores.ts'

/** Bins of equal width of the calibration error: bin `min(floor(p * 10), 9)` in double arithmetic. */
export const calibrationBins = 10

/** Probabilities are clipped to [2^-52, 1 - 2^-52] before the logarithm, as scikit-learn does for float64. */
export const probabilityEpsilon = 2 ** -52

const confusionAt = 0
const logLossAt = 4
const brierAt = 5
/** For each bin: weight, weighted truth, weighted score. */
const binsAt = 6
const columns = binsAt + 3 * calibrationBins

export const binarySumNames = [
  'accuracy',
  'balanced_accuracy',
  'matthews_corrcoef',
  'cohen_kappa',
  'precision',
  'recall',
  'f1',
  'precision_macro',
  'recall_macro',
  'f1_macro',
  'precision_weighted',
  'recall_weighted',
  'f1_weighted',
  'selection_rate',
  'log_loss',
  'brier',
  'ece',
  'mce',
] as const

/** Metrics that are functions of sums over rows. */
export type BinarySumMetrics = Readonly<Record<(typeof binarySumNames)[number], number>>

interface Given {
  readonly outcomes: BinaryOutcomes
  /** Predicted positive at this score and above. */
  readonly threshold: number
  /** Left out: all rows are one cluster. */
  readonly clusters?: Clusters | undefined
}

/** One walk over the rows. Losses and bins are NaN when a score is no probability. */
export function binarySums({ outcomes, threshold, clusters }: Given): ClusterSums {
  const { truth, scores, weights } = outcomes
  const count = clusters?.count ?? 1
  const values = new Float64Array(count * columns)
  const probable = areProbabilities(scores)
  for (let row = 0; row < truth.length; row += 1) {
    const start = clusters === undefined ? 0 : (clusters.ids[row] ?? 0) * columns
    const weight = weights === undefined ? 1 : (weights[row] ?? 0)
    const label = truth[row] ?? 0
    const score = scores[row] ?? NaN
    add(values, start + confusionAt + 2 * label + (score >= threshold ? 1 : 0), weight)
    if (!probable) continue
    const chance = label === 1 ? score : 1 - score
    add(values, start + logLossAt, -weight * Math.log(clip(chance)))
    add(values, start + brierAt, weight * (score - label) ** 2)
    const bin = start + binsAt + 3 * Math.min(Math.floor(score * calibrationBins), calibrationBins - 1)
    add(values, bin, weight)
    add(values, bin + 1, weight * label)
    add(values, bin + 2, weight * score)
  }
  return { clusters: count, columns, values: probable ? values : withoutLosses(values) }
}

function add(values: Float64Array, index: number, term: number): void {
  values[index] = (values[index] ?? 0) + term
}

function clip(chance: number): number {
  return Math.min(Math.max(chance, probabilityEpsilon), 1 - probabilityEpsilon)
}

function withoutLosses(values: Float64Array): Float64Array {
  return values.map((value, index) => (index % columns < logLossAt ? value : NaN))
}

/** [[true negatives, false positives], [false negatives, true positives]]. */
export function confusionOf(totals: Float64Array): ConfusionMatrix {
  return { classes: 2, counts: totals.subarray(confusionAt, confusionAt + 4) }
}

/** The metrics of sums that `totalsOf` gives; NaN where undefined, but precision, recall and F1, which are 0 then. */
export function metricsOfBinarySums(totals: Float64Array): BinarySumMetrics {
  const values = binarySumNames.map((name) => [name, metricOfBinarySums(name, totals)] as const)
  return Object.fromEntries(values) as unknown as BinarySumMetrics
}

/** One of them: what a resample asks for a thousand times. */
export function metricOfBinarySums(name: keyof BinarySumMetrics, totals: Float64Array): number {
  return metricByName[name](totals)
}

const metricByName: Readonly<Record<keyof BinarySumMetrics, (totals: Float64Array) => number>> = {
  accuracy: (totals) => accuracyOf(confusionOf(totals)),
  balanced_accuracy: (totals) => balancedAccuracyOf(confusionOf(totals)),
  matthews_corrcoef: (totals) => matthewsCorrcoefOf(confusionOf(totals)),
  cohen_kappa: (totals) => cohenKappaOf(confusionOf(totals)),
  precision: (totals) => positiveScore(totals, 'precision'),
  recall: (totals) => positiveScore(totals, 'recall'),
  f1: (totals) => positiveScore(totals, 'f1'),
  precision_macro: (totals) => macroScoresOf(confusionOf(totals)).precision,
  recall_macro: (totals) => macroScoresOf(confusionOf(totals)).recall,
  f1_macro: (totals) => macroScoresOf(confusionOf(totals)).f1,
  precision_weighted: (totals) => weightedScoresOf(confusionOf(totals)).precision,
  recall_weighted: (totals) => weightedScoresOf(confusionOf(totals)).recall,
  f1_weighted: (totals) => weightedScoresOf(confusionOf(totals)).f1,
  selection_rate: (totals) => ((totals[1] ?? NaN) + (totals[3] ?? NaN)) / weightOf(totals),
  log_loss: (totals) => (totals[logLossAt] ?? NaN) / weightOf(totals),
  brier: (totals) => (totals[brierAt] ?? NaN) / weightOf(totals),
  ece: (totals) => calibrationErrors(totals).ece,
  mce: (totals) => calibrationErrors(totals).mce,
}

function positiveScore(totals: Float64Array, name: 'precision' | 'recall' | 'f1'): number {
  return weightOf(totals) > 0 ? (classScoresOf(confusionOf(totals))[1]?.[name] ?? NaN) : NaN
}

function weightOf([trueNegative = 0, falsePositive = 0, falseNegative = 0, truePositive = 0]: Float64Array): number {
  return trueNegative + falsePositive + falseNegative + truePositive
}

export interface CalibrationGaps {
  /** Of each bin. */
  readonly weights: Float64Array
  /** Mean truth minus mean score; NaN of an empty bin. */
  readonly gaps: Float64Array
}

/** Of sums that `totalsOf` gives. */
export function calibrationGapsOf(totals: Float64Array): CalibrationGaps {
  const [weights, gaps] = [new Float64Array(calibrationBins), new Float64Array(calibrationBins)]
  for (let bin = 0; bin < calibrationBins; bin += 1) {
    const at = binsAt + 3 * bin
    const weight = totals[at] ?? NaN
    weights[bin] = weight
    gaps[bin] = ((totals[at + 1] ?? NaN) - (totals[at + 2] ?? NaN)) / weight
  }
  return { weights, gaps }
}

/** Expected and maximal calibration error: `sum_b (w_b / w) |mean(y)_b - mean(p)_b|` and the largest gap (Naeini, Cooper and Hauskrecht 2015). */
function calibrationErrors(totals: Float64Array): { readonly ece: number; readonly mce: number } {
  const { weights, gaps } = calibrationGapsOf(totals)
  return summarizeGaps(weights, gaps)
}

/** Weighted mean and largest of absolute gaps; bins without weight are left out. */
export function summarizeGaps(weights: Float64Array, gaps: Float64Array): { readonly ece: number; readonly mce: number } {
  let [weight, sum, worst] = [0, 0, 0]
  for (let bin = 0; bin < weights.length; bin += 1) {
    const inBin = weights[bin] ?? NaN
    if (inBin === 0) continue
    const gap = Math.abs(gaps[bin] ?? NaN)
    weight += inBin
    sum += inBin * gap
    worst = Math.max(worst, gap)
  }
  return { ece: sum / weight, mce: weight > 0 ? worst : NaN }
}
