/** The kind ModelVersion: the immutable record of one model file and all that serving needs. */
import type { Json } from '../../core/digest.ts'
import type { Artifact, GoldenRow, NullPolicy, RequestFeature, Signature } from '../../core/release.ts'

/** A ModelVersion's spec with every default filled. */
export interface ModelVersionSpec {
  readonly model: string
  readonly version: number
  readonly source: 'trained' | 'imported'
  readonly artifact: Artifact
  readonly signature: Signature
  readonly requestFeatures: readonly RequestFeature[]
  /** Always empty in this version. */
  readonly views: readonly never[]
  readonly nulls: NullPolicy
  /** Absent when it is not written; a release of a binary classifier then takes the threshold 0.5. */
  readonly decision?: { readonly threshold: number }
  readonly goldenRows: readonly GoldenRow[]
  readonly evidence: Readonly<Record<string, Json>>
}
