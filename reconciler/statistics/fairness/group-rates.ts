/** Rates of decisions in groups of rows: Fairlearn's metrics, from the sums of each group. */
import { assertSameLength, assertWeights } from '../metrics/binary-outcomes.ts'
import type { Clusters, ClusterSums } from '../metrics/clusters.ts'

export interface Decisions {
  /** 1 for the outcome that is predicted, 0 for the other. */
  readonly truth: Uint8Array
  /** 1 for selected. */
  readonly predictions: Uint8Array
  /** Finite and not negative, one a row. Left out: every row counts once. */
  readonly weights?: Float64Array | undefined
}

export const groupRateNames = [
  'count',
  'selection_rate',
  'true_positive_rate',
  'false_positive_rate',
  'false_negative_rate',
  'true_negative_rate',
  'positive_predictive_value',
] as const

/** `count` is of rows, whatever they weigh. */
export type GroupRates = Readonly<Record<(typeof groupRateNames)[number], number>>

/**
 * What a rate without a denominator is (the TPR of a group without positives): `zero` as in Fairlearn, where such a group then drives every
 * comparison; or `undefined`, NaN, which comparisons leave out.
 */
export type WithoutDenominator = 'zero' | 'undefined'

const sumsOfGroup = 5

/** Throws a RangeError for columns of different lengths, labels other than 0 and 1, and negative weights. */
export function assertDecisions({ truth, predictions, weights }: Decisions): void {
  assertSameLength(truth.length, { predictions, weights })
  if (weights !== undefined) assertWeights(weights)
  for (const [name, labels] of Object.entries({ truth, predictions })) {
    const wrong = labels.findIndex((label) => label > 1)
    if (wrong >= 0) throw new RangeError(`expected 0 or 1 as ${name}, found ${labels[wrong]} in row ${wrong}`)
  }
}

/** For each group in turn: rows, then weights of true negatives, false positives, false negatives, true positives. */
export function groupSums(decisions: Decisions, groups: Clusters, clusters?: Clusters): ClusterSums {
  const { truth, predictions, weights } = decisions
  const columns = groups.count * sumsOfGroup
  const values = new Float64Array((clusters?.count ?? 1) * columns)
  for (let row = 0; row < truth.length; row += 1) {
    const start = (clusters?.ids[row] ?? 0) * columns + (groups.ids[row] ?? 0) * sumsOfGroup
    const cell = start + 1 + 2 * (truth[row] ?? 0) + (predictions[row] ?? 0)
    values[start] = (values[start] ?? 0) + 1
    values[cell] = (values[cell] ?? 0) + (weights === undefined ? 1 : (weights[row] ?? 0))
  }
  return { clusters: clusters?.count ?? 1, columns, values }
}

/** The rates of one group of the totals of `groupSums`. All are NaN, the count too, of a group without rows. */
export function ratesOfGroup(totals: Float64Array, group: number, without: WithoutDenominator): GroupRates {
  return ratesOf(totals.subarray(group * sumsOfGroup, (group + 1) * sumsOfGroup), without)
}

/** The rates of all groups together. */
export function ratesOfAll(totals: Float64Array, groups: readonly number[], without: WithoutDenominator): GroupRates {
  const sums = new Float64Array(sumsOfGroup)
  for (const group of groups) {
    for (let at = 0; at < sumsOfGroup; at += 1) sums[at] = (sums[at] ?? 0) + (totals[group * sumsOfGroup + at] ?? 0)
  }
  return ratesOf(sums, without)
}

function ratesOf(sums: Float64Array, without: WithoutDenominator): GroupRates {
  const [count = 0, trueNegative = 0, falsePositive = 0, falseNegative = 0, truePositive = 0] = sums
  const [negatives, positives] = [trueNegative + falsePositive, falseNegative + truePositive]
  const selected = falsePositive + truePositive
  const rate = (numerator: number, denominator: number) => {
    if (denominator > 0) return numerator / denominator
    return without === 'zero' && count > 0 ? 0 : NaN
  }
  return {
    count: count > 0 ? count : NaN,
    selection_rate: selected / (negatives + positives),
    true_positive_rate: rate(truePositive, positives),
    false_positive_rate: rate(falsePositive, negatives),
    false_negative_rate: rate(falseNegative, positives),
    true_negative_rate: rate(trueNegative, negatives),
    positive_predictive_value: rate(truePositive, selected),
  }
}
