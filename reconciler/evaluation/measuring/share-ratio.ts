/** Intervals of how far two shares are apart, of independent rows. */
import type { Interval, Proportion } from '../../statistics/intervals/interval.ts'
import { proportionInterval } from '../../statistics/intervals/proportion-interval.ts'

/**
 * The ratio of two shares from the Wilson intervals of both ("MOVER-R": A. Donner and G. Y. Zou, "Closed-form confidence intervals for functions
 * of the normal mean and standard deviation", 2012, with Newcombe's limits): as Newcombe's of the difference it has a width also where a share
 * is 0 or 1, and near 1 it is that of the logarithm of the ratio (Katz et al. 1978). The upper end is infinite where the second share may be 0.
 */
export function shareRatioInterval(first: Proportion, second: Proportion, confidence: number): Interval {
  const [a, b] = [first.successes / first.count, second.successes / second.count]
  const [around, aroundSecond] = [
    proportionInterval(first, confidence, 'wilson'),
    proportionInterval(second, confidence, 'wilson'),
  ]
  const product = a * b
  const end = (own: number, other: number, sign: -1 | 1): number => {
    const below = other * (2 * b - other)
    const root = Math.sqrt(Math.max(0, product ** 2 - own * other * (2 * a - own) * (2 * b - other)))
    return (product + sign * root) / below
  }
  return {
    low: Math.max(0, end(around.low, aroundSecond.high, -1)),
    high: aroundSecond.low > 0 ? end(around.high, aroundSecond.low, 1) : Infinity,
  }
}
