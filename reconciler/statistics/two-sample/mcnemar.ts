/** McNemar's test of two classifiers on the same rows, from the rows on which they disagree. */
import { betaI } from '../special/incomplete-beta.ts'
import { chiSquaredSf } from '../special/chi-squared.ts'

export interface McnemarTest {
  readonly statistic: number
  readonly pvalue: number
}

/** Rows that only the first has right, and rows that only the second has right. */
export interface Discordant {
  readonly onlyFirst: number
  readonly onlySecond: number
}

/** Exact: two-sided binomial with 1/2, capped at 1; the statistic is the smaller count. 1 without discordant rows. */
export function mcnemarExact({ onlyFirst, onlySecond }: Discordant): McnemarTest {
  const statistic = Math.min(onlyFirst, onlySecond)
  const count = onlyFirst + onlySecond
  if (2 * statistic === count) return { statistic, pvalue: 1 }
  // P(X <= k) of n trials is I_(1/2)(n - k, k + 1) (DLMF 8.17.5).
  return { statistic, pvalue: Math.min(1, 2 * betaI(count - statistic, statistic + 1, 0.5)) }
}

/**
 * Chi-squared with one degree of freedom: (|b - c| - correction)² / (b + c), the correction 1 or 0 (McNemar 1947, Edwards
 * 1948). NaN without discordant rows: then nothing was seen that could tell them apart.
 */
export function mcnemarAsymptotic({ onlyFirst, onlySecond }: Discordant, corrected: boolean): McnemarTest {
  const count = onlyFirst + onlySecond
  if (count === 0) return { statistic: NaN, pvalue: NaN }
  const statistic = (Math.abs(onlyFirst - onlySecond) - (corrected ? 1 : 0)) ** 2 / count
  return { statistic, pvalue: chiSquaredSf(statistic, 1) }
}
