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
   * The on-demand features, as they were when the version was made. Default: none.
   *
   * @maxItems 200
   */
  readonly onDemand?: readonly OnDemandFeature[]
  /**
   * The views that the version reads, one entry for each role: the Model's features, as they were when the version was made. Default: none.
   *
   * @maxItems 1000
   */
  readonly views?: readonly WrittenVersionView[]
  readonly definitions?: WrittenDefinitions
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
 * A feature that is computed for each row when it is asked for, in training as in serving.
 */
export interface OnDemandFeature {
  /**
   * Name of the feature; no other input of the model has it.
   */
  readonly name: string
  /**
   * Type of the values.
   */
  readonly dtype: 'bool' | 'int32' | 'int64' | 'float32' | 'float64' | 'string'
  /**
   * An expression in CEL over request features, features of views, and on-demand features that stand before it, by the names that the model has for them.
   */
  readonly cel: string
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
 * A view in one role.
 */
export interface WrittenVersionView {
  /**
   * Name of a view of definitions.
   */
  readonly view: string
  /**
   * Digest of the view with all that it is made of: another digest, other values.
   */
  readonly digest: string
  /**
   * By key: name of the request's field or tensor that holds it.
   */
  readonly join: {
    /**
     * Name of a column or field.
     */
    readonly [k: string]: string
  }
  /**
   * Role: the features then are named AS__FEATURE. Default: none, they keep their names.
   */
  readonly as?: string
  /**
   * Names of features and aggregations of the view, in order.
   *
   * @minItems 1
   * @maxItems 2000
   *
   * Items: Name of a feature or aggregation.
   */
  readonly take: readonly string[]
}
/**
 * All that the views are made of, every default filled: they can be computed when main has moved on. Default: none, without views.
 */
export interface WrittenDefinitions {
  /**
   * Entities, by name.
   *
   * @minItems 1
   * @maxItems 1000
   */
  readonly entities: readonly WrittenEmbeddedEntity[]
  /**
   * Sources, by name.
   *
   * @minItems 1
   * @maxItems 1000
   */
  readonly sources: readonly WrittenEmbeddedSource[]
  /**
   * Views, by name.
   *
   * @minItems 1
   * @maxItems 1000
   */
  readonly views: readonly WrittenEmbeddedView[]
}
/**
 * One entity.
 */
export interface WrittenEmbeddedEntity {
  /**
   * Name of the Entity.
   */
  readonly name: string
  /**
   * Its keys, in order.
   *
   * @minItems 1
   * @maxItems 16
   */
  readonly keys: readonly WrittenEmbeddedKey[]
}
/**
 * One key.
 */
export interface WrittenEmbeddedKey {
  /**
   * Name of the key.
   */
  readonly name: string
  /**
   * Type of the values.
   */
  readonly dtype: 'bool' | 'int32' | 'int64' | 'string' | 'timestamp'
}
/**
 * One source.
 */
export interface WrittenEmbeddedSource {
  /**
   * Name of the DataSource.
   */
  readonly name: string
  readonly place: WrittenEmbeddedPlace
  /**
   * Column of the rows with the time at which a row became true. Default: none, static rows.
   */
  readonly eventTime?: string
  /**
   * Column of the rows with the time from which on a row could be read. Default: none, as soon as it happened.
   */
  readonly createdTime?: string
  /**
   * IANA name of the zone of times that are written without one. Default: none.
   */
  readonly timeZone?: string
  /**
   * Columns that identify a row over its restatements. Default: none.
   *
   * @maxItems 16
   *
   * Items: Name of a column.
   */
  readonly rowKey?: readonly string[]
  /**
   * The columns that may be used.
   *
   * @minItems 1
   * @maxItems 2000
   */
  readonly columns: readonly WrittenEmbeddedColumn[]
}
/**
 * Where the rows come from. Exactly one of files and postgres.
 */
export interface WrittenEmbeddedPlace {
  readonly files?: WrittenEmbeddedFiles
  readonly postgres?: WrittenEmbeddedPostgres
}
/**
 * Files of a commit or folder. Default: none, then postgres is given.
 */
export interface WrittenEmbeddedFiles {
  /**
   * Format of the files.
   */
  readonly format: 'parquet' | 'csv'
  /**
   * Path or glob from the root of the reconciled path.
   */
  readonly pattern: string
  /**
   * Columns that the names of folders hold. Default: none.
   *
   * @maxItems 16
   *
   * Items: Name of a column.
   */
  readonly partitions?: readonly string[]
}
/**
 * Rows that a query of a Postgres database gives. Default: none, then files are given.
 */
export interface WrittenEmbeddedPostgres {
  /**
   * One SELECT.
   */
  readonly query: string
  readonly connection: WrittenEmbeddedConnection
}
/**
 * Where the database is.
 */
export interface WrittenEmbeddedConnection {
  readonly secretRef: WrittenEmbeddedSecret
}
/**
 * Where the connection URL is. Exactly one of env and file.
 */
export interface WrittenEmbeddedSecret {
  /**
   * Name of an environment variable.
   */
  readonly env?: string
  /**
   * Path of a file that holds nothing else.
   */
  readonly file?: string
}
/**
 * One column.
 */
export interface WrittenEmbeddedColumn {
  /**
   * Name of the column.
   */
  readonly name: string
  /**
   * Type of the values.
   */
  readonly dtype: 'bool' | 'int32' | 'int64' | 'float32' | 'float64' | 'string' | 'timestamp'
  /**
   * Unit of the values, for example mph. Default: none.
   */
  readonly unit?: string
  /**
   * What it means, for people. Default: none.
   */
  readonly description?: string
}
/**
 * One view.
 */
export interface WrittenEmbeddedView {
  /**
   * Name of the FeatureView.
   */
  readonly name: string
  /**
   * What the features describe, in order.
   *
   * @minItems 1
   * @maxItems 16
   */
  readonly entities: readonly WrittenEmbeddedViewEntity[]
  /**
   * Where the rows come from.
   *
   * @minItems 1
   * @maxItems 32
   */
  readonly inputs: readonly WrittenEmbeddedInput[]
  /**
   * One SELECT in the dialect of DuckDB. Default: none, the rows of the input as they are.
   */
  readonly transform?: string
  /**
   * Column of the rows with the time at which a row became true. Default: none, static rows.
   */
  readonly eventTime?: string
  /**
   * Column of the rows with the time from which on a row could be read. Default: none, as soon as it happened.
   */
  readonly createdTime?: string
  /**
   * Columns that identify a row over its restatements. Default: none.
   *
   * @maxItems 16
   *
   * Items: Name of a column.
   */
  readonly rowKey?: readonly string[]
  /**
   * How old a value may be, both ends included. Default: any age.
   */
  readonly ttl?: string
  /**
   * Columns of the rows that are features. Default: none.
   *
   * @maxItems 2000
   */
  readonly features?: readonly WrittenEmbeddedFeature[]
  /**
   * Features over sliding windows. Default: none.
   *
   * @maxItems 2000
   */
  readonly aggregations?: readonly WrittenEmbeddedAggregation[]
  readonly online?: WrittenEmbeddedOnline
}
/**
 * One entity.
 */
export interface WrittenEmbeddedViewEntity {
  /**
   * Name of an entity of these definitions.
   */
  readonly name: string
  /**
   * Column of the rows for each key, by name of the key.
   */
  readonly columns: {
    /**
     * Name of a column or field.
     */
    readonly [k: string]: string
  }
}
/**
 * One input.
 */
export interface WrittenEmbeddedInput {
  /**
   * What it is.
   */
  readonly kind: 'DataSource' | 'FeatureView'
  /**
   * Name of a source or view of these definitions.
   */
  readonly name: string
}
/**
 * One feature.
 */
export interface WrittenEmbeddedFeature {
  /**
   * Name of the feature and of its column.
   */
  readonly name: string
  /**
   * Type of the values.
   */
  readonly dtype: 'bool' | 'int32' | 'int64' | 'float32' | 'float64' | 'string' | 'timestamp'
  /**
   * Unit of the values, for example mph. Default: none.
   */
  readonly unit?: string
  /**
   * What it means, for people. Default: none.
   */
  readonly description?: string
}
/**
 * One feature over a window.
 */
export interface WrittenEmbeddedAggregation {
  /**
   * Name of the feature.
   */
  readonly name: string
  /**
   * What is computed of the rows in the window.
   */
  readonly function: 'count' | 'sum' | 'mean' | 'min' | 'max' | 'stddev' | 'first' | 'last' | 'count_distinct' | 'quantile'
  /**
   * Column of the rows. Default: none, rows are counted.
   */
  readonly column?: string
  /**
   * Length of the window.
   */
  readonly window: string
  /**
   * A condition in SQL over the view's rows. Default: none, every row.
   */
  readonly where?: string
  /**
   * Which quantile, 0 to 1. Default: none, another function.
   */
  readonly quantile?: number
  /**
   * Type of the values.
   */
  readonly dtype: 'bool' | 'int32' | 'int64' | 'float32' | 'float64' | 'string' | 'timestamp'
  /**
   * Unit of the values, for example mph. Default: none.
   */
  readonly unit?: string
  /**
   * What it means, for people. Default: none.
   */
  readonly description?: string
}
/**
 * How values reach serving. Exactly one of grid and exact. Default: offline only.
 */
export interface WrittenEmbeddedOnline {
  readonly grid?: WrittenEmbeddedGrid
  /**
   * true: values are pushed, and known at once. Default: none, then values are computed.
   */
  readonly exact?: true
}
/**
 * Values are computed at multiples of a time. Default: none, then values are pushed.
 */
export interface WrittenEmbeddedGrid {
  /**
   * Values are computed anew at multiples of this time.
   */
  readonly refresh: string
  /**
   * Time allowed for computing.
   */
  readonly lag: string
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
