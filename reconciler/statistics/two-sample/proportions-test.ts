/** The z test of two proportions. */
import type { Interval, Proportion } from '../intervals/interval.ts'
import { normalReach } from '../special/normal.ts'
import { normalPvalue, type Alternative } from './alternative.ts'

export interface ProportionsTest {
  /** First share minus second. */
  readonly difference: number
  /** NaN where no variance is left: both shares 0 or both 1. */
  readonly statistic: number
  readonly pvalue: number
  /** Wald's, of the difference, two-sided; not clipped. Of no width when each share is 0 or 1: use Newcombe's for decisions. */
  readonly interval: Interval
}

export interface ProportionsOptions {
  /** Whether the variance is that of one common share, as it is when nothing differs (statsmodels proportions_ztest), or of each. */
  readonly pooled: boolean
  readonly alternative: Alternative
  readonly confidence: number
}

/** z = (pA - pB) / se. NaN without trials. Values are statsmodels' proportions_ztest and test_proportions_2indep (wald). */
export function proportionsTest(a: Proportion, b: Proportion, options: ProportionsOptions): ProportionsTest {
  const [shareA, shareB] = [a.successes / a.count, b.successes / b.count]
  const difference = shareA - shareB
  const apart = variance(shareA, a.count) + variance(shareB, b.count)
  const common = (a.successes + b.successes) / (a.count + b.count)
  const used = options.pooled ? common * (1 - common) * (1 / a.count + 1 / b.count) : apart
  const statistic = difference / Math.sqrt(used)
  const half = normalReach(options.confidence) * Math.sqrt(apart)
  return {
    difference,
    statistic,
    pvalue: normalPvalue(statistic, options.alternative),
    interval: { low: difference - half, high: difference + half },
  }
}

function variance(share: number, count: number): number {
  return (share * (1 - share)) / count
}
