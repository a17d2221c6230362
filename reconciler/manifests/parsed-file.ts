/** What parsing one file yields: plain JSON, without the file's path, so that it can be cached by content. */
import type { Digest } from '../core/digest.ts'
import type { Finding } from '../core/finding.ts'
import type { Kind, Metadata } from '../core/resource.ts'

/** A place in the file. Lines and columns count from 1; columns count UTF-16 code units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** From the character `index` of a text on, its characters stand side by side from `position` on, up to the end of the line. */
export interface TextLine {
  readonly index: number
  readonly position: Position
}

/** A finding without its file. */
export type LocalFinding = Omit<Finding, 'file'>

/** One resource that a document names, and where it does so. */
export interface Reference {
  readonly kind: Kind
  readonly name: string
  readonly position: Position
}

/** One document of ours. What is null could not be read; the findings say why. */
export interface ParsedDocument {
  readonly kind: Kind
  readonly name: string | null
  /** Filled with defaults (the environment). */
  readonly metadata: Metadata | null
  /** The spec with every default filled. */
  readonly spec: unknown
  /** Line of the document's first key, from 1. */
  readonly line: number
  /** Digest of the meaning. */
  readonly digest: Digest | null
  /** Digest of what a release takes from this document (Model, ModelVersion). */
  readonly servingDigest?: Digest
  /** Digest of what values of a training set are made from (Entity, DataSource, FeatureView, Model). */
  readonly trainingDigest?: Digest
  readonly references: readonly Reference[]
  /** By JSON pointer: the places that rules across resources point to. `` is the document. */
  readonly positions: Readonly<Record<string, Position>>
  /** By JSON pointer: texts inside of which rules across resources point. Absent: there are none. */
  readonly textPlaces?: Readonly<Record<string, readonly TextLine[]>>
  /** Whether the document itself has no error. */
  readonly valid: boolean
}

export interface ParsedFile {
  readonly documents: readonly ParsedDocument[]
  readonly findings: readonly LocalFinding[]
}
