/** The t interval of a mean. */
import { momentsOf } from '../descriptive/moments.ts'
import { studentTQuantile } from '../special/student-t.ts'
import type { Interval } from './interval.ts'

export interface MeanInterval {
  readonly mean: number
  /** sd / sqrt(n), sd with n - 1. */
  readonly standardError: number
  readonly df: number
  readonly interval: Interval
}

/** Two-sided. A constant sample gives a point (scipy: NaN); fewer than two values give NaN ends. */
export function meanInterval(values: ArrayLike<number>, confidence: number): MeanInterval {
  const { count, mean, variance } = momentsOf(values)
  const standardError = Math.sqrt(variance / count)
  const df = count - 1
  const half = studentTQuantile(0.5 + confidence / 2, df) * standardError
  return { mean, standardError, df, interval: { low: mean - half, high: mean + half } }
}
