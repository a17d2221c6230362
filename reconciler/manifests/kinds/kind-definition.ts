/** What every kind of manifest says about itself; one object a kind, one line in the registry. */
import type { Json } from '../../core/digest.ts'
import type { Kind, Metadata } from '../../core/resource.ts'
import type { Problem } from '../local-finding.ts'

/** Reports a problem at a JSON pointer of the document (`/spec/canary/steps/0/weight`), at the key itself, or at a character of the text there. */
export type Report = (pointer: string, problem: Problem, part?: 'key' | number) => void

/** A check of one kind. It runs when what it reads has the right shape, whatever is wrong elsewhere. */
export interface KindCheck<Written> {
  /** JSON pointers of the parts that the check reads. */
  readonly reads: readonly string[]
  check(manifest: WrittenManifest<Written>, report: Report): void
}

export interface WrittenManifest<Written> {
  readonly metadata: Metadata
  readonly spec: Written
}

/** A resource that a manifest names, and the JSON pointer where it does so. */
export interface PointedReference {
  readonly kind: Kind
  readonly name: string
  readonly pointer: string
}

/** The part of JSON Schema that is read beside validation. */
export interface JsonSchema {
  readonly description?: string
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
  readonly required?: readonly string[]
  readonly default?: unknown
}

export interface KindDefinition<Written = unknown, Spec = unknown> {
  readonly schema: JsonSchema
  /** Whether resources of this kind belong to an environment. */
  readonly perEnvironment: boolean
  /** Fields of the design that this version does not act on: JSON pointers, `*` for any one step. */
  readonly unsupported: readonly string[]
  /** Places that rules across manifests point to: JSON pointers, `*` for every entry of a list or map. */
  readonly positions: readonly string[]
  /** Those of them that hold texts inside of which rules across manifests point. */
  readonly texts?: readonly string[]
  readonly checks: readonly KindCheck<Written>[]
  /** Defaults of the schema that do not hold for this manifest. */
  inapplicableDefaults(written: Written): readonly string[]
  /** Fills every default. */
  normalise(written: Written): Spec
  /**
   * What the digest is of: nothing for people, no default that was not written. A default that is written out counts: it
   * holds also when the schema's default becomes another one.
   */
  meaning(written: Written): Json
  /** The part of the meaning that is served: what makes a release or a target; kinds without one leave it out. */
  servingMeaning?(written: Written): Json
  /**
   * The part of the meaning that values of a training set are made from, without the manifests that it names; kinds without
   * one leave it out.
   */
  trainingMeaning?(written: Written): Json
  references(manifest: WrittenManifest<Written>): readonly PointedReference[]
}
