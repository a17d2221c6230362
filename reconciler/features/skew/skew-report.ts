/** Whether predictions were given the values that training would have: what a replay of records found, as a plain value. */
import type { Instant } from '../../core/clock.ts'
import type { Json } from '../../core/digest.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'

export interface SkewReport {
  readonly model: string
  /** `skewed`: a value differs or is missing on one side. `nothing-compared` says nothing in favour of the model. */
  readonly verdict: 'equal' | 'skewed' | 'nothing-compared'
  /** Floats a and b are equal when |a - b| is at most this times the greatest of 1, |a| and |b|. */
  readonly tolerance: number
  readonly records: SkewRecords
  readonly views: readonly ViewLateness[]
  /** One for each role of each view, in the order of the records; then on-demand features. */
  readonly features: readonly FeatureSkew[]
}

export interface SkewRecords {
  readonly read: number
  /** Of which something was compared. */
  readonly replayed: number
  /** How many records were left out, or a part of them, for this reason; a record may have several reasons. */
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>
  /** Data times of the first and the last that was replayed; null: none was. */
  readonly first: Instant | null
  readonly last: Instant | null
}

export type SkipReason =
  | 'otherModel'
  | 'noFeatures'
  | 'unknownRelease'
  | 'droppedKey'
  | 'droppedValue'
  | 'droppedRead'
  | 'unknownView'
  | 'unknownFeature'

/** How far the online rows of a grid view were behind its grid. Training takes the grid's own times: this is skew that values alone do not show. */
export interface ViewLateness {
  readonly view: string
  readonly lookups: number
  /** Lookups that were answered as of an earlier time than the grid's. */
  readonly behind: number
  readonly longestBehindMs: number
}

/** `compared` is the sum of the next six. */
export interface FeatureSkew {
  /** Null: an on-demand feature. */
  readonly view: string | null
  readonly as: string | null
  readonly feature: string
  readonly dtype: FeatureDtype
  readonly compared: number
  /** Both have a value, and it is the same. */
  readonly equal: number
  readonly mismatched: number
  /** Training has a value, the prediction had none. */
  readonly missingOnline: number
  /** The prediction had a value, training has none. */
  readonly missingOffline: number
  /** Older than the ttl on both sides. */
  readonly staleBoth: number
  /** Null or not there on both sides. */
  readonly absentBoth: number
  /** Of numbers; of timestamps in microseconds. An infinite one is a text; null: none differ by a number. */
  readonly largestDifference: number | 'Infinity' | null
  /** The first few of each kind. */
  readonly examples: readonly SkewExample[]
}

export type SkewKind = 'mismatched' | 'missingOnline' | 'missingOffline'

export interface SkewExample {
  readonly kind: SkewKind
  readonly requestId: string | null
  readonly rowIndex: number | null
  readonly version: number | null
  /** Data time of the prediction. */
  readonly time: Instant
  /** Of the entity, in the order of the view's keys, encoded; empty for an on-demand feature. */
  readonly key: readonly Json[]
  /** Both sides are the values as of this time; for an on-demand feature that of the prediction. */
  readonly asOf: Instant
  readonly online: SkewSide
  readonly offline: SkewSide
}

export interface SkewSide {
  readonly status: FeatureStatus
  /** Encoded; null where the status says why. */
  readonly value: Json
}

export type FeatureStatus = 'PRESENT' | 'NULL_VALUE' | 'NOT_FOUND' | 'OUTSIDE_MAX_AGE'
