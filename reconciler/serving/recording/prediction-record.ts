/**
 * The one form of a prediction's record: a line of JSON that `mainward records` writes, `mainward replay` reads and comparisons
 * use. Knows neither where it is kept nor how it comes about. All but `time`, `model` and `row` may be absent.
 */
import type { Instant } from '../../core/clock.ts'
import type { Digest, Json } from '../../core/digest.ts'
import type { StateVersion } from '../../core/serving-state.ts'

/** The row of one view for one prediction. */
export interface RecordedView {
  readonly view: string
  /** The role: the model knows the features as `AS__FEATURE`. */
  readonly as?: string
  /** In the order of the view's keys, encoded; absent when the drop-list has one of them. */
  readonly key?: readonly Json[]
  /** Of the row; that of a value follows from it: one that is null in a row that is PRESENT is a NULL_VALUE. */
  readonly status: 'PRESENT' | 'NOT_FOUND' | 'OUTSIDE_MAX_AGE'
  /** The values are those as of this time, to the microsecond; absent for a pushed view without a row. */
  readonly computed_as_of?: Instant
  /** Of the row that the features are from. */
  readonly event_time?: Instant
  /** By the view's own names, encoded (`encodeFeatureValue`), before the null policy. */
  readonly values: Readonly<Record<string, Json>>
}

/** The on-demand features of one prediction. Names that the drop-list has are left out. */
export interface RecordedOnDemand {
  /** What the expressions read of the request, encoded (`encodeFeatureValue`), before the null policy. */
  readonly read: Readonly<Record<string, Json>>
  /** Encoded, before the null policy. */
  readonly values: Readonly<Record<string, Json>>
}

/** A prediction. */
export interface PredictionRecord {
  /** Data time of the prediction: the data clock when it is moved by hand, else the wall clock. */
  readonly time: Instant
  readonly model: string
  /** What was assigned to an arm. */
  readonly unit?: string
  /**
   * What a request has: the inputs as they were given to the model, after the null policy: numbers by feature name (those that are read
   * from views stand under `features`, here are their keys as they were sent); a tensor without named features
   * by its own name, as nested arrays. NaN and infinities are null. Without the names that the release's drop-list has.
   */
  readonly row: Readonly<Record<string, Json>>
  /** What was read of the release's views, in its order. Their features are not in `row`; the keys that found them are. */
  readonly features?: readonly RecordedView[]
  /** Of a release with on-demand features: they are not in `row`. */
  readonly on_demand?: RecordedOnDemand
  readonly environment?: string
  readonly request_id?: string
  /** Position of the row in its request. */
  readonly row_index?: number
  readonly wall_time?: Instant
  readonly version?: number
  readonly release?: Digest
  /** The arm; absent when a version was addressed that is no arm. */
  readonly variant?: string
  /** True when the unit decided the arm: an exposure. */
  readonly assigned?: boolean
  /** As the answer said it. */
  readonly score?: Json
  readonly decision?: boolean
  /** The class that the model named. */
  readonly predicted?: Json
  readonly latency_ms?: number
  readonly state_version?: StateVersion
  /** The share with which this record was drawn: it stands for 1 / sampled predictions. */
  readonly sampled?: number
  /** Why a fallback answered in place of the arm's release. */
  readonly fallback?: string
  /** What really happened, when it is known: an outcome. */
  readonly label?: Json
  /** Data time of the outcome. */
  readonly label_known_at?: Instant
}
