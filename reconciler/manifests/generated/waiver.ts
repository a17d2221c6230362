/** Generated from schemas/ by `npm run generate`: edit the schema, never this file. */
/**
 * Permission to go on although a rule is not passed: who gave it, why, and until when.
 */
export interface WaiverManifest {
  /**
   * Version of the manifest format.
   */
  readonly apiVersion: 'mainward.dev/v1alpha1'
  /**
   * Kind of the resource.
   */
  readonly kind: 'Waiver'
  readonly metadata: Metadata
  readonly spec: WrittenWaiverSpec
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
 * The waiver.
 */
export interface WrittenWaiverSpec {
  /**
   * Name of a Gate or a FairnessPolicy.
   */
  readonly gate: string
  /**
   * Name of the rule that is waived. Default: none, all rules of the gate.
   */
  readonly rule?: string
  /**
   * Name of a Model that names the gate.
   */
  readonly model: string
  /**
   * Number of the version that it holds for. Default: none, any version.
   */
  readonly version?: number
  /**
   * Why the rule may be passed over, for people who look back.
   */
  readonly reason: string
  /**
   * Who answers for it: a person or a team.
   */
  readonly grantedBy: string
  /**
   * First time at which it holds no longer.
   */
  readonly until: string
}
