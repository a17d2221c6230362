/** The kind ModelVersion: the immutable record of one model file and all that serving needs. */
import type { Digest, Json } from '../../core/digest.ts'
import type { ModelFeature } from '../../core/feature-definition.ts'
import type { OnDemandFeature } from '../../core/on-demand-feature.ts'
import type { FeatureClosure } from '../../core/online-view.ts'
import type { Artifact, GoldenRow, NullPolicy, RequestFeature, Signature } from '../../core/release.ts'
import { definitionsMeaning, readDefinitions } from '../embedded/read-definitions.ts'
import type { WrittenModelVersionSpec } from '../generated/modelversion.ts'
import { schemas } from '../generated/schemas.ts'
import type { KindDefinition } from './kind-definition.ts'
import { modelVersionChecks } from './model-version-checks.ts'
import { defaultThreshold, featuresMeaning, normaliseNulls, onDemandMeaning, writtenMembers } from './request-features.ts'

/** A ModelVersion's spec with every default filled. */
export interface ModelVersionSpec {
  readonly model: string
  readonly version: number
  readonly source: 'trained' | 'imported'
  readonly artifact: Artifact
  readonly signature: Signature
  readonly requestFeatures: readonly RequestFeature[]
  /** Those that are computed for each row; empty: none. */
  readonly onDemand: readonly OnDemandFeature[]
  /** The views that it reads, one for each role; empty: the caller sends everything. */
  readonly views: readonly VersionView[]
  /** What they are made of. Only with `views`. */
  readonly definitions?: FeatureClosure
  readonly nulls: NullPolicy
  /** Absent when it is not written; a release of a binary classifier then takes the threshold 0.5. */
  readonly decision?: { readonly threshold: number }
  readonly goldenRows: readonly GoldenRow[]
  readonly evidence: Readonly<Record<string, Json>>
}

/** A view in one role, as it was when the version was made: `join` has every key. */
export interface VersionView extends ModelFeature {
  /** Of the view with all that it is made of, as `digestFeatures` gave it. */
  readonly digest: Digest
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
    const { definitions } = written
    const spec = {
      model: written.model,
      version: written.version,
      source: written.source,
      artifact: written.artifact,
      signature: written.signature,
      requestFeatures: written.requestFeatures ?? [],
      onDemand: written.onDemand ?? [],
      views: (written.views ?? []).map(({ as, digest, ...view }) => ({ ...view, as: as ?? null, digest: digest as Digest })),
      ...(definitions === undefined ? {} : { definitions: readDefinitions(definitions) }),
      nulls: normaliseNulls(written.nulls),
      goldenRows: (written.goldenRows ?? []) as readonly GoldenRow[],
      evidence: (written.evidence ?? {}) as Readonly<Record<string, Json>>,
    }
    if (written.decision === undefined) return spec
    return { ...spec, decision: { threshold: written.decision.threshold ?? defaultThreshold } }
  },
  meaning: (written) => writtenMembers({ ...written, ...featuresOf(written) }),
  servingMeaning(written) {
    const { sha256, sizeBytes } = written.artifact
    return writtenMembers({
      ...written,
      version: undefined,
      evidence: undefined,
      artifact: { sha256, sizeBytes },
      ...featuresOf(written),
    })
  },
  references: ({ spec }) => [{ kind: 'Model', name: spec.model, pointer: '/spec/model' }],
}

/** Without what is for people. */
function featuresOf({ requestFeatures, onDemand, definitions }: WrittenModelVersionSpec) {
  return {
    requestFeatures: featuresMeaning(requestFeatures),
    onDemand: onDemandMeaning(onDemand),
    definitions: definitionsMeaning(definitions),
  }
}
