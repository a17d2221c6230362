/** Generated from schemas/ by `npm run generate`: edit the schema, never this file. */
/**
 * How the versions of one model receive traffic in one environment. Named like its model.
 */
export interface RolloutManifest {
  /**
   * Version of the manifest format.
   */
  readonly apiVersion: 'mainward.dev/v1alpha1'
  /**
   * Kind of the resource.
   */
  readonly kind: 'Rollout'
  readonly metadata: Metadata
  readonly spec: WrittenRolloutSpec
}
/**
 * Who and what the resource is.
 */
export interface Metadata {
  /**
   * Name of the resource, unique in its kind and environment.
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
  /**
   * Environment that the resource belongs to; one that the Project names. Default: production.
   */
  readonly environment?: string
}
/**
 * The rollout. Exactly one of canary and split.
 */
export interface WrittenRolloutSpec {
  /**
   * Field of a row that holds the unit: what is assigned to a variant and stays there. Default: none, then units are sent beside the rows.
   */
  readonly unit?: string
  /**
   * Freezes the rollout where it stands. Default: false.
   */
  readonly suspend?: boolean
  readonly canary?: WrittenCanary
  readonly split?: WrittenSplit
  readonly fallback?: WrittenFallback
}
/**
 * One version replaces the other, in steps of growing weight.
 */
export interface WrittenCanary {
  /**
   * The version to roll out: the one line that a deployment or a way back changes.
   */
  readonly version: number
  /**
   * Steps of growing weight; the last is 100. Default: [{ weight: 100 }].
   *
   * @minItems 1
   * @maxItems 100
   */
  readonly steps?: readonly WrittenStep[]
}
/**
 * One step.
 */
export interface WrittenStep {
  /**
   * Percent of the units that get the new version, 1 to 100.
   */
  readonly weight: number
  /**
   * How long the weight is held before the next step; manual: until `mainward resume`. Default: 0s.
   */
  readonly hold?: string
}
/**
 * Fixed shares of traffic for two or more versions.
 */
export interface WrittenSplit {
  /**
   * Seed of the assignment; another seed draws the units anew.
   */
  readonly seed: string
  /**
   * Percent of the units that take part; the others get control. Default: 100.
   */
  readonly coverage?: number
  /**
   * The arms; their weights sum to 100 and exactly one is named control.
   *
   * @minItems 2
   * @maxItems 100
   */
  readonly variants: readonly WrittenVariant[]
}
/**
 * One arm.
 */
export interface WrittenVariant {
  /**
   * Name of the arm.
   */
  readonly name: string
  /**
   * Version that the arm serves.
   */
  readonly version: number
  /**
   * Percent of the units that take part, 0 to 100.
   */
  readonly weight: number
}
/**
 * What answers a request whose run fails or takes too long. Exactly one of version and constant. A change is taken over at once, without steps. Default: none, such a request gets an error.
 */
export interface WrittenFallback {
  /**
   * Another version of the model, usually an older one; it must take the rows that the served versions take. It is kept loaded.
   */
  readonly version?: number
  /**
   * The same score for every row: for binary-classification a probability, 0 to 1; for multiclass-classification a list with the probability of every class; for regression the predicted value.
   */
  readonly constant?: number | number[]
}
