/** The kind Model: what is predicted, what the caller sends, how it is served. */
import type { NullPolicy, RequestFeature, Task } from '../../core/release.ts'

/** A Model's spec with every default filled. */
export interface ModelSpec {
  readonly task: Task
  readonly requestFeatures: readonly RequestFeature[]
  readonly nulls: NullPolicy
  readonly serving: { readonly budgetMs: number }
  /** Filled for binary classification, absent for the other tasks. */
  readonly decision?: { readonly threshold: number }
}
