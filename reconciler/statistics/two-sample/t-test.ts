/** Student's t tests: of two samples with unlike variances, and of pairs. */
import { momentsOf, type Moments } from '../descriptive/moments.ts'
import type { Interval } from '../intervals/interval.ts'
import { studentInterval, studentPvalue, type Alternative, type StudentEstimate } from './alternative.ts'

export interface TTest {
  /** The difference in standard errors. NaN when both samples are constant and equal; infinite when they are constant and differ. */
  readonly statistic: number
  readonly df: number
  readonly pvalue: number
  /** First minus second. */
  readonly difference: number
  readonly interval: Interval
}

export interface TTestOptions {
  readonly alternative: Alternative
  /** Of the interval, such as 0.95. */
  readonly confidence: number
}

/**
 * Welch's test (B. L. Welch 1947, df by Satterthwaite 1946) of mean(a) - mean(b). NaN (undefined, not "no difference") for
 * fewer than two values in an arm, NaN among them, or two equal constants. Values are scipy.stats.ttest_ind's.
 */
export function welchTTest(a: ArrayLike<number>, b: ArrayLike<number>, options: TTestOptions): TTest {
  return welchFromMoments(momentsOf(a), momentsOf(b), options)
}

/** The same from counts, means and variances alone. */
export function welchFromMoments(a: Moments, b: Moments, options: TTestOptions): TTest {
  const [shareA, shareB] = [a.variance / a.count, b.variance / b.count]
  const variance = shareA + shareB
  const df = variance ** 2 / (shareA ** 2 / (a.count - 1) + shareB ** 2 / (b.count - 1))
  const estimate = a.mean - b.mean
  // Without any variance df is 0/0; scipy's convention is 1, which keeps the interval of two constants a point.
  const known = Number.isNaN(df) && !Number.isNaN(estimate) ? 1 : df
  return testOf({ estimate, standardError: Math.sqrt(variance), df: known }, options)
}

/**
 * The test of pairs: a t test of the mean of a - b, of which the order matters. NaN for fewer than two pairs or when all
 * differences are 0; infinite when all are equal. Values are scipy.stats.ttest_rel's. Throws RangeError for unequal lengths.
 */
export function pairedTTest(a: ArrayLike<number>, b: ArrayLike<number>, options: TTestOptions): TTest {
  if (a.length !== b.length) throw new RangeError(`expected pairs, found ${a.length} values and ${b.length} values`)
  const differences = Float64Array.from(a, (value, index) => value - (b[index] ?? NaN))
  const { count, mean, variance } = momentsOf(differences)
  const df = Number.isNaN(mean) ? NaN : count - 1
  return testOf({ estimate: mean, standardError: Math.sqrt(variance / count), df }, options)
}

function testOf(given: StudentEstimate, { alternative, confidence }: TTestOptions): TTest {
  const statistic = given.estimate / given.standardError
  return {
    statistic,
    df: given.df,
    pvalue: studentPvalue(statistic, given.df, alternative),
    difference: given.estimate,
    interval: studentInterval(given, confidence, alternative),
  }
}
