/** Generated from schemas/ by `npm run generate`: edit the schema, never this file. */
/**
 * What a model version must satisfy to be merged and rolled out.
 */
export interface GateManifest {
  /**
   * Version of the manifest format.
   */
  readonly apiVersion: 'mainward.dev/v1alpha1'
  /**
   * Kind of the resource.
   */
  readonly kind: 'Gate'
  readonly metadata: Metadata
  readonly spec: WrittenGateSpec
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
 * The gate.
 */
export interface WrittenGateSpec {
  /**
   * What a version does that is not passed: block, it may not be merged or rolled out; warn, it is told; measure, only the numbers are. Default: block.
   */
  readonly enforcement?: 'block' | 'warn' | 'measure'
  /**
   * The rules, each judged by itself.
   *
   * @minItems 1
   * @maxItems 100
   */
  readonly rules: readonly WrittenRule[]
}
/**
 * What a version must satisfy: exactly one of metric, tests, expectations, dataChecks and cel.
 */
export interface WrittenRule {
  /**
   * What verdicts and waivers call it, unique here. Default: made of what the rule says, for example roc_auc at least, or log_loss no worse than production.
   */
  readonly name?: string
  /**
   * Name of a metric, as in scikit-learn or Fairlearn. Default: none, the rule is of another sort.
   */
  readonly metric?: string
  /**
   * The value is at least this. Default: none.
   */
  readonly atLeast?: number
  /**
   * The value is at most this. Default: none.
   */
  readonly atMost?: number
  /**
   * The value is worse than that of production, or of baseline, by less than the margin. Default: none.
   */
  readonly noWorseThan?: string
  /**
   * The value is better than that of production, or of baseline, by more than the margin. Default: none.
   */
  readonly betterThan?: string
  /**
   * The least group's value is at least this share of the greatest's, 0 to 1. Default: none.
   */
  readonly ratioAtLeast?: number
  /**
   * The greatest group's value minus the least's is at most this. Default: none.
   */
  readonly differenceAtMost?: number
  /**
   * Of noWorseThan and betterThan, in the unit of the metric. Default: 0.
   */
  readonly margin?: number
  /**
   * Columns of the label source whose groups are judged: one, or a list. Default: none, all rows together.
   */
  readonly by?: string | string[]
  /**
   * Rows that a group needs to be judged. Default: none, any number is enough.
   */
  readonly minGroup?: number
  /**
   * interval: the whole interval must satisfy the bound; point: the estimate alone. Default: interval.
   */
  readonly judge?: 'interval' | 'point'
  /**
   * Behaviour tests of the model that must pass: all, or a list of names. Default: none, the rule is of another sort.
   */
  readonly tests?: 'all' | string[]
  /**
   * Expectations of the training set's sources and views that must be met: all, or a list of names. Default: none, the rule is of another sort.
   */
  readonly expectations?: 'all' | string[]
  /**
   * Checks of the training set that must pass: all, or a list of names. Default: none, the rule is of another sort.
   */
  readonly dataChecks?: 'all' | string[]
  /**
   * An expression in CEL over metrics, artifact, data, tests, expectations and dataChecks that must be true. Default: none, the rule is of another sort.
   */
  readonly cel?: string
  /**
   * warn: it is told when the rule is not passed, and nothing is blocked. Default: critical.
   */
  readonly severity?: 'critical' | 'warn'
  /**
   * What a rule does that the rows cannot decide. Default: block.
   */
  readonly onInconclusive?: 'block' | 'warn'
}
