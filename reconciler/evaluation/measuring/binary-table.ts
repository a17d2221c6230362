/** Metrics of a binary classifier that are functions of sums over rows, with rates: undefined, and not 0, where nothing is counted. */
import type { Proportion } from '../../statistics/intervals/interval.ts'
import { binarySumNames, metricOfBinarySums } from '../../statistics/metrics/binary-sums.ts'

const rateNames = [
  'true_positive_rate',
  'false_positive_rate',
  'false_negative_rate',
  'true_negative_rate',
  'positive_predictive_value',
] as const

export const tableMetricNames: readonly string[] = [...binarySumNames, ...rateNames]

/** Rows, or sums of weights. */
export interface Cells {
  readonly trueNegatives: number
  readonly falsePositives: number
  readonly falseNegatives: number
  readonly truePositives: number
  readonly positives: number
  readonly negatives: number
  readonly selected: number
}

/** Of totals of `binarySums`. */
export function cellsOf(totals: Float64Array): Cells {
  const [trueNegatives = 0, falsePositives = 0, falseNegatives = 0, truePositives = 0] = totals
  return {
    trueNegatives,
    falsePositives,
    falseNegatives,
    truePositives,
    positives: truePositives + falseNegatives,
    negatives: trueNegatives + falsePositives,
    selected: truePositives + falsePositives,
  }
}

/** Of totals of `binarySums`; NaN: undefined, also where scikit-learn says 0 and warns, and for names that are no function of sums. */
export function tableMetric(metric: string, totals: Float64Array): number {
  const proportion = proportionOf(metric, cellsOf(totals))
  if (proportion !== null) return proportion.count > 0 ? proportion.successes / proportion.count : NaN
  if (metric === 'f1') {
    const { positives, selected, truePositives } = cellsOf(totals)
    return positives + selected > 0 ? (2 * truePositives) / (positives + selected) : NaN
  }
  const name = binarySumNames.find((each) => each === metric)
  return name === undefined ? NaN : metricOfBinarySums(name, totals)
}

/** Rows, or their weights, that count among those that could; null: the metric is no share of rows. */
export function proportionOf(metric: string, cells: Cells): Proportion | null {
  const { trueNegatives, falsePositives, falseNegatives, truePositives, positives, negatives, selected } = cells
  switch (metric) {
    case 'accuracy':
      return { successes: truePositives + trueNegatives, count: positives + negatives }
    case 'selection_rate':
      return { successes: selected, count: positives + negatives }
    case 'recall':
    case 'true_positive_rate':
      return { successes: truePositives, count: positives }
    case 'false_negative_rate':
      return { successes: falseNegatives, count: positives }
    case 'false_positive_rate':
      return { successes: falsePositives, count: negatives }
    case 'true_negative_rate':
      return { successes: trueNegatives, count: negatives }
    case 'precision':
    case 'positive_predictive_value':
      return { successes: truePositives, count: selected }
    default:
      return null
  }
}
