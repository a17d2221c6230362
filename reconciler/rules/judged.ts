/** What is known of a model version when its rules are judged. */
import type { Evaluation } from '../core/evaluation.ts'

export interface Judged {
  /** Null: it was never evaluated. */
  readonly evaluation: Evaluation | null
  readonly artifact: { readonly sizeBytes: number; readonly opset?: number }
  /** Null: nobody knows its data. */
  readonly dataset: { readonly rows: Readonly<Record<string, number>> } | null
  /** That are kept beside the rows, for groups; absent: nobody knows. */
  readonly columns?: readonly string[]
}
