/** Generated from schemas/ by `npm run generate`: edit the schema, never this file. */
/**
 * A model: its task, what the caller sends, and how it is served.
 */
export interface ModelManifest {
  /**
   * Version of the manifest format.
   */
  readonly apiVersion: 'mainward.dev/v1alpha1'
  /**
   * Kind of the resource.
   */
  readonly kind: 'Model'
  readonly metadata: Metadata
  readonly spec: WrittenModelSpec
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
 * The model.
 */
export interface WrittenModelSpec {
  /**
   * What the model predicts.
   */
  readonly task: 'binary-classification' | 'multiclass-classification' | 'regression'
  /**
   * How much harm a wrong prediction does; model cards and approvals read it. Default: medium.
   */
  readonly riskTier?: 'low' | 'medium' | 'high'
  /**
   * Features of views that the model takes, one view an entry. Default: none.
   *
   * @maxItems 200
   */
  readonly features?: readonly WrittenModelFeature[]
  /**
   * The features that the caller sends with every row. Default: none.
   */
  readonly requestFeatures?: readonly RequestFeature[]
  /**
   * Features that are computed for each row of what is sent and joined; as inputs they come after the request features. Default: none.
   *
   * @maxItems 200
   */
  readonly onDemand?: readonly OnDemandFeature[]
  /**
   * Names of request features, and of features of views, that on-demand features read and the model itself does not take; it takes all others. Default: none.
   *
   * @maxItems 1000
   *
   * Items: Name of a request feature or of a feature of a view, as the model knows it.
   */
  readonly onDemandOnly?: readonly string[]
  readonly label?: WrittenLabel
  readonly training?: WrittenTraining
  readonly evaluation?: WrittenEvaluation
  /**
   * Gates that a version must pass to be merged and rolled out. Default: none.
   *
   * @maxItems 50
   *
   * Items: Name of a Gate.
   */
  readonly gates?: readonly string[]
  /**
   * Fairness policies that a version must pass, likewise. Default: none.
   *
   * @maxItems 50
   *
   * Items: Name of a FairnessPolicy.
   */
  readonly fairness?: readonly string[]
  /**
   * Behaviour tests: what is expected of single predictions of every version. Default: none.
   *
   * @maxItems 200
   */
  readonly tests?: readonly WrittenBehaviourTest[]
  readonly nulls?: NullPolicy
  readonly serving?: Serving
  readonly recording?: WrittenRecording
  readonly decision?: Decision
}
/**
 * Features of one view, for one role of its entities.
 */
export interface WrittenModelFeature {
  /**
   * Name of a FeatureView.
   */
  readonly view: string
  /**
   * Column of the label source for each key of the view's entities, by name of the key. Default: the column named like the key.
   */
  readonly join?: {
    /**
     * Name of a column.
     */
    readonly [k: string]: string
  }
  /**
   * Role of the entity: features are then named AS__FEATURE. Default: none, features keep their names.
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
 * What is predicted, and the rows to learn from: one row of a training set for each row of the source.
 */
export interface WrittenLabel {
  /**
   * Name of a DataSource.
   */
  readonly source: string
  /**
   * Column that is predicted.
   */
  readonly column: string
  /**
   * Column with the time of the prediction: features are as they were known then.
   */
  readonly predictAt: string
  /**
   * Column with the time at which the label was known. Rows whose label was not known in time for their part are left out. Default: none, a label is known at once.
   */
  readonly knownAt?: string
}
/**
 * How the model is trained.
 */
export interface WrittenTraining {
  /**
   * Program that trains, and its arguments: run in a copy of the trainer's files. python3 is that of the environment made from requirements. Default: none, versions are imported.
   *
   * @minItems 1
   * @maxItems 200
   *
   * Items: Program or argument.
   */
  readonly command?: readonly string[]
  /**
   * Patterns of the trainer's files, from the folder of the Project: a change of one trains again. Default: all files of the folder of the first argument that is a file.
   *
   * @minItems 1
   * @maxItems 100
   *
   * Items: A pattern, for example training/**.
   */
  readonly files?: readonly string[]
  /**
   * File with the Python packages of the trainer, for pip, from the folder of the Project. Default: requirements.txt beside the first argument that is a file, if there is one.
   */
  readonly requirements?: string
  /**
   * Parameters, handed to the trainer as a JSON file. Default: none.
   */
  readonly params?: {
    readonly [k: string]: unknown
  }
  /**
   * Seed of everything that is drawn. Default: 7.
   */
  readonly seed?: number
  readonly data: WrittenTrainingData
  /**
   * Column of the label source with the weight of each row: a finite number of at least 0. It travels beside the training set. Default: none, every row counts the same.
   */
  readonly weights?: string
  /**
   * Program that tests the trainer's own code, and its arguments; run in the same environment before training. Default: none.
   *
   * @minItems 1
   * @maxItems 200
   *
   * Items: Program or argument.
   */
  readonly test?: readonly string[]
  /**
   * How long the trainer may run. Default: 30m.
   */
  readonly timeout?: string
  /**
   * Resident memory that the trainer and all of its children may take together. Default: 4Gi.
   */
  readonly memory?: string
  /**
   * What the trainer may write, in bytes on disk. Default: 10Gi.
   */
  readonly disk?: string
  /**
   * same-pull-request: a new version is written into the rollout, too; separate: the rollout's line is another pull request. Default: same-pull-request.
   */
  readonly promotion?: 'same-pull-request' | 'separate'
}
/**
 * Which rows are used for what, by time.
 */
export interface WrittenTrainingData {
  /**
   * First time that counts. Default: none, the oldest row.
   */
  readonly from?: string
  /**
   * First time that no longer counts.
   */
  readonly until: string
  /**
   * Column with the time that says to which part a row belongs. Default: that of predictAt.
   */
  readonly splitBy?: string
  /**
   * Length of the validation part, which ends where the test part begins; 0s: no such part. Default: 0s.
   */
  readonly validation?: string
  /**
   * Length of the test part, which ends at until; 0s: no such part. Default: 0s.
   */
  readonly test?: string
}
/**
 * How the model is judged on the test part.
 */
export interface WrittenEvaluation {
  /**
   * Metrics that are measured of all rows and every slice, each with an interval. Default: roc_auc, log_loss, brier and ece of a binary classification; accuracy, f1_macro, log_loss and brier of several classes; mean_absolute_error, root_mean_squared_error and r2 of a regression.
   *
   * @minItems 1
   * @maxItems 50
   *
   * Items: Name of a metric, as in scikit-learn or Fairlearn.
   */
  readonly metrics?: readonly string[]
  /**
   * The value of the label that is predicted: the score is its probability. Only for binary-classification. Default: 1, or true.
   */
  readonly positiveClass?: string | number | boolean
  /**
   * What is drawn for intervals in place of single rows, since rows of one are alike: a column of the label source, or day: days (UTC) of splitBy. Default: none, rows are independent.
   */
  readonly resampleBy?: string
  /**
   * Parts of the rows that are also looked at by themselves. Default: none.
   *
   * @maxItems 100
   */
  readonly slices?: readonly WrittenSlice[]
}
/**
 * Parts by the values of one column.
 */
export interface WrittenSlice {
  /**
   * Column of the label source.
   */
  readonly by: string
  /**
   * Rows of the test part that a group needs to be judged by itself; the report of a training set names groups with fewer. Default: none, any number is enough.
   */
  readonly minGroup?: number
}
/**
 * One test. Exactly one of golden, invariance, directional, range, missing, latency and size.
 */
export interface WrittenBehaviourTest {
  /**
   * What is tested, in words.
   */
  readonly name: string
  readonly golden?: WrittenGoldenTest
  readonly invariance?: WrittenInvarianceTest
  readonly directional?: WrittenDirectionalTest
  readonly range?: WrittenRangeTest
  readonly missing?: WrittenMissingTest
  readonly latency?: WrittenLatencyTest
  readonly size?: WrittenSizeTest
}
/**
 * One row, and what is predicted for it. Exactly one of score, decision and label.
 */
export interface WrittenGoldenTest {
  /**
   * A value for every feature that is sent or read from a view, by the model's name of it; null: not known.
   */
  readonly row: {
    /**
     * Value of one feature.
     */
    readonly [k: string]: string | number | boolean | null
  }
  /**
   * The score that is expected: a probability, or the predicted value. Default: none.
   */
  readonly score?: number
  /**
   * How far the score may be from that. Only with score. Default: 0.01.
   */
  readonly tolerance?: number
  /**
   * Of several classes the one whose probability is looked at. Only for multiclass-classification, and needed there. Default: none.
   */
  readonly class?: string
  /**
   * The decision that is expected. Only for binary-classification. Default: none.
   */
  readonly decision?: boolean
  /**
   * The most likely class. Only for multiclass-classification. Default: none.
   */
  readonly label?: string
}
/**
 * Another value of one feature does not matter.
 */
export interface WrittenInvarianceTest {
  /**
   * Feature that is changed, by the model's name of it: one that is sent, or read from a view. What on-demand features make of it changes with it.
   */
  readonly feature: string
  /**
   * Values that are tried in its place, one by one. Default: for each row the value of another row.
   *
   * @minItems 1
   * @maxItems 20
   *
   * Items: One value.
   */
  readonly values?: (string | number | boolean | null)[]
  /**
   * How far the score may move, up or down.
   */
  readonly tolerance: number
  /**
   * Rows of the test part that are tried, chosen by a seed. Default: 200.
   */
  readonly rows?: number
  /**
   * Share of the rows that must pass, above 0 and at most 1. Default: 1.
   */
  readonly mostly?: number
}
/**
 * More or less of one feature moves the score in one direction. Exactly one of add, set and multiply.
 */
export interface WrittenDirectionalTest {
  /**
   * Feature that is changed, by the model's name of it: one that is sent, or read from a view. What on-demand features make of it changes with it.
   */
  readonly feature: string
  /**
   * What is added to the value. Default: none.
   */
  readonly add?: number
  /**
   * What is put in its place. Default: none.
   */
  readonly set?: string | number | boolean | null
  /**
   * What the value is multiplied by. Default: none.
   */
  readonly multiply?: number
  /**
   * Where the score goes: up, down, or not the other way.
   */
  readonly score: 'up' | 'down' | 'not-up' | 'not-down'
  /**
   * With up and down: by how much more than nothing it must go; with not-up and not-down: how far it may go the other way. Default: 0.
   */
  readonly tolerance?: number
  /**
   * Of several classes the one whose probability is looked at. Only for multiclass-classification, and needed there. Default: none.
   */
  readonly class?: string
  /**
   * Rows of the test part that are tried, chosen by a seed. Default: 200.
   */
  readonly rows?: number
  /**
   * Share of the rows that must pass, above 0 and at most 1. Default: 1.
   */
  readonly mostly?: number
}
/**
 * Scores lie within bounds. At least one of min and max.
 */
export interface WrittenRangeTest {
  /**
   * The least score. Default: any.
   */
  readonly min?: number
  /**
   * The greatest score. Default: any.
   */
  readonly max?: number
  /**
   * Of several classes the one whose probability is looked at. Only for multiclass-classification, and needed there. Default: none.
   */
  readonly class?: string
  /**
   * Rows of the test part that are tried, chosen by a seed. Default: 200.
   */
  readonly rows?: number
  /**
   * Share of the rows that must pass, above 0 and at most 1. Default: 1.
   */
  readonly mostly?: number
}
/**
 * Rows without a value.
 */
export interface WrittenMissingTest {
  /**
   * Features that are missing. Default: every feature that is sent or read from a view.
   *
   * @minItems 1
   * @maxItems 1000
   *
   * Items: Name of a feature.
   */
  readonly features?: readonly string[]
  /**
   * All of them are missing at once, else each by itself. Default: false.
   */
  readonly together?: boolean
  /**
   * score: a finite score; rejected: the null policy refuses the row. Default: score.
   */
  readonly expect?: 'score' | 'rejected'
  /**
   * Rows of the test part that are tried, chosen by a seed. Default: 200.
   */
  readonly rows?: number
}
/**
 * How long a run of one row takes. At least one of p50 and p99.
 */
export interface WrittenLatencyTest {
  /**
   * What half of the runs take at most. Default: any time.
   */
  readonly p50?: string
  /**
   * What 99 of 100 runs take at most. Default: any time.
   */
  readonly p99?: string
  /**
   * Runs that are timed, after 20 that are not. Default: 500.
   */
  readonly runs?: number
}
/**
 * How large the model file is.
 */
export interface WrittenSizeTest {
  /**
   * Size of the file, at most.
   */
  readonly atMost: string
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
 * How the model is served.
 */
export interface Serving {
  /**
   * Time budget of one request. Slower answers are counted; a request that would wait for longer is refused with 503. Default: 50ms.
   */
  readonly budget?: string
}
/**
 * Which predictions are recorded, and what of them is not. A change makes no new release: it is taken over at once.
 */
export interface WrittenRecording {
  /**
   * Whole percent of the units whose predictions are recorded, 0 to 100; 0 records nothing. Default: 100.
   */
  readonly percent?: number
  /**
   * What no record holds, for example personal data: names of features (of input tensors, where they have no named features), or unit for the unit. Default: none.
   *
   * @maxItems 10000
   *
   * Items: Name of a feature or input tensor, or unit.
   */
  readonly drop?: readonly string[]
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
