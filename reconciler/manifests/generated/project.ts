/** Generated from schemas/ by `npm run generate`: edit the schema, never this file. */
/**
 * The repository as a whole. Exactly one, in mainward.yaml at the root of the reconciled path.
 */
export interface ProjectManifest {
  /**
   * Version of the manifest format.
   */
  readonly apiVersion: 'mainward.dev/v1alpha1'
  /**
   * Kind of the resource.
   */
  readonly kind: 'Project'
  readonly metadata: Metadata
  readonly spec: WrittenProjectSpec
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
 * Settings of the repository.
 */
export interface WrittenProjectSpec {
  /**
   * Which files hold manifests: globs from the folder of mainward.yaml; only .yaml and .yml files are read. Default: ["**"].
   *
   * @minItems 1
   *
   * Items: A glob: * within a folder, ** across folders, ? one character.
   */
  readonly include?: readonly string[]
  /**
   * The environments that rollouts may name. Default: { production: {} }.
   */
  readonly environments?: {
    readonly [k: string]: Environment
  }
  readonly artifacts?: Artifacts
  /**
   * Whether a commit without any model and rollout may be applied (it stops all serving). Default: false.
   */
  readonly allowEmpty?: boolean
}
/**
 * An environment; it has no settings in this version.
 */
export interface Environment {}
/**
 * Where model files over 1 MiB are kept. Default: { store: "folder:.mainward/artifacts" }.
 */
export interface Artifacts {
  /**
   * folder:PATH, relative to the repository or absolute. Default: folder:.mainward/artifacts.
   */
  readonly store?: string
}
