/** Permutation tests of a difference of means: what the difference would be if labels of the samples meant nothing. */
import { pairwiseSum } from '../descriptive/pairwise-sum.ts'

export interface ExactPermutationTest {
  /** mean(a) - mean(b). */
  readonly statistic: number
  readonly permutations: number
  readonly pvalueLess: number
  readonly pvalueGreater: number
  /** Twice the smaller tail, at most 1: scipy's two-sided p-value. */
  readonly pvalueTwoSided: number
  /** The share of permutations with a difference at least as large in size. */
  readonly pvalueTwoSidedBySize: number
}

/** Differences that are equal in exact arithmetic differ by rounding: the slack, relative to the largest value. */
const slack = 1e-12

/**
 * All ways to choose the first sample: C(n + m, n) of them, so for some twenty values at most. NaN for an empty sample or NaN in it.
 */
export function exactPermutationTest(a: ArrayLike<number>, b: ArrayLike<number>): ExactPermutationTest {
  const all = pooled(a, b)
  const statistic = difference(all, a.length)
  const within = slackOf(all, statistic)
  let [permutations, less, greater, bySize] = [0, 0, 0, 0]
  eachDifference(all, a.length, (drawn) => {
    permutations += 1
    if (drawn <= statistic + within) less += 1
    if (drawn >= statistic - within) greater += 1
    if (Math.abs(drawn) >= Math.abs(statistic) - within) bySize += 1
  })
  const share = (count: number): number => (Number.isNaN(statistic) ? NaN : count / permutations)
  return {
    statistic,
    permutations,
    pvalueLess: share(less),
    pvalueGreater: share(greater),
    pvalueTwoSided: Math.min(1, 2 * Math.min(share(less), share(greater))),
    pvalueTwoSidedBySize: share(bySize),
  }
}

export interface DrawnPermutationTest {
  readonly statistic: number
  /** Permutations with a difference at least as large in size. */
  readonly exceed: number
  /** (exceed + 1) / (drawn + 1): never 0 (B. Phipson & G. K. Smyth 2010). */
  readonly pvalue: number
}

/** With permutations drawn by the caller: each the indices of a followed by b, of which the first a.length make the first sample. */
export function drawnPermutationTest(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  permutations: Iterable<ArrayLike<number>>,
): DrawnPermutationTest {
  const all = pooled(a, b)
  const statistic = difference(all, a.length)
  const within = slackOf(all, statistic)
  let [drawn, exceed] = [0, 0]
  for (const permutation of permutations) {
    drawn += 1
    const permuted = Float64Array.from(permutation, (index) => all[index] ?? NaN)
    if (Math.abs(difference(permuted, a.length)) >= Math.abs(statistic) - within) exceed += 1
  }
  return { statistic, exceed, pvalue: Number.isNaN(statistic) ? NaN : (exceed + 1) / (drawn + 1) }
}

function pooled(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const all = new Float64Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}

function difference(all: Float64Array, count: number): number {
  return pairwiseSum(all, 0, count) / count - pairwiseSum(all, count) / (all.length - count)
}

function slackOf(all: Float64Array, statistic: number): number {
  return slack * all.reduce((largest, value) => Math.max(largest, Math.abs(value)), Math.abs(statistic))
}

/** Calls `visit` with the difference of means of every choice of `count` values, indices counted up like an odometer. */
function eachDifference(all: Float64Array, count: number, visit: (difference: number) => void): void {
  if (count > all.length) return
  const chosen = Uint32Array.from({ length: count }, (_, index) => index)
  const total = pairwiseSum(all)
  for (;;) {
    let sum = 0
    for (const index of chosen) sum += all[index] ?? NaN
    visit(sum / count - (total - sum) / (all.length - count))
    if (!advance(chosen, all.length)) return
  }
}

function advance(chosen: Uint32Array, size: number): boolean {
  let place = chosen.length - 1
  while (place >= 0 && chosen[place] === size - chosen.length + place) place -= 1
  if (place < 0) return false
  const first = (chosen[place] ?? 0) + 1
  for (let at = place; at < chosen.length; at += 1) chosen[at] = first + at - place
  return true
}
