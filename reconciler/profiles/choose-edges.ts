/** Edges of a histogram for numbers that are known by their profile: round, equally wide, and the same for the same profile. */
import { logBinsQuantile } from './log-bins.ts'
import type { Profile } from './profile.ts'

/** About how many bins there are. */
const wantedBins = 20

/** Whole numbers of so few values get a bin each. */
const mostWhole = 20

/** Of fewer values a percentile is one of the extremes, and leaves others out for nothing. */
const fewestForPercentiles = 100

/**
 * Between the first and the last percentile, so that a value far out does not leave one bin for all others: it counts beyond the edges.
 * Null for what has no numbers.
 */
export function chooseEdges(profile: Profile): readonly number[] | null {
  const { dtype, bins, smallest, greatest } = profile
  if (bins === null || smallest === null || greatest === null) return null
  const [least, most] = [Number(smallest), Number(greatest)]
  if (dtype.startsWith('int') && most - least <= mostWhole) return wholeEdges(least, most)
  const isFew = profile.rows - profile.nulls < fewestForPercentiles
  const low = isFew ? least : Math.max(least, logBinsQuantile(bins, 0.01) ?? least)
  const high = isFew ? most : Math.min(most, logBinsQuantile(bins, 0.99) ?? most)
  return low < high ? roundEdges(low, high) : edgesAround(low)
}

function wholeEdges(least: number, most: number): readonly number[] | null {
  return growing(Array.from({ length: most - least + 2 }, (_, index) => least + index - 0.5))
}

function edgesAround(value: number): readonly number[] | null {
  const width = value === 0 ? 1 : Math.abs(value) / 2
  return growing([value - width, value + width])
}

function roundEdges(low: number, high: number): readonly number[] | null {
  const step = roundUp((high - low) / wantedBins)
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step)]
  if (!Number.isFinite(last - first) || last - first > 2 * wantedBins) return null
  return growing(Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12))))
}

/** The next of 1, 2 and 5 times a power of ten. */
function roundUp(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width))
  const factor = [1, 2, 5, 10].find((each) => each * power >= width * (1 - 1e-9)) ?? 10
  return factor * power
}

/** Floats may lie too close for edges between them. */
function growing(edges: readonly number[]): readonly number[] | null {
  const grows = edges.every((edge, index) => Number.isFinite(edge) && (index === 0 || edge > (edges[index - 1] ?? Infinity)))
  return grows && edges.length > 1 ? edges : null
}
