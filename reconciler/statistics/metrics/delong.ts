/**
 * Variance of the area under the ROC curve, and the test of two areas on the same rows: DeLong, DeLong and Clarke-Pearson, "Comparing the areas under
 * two or more correlated receiver operating characteristic curves" (Biometrics 1988), with the structural components of all rows from one
 * sort (Sun and Xu 2014). For independent rows alone: rows that belong together are resampled instead.
 */
import { normalQuantile, normalSf } from '../special/normal.ts'
import { assertBinaryOutcomes } from './binary-outcomes.ts'
import { orderScores, type ScoreOrder } from './score-order.ts'

export interface DelongAuc {
  readonly auc: number
  readonly variance: number
  readonly standardError: number
  /** Normal interval, not clipped to [0, 1]. */
  readonly low: number
  readonly high: number
  /** Interval on the scale of the logit, inside of (0, 1); NaN where the area is 0 or 1. */
  readonly logitLow: number
  readonly logitHigh: number
}

export interface DelongTest {
  readonly aucA: number
  readonly aucB: number
  readonly varianceA: number
  readonly varianceB: number
  readonly covariance: number
  /** A minus B. */
  readonly difference: number
  /** NaN, and so are p-value and interval, where both rank alike: no difference is seen, and nothing can be tested. */
  readonly statistic: number
  /** Two-sided. */
  readonly pvalue: number
  readonly low: number
  readonly high: number
}

/** What each row adds to the area of one model: made once, used for its own interval and for all differences. */
export interface DelongComponents {
  /** For each positive row, the share of negatives that it is above; ties half. */
  readonly positives: Float64Array
  /** For each negative row, the share of positives that are above it; ties half. */
  readonly negatives: Float64Array
}

/** NaN without two rows of each class (the area needs one of each). Throws a RangeError for rows that are no outcomes. */
export function delongAuc(given: { truth: Uint8Array; scores: Float64Array }, confidence: number): DelongAuc {
  return delongAucOf(delongComponents(given), confidence)
}

export function delongAucOf(components: DelongComponents, confidence: number): DelongAuc {
  const auc = meanOf(components.positives)
  const variance = covarianceOf(components, components)
  const standardError = Math.sqrt(variance)
  const reach = quantileOf(confidence) * standardError
  const logit = Math.log(auc / (1 - auc))
  const logitReach = reach / (auc * (1 - auc))
  const inside = auc > 0 && auc < 1
  return {
    auc,
    variance,
    standardError,
    low: auc - reach,
    high: auc + reach,
    logitLow: inside ? expit(logit - logitReach) : NaN,
    logitHigh: inside ? expit(logit + logitReach) : NaN,
  }
}

interface Pair {
  readonly truth: Uint8Array
  readonly scoresA: Float64Array
  readonly scoresB: Float64Array
}

/** Paired: both models scored the same rows. Throws a RangeError for rows that are no outcomes. */
export function delongTest({ truth, scoresA, scoresB }: Pair, confidence: number): DelongTest {
  return delongTestOf(delongComponents({ truth, scores: scoresA }), delongComponents({ truth, scores: scoresB }), confidence)
}

/** Of components of the same rows. */
export function delongTestOf(a: DelongComponents, b: DelongComponents, confidence: number): DelongTest {
  const [aucA, aucB] = [meanOf(a.positives), meanOf(b.positives)]
  // Not varA + varB - 2 cov, which loses all digits where the models are nearly alike.
  const between = { positives: minus(a.positives, b.positives), negatives: minus(a.negatives, b.negatives) }
  const variance = covarianceOf(between, between)
  const error = variance > 0 ? Math.sqrt(variance) : NaN
  const difference = meanOf(between.positives)
  const statistic = difference / error
  const reach = quantileOf(confidence) * error
  return {
    aucA,
    aucB,
    varianceA: covarianceOf(a, a),
    varianceB: covarianceOf(b, b),
    covariance: covarianceOf(a, b),
    difference,
    statistic,
    pvalue: 2 * normalSf(Math.abs(statistic)),
    low: difference - reach,
    high: difference + reach,
  }
}

/** `order`: of the scores, where it is known. Throws a RangeError for rows that are no outcomes. */
export function delongComponents(given: { truth: Uint8Array; scores: Float64Array }, order?: ScoreOrder): DelongComponents {
  const { truth, scores } = given
  assertBinaryOutcomes(given)
  const { rows, sorted } = order ?? orderScores(scores)
  const all = positivesOf(truth)
  const placements = new Float64Array(truth.length)
  let [start, positivesBelow] = [0, 0]
  while (start < rows.length) {
    let [end, tied] = [start, 0]
    for (; end < rows.length && sorted[end] === sorted[start]; end += 1) tied += truth[rows[end] ?? 0] ?? 0
    const below = (start - positivesBelow + (end - start - tied) / 2) / (rows.length - all)
    const above = (all - positivesBelow - tied / 2) / all
    for (let index = start; index < end; index += 1) {
      const row = rows[index] ?? 0
      placements[row] = truth[row] === 1 ? below : above
    }
    positivesBelow += tied
    start = end
  }
  return { positives: ofLabel(placements, truth, 1, all), negatives: ofLabel(placements, truth, 0, truth.length - all) }
}

function positivesOf(truth: Uint8Array): number {
  let sum = 0
  for (let row = 0; row < truth.length; row += 1) sum += truth[row] ?? 0
  return sum
}

function ofLabel(values: Float64Array, truth: Uint8Array, label: 0 | 1, count: number): Float64Array {
  const picked = new Float64Array(count)
  for (let row = 0, at = 0; row < values.length; row += 1) {
    if (truth[row] !== label) continue
    picked[at] = values[row] ?? NaN
    at += 1
  }
  return picked
}

/** Covariance of two areas: that of the components over the positives, and over the negatives, each divided by their number. */
function covarianceOf(a: DelongComponents, b: DelongComponents): number {
  return meanCovarianceOf(a.positives, b.positives) + meanCovarianceOf(a.negatives, b.negatives)
}

/** `cov(a, b) / n`, with n - 1 below; NaN for fewer than two values. */
function meanCovarianceOf(a: Float64Array, b: Float64Array): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)]
  let products = 0
  for (let index = 0; index < a.length; index += 1) products += ((a[index] ?? NaN) - meanA) * ((b[index] ?? NaN) - meanB)
  return products / (a.length - 1) / a.length
}

function meanOf(values: Float64Array): number {
  let sum = 0
  for (let index = 0; index < values.length; index += 1) sum += values[index] ?? NaN
  return sum / values.length
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  const differences = new Float64Array(a.length)
  for (let index = 0; index < a.length; index += 1) differences[index] = (a[index] ?? NaN) - (b[index] ?? NaN)
  return differences
}

function quantileOf(confidence: number): number {
  return normalQuantile(0.5 + confidence / 2)
}

function expit(x: number): number {
  return 1 / (1 + Math.exp(-x))
}
