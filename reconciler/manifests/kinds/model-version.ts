/** The kind ModelVersion: the immutable record of one model file and all that serving needs. */
import type { Json } from '../../core/digest.ts'
import type { Artifact, GoldenRow, NullPolicy, RequestFeature, Signature } from '../../core/release.ts'
import type { WrittenModelVersionSpec } from '../generated/modelversion.ts'
import { schemas } from '../generated/schemas.ts'
import type { KindDefinition } from './kind-definition.ts'
import { modelVersionChecks } from './model-version-checks.ts'
import { defaultThreshold, featuresMeaning, normaliseNulls, writtenMembers } from './request-features.ts'

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

export const modelVersionKind: KindDefinition<WrittenModelVersionSpec, ModelVersionSpec> = {
  schema: schemas.modelversion,
  perEnvironment: false,
  unsupported: [],
  positions: [
    '/metadata/name',
    '/spec/version',
    '/spec/artifact/path',
    '/spec/artifact/sha256',
    '/spec/artifact/sizeBytes',
    '/spec/decision',
  ],
  checks: modelVersionChecks,
  inapplicableDefaults: (written) => (written.decision === undefined ? ['/spec/decision'] : []),
  normalise(written) {
    const spec = {
      model: written.model,
      version: written.version,
      source: written.source,
      artifact: written.artifact,
      signature: written.signature,
      requestFeatures: written.requestFeatures ?? [],
      views: [],
      nulls: normaliseNulls(written.nulls),
      goldenRows: (written.goldenRows ?? []) as readonly GoldenRow[],
      evidence: (written.evidence ?? {}) as Readonly<Record<string, Json>>,
    }
    if (written.decision === undefined) return spec
    return { ...spec, decision: { threshold: written.decision.threshold ?? defaultThreshold } }
  },
  meaning: (written) => writtenMembers({ ...written, requestFeatures: featuresMeaning(written.requestFeatures) }),
  servingMeaning(written) {
    const { sha256, sizeBytes } = written.artifact
    return writtenMembers({
      ...written,
      version: undefined,
      evidence: undefined,
      artifact: { sha256, sizeBytes },
      requestFeatures: featuresMeaning(written.requestFeatures),
    })
  },
  references: ({ spec }) => [{ kind: 'Model', name: spec.model, pointer: '/spec/model' }],
}
