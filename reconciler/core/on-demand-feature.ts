/** On-demand features: values that are computed for each row when it is asked for, of what was sent and what was joined. */
import type { FeatureDtype } from './feature-dtype.ts'

/** No tensor holds a point in time, so no on-demand feature is one. */
export type OnDemandDtype = Exclude<FeatureDtype, 'timestamp'>

export interface OnDemandFeature {
  readonly name: string
  readonly dtype: OnDemandDtype
  /** An expression in CEL over request features, features of views, and on-demand features that stand before it. */
  readonly cel: string
  readonly unit?: string
  readonly description?: string
}
