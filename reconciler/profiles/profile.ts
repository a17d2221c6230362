/** What is known of the values of one feature: counts that can be merged, whatever data they come from. */
import { MainwardError } from '../core/error.ts'
import type { FeatureDtype } from '../core/feature-dtype.ts'
import { mergeHistograms, type Histogram } from './histogram.ts'
import { mergeLogBins, type LogBins } from './log-bins.ts'
import { mergeMoments, type Moments } from './moments.ts'
import { mergeTopCategories, type TopCategories } from './top-categories.ts'

export interface Profile {
  readonly dtype: FeatureDtype
  /** All rows: null, NaN, infinity and finite values. */
  readonly rows: number
  readonly nulls: number
  readonly nans: number
  readonly positiveInfinities: number
  readonly negativeInfinities: number
  /** Of finite numbers; timestamps are bigint microseconds since the epoch, int64 is bigint. Null: there is none, or it has no order. */
  readonly smallest: number | bigint | null
  readonly greatest: number | bigint | null
  /** Of finite numbers; null for other dtypes, and where a sum left the floats. */
  readonly moments: Moments | null
  readonly bins: LogBins | null
  /** On edges that were asked for. */
  readonly histogram: Histogram | null
  /** Of texts and booleans. */
  readonly categories: TopCategories | null
}

/** Of no rows. */
export function emptyProfile(dtype: FeatureDtype): Profile {
  const counts = { rows: 0, nulls: 0, nans: 0, positiveInfinities: 0, negativeInfinities: 0 }
  return { dtype, ...counts, smallest: null, greatest: null, moments: null, bins: null, histogram: null, categories: null }
}

/** Order and grouping change no count; moments by rounding alone. Throws `invalid-input` where dtypes or edges differ. */
export function mergeProfiles(a: Profile, b: Profile): Profile {
  if (a.dtype !== b.dtype) throw new MainwardError('invalid-input', `expected a profile of ${a.dtype}, found one of ${b.dtype}`)
  return {
    dtype: a.dtype,
    rows: a.rows + b.rows,
    nulls: a.nulls + b.nulls,
    nans: a.nans + b.nans,
    positiveInfinities: a.positiveInfinities + b.positiveInfinities,
    negativeInfinities: a.negativeInfinities + b.negativeInfinities,
    smallest: pick(a.smallest, b.smallest, (left, right) => left < right),
    greatest: pick(a.greatest, b.greatest, (left, right) => left > right),
    moments: both(a.moments, b.moments, mergeMoments),
    bins: both(a.bins, b.bins, mergeLogBins),
    histogram: both(a.histogram, b.histogram, mergeHistograms),
    categories: both(a.categories, b.categories, mergeTopCategories),
  }
}

type Ordered = number | bigint | null

function pick(a: Ordered, b: Ordered, isFirst: (a: number | bigint, b: number | bigint) => boolean): Ordered {
  if (a === null || b === null) return a ?? b
  return isFirst(b, a) ? b : a
}

/** What one side does not know, nobody knows of both. */
function both<T>(a: T | null, b: T | null, merge: (a: T, b: T) => T): T | null {
  return a === null || b === null ? null : merge(a, b)
}
