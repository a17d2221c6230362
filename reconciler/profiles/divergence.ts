/** How far two distributions are apart, from counts in the same bins. Both measures are 0 for equal shares, whatever the sizes. */

export interface Divergence {
  /**
   * Population stability index: sum of (p - q) ln(p / q) over the bins, p and q the shares of the two sides, each at least `leastShare`
   * and not scaled again, so that an empty bin counts and is finite. By custom: below 0.1 the same, above 0.25 another population.
   */
  readonly psi: number
  /** Jensen-Shannon distance: the root of the divergence to base 2; from 0 to 1 (no bin is shared). */
  readonly jensenShannon: number
}

/** What an empty bin counts as in a population stability index. */
export const leastShare = 1e-4

/** Null where a side has no counts at all. The bins of both stand in the same order. */
export function divergenceOf(before: readonly number[], after: readonly number[]): Divergence | null {
  const [p, q] = [sharesOf(before), sharesOf(after)]
  if (p === null || q === null) return null
  return { psi: stabilityIndex(p, q), jensenShannon: jensenShannonDistance(p, q) }
}

function sharesOf(counts: readonly number[]): readonly number[] | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  return total === 0 ? null : counts.map((count) => count / total)
}

function stabilityIndex(before: readonly number[], after: readonly number[]): number {
  return before.reduce((sum, share, bin) => {
    const [p, q] = [Math.max(after[bin] ?? 0, leastShare), Math.max(share, leastShare)]
    return sum + (p - q) * Math.log(p / q)
  }, 0)
}

/** Lin, "Divergence measures based on the Shannon entropy" (1991), eq. 4.1, of equal weights; rounding may leave it below 0. */
function jensenShannonDistance(before: readonly number[], after: readonly number[]): number {
  const divergence = before.reduce((sum, p, bin) => {
    const q = after[bin] ?? 0
    const middle = (p + q) / 2
    return sum + (term(p, middle) + term(q, middle)) / 2
  }, 0)
  return Math.sqrt(Math.max(0, divergence))
}

function term(share: number, middle: number): number {
  return share === 0 ? 0 : share * Math.log2(share / middle)
}
