/** The interval of a ratio of means of two quantities of the same units, such as clicks per view over users. */
import { meanOf } from '../descriptive/moments.ts'
import { pairwiseSum } from '../descriptive/pairwise-sum.ts'
import { normalQuantile } from '../special/normal.ts'
import type { Interval } from './interval.ts'

export interface RatioInterval {
  readonly ratio: number
  readonly variance: number
  readonly standardError: number
  readonly interval: Interval
}

/**
 * By the delta method: var(R) = var(y - R x) / (n mean(x)²) with n - 1 (W. G. Cochran, Sampling Techniques, 1977, 6.3: the same
 * as var(y) - 2 R cov(y, x) + R² var(x), and never negative by rounding). Throws RangeError for unequal lengths.
 */
export function ratioInterval(numerator: ArrayLike<number>, denominator: ArrayLike<number>, confidence: number): RatioInterval {
  const count = numerator.length
  if (denominator.length !== count) throw new RangeError(`expected pairs, found ${count} values and ${denominator.length} values`)
  const [meanY, meanX] = [meanOf(numerator), meanOf(denominator)]
  const ratio = meanY / meanX
  const squares = Float64Array.from(
    numerator,
    (value, index) => (value - meanY - ratio * ((denominator[index] ?? NaN) - meanX)) ** 2,
  )
  const variance = pairwiseSum(squares) / (count - 1) / (count * meanX * meanX)
  const half = normalQuantile(0.5 + confidence / 2) * Math.sqrt(variance)
  return { ratio, variance, standardError: Math.sqrt(variance), interval: { low: ratio - half, high: ratio + half } }
}
