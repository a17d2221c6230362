/** What a model card is made of, and the card as a value: metadata for programs, a document for people. */
import type { Evidence } from '../../core/evidence.ts'
import type { Artifact, Task } from '../../core/release.ts'
import type { Document } from '../../reports/document/document.ts'

/** All that is known of a version. Null is unknown, and the card says so: nothing is made up. */
export interface CardSubject {
  readonly project: string
  readonly model: string
  readonly version: number
  readonly task: Task
  readonly source: 'trained' | 'imported'
  /** What it is for, as the manifest of the model says. */
  readonly description: string | null
  readonly owner: string | null
  /** Of the manifest of the model. */
  readonly tags: readonly string[]
  /** SPDX identifier or a name of Hugging Face's list. */
  readonly license: string | null
  readonly riskTier: 'low' | 'medium' | 'high'
  readonly artifact: Artifact
  /** Names of the inputs, in their order; empty: the caller sends the model's own tensors. */
  readonly inputs: readonly string[]
  readonly evidence: Evidence | null
  /** The command that gives the same again; null: there is none. */
  readonly reproduce: string | null
}

export interface ModelCard {
  readonly title: string
  readonly metadata: CardMetadata
  readonly document: Document
}

/** The metadata of model cards on Hugging Face (hub-docs, modelcard.md): names and nesting are theirs. */
export interface CardMetadata {
  readonly license?: string
  readonly library_name: 'onnx'
  readonly pipeline_tag: 'tabular-classification' | 'tabular-regression'
  readonly tags: readonly string[]
  readonly metrics?: readonly string[]
  readonly 'model-index'?: readonly ModelIndexEntry[]
}

interface ModelIndexEntry {
  readonly name: string
  readonly results: readonly {
    readonly task: { readonly type: string; readonly name: string }
    readonly dataset: { readonly type: string; readonly name: string; readonly split: string; readonly revision: string }
    readonly metrics: readonly { readonly type: string; readonly value: number; readonly name: string }[]
  }[]
}
