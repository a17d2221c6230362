/** Quantiles of values that are all there. */

/** A copy in ascending order; NaN comes last. */
export function sortedCopy(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort()
}

/**
 * The quantile of values in ascending order, linear between two (type 7 of Hyndman & Fan 1996, numpy's default), for q in
 * [0, 1]. NaN without values, with NaN among them, or for a q that is not in [0, 1].
 */
export function quantileOfSorted(sorted: Float64Array, q: number): number {
  const last = sorted.length - 1
  if (!(q >= 0 && q <= 1) || last < 0 || Number.isNaN(sorted[last])) return NaN
  const place = q * last
  const below = Math.floor(place)
  const low = sorted[below] ?? NaN
  const high = sorted[Math.min(below + 1, last)] ?? NaN
  const share = place - below
  if (share === 0 || low === high) return low
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share)
}

/** The middle value, or the mean of the two in the middle. */
export function medianOf(values: ArrayLike<number>): number {
  const sorted = sortedCopy(values)
  const middle = Math.floor(sorted.length / 2)
  if (sorted.length === 0 || Number.isNaN(sorted[sorted.length - 1])) return NaN
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}
