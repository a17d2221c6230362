/** The kind Project: which files hold manifests, which environments exist, where artifacts are kept. */

/** A Project's spec with every default filled. */
export interface ProjectSpec {
  /** Globs from the root of the reconciled path. */
  readonly include: readonly string[]
  /** By name; an environment has no settings in this version. */
  readonly environments: Readonly<Record<string, Readonly<Record<string, never>>>>
  /** `folder:PATH`. */
  readonly artifacts: { readonly store: string }
  readonly allowEmpty: boolean
}
