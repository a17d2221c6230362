/** Views as serving reads them: what their rows in the online store hold, and how a release asks for them. */
import type { Digest } from './digest.ts'
import type { EntityDefinition, KeyDtype, SourceDefinition, ViewDefinition } from './feature-definition.ts'
import type { FeatureDtype } from './feature-dtype.ts'

export interface OnlineKey {
  readonly name: string
  readonly dtype: KeyDtype
}

export interface OnlineFeature {
  readonly name: string
  readonly dtype: FeatureDtype
}

/** One definition of a view. Its rows in the online store are named by its digest: a changed view has rows of its own. */
export interface OnlineView {
  readonly name: string
  /** As `digestFeatures` gives it: the view with all that it is made of. */
  readonly digest: Digest
  /** Of its entities, in their order: the order of a row's key. */
  readonly keys: readonly OnlineKey[]
  /** Its features, then its aggregations: the order of a row's values. */
  readonly features: readonly OnlineFeature[]
  /** Greatest age of a row at the time of the request, both ends included; null: any. Windows do not age. */
  readonly ttlMs: number | null
  /** Features that are aggregations: a window's value needs no row within `ttl`. */
  readonly aggregations: readonly string[]
  /** Those of `aggregations` that count: where nothing counts they are 0, also without a row. Absent: none of them. */
  readonly counts?: readonly string[]
  /** True: rows come by `POST /push`; false: the reconciler computes them on the view's grid. */
  readonly isPushed: boolean
}

/** A view that a release reads, in one role of its entities. */
export interface ReleaseView {
  readonly view: OnlineView
  /** By key: the name of the request's tensor, or of a row's field, that holds it. */
  readonly join: Readonly<Record<string, string>>
  /** The model then knows its features as `AS__FEATURE`; null: by their own names. */
  readonly as: string | null
  /** Names of features of the view, in the order of the manifest. */
  readonly take: readonly string[]
}

/** Everything that some views are made of: enough to compute them when main has moved on. Each list is ordered by name. */
export interface FeatureClosure {
  readonly entities: readonly EntityDefinition[]
  readonly sources: readonly SourceDefinition[]
  readonly views: readonly ViewDefinition[]
}

/** What the model calls a feature of a view. */
export function takenName(as: string | null, feature: string): string {
  return as === null ? feature : `${as}__${feature}`
}
