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

/** Weights of the rows of a group, and how many rows it has. */
export interface GroupCells {
  readonly rows: number
  readonly trueNegatives: number
  readonly falsePositives: number
  readonly falseNegatives: number
  readonly truePositives: number
}

/** One group of the totals of `groupSums`. */
export function cellsOfGroup(totals: Float64Array, group: number): GroupCells {
  const start = group * sumsOfGroup
  const [rows = 0, trueNegatives = 0, falsePositives = 0, falseNegatives = 0, truePositives = 0] = totals.subarray(
    start,
    start + sumsOfGroup,
  )
  return { rows, trueNegatives, falsePositives, falseNegatives, truePositives }
}

/** All groups together. */
export function cellsOfGroups(totals: Float64Array, groups: readonly number[]): GroupCells {
  const sums = new Float64Array(sumsOfGroup)
  for (const group of groups) {
    for (let at = 0; at < sumsOfGroup; at += 1) sums[at] = (sums[at] ?? 0) + (totals[group * sumsOfGroup + at] ?? 0)
  }
  return cellsOfGroup(sums, 0)
}

/** All are NaN, the count too, of a group without rows. */
export function ratesOf(cells: GroupCells, without: WithoutDenominator): GroupRates {
  const { rows, trueNegatives, falsePositives, falseNegatives, truePositives } = cells
  const [negatives, positives] = [trueNegatives + falsePositives, falseNegatives + truePositives]
  const selected = falsePositives + truePositives
  const rate = (numerator: number, denominator: number) => {
    if (denominator > 0) return numerator / denominator
    return without === 'zero' && rows > 0 ? 0 : NaN
  }
  return {
    count: rows > 0 ? rows : NaN,
    selection_rate: selected / (negatives + positives),
    true_positive_rate: rate(truePositives, positives),
    false_positive_rate: rate(falsePositives, negatives),
    false_negative_rate: rate(falseNegatives, positives),
    true_negative_rate: rate(trueNegatives, negatives),
    positive_predictive_value: rate(truePositives, selected),
  }
}
