/** What is asked of an evaluation: models, metrics, groups, and how sure the answer shall be. Plain values. */
import type { SliceDefinition } from '../core/feature-definition.ts'
import type { Baseline, Evaluation } from '../core/evaluation.ts'
import type { MeasurementRequest } from '../core/measurement.ts'
import type { Task } from '../core/release.ts'
import type { RowLayout } from '../inference/rows/row-assembler.ts'

/** A model file, and how rows become its tensors. */
export interface EvaluatedModel {
  readonly bytes: Uint8Array
  readonly layout: RowLayout
  /** Binary classification: positive at this score and above. */
  readonly threshold?: number
}

/** The version in production, or why nothing is compared with. */
export type EvaluatedProduction =
  | (EvaluatedModel & { readonly version: number; readonly artifact: string; readonly because?: never })
  | { readonly version: null; readonly because: string }

export interface EvaluationRequest {
  readonly task: Task
  readonly part: Evaluation['part']
  readonly candidate: EvaluatedModel
  readonly production: EvaluatedProduction
  /** Made of the training part by the caller. */
  readonly baseline: Baseline
  /** Binary classification: the label that the score is the probability of; null: 1 or true. */
  readonly positiveClass: string | number | boolean | null
  /** Several classes: their labels in the order of the score's columns; null: the labels of the rows, ordered as scikit-learn orders them. */
  readonly classes: readonly string[] | null
  /** Names of the catalogue: measured of all rows and of every slice, of all subjects. */
  readonly metrics: readonly string[]
  readonly slices: readonly SliceDefinition[]
  /** What rules ask for beside. */
  readonly requests: readonly MeasurementRequest[]
  /** Name of what is drawn together, as reports tell it; null: rows are independent. */
  readonly clustersBy: string | null
  /** Name of the column of the weights; null: every row counts the same. */
  readonly weights: string | null
  /** Of all intervals, 0 to 1. */
  readonly confidence: number
  /** Resamples, 1,000 or more; usually 2,000. */
  readonly replicates: number
  readonly seed: number
}

/** The parts of an evaluation that come of scores; tests, expectations and checks stand beside. */
export type ScoredEvaluation = Omit<Evaluation, 'tests' | 'expectations' | 'dataChecks' | 'replay'>

export interface EvaluationOptions {
  /** Ends the work at once, with `cancelled`. */
  readonly signal?: AbortSignal
  /** Rows that were scored so far. */
  readonly onProgress?: (rows: number) => void
}
