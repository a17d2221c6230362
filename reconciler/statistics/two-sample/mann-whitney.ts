/** The Mann-Whitney U test: whether values of one sample tend to be larger than those of another. */
import { midranksOf } from '../descriptive/midranks.ts'
import { normalSf } from '../special/normal.ts'
import type { Alternative } from './alternative.ts'

export interface MannWhitneyTest {
  /** U of the first sample: pairs in which its value is the larger one, ties counted half. */
  readonly statistic: number
  readonly pvalue: number
  /** U / (n m): the chance that a value of the first is larger. */
  readonly auc: number
}

export interface MannWhitneyOptions {
  readonly alternative: Alternative
  /** Exact leaves ties out of account, and takes time and memory in proportion to (n m)². */
  readonly method: 'exact' | 'asymptotic'
  /** Of the asymptotic method: whether U is moved by 1/2 towards its mean. */
  readonly continuity: boolean
}

/** Values are scipy.stats.mannwhitneyu's; the variance of the asymptotic method is corrected for ties. NaN for an empty sample or NaN in it. */
export function mannWhitneyTest(a: ArrayLike<number>, b: ArrayLike<number>, options: MannWhitneyOptions): MannWhitneyTest {
  const all = new Float64Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  if (a.length === 0 || b.length === 0 || all.some(Number.isNaN)) return { statistic: NaN, pvalue: NaN, auc: NaN }
  const pairs = a.length * b.length
  const { ranks, tieTerm } = midranksOf(all)
  const statistic = ranks.subarray(0, a.length).reduce((sum, rank) => sum + rank, 0) - (a.length * (a.length + 1)) / 2
  const given = { n: a.length, m: b.length, tieTerm, u: towards(statistic, pairs, options.alternative) }
  const upper = options.method === 'exact' ? exactTail(given) : asymptoticTail(given, options.continuity)
  const pvalue = Math.min(1, options.alternative === 'two-sided' ? 2 * upper : upper)
  return { statistic, pvalue, auc: statistic / pairs }
}

/** The U whose upper tail is the p-value. */
function towards(statistic: number, pairs: number, alternative: Alternative): number {
  switch (alternative) {
    case 'greater':
      return statistic
    case 'less':
      return pairs - statistic
    case 'two-sided':
      return Math.max(statistic, pairs - statistic)
  }
}

interface Statistic {
  readonly n: number
  readonly m: number
  readonly tieTerm: number
  readonly u: number
}

/** When all values are equal there is no variance: with the correction p is 1, without it undefined. */
function asymptoticTail({ n, m, tieTerm, u }: Statistic, continuity: boolean): number {
  const total = n + m
  const variance = ((n * m) / 12) * (total + 1 - tieTerm / (total * (total - 1)))
  return normalSf((u - (n * m) / 2 - (continuity ? 0.5 : 0)) / Math.sqrt(variance))
}

/** P(U >= u), u cut down to a whole number. */
function exactTail({ n, m, u }: Statistic): number {
  const distribution = uDistribution(Math.min(n, m), Math.max(n, m))
  const from = n * m - Math.floor(u)
  // U is symmetric: the upper tail from u is the lower tail up to nm - u.
  return distribution.subarray(0, from + 1).reduce((sum, probability) => sum + probability, 0)
}

/**
 * P(U = u) for u = 0 … nm by the recursion over the largest value: P(n, m, u) = n/(n+m) P(n-1, m, u-m) + m/(n+m) P(n, m-1, u)
 * (Mann & Whitney 1947). All terms are positive.
 */
function uDistribution(n: number, m: number): Float64Array {
  let rows: readonly Float64Array[] = Array.from({ length: n + 1 }, () => Float64Array.of(1))
  for (let second = 1; second <= m; second += 1) {
    const next: Float64Array[] = [Float64Array.of(1)]
    for (let first = 1; first <= n; first += 1) next.push(combine(next[first - 1], rows[first], first, second))
    rows = next
  }
  return rows[n] ?? new Float64Array()
}

function combine(
  fewerFirst: Float64Array | undefined,
  fewerSecond: Float64Array | undefined,
  first: number,
  second: number,
): Float64Array {
  const [shareFirst, shareSecond] = [first / (first + second), second / (first + second)]
  return Float64Array.from(
    { length: first * second + 1 },
    (_, u) => shareFirst * (fewerFirst?.[u - second] ?? 0) + shareSecond * (fewerSecond?.[u] ?? 0),
  )
}
