/** The manifests of an imported model as values. Pure; knows no text and no files. */
import type { Artifact, GoldenRow, NullPolicy, RequestFeature, Signature, Task } from '../../core/release.ts'
import { apiVersion } from '../../core/resource.ts'

export interface ImportedVersion {
  readonly model: string
  readonly version: number
  readonly task: Task
  readonly artifact: Artifact
  readonly signature: Signature
  readonly requestFeatures: readonly RequestFeature[]
  readonly nulls: NullPolicy
  /** Null unless the task is a binary classification. */
  readonly threshold: number | null
  readonly goldenRows: readonly GoldenRow[]
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
  const { model, version, artifact, signature, requestFeatures, nulls, threshold, goldenRows } = imported
  return {
    apiVersion,
    kind: 'ModelVersion',
    metadata: { name: `${model}-${version}` },
    spec: {
      model,
      version,
      source: 'imported',
      artifact,
      signature,
      ...features(requestFeatures),
      nulls,
      ...decision(threshold),
      goldenRows,
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

function decision(threshold: number | null): object {
  return threshold === null ? {} : { decision: { threshold } }
}
