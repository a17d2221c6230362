/** Generated from schemas/ by `npm run generate`: edit the schema, never this file. */
/**
 * The immutable record of one model file and all that serving needs. Written by mainward import, never edited.
 */
export interface ModelVersionManifest {
  /**
   * Version of the manifest format.
   */
  readonly apiVersion: 'mainward.dev/v1alpha1'
  /**
   * Kind of the resource.
   */
  readonly kind: 'ModelVersion'
  readonly metadata: Metadata
  readonly spec: WrittenModelVersionSpec
}
/**
 * Who and what the resource is.
 */
export interface Metadata {
  /**
   * Name of the resource, unique in its kind.
   */
  readonly name: string
  /**
   * What this is, for people. Default: none.
   */
  readonly description?: string
  /**
   * Who answers for it: a team or a person. Default: none.
   */
  readonly owner?: string
  /**
   * Words to find it by. Default: none.
   *
   * @maxItems 64
   *
   * Items: One word.
   */
  readonly tags?: readonly string[]
}
/**
 * The model version.
 */
export interface WrittenModelVersionSpec {
  /**
   * Name of the Model.
   */
  readonly model: string
  /**
   * Number of the version, from 1.
   */
  readonly version: number
  /**
   * Where the version comes from.
   */
  readonly source: 'trained' | 'imported'
  readonly artifact: WrittenArtifact
  readonly signature: WrittenSignature
  /**
   * The features that the caller sends, as they were when the version was made. Default: none.
   */
  readonly requestFeatures?: readonly RequestFeature[]
  /**
   * Definitions of the feature views; this version of Mainward serves versions without views only. Default: [].
   *
   * @maxItems 0
   */
  readonly views?: readonly unknown[]
  readonly nulls?: NullPolicy
  readonly decision?: Decision
  /**
   * Rows that the runtime must reproduce before any traffic. Default: none.
   */
  readonly goldenRows?: readonly WrittenGoldenRow[]
  /**
   * What is known about the version: data, metrics, results. Open. Default: none.
   */
  readonly evidence?: {
    readonly [k: string]: unknown
  }
}
/**
 * The model file, as ONNX. Exactly one of path and uri.
 */
export interface WrittenArtifact {
  /**
   * Path of the file in the repository, at most 1 MiB. Default: none, then uri is given.
   */
  readonly path?: string
  /**
   * Place in the artifact store, for example folder:sha256/9f2c…. Default: none, then path is given.
   */
  readonly uri?: string
  /**
   * SHA-256 of the file: 64 lower-case hex digits.
   */
  readonly sha256: string
  /**
   * Size of the file in bytes.
   */
  readonly sizeBytes: number
  /**
   * ONNX opset of the file, for people. Default: unknown.
   */
  readonly opset?: number
}
/**
 * Inputs and outputs of the model file.
 */
export interface WrittenSignature {
  /**
   * The input tensors, in order.
   *
   * @minItems 1
   */
  readonly inputs: readonly WrittenInputTensor[]
  readonly outputs: WrittenOutputRoles
}
/**
 * An input tensor.
 */
export interface WrittenInputTensor {
  /**
   * Name of the tensor in the model file.
   */
  readonly name: string
  /**
   * Datatype, in the words of the Open Inference Protocol.
   */
  readonly datatype:
    'BOOL' | 'UINT8' | 'UINT16' | 'UINT32' | 'UINT64' | 'INT8' | 'INT16' | 'INT32' | 'INT64' | 'FP16' | 'FP32' | 'FP64' | 'BYTES'
  /**
   * Shape; -1 is the batch dimension.
   *
   * @minItems 1
   * @maxItems 8
   *
   * Items: Size of one dimension.
   */
  readonly shape: readonly number[]
  /**
   * Names of the columns of the last dimension, in order. Default: none, then the caller sends the matrix itself.
   *
   * @minItems 1
   *
   * Items: Name of a feature, as the caller sends it.
   */
  readonly features?: readonly string[]
}
/**
 * What the output tensors mean.
 */
export interface WrittenOutputRoles {
  /**
   * Name of the output with the score: a probability, a row of probabilities, or the predicted value.
   */
  readonly score: string
  /**
   * Name of the output with the predicted class. Default: none.
   */
  readonly label?: string
  /**
   * Column of the score that belongs to the positive class, from 0. Default: none, then the score is one number a row.
   */
  readonly positiveIndex?: number
}
/**
 * A feature that the caller sends with every row.
 */
export interface RequestFeature {
  /**
   * Name of the feature: the key in a row.
   */
  readonly name: string
  /**
   * Type of the values.
   */
  readonly dtype: 'bool' | 'int32' | 'int64' | 'float32' | 'float64' | 'string' | 'timestamp'
  /**
   * Unit of the values, for example mi. Default: none.
   */
  readonly unit?: string
  /**
   * What the feature means, for people. Default: none.
   */
  readonly description?: string
}
/**
 * What happens to missing values. Default: { default: model }.
 */
export interface NullPolicy {
  /**
   * Rule for every feature without its own. Default: model.
   */
  readonly default?: ('model' | 'reject') | number
  /**
   * Rules of single features, by name. Default: none.
   */
  readonly features?: {
    /**
     * What happens to a missing value: model (hand NaN to the model), reject (refuse the row), or a number to put in its place.
     */
    readonly [k: string]: 'model' | 'reject' | number
  }
}
/**
 * How a score becomes a decision. Only for binary-classification. Default: { threshold: 0.5 }.
 */
export interface Decision {
  /**
   * The decision is true when the score is at least this probability, 0 to 1. Default: 0.5.
   */
  readonly threshold?: number
}
/**
 * One row and its result.
 */
export interface WrittenGoldenRow {
  /**
   * Values by feature name, or by tensor name where a tensor has no named features. 64-bit integers beyond 2^53 in quotes.
   */
  readonly inputs: {
    readonly [k: string]: unknown
  }
  /**
   * Values by output tensor name.
   */
  readonly outputs: {
    readonly [k: string]: unknown
  }
}
