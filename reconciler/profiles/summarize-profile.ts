/** A profile as people and programs read it: numbers in place of sums and sketches. */
import type { FeatureDtype } from '../core/feature-dtype.ts'
import { formatInstant } from '../core/instant.ts'
import type { Histogram } from './histogram.ts'
import { logBinsQuantile, relativeError } from './log-bins.ts'
import { varianceOf } from './moments.ts'
import type { Profile } from './profile.ts'
import type { TopCategories } from './top-categories.ts'

export interface ProfileSummary {
  readonly dtype: FeatureDtype
  readonly rows: number
  /** Rows with a value, NaN and infinities included. */
  readonly count: number
  readonly nulls: number
  readonly nans: number
  readonly infinities: number
  /** Of finite values; int64 beyond 2^53 is a text of digits, a timestamp in ISO 8601. Null: there is none, or it has no order. */
  readonly min: number | string | null
  readonly max: number | string | null
  readonly mean: number | null
  /** With n - 1 below. */
  readonly std: number | null
  /** By probability; each is off by at most 1 % of itself. Null for what is no number. */
  readonly quantiles: Readonly<Record<string, number>> | null
  readonly histogram: Histogram | null
  readonly categories: TopCategories | null
}

export const shownQuantiles = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const

export function summarizeProfile(profile: Profile): ProfileSummary {
  const { dtype, rows, nulls, nans, positiveInfinities, negativeInfinities, moments, histogram, categories } = profile
  const variance = moments === null ? null : varianceOf(moments)
  return {
    dtype,
    rows,
    count: rows - nulls,
    nulls,
    nans,
    infinities: positiveInfinities + negativeInfinities,
    min: writeValue(profile.smallest, dtype),
    max: writeValue(profile.greatest, dtype),
    mean: moments === null || moments.count === 0 ? null : moments.mean,
    std: variance === null ? null : Math.sqrt(variance),
    quantiles: quantilesOf(profile),
    histogram,
    categories,
  }
}

function quantilesOf({ bins, smallest, greatest }: Profile): Readonly<Record<string, number>> | null {
  if (bins === null || smallest === null || greatest === null) return null
  // A sketch knows a value within its error; the extremes are known as they are.
  const within = (value: number): number => Math.min(Math.max(value, Number(smallest)), Number(greatest))
  return Object.fromEntries(
    shownQuantiles.flatMap((q) => {
      const value = logBinsQuantile(bins, q)
      return value === null ? [] : [[String(q), roundedTo(within(value))]]
    }),
  )
}

/** As many digits as the sketch can tell, and some: more would look as if they were known. */
function roundedTo(value: number): number {
  return Number(value.toPrecision(3 + Math.ceil(-Math.log10(relativeError))))
}

function writeValue(value: number | bigint | null, dtype: FeatureDtype): number | string | null {
  if (typeof value !== 'bigint') return value
  if (dtype === 'timestamp') return formatInstant(value)
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}
