/** Generated from schemas/ by `npm run generate`: edit the schema, never this file. */
/**
 * What features describe: an airport, an account.
 */
export interface EntityManifest {
  /**
   * Version of the manifest format.
   */
  readonly apiVersion: 'mainward.dev/v1alpha1'
  /**
   * Kind of the resource.
   */
  readonly kind: 'Entity'
  readonly metadata: Metadata
  readonly spec: WrittenEntitySpec
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
 * The entity.
 */
export interface WrittenEntitySpec {
  /**
   * The keys that identify one together, in order.
   *
   * @minItems 1
   * @maxItems 16
   */
  readonly keys: readonly WrittenEntityKey[]
}
/**
 * One key.
 */
export interface WrittenEntityKey {
  /**
   * Name of the key: what requests call it.
   */
  readonly name: string
  /**
   * Type of the values. Floats identify nothing.
   */
  readonly dtype: 'bool' | 'int32' | 'int64' | 'string' | 'timestamp'
}
