/** What the evaluating process is asked, and what it answers. */
import type { EvaluationRequest, ScoredEvaluation } from '../evaluation-request.ts'
import type { RowBatch } from '../evaluation-rows.ts'

export type EvaluationCall =
  /** `features`: names that every batch has. */
  | { readonly type: 'open'; readonly request: EvaluationRequest; readonly features: readonly string[] }
  | { readonly type: 'batch'; readonly batch: RowBatch }
  | { readonly type: 'measure' }

export type EvaluationAnswer =
  /** Rows that were scored so far. */
  { readonly type: 'took'; readonly rows: number } | { readonly type: 'measured'; readonly evaluation: ScoredEvaluation }
