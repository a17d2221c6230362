/** Corrects p-values of a family of tests, so that looking at many does not find what is not there. */

/** Bonferroni and Holm bound the chance of any false rejection, the others the expected share of false ones among the rejected. */
export type AdjustmentMethod = 'bonferroni' | 'holm' | 'benjamini_hochberg' | 'benjamini_yekutieli'

export interface AdjustedPvalues {
  /** In the order of the input, at most 1. */
  readonly adjusted: Float64Array
  /** Whether each hypothesis is rejected at alpha. */
  readonly rejected: readonly boolean[]
}

/** A method on p-values in ascending order; both functions get a rank from 0. */
interface Procedure {
  readonly adjust: (pvalue: number, rank: number) => number
  /** The largest p-value that is rejected at this rank, if the ranks before (or after) allow it. */
  readonly limit: (rank: number) => number
  /** Down: the first that is not rejected ends it. Up: the last that is rejected takes all before it along. */
  readonly step: 'down' | 'up' | 'single'
}

/**
 * Adjusted p-values by Bonferroni; Holm (1979); Benjamini & Hochberg (1995), for tests that are independent or positively
 * dependent; Benjamini & Yekutieli (2001), for any dependence. Rejections are decided by p <= limit in the order of operations
 * of statsmodels' multipletests, so that both agree on p-values that lie on the limit. A p-value that is NaN (a test
 * that could not be made) is no member of the family: it stays NaN, is not rejected, and is not counted.
 */
export function adjustPvalues(pvalues: ArrayLike<number>, method: AdjustmentMethod, alpha: number): AdjustedPvalues {
  const order = ascendingOrder(pvalues)
  const sorted = Float64Array.from(order, (index) => pvalues[index] ?? NaN)
  const procedure = procedureOf(method, sorted.length, alpha)
  const inOrder = monotone(sorted.map(procedure.adjust), procedure.step)
  const below = countRejected(sorted, procedure)
  const adjusted = new Float64Array(pvalues.length).fill(NaN)
  const rejected = Array.from({ length: pvalues.length }, () => false)
  order.forEach((index, rank) => {
    adjusted[index] = Math.min(1, inOrder[rank] ?? NaN)
    rejected[index] = rank < below
  })
  return { adjusted, rejected }
}

function ascendingOrder(pvalues: ArrayLike<number>): readonly number[] {
  const at = (index: number): number => pvalues[index] ?? NaN
  return Array.from({ length: pvalues.length }, (_, index) => index)
    .filter((index) => !Number.isNaN(at(index)))
    .sort((left, right) => at(left) - at(right))
}

function procedureOf(method: AdjustmentMethod, count: number, alpha: number): Procedure {
  switch (method) {
    case 'bonferroni':
      return { adjust: (pvalue) => pvalue * count, limit: () => alpha / count, step: 'single' }
    case 'holm':
      return {
        adjust: (pvalue, rank) => pvalue * (count - rank),
        limit: (rank) => alpha / (count - rank),
        step: 'down',
      }
    case 'benjamini_hochberg':
      return stepUp(alpha, (rank) => (rank + 1) / count)
    case 'benjamini_yekutieli': {
      const harmonic = harmonicNumber(count)
      return stepUp(alpha, (rank) => (rank + 1) / count / harmonic)
    }
  }
}

function stepUp(alpha: number, share: (rank: number) => number): Procedure {
  return { adjust: (pvalue, rank) => pvalue / share(rank), limit: (rank) => share(rank) * alpha, step: 'up' }
}

/** Adjusted values never fall as p-values rise. Changes the given array, which is the caller's own. */
function monotone(values: Float64Array, step: Procedure['step']): Float64Array {
  if (step === 'down')
    for (let rank = 1; rank < values.length; rank += 1) values[rank] = Math.max(values[rank - 1] ?? 0, values[rank] ?? 0)
  if (step === 'up')
    for (let rank = values.length - 2; rank >= 0; rank -= 1) values[rank] = Math.min(values[rank] ?? 1, values[rank + 1] ?? 1)
  return values
}

function countRejected(sorted: Float64Array, { limit, step }: Procedure): number {
  const rejects = (pvalue: number, rank: number): boolean => pvalue <= limit(rank)
  if (step === 'up') return sorted.findLastIndex(rejects) + 1
  const first = sorted.findIndex((pvalue, rank) => !rejects(pvalue, rank))
  return first === -1 ? sorted.length : first
}

function harmonicNumber(count: number): number {
  let sum = 0
  for (let term = 1; term <= count; term += 1) sum += 1 / term
  return sum
}
