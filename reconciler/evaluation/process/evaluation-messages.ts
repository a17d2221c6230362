/** What the evaluating process and its holder say to each other: one call at a time, one answer to each. */
import type { ErrorCode } from '../../core/error.ts'
import type { EvaluationRequest, ScoredEvaluation } from '../evaluation-request.ts'
import type { RowBatch } from '../evaluation-rows.ts'

export type EvaluationCall =
  /** `features`: names that every batch has. */
  | { readonly type: 'open'; readonly request: EvaluationRequest; readonly features: readonly string[] }
  | { readonly type: 'batch'; readonly batch: RowBatch }
  | { readonly type: 'measure' }

export type EvaluationReply =
  /** Rows that were scored so far. */
  | { readonly type: 'took'; readonly rows: number }
  | { readonly type: 'measured'; readonly evaluation: ScoredEvaluation }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string; readonly hint?: string }
  | { readonly type: 'crashed'; readonly stack: string }
