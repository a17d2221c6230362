/** What a prediction read of one view, as its record says it: the online side of a comparison. */
import type { ModelFeature } from '../../core/feature-definition.ts'
import type { FeatureValue } from '../../core/feature-value.ts'

/** Times and lengths are in microseconds; times since the epoch. */
export interface RecordedLookup {
  readonly requestId: string | null
  readonly rowIndex: number | null
  readonly version: number | null
  readonly view: string
  /** The role; null: none. */
  readonly as: string | null
  /** In the order of the view's keys; null: not known, nothing was looked up. */
  readonly key: readonly FeatureValue[]
  /** Data time of the answer. */
  readonly atUs: bigint
  /** The request was at most so long before it: ages were judged somewhere between. */
  readonly latencyUs: bigint
  readonly computedAsOfUs: bigint | null
  readonly status: 'PRESENT' | 'NOT_FOUND' | 'OUTSIDE_MAX_AGE'
  /** By the view's own names, before the null policy. */
  readonly values: ReadonlyMap<string, FeatureValue>
}

/** The role of a view in a model, as far as a record names it. */
export type RecordedRole = Pick<ModelFeature, 'view' | 'as' | 'take'>
