/** All rows of a part with labels and scores: what is measured. Columns of numbers alone, a few bytes a row. */
import type { Clusters } from '../../statistics/metrics/clusters.ts'
import type { CodedColumn } from '../scoring/text-codes.ts'

export interface ScoredRows {
  readonly rows: number
  /** 0 or 1, the number of the class, or the value. */
  readonly truth: Float64Array
  /** Labels in the order of the scores' columns; empty for regression. */
  readonly classes: readonly string[]
  /** A score a row, or one a class. */
  readonly candidate: Float64Array
  readonly production: Float64Array | null
  /** Null: every row counts the same. */
  readonly weights: Float64Array | null
  /** Null: rows are independent. */
  readonly clusters: Clusters | null
  /** Of slices and groups, by name. */
  readonly columns: ReadonlyMap<string, CodedColumn>
}
