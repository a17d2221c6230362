/** Resources: manifests after validation and normalisation. */
import type { Digest } from './digest.ts'

export const apiVersion = 'mainward.dev/v1alpha1'

export type Kind =
  | 'Project' | 'Entity' | 'DataSource' | 'FeatureView' | 'Model' | 'ModelVersion' | 'Rollout' | 'Gate' | 'FairnessPolicy' | 'Waiver' // prettier-ignore

export interface Metadata {
  readonly name: string
  readonly description?: string
  readonly owner?: string
  readonly tags?: readonly string[]
  /** Only for kinds that belong to an environment (Rollout); always filled there. */
  readonly environment?: string
}

/** A valid manifest: every default filled, read-only. `Spec` is generated from the kind's JSON Schema. */
export interface Resource<Spec = unknown> {
  readonly kind: Kind
  readonly metadata: Metadata
  readonly spec: Spec
  readonly file: string
  /** Line of the document's first key, from 1. */
  readonly line: number
  /** Line of each of its on-demand features, in their order (Model). */
  readonly onDemandLines?: readonly number[]
  /** Digest of the meaning: comments, descriptions, order and defaults that were not written do not count. */
  readonly digest: Digest
  /** Digest of the part that is served: what a release is made of (Model, ModelVersion), what a rollout is told (Rollout). */
  readonly servingDigest?: Digest
  /** Digest of the part that values of a training set are made from, without what it names (Entity, DataSource, FeatureView, Model). */
  readonly trainingDigest?: Digest
}

/** `Kind/name`, or `Kind/name@environment` for kinds that belong to one: unique in a repository. */
export function resourceId(resource: { kind: Kind; metadata: Metadata }): string {
  const { name, environment } = resource.metadata
  return environment === undefined ? `${resource.kind}/${name}` : `${resource.kind}/${name}@${environment}`
}
