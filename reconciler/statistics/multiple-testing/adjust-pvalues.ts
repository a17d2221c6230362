/** Corrects p-values of a family of tests, so that looking at many does not find what is not there. */

/** Bonferroni and Holm bound the chance of any false rejection, the others the expected share of false ones among the rejected. */
export type AdjustmentMethod = 'bonferroni' | 'holm' | 'benjamini_hochberg' | 'benjamini_yekutieli'

export interface AdjustedPvalues {
  /** In the order of the input, at most 1. */
  readonly adjusted: Float64Array
  /** Whether each hypothesis is rejected at alpha: its adjusted p-value is at most alpha. */
  readonly rejected: readonly boolean[]
}

/**
 * Adjusted p-values by Bonferroni; Holm (1979); Benjamini & Hochberg (1995), for tests that are independent or positively
 * dependent; Benjamini & Yekutieli (2001), for any dependence. The names are statsmodels', its values are met. A p-value that
 * is NaN (a test that could not be made) is no member of the family: it stays NaN, is not rejected, and is not counted.
 */
export function adjustPvalues(pvalues: ArrayLike<number>, method: AdjustmentMethod, alpha: number): AdjustedPvalues {
  const order = ascendingOrder(pvalues)
  const sorted = Float64Array.from(order, (index) => pvalues[index] ?? NaN)
  const inOrder = adjustSorted(sorted, method)
  const adjusted = new Float64Array(pvalues.length).fill(NaN)
  order.forEach((index, rank) => (adjusted[index] = Math.min(1, inOrder[rank] ?? NaN)))
  return { adjusted, rejected: Array.from(adjusted, (value) => value <= alpha) }
}

function ascendingOrder(pvalues: ArrayLike<number>): readonly number[] {
  const at = (index: number): number => pvalues[index] ?? NaN
  return Array.from({ length: pvalues.length }, (_, index) => index)
    .filter((index) => !Number.isNaN(at(index)))
    .sort((left, right) => at(left) - at(right))
}

function adjustSorted(sorted: Float64Array, method: AdjustmentMethod): Float64Array {
  const count = sorted.length
  switch (method) {
    case 'bonferroni':
      return sorted.map((value) => value * count)
    case 'holm':
      return runningMaximum(sorted.map((value, rank) => value * (count - rank)))
    case 'benjamini_hochberg':
      return minimumFromRight(sorted.map((value, rank) => (value * count) / (rank + 1)))
    case 'benjamini_yekutieli': {
      const harmonic = harmonicNumber(count)
      return minimumFromRight(sorted.map((value, rank) => (value * count * harmonic) / (rank + 1)))
    }
  }
}

function runningMaximum(values: Float64Array): Float64Array {
  for (let rank = 1; rank < values.length; rank += 1) values[rank] = Math.max(values[rank - 1] ?? 0, values[rank] ?? 0)
  return values
}

function minimumFromRight(values: Float64Array): Float64Array {
  for (let rank = values.length - 2; rank >= 0; rank -= 1)
    values[rank] = Math.min(values[rank] ?? 1, values[rank + 1] ?? 1)
  return values
}

function harmonicNumber(count: number): number {
  let sum = 0
  for (let term = count; term >= 1; term -= 1) sum += 1 / term
  return sum
}
