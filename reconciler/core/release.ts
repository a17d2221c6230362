/** Releases: what a rollout moves. A release is complete: serving needs nothing but it and the artifact's bytes. */
import type { Digest, Json } from './digest.ts'
import type { FeatureDtype } from './feature-dtype.ts'
import type { OnDemandFeature } from './on-demand-feature.ts'
import type { FeatureClosure, ReleaseView } from './online-view.ts'

/** Datatypes of the Open Inference Protocol v2. */
export type Datatype =
  | 'BOOL' | 'UINT8' | 'UINT16' | 'UINT32' | 'UINT64' | 'INT8' | 'INT16' | 'INT32' | 'INT64' | 'FP16' | 'FP32' | 'FP64' | 'BYTES' // prettier-ignore

export type Task = 'binary-classification' | 'multiclass-classification' | 'regression'

/** An input tensor of the model. `shape` has -1 for the batch dimension. */
export interface InputTensor {
  readonly name: string
  readonly datatype: Datatype
  readonly shape: readonly number[]
  /** Named columns of the last dimension, in order. Absent: the caller sends the model's own matrix. */
  readonly features?: readonly string[]
}

export interface OutputRoles {
  /** Name of the output tensor that holds the score: a probability, a row of probabilities, or the predicted value. */
  readonly score: string
  /** Name of the output tensor with the predicted class, when the model has one. */
  readonly label?: string
  /** Column of `score` that belongs to the positive class (binary classification with a matrix of probabilities). */
  readonly positiveIndex?: number
}

export interface Signature {
  readonly inputs: readonly InputTensor[]
  readonly outputs: OutputRoles
}

export interface RequestFeature {
  readonly name: string
  readonly dtype: FeatureDtype
  readonly unit?: string
  readonly description?: string
}

/** What happens to a missing value: hand NaN to the model, refuse the request, or put a number in its place. */
export type NullRule = 'model' | 'reject' | number

export interface NullPolicy {
  readonly default: NullRule
  readonly features?: Readonly<Record<string, NullRule>>
}

/**
 * One row that the runtime must reproduce before any traffic. `inputs` by feature name (or by tensor name where the
 * tensor has no named features: then the row's nested values); `outputs` by output tensor name: the row's value or values.
 */
export interface GoldenRow {
  readonly inputs: Readonly<Record<string, Json>>
  readonly outputs: Readonly<Record<string, Json>>
}

export interface Artifact {
  /** Path in the repository (files of at most 1 MiB). Exactly one of `path` and `uri`. */
  readonly path?: string
  /** Place in the artifact store: `folder:sha256/…`. */
  readonly uri?: string
  /** 64 lower-case hex digits. */
  readonly sha256: string
  readonly sizeBytes: number
  readonly opset?: number
}

/** Which predictions of a model are recorded, and what of them is not. */
export interface Recording {
  /** Whole percent of the units, 0 to 100; 0 records nothing. */
  readonly percent: number
  /** Names of features (or of input tensors without named features) that no record holds; `unit` is the unit itself. */
  readonly drop: readonly string[]
}

export interface Release {
  /** Digest of the model version's meaning and the model's serving settings; the release's identity. */
  readonly digest: Digest
  readonly model: string
  readonly version: number
  readonly task: Task
  readonly artifact: Artifact
  readonly signature: Signature
  readonly requestFeatures: readonly RequestFeature[]
  /** Features that the data plane computes for each row, in this order; absent: none. */
  readonly onDemand?: readonly OnDemandFeature[]
  /** Views whose features the data plane joins; absent: none. */
  readonly views?: readonly ReleaseView[]
  /** What those views are made of. Only with `views`. */
  readonly definitions?: FeatureClosure
  readonly nulls: NullPolicy
  /** Binary classification: `decision` is true when score >= threshold. */
  readonly decision?: { readonly threshold: number }
  readonly goldenRows: readonly GoldenRow[]
  /** Time budget of one request. Slower answers are counted; one that would wait for longer is refused. */
  readonly serving: { readonly budgetMs: number }
  /**
   * As the model has it today; absent: everything. No part of the digest: a change reaches releases that are served already,
   * with the next serving state. Only releases of a serving state have it.
   */
  readonly recording?: Recording
}
