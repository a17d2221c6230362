/** The port to labelled rows: what evaluation reads, batch by batch. Where they lie, and in which format, is not known here. */
import type { FeatureValue } from '../core/feature-value.ts'

/** One value a row. A NaN is a value that is not known, as null is. */
export type RowColumn = readonly FeatureValue[] | Float64Array | Float32Array | Int32Array

/** A text a row, as groups are named; null: no value. */
export type TextColumn = readonly (string | null)[]

/** All columns have `rows` values. Typed arrays may be handed over to another thread: whoever makes a batch does not use it again. */
export interface RowBatch {
  readonly rows: number
  /** By the model's name of the feature. */
  readonly features: Readonly<Record<string, RowColumn>>
  /** Never null. */
  readonly label: RowColumn
  /** Columns of slices and groups, by name. */
  readonly side: Readonly<Record<string, TextColumn>>
  /** The key of what is drawn together; absent: rows are independent. Rows without a key are drawn together, too. */
  readonly clusters?: TextColumn
  /** Finite and not negative; absent: every row counts the same. */
  readonly weights?: Float64Array
}

export interface EvaluationRows {
  /** Names of the features that every batch has. */
  readonly features: readonly string[]
  /** Rows in order, some thousands a batch; ends by itself. Called once. */
  batches(): AsyncIterable<RowBatch>
}
