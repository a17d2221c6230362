/** Counts of numbers between fixed edges, which can be added up where the edges are the same. */
import { MainwardError } from '../core/error.ts'

/** Bin k holds `edges[k] <= x < edges[k + 1]`, the last one also its upper edge. */
export interface Histogram {
  readonly edges: readonly number[]
  readonly counts: readonly number[]
  readonly underflow: number
  readonly overflow: number
}

/** Takes finite numbers and infinities; edges grow, and are at least two. */
export function histogramOf(values: Iterable<number>, edges: readonly number[]): Histogram {
  const counts = Array.from({ length: edges.length - 1 }, () => 0)
  let [underflow, overflow] = [0, 0]
  for (const value of values) {
    const bin = binOf(value, edges)
    if (bin < 0) underflow += 1
    else if (bin >= counts.length) overflow += 1
    else counts[bin] = (counts[bin] ?? 0) + 1
  }
  return { edges, counts, underflow, overflow }
}

function binOf(value: number, edges: readonly number[]): number {
  const last = edges.length - 1
  if (value === edges[last]) return last - 1
  let [low, high] = [0, edges.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((edges[middle] ?? Infinity) <= value) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Throws `invalid-input` where the edges differ. */
export function mergeHistograms(a: Histogram, b: Histogram): Histogram {
  if (a.edges.length !== b.edges.length || a.edges.some((edge, index) => edge !== b.edges[index])) {
    throw new MainwardError('invalid-input', 'expected histograms of the same edges, found different ones')
  }
  const counts = a.counts.map((count, index) => count + (b.counts[index] ?? 0))
  return { edges: a.edges, counts, underflow: a.underflow + b.underflow, overflow: a.overflow + b.overflow }
}

/**
 * The smallest x with F(x) >= q, where the mass of a bin is spread evenly: off by at most the width of the bin. What lies outside of the
 * edges is left out. Null of an empty histogram.
 */
export function histogramQuantile({ edges, counts }: Histogram, q: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const wanted = q * total
  let before = 0
  for (const [bin, count] of counts.entries()) {
    const [low, high] = [edges[bin] ?? NaN, edges[bin + 1] ?? NaN]
    if (count > 0 && before + count >= wanted) return low + (high - low) * Math.max(0, (wanted - before) / count)
    before += count
  }
  const last = counts.findLastIndex((count) => count > 0)
  return edges[last + 1] ?? null
}
