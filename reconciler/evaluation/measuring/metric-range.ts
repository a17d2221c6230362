/** The values that a metric can have: ends of intervals beyond them say nothing. */
import type { Interval } from '../../statistics/intervals/interval.ts'

const signed = ['matthews_corrcoef', 'cohen_kappa']
const unbounded = ['bias']
const notNegative = [
  'log_loss',
  'mean_absolute_error',
  'mean_squared_error',
  'root_mean_squared_error',
  'median_absolute_error',
  'max_error',
  'mean_absolute_percentage_error',
  'pinball_0.1',
  'pinball_0.5',
  'pinball_0.9',
]

export function metricRange(metric: string): Interval {
  if (unbounded.includes(metric)) return { low: -Infinity, high: Infinity }
  if (metric === 'r2') return { low: -Infinity, high: 1 }
  if (metric === 'brier') return { low: 0, high: 2 }
  if (notNegative.includes(metric)) return { low: 0, high: Infinity }
  return { low: signed.includes(metric) ? -1 : 0, high: 1 }
}
