/** Metrics of a regression on some rows: points, what intervals are made of, and resamples. */
import { regressionMetrics } from '../../statistics/metrics/regression-metrics.ts'
import { joined, pickStatistics } from '../../statistics/resampling/cluster-statistics.ts'
import { medianErrorByCluster } from '../../statistics/resampling/median-error-by-cluster.ts'
import { regressionByCluster } from '../../statistics/resampling/regression-by-cluster.ts'
import { once } from './once.ts'
import type { SampleColumns, SubjectSample } from './subject-sample.ts'

type Loss = (error: number, truth: number) => number

/** Percentage errors divide by this at least, as scikit-learn's do. */
const smallestTruth = 2 ** -52

const pinball =
  (alpha: number): Loss =>
  (error) =>
    error < 0 ? -alpha * error : (1 - alpha) * error

/** Metrics that are means over rows, of prediction - truth. */
const lossByMetric: Readonly<Record<string, Loss>> = {
  mean_absolute_error: Math.abs,
  mean_squared_error: (error) => error ** 2,
  bias: (error) => error,
  mean_absolute_percentage_error: (error, truth) => Math.abs(error) / Math.max(Math.abs(truth), smallestTruth),
  'pinball_0.1': pinball(0.1),
  'pinball_0.5': pinball(0.5),
  'pinball_0.9': pinball(0.9),
}

/** Throws a RangeError for rows that are no outcomes. */
export function createRegressionSample({ truth, scores, weights }: SampleColumns): SubjectSample {
  const outcomes = { truth, predictions: scores, weights }
  const metrics = once((): Readonly<Record<string, number>> => ({ ...regressionMetrics(outcomes) }))
  const median = 'median_absolute_error'
  return {
    rows: truth.length,
    estimate: (metric) => metrics()[metric] ?? NaN,
    whyUndefined: (metric) => {
      if (truth.length === 0) return 'there are no rows'
      return metric === 'r2' && truth.length < 2 ? 'one row has no spread' : 'it is not defined on these rows'
    },
    proportion: () => null,
    hits: () => null,
    losses: (metric) => {
      const loss = weights === undefined ? lossByMetric[metric] : undefined
      return loss === undefined ? null : truth.map((wanted, row) => loss((scores[row] ?? NaN) - wanted, wanted))
    },
    areaComponents: () => null,
    whyNotResampled: () => null,
    statistics: (names, clusters) => {
      const parts = [regressionByCluster(outcomes, clusters)]
      if (names.includes(median)) parts.push(medianErrorByCluster(outcomes, clusters))
      return pickStatistics(joined(parts, clusters.count), names)
    },
  }
}
