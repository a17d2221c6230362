/** The Kolmogorov-Smirnov test of two samples: how far apart their distribution functions are at most. */
import { sortedCopy } from '../descriptive/quantile.ts'
import { kolmogorovSmirnovSf } from '../special/kolmogorov-smirnov.ts'
import { kolmogorovSf } from '../special/kolmogorov.ts'
import type { Alternative } from './alternative.ts'

export interface KolmogorovSmirnovTest {
  /** The greatest difference of the distribution functions, in the direction of the alternative. */
  readonly statistic: number
  readonly pvalue: number
}

export interface KolmogorovSmirnovOptions {
  /** Of the distribution functions, as in scipy: `greater` looks for F(a) above F(b), that is for smaller values in a. */
  readonly alternative: Alternative
  /** Exact takes time in proportion to the product of the sizes; use it up to about 1e7. */
  readonly method: 'exact' | 'asymptotic'
}

/** Differences of two distribution functions in units of 1 / (countA countB): whole numbers, so that none is rounded. */
interface Distance {
  readonly countA: number
  readonly countB: number
  readonly above: number
  readonly below: number
}

/**
 * Values are scipy.stats.ks_2samp's. Exact counts lattice paths for the observed distance and leaves ties out of account
 * (conservative). NaN for an empty sample or NaN in it.
 */
export function kolmogorovSmirnovTest(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { alternative, method }: KolmogorovSmirnovOptions,
): KolmogorovSmirnovTest {
  const distance = distanceOf(sortedCopy(a), sortedCopy(b))
  if (distance === null) return { statistic: NaN, pvalue: NaN }
  const statistic = statisticOf(distance, alternative)
  const compute = method === 'exact' ? exactPvalue : asymptoticPvalue
  return { statistic, pvalue: compute(distance, alternative) }
}

/** Kolmogorov's classical limit Q(sqrt(nm / (n + m)) D), two-sided. */
export function kolmogorovLimitPvalue(statistic: number, countA: number, countB: number): number {
  return kolmogorovSf(Math.sqrt((countA * countB) / (countA + countB)) * statistic)
}

export interface BinnedKolmogorovSmirnovTest {
  /** At the borders of bins: a lower bound of the distance of the values themselves. */
  readonly statistic: number
  /** Undefined where it would take too long: a product of sizes above 1e7. */
  readonly exactPvalue: number | undefined
  readonly asymptoticPvalue: number
  readonly limitPvalue: number
}

const largestExactProduct = 1e7

/** Two-sided, of counts in the same bins. NaN when there are no counts. */
export function kolmogorovSmirnovOfBins(countsA: ArrayLike<number>, countsB: ArrayLike<number>): BinnedKolmogorovSmirnovTest {
  const distance = distanceOfBins(countsA, countsB)
  if (distance === null) return { statistic: NaN, exactPvalue: NaN, asymptoticPvalue: NaN, limitPvalue: NaN }
  const { countA, countB } = distance
  const statistic = statisticOf(distance, 'two-sided')
  return {
    statistic,
    exactPvalue: countA * countB <= largestExactProduct ? exactPvalue(distance, 'two-sided') : undefined,
    asymptoticPvalue: asymptoticPvalue(distance, 'two-sided'),
    limitPvalue: kolmogorovLimitPvalue(statistic, countA, countB),
  }
}

function distanceOf(a: Float64Array, b: Float64Array): Distance | null {
  const [countA, countB] = [a.length, b.length]
  if (countA === 0 || countB === 0 || Number.isNaN(a[countA - 1]) || Number.isNaN(b[countB - 1])) return null
  let [i, j, above, below] = [0, 0, 0, 0]
  while (i < countA && j < countB) {
    const value = Math.min(a[i] ?? NaN, b[j] ?? NaN)
    while (a[i] === value) i += 1
    while (b[j] === value) j += 1
    const difference = i * countB - j * countA
    above = Math.max(above, difference)
    below = Math.max(below, -difference)
  }
  return { countA, countB, above, below }
}

function distanceOfBins(countsA: ArrayLike<number>, countsB: ArrayLike<number>): Distance | null {
  const total = (counts: ArrayLike<number>): number => Array.from(counts).reduce((sum, count) => sum + count, 0)
  const [countA, countB] = [total(countsA), total(countsB)]
  if (!(countA > 0 && countB > 0)) return null
  let [i, j, above, below] = [0, 0, 0, 0]
  for (let bin = 0; bin < countsA.length; bin += 1) {
    i += countsA[bin] ?? 0
    j += countsB[bin] ?? 0
    const difference = i * countB - j * countA
    above = Math.max(above, difference)
    below = Math.max(below, -difference)
  }
  return { countA, countB, above, below }
}

function inUnits({ above, below }: Distance, alternative: Alternative): number {
  if (alternative === 'two-sided') return Math.max(above, below)
  return alternative === 'greater' ? above : below
}

function statisticOf(distance: Distance, alternative: Alternative): number {
  return inUnits(distance, alternative) / (distance.countA * distance.countB)
}

/**
 * The share of lattice paths from (0, 0) to (n, m) that touch a point as far from the diagonal as observed (J. L. Hodges 1958).
 * The share of those that touched is carried along, not of those that did not: all terms are positive, and small p-values keep
 * their digits.
 */
function exactPvalue(distance: Distance, alternative: Alternative): number {
  const { countA: n, countB: m } = distance
  const limit = inUnits(distance, alternative)
  if (limit === 0) return 1
  const lower = alternative === 'greater' ? Infinity : limit
  const upper = alternative === 'less' ? Infinity : limit
  const touched = new Float64Array(m + 1)
  for (let i = 0; i <= n; i += 1)
    for (let j = 0; j <= m; j += 1) {
      const apart = i * m - j * n
      if (apart >= upper || -apart >= lower) touched[j] = 1
      else if (i + j > 0) touched[j] = ((touched[j] ?? 0) * i + (j > 0 ? (touched[j - 1] ?? 0) * j : 0)) / (i + j)
    }
  return Math.min(1, touched[m] ?? NaN)
}

/**
 * Two-sided: the one-sample distribution with n = nm / (n + m) rounded to even, as scipy takes it. One-sided: Hodges (1958), equation
 * 5.3.
 */
function asymptoticPvalue(distance: Distance, alternative: Alternative): number {
  const { countA, countB } = distance
  const [m, n] = [Math.max(countA, countB), Math.min(countA, countB)]
  const effective = (m * n) / (m + n)
  const statistic = statisticOf(distance, alternative)
  if (alternative === 'two-sided') return kolmogorovSmirnovSf(roundHalfToEven(effective), statistic)
  const z = Math.sqrt(effective) * statistic
  return Math.min(1, Math.exp(-2 * z * z - (2 * z * (m + 2 * n)) / Math.sqrt(m * n * (m + n)) / 3))
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value)
  if (value - below !== 0.5) return Math.round(value)
  return below % 2 === 0 ? below : below + 1
}
