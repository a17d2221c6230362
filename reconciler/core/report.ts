/** What a person needs to know about a change: one value, rendered as markdown, HTML, JSON and text. Plain JSON. */
import type { ExpectationOutcome, ReproductionOutcome } from './evaluation.ts'
import type { Evidence } from './evidence.ts'
import type { Loosening } from './loosening.ts'
import type { Plan } from './plan.ts'
import type { Artifact } from './release.ts'
import type { Verdict } from './verdict.ts'

export interface Report {
  readonly reportVersion: 1
  readonly project: string
  /** Null: a working tree. */
  readonly commit: string | null
  /** What it is compared with; null: nothing. */
  readonly base: string | null
  /** The worst of all models; `failed` too where one could not be trained. */
  readonly verdict: Verdict
  /** Whether it may not be merged. */
  readonly blocks: boolean
  /** By name. */
  readonly models: readonly ModelReport[]
  /** What rollouts do once it is merged; null: it was not planned. */
  readonly plan: Plan | null
  /** What a change of sources, views and models reaches, a sentence each. */
  readonly impact: readonly string[]
  /** Null: the rules are what they were, or there is nothing to compare with. */
  readonly loosening: Loosening | null
  readonly featureTests: readonly FeatureTestOutcome[]
  /** Of sources and views that belong to no training set of `models`. */
  readonly expectations: readonly ExpectationOutcome[]
  readonly warnings: readonly string[]
}

/** A unit test of a view. */
export interface FeatureTestOutcome {
  readonly view: string
  readonly test: string
  readonly status: 'passed' | 'failed' | 'error'
  /** What differs or stood in the way; empty when it passed. */
  readonly messages: readonly string[]
}

export interface ModelReport {
  readonly model: string
  /** As its manifest says; null: nothing. */
  readonly description: string | null
  readonly outcome: ModelOutcome
  /** What production serves before the change; null: nothing. */
  readonly served: number | null
  /** What was written, or was there already; null: there is none. */
  readonly version: number | null
  readonly artifact: Artifact | null
  readonly promotion: 'same-pull-request' | 'separate'
  /** Null where nothing was evaluated. */
  readonly evidence: Evidence | null
  /** Against the same inputs trained before; null: not compared. */
  readonly reproduction: ReproductionOutcome | null
  /** Path of its card; null: none. */
  readonly card: string | null
  readonly warnings: readonly string[]
  /** The one command that gives the same again; null: nothing to repeat. */
  readonly reproduce: string | null
}

export type ModelOutcome =
  /** Why: what differs from the version before, a sentence each. */
  | { readonly type: 'trained'; readonly because: readonly string[] }
  /** The model file was trained before, in another branch or under another number. */
  | { readonly type: 'reused'; readonly because: readonly string[] }
  /** The same model file, judged anew: its decision, its nulls or production changed. */
  | { readonly type: 'evaluated-again'; readonly from: number; readonly because: readonly string[] }
  | { readonly type: 'unchanged' }
  | {
      readonly type: 'failed'
      /** Code of the error. */
      readonly code: string
      readonly message: string
      readonly hint: string | null
      /** Last lines of the trainer. */
      readonly log: readonly string[]
    }
