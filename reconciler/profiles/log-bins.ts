/**
 * Quantiles of numbers within a relative error, from counts in bins that grow by a constant factor: the sketch of Masson, Rim and Lee,
 * "DDSketch" (VLDB 2019), section 2. The edges are the same for all data, so that counts merge by adding up, without any further error.
 */

/** Any quantile is off by at most this share of itself. */
export const relativeError = 0.01

/** A bin holds `growth^(index - 1) < |x| <= growth^index`. */
export const growth = (1 + relativeError) / (1 - relativeError)

/** Smaller sizes than this count as 0: 2^-970, so that every bin is a normal number. */
export const smallestSize = 2 ** -970

export interface LogBins {
  /** Counts by index, of positive numbers; and of negative ones by the index of their size. */
  readonly positive: ReadonlyMap<number, number>
  readonly negative: ReadonlyMap<number, number>
  readonly zeros: number
}

export function indexOf(size: number): number {
  return Math.ceil(Math.log(size) / Math.log(growth))
}

/** Takes finite numbers alone. */
export function logBinsOf(values: Iterable<number>): LogBins {
  const [positive, negative] = [new Map<number, number>(), new Map<number, number>()]
  let zeros = 0
  for (const value of values) {
    const size = Math.abs(value)
    if (size < smallestSize) zeros += 1
    else add(value > 0 ? positive : negative, indexOf(size), 1)
  }
  return { positive, negative, zeros }
}

function add(bins: Map<number, number>, index: number, count: number): void {
  bins.set(index, (bins.get(index) ?? 0) + count)
}

export function mergeLogBins(a: LogBins, b: LogBins): LogBins {
  const merge = (left: ReadonlyMap<number, number>, right: ReadonlyMap<number, number>) => {
    const merged = new Map(left)
    for (const [index, count] of right) add(merged, index, count)
    return merged
  }
  return { positive: merge(a.positive, b.positive), negative: merge(a.negative, b.negative), zeros: a.zeros + b.zeros }
}

/** The value of rank `floor(q (n - 1))`, from 0, within the relative error (theorem 3); null of none. */
export function logBinsQuantile({ positive, negative, zeros }: LogBins, q: number): number | null {
  const ordered: (readonly [number, number])[] = [
    ...[...negative].sort(([a], [b]) => b - a).map(([index, count]) => [-middleOf(index), count] as const),
    [0, zeros],
    ...[...positive].sort(([a], [b]) => a - b).map(([index, count]) => [middleOf(index), count] as const),
  ]
  const total = ordered.reduce((sum, [, count]) => sum + count, 0)
  if (total === 0) return null
  const rank = Math.floor(q * (total - 1))
  let before = 0
  for (const [value, count] of ordered) {
    before += count
    if (before > rank) return value
  }
  return null
}

/** The value that is off by the same share of both ends of the bin. */
function middleOf(index: number): number {
  return (2 * growth ** index) / (growth + 1)
}
