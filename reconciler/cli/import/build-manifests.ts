/** The manifests of a model that was imported or trained as values. Pure; knows no text and no files. */
import type { Json } from '../../core/digest.ts'
import type { Evidence } from '../../core/evidence.ts'
import type { Artifact, GoldenRow, NullPolicy, RequestFeature, Signature, Task } from '../../core/release.ts'
import type { OnDemandFeature } from '../../core/on-demand-feature.ts'
import type { FeatureClosure } from '../../core/online-view.ts'
import { apiVersion } from '../../core/resource.ts'
import { writeDefinitions } from '../../manifests/embedded/write-definitions.ts'
import type { ModelVersionSpec, VersionView } from '../../manifests/kinds/model-version.ts'

export interface ImportedVersion {
  readonly model: string
  readonly version: number
  /** Default: imported. */
  readonly source?: ModelVersionSpec['source']
  readonly task: Task
  readonly artifact: Artifact
  readonly signature: Signature
  readonly requestFeatures: readonly RequestFeature[]
  /** The on-demand features of the Model. */
  readonly onDemand: readonly OnDemandFeature[]
  /** The views that the Model reads, one for each role. */
  readonly views: readonly VersionView[]
  /** What they are made of; null without views. */
  readonly definitions: FeatureClosure | null
  readonly nulls: NullPolicy
  /** Null unless the task is a binary classification. */
  readonly threshold: number | null
  readonly goldenRows: readonly GoldenRow[]
  /** Null: none. */
  readonly description: string | null
  /** Null: none. */
  readonly evidence: Evidence | Readonly<Record<string, Json>> | null
}

export function buildModel({ model, task, requestFeatures, nulls, threshold }: ImportedVersion): object {
  return {
    apiVersion,
    kind: 'Model',
    metadata: { name: model },
    spec: { task, ...features(requestFeatures), nulls, ...decision(threshold) },
  }
}

export function buildVersion(imported: ImportedVersion): object {
  const { model, version, artifact, signature, requestFeatures, onDemand, nulls, threshold, goldenRows, description, evidence } =
    imported
  return {
    apiVersion,
    kind: 'ModelVersion',
    metadata: { name: `${model}-${version}`, ...(description === null ? {} : { description }) },
    spec: {
      model,
      version,
      source: imported.source ?? 'imported',
      artifact,
      signature,
      ...features(requestFeatures),
      ...(onDemand.length === 0 ? {} : { onDemand }),
      ...embedded(imported),
      nulls,
      ...decision(threshold),
      goldenRows,
      ...(evidence === null ? {} : { evidence }),
    },
  }
}

/** A first rollout: the version serves at once; the steps are for those that follow. */
export function buildRollout({ model, version }: ImportedVersion, unit: string | null): object {
  const steps = [{ weight: 5, hold: '10m' }, { weight: 25, hold: '10m' }, { weight: 100 }]
  return {
    apiVersion,
    kind: 'Rollout',
    metadata: { name: model },
    spec: { ...(unit === null ? {} : { unit }), canary: { version, steps } },
  }
}

function features(requestFeatures: readonly RequestFeature[]): object {
  return requestFeatures.length === 0 ? {} : { requestFeatures }
}

function embedded({ views, definitions }: ImportedVersion): object {
  if (definitions === null) return {}
  const roles = views.map(({ view, digest, join, as, take }) => ({ view, digest, join, ...(as === null ? {} : { as }), take }))
  return { views: roles, definitions: writeDefinitions(definitions) }
}

function decision(threshold: number | null): object {
  return threshold === null ? {} : { decision: { threshold } }
}
