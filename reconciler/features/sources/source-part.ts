/** Rows of a source, as SQL: what every place (files, queries) comes to. */
import type { CellCheck, ColumnPlan } from './column-plan.ts'

/** A run of rows with one shape. Several follow one another, in the order of their rows. */
export interface SourcePart {
  /** What follows FROM. */
  readonly from: string
  /** Number of the row in its source. */
  readonly row: string
  /** In the order of the definition. */
  readonly columns: readonly ColumnPlan[]
  /** What is still to be checked by row. */
  readonly checks: readonly CellCheck[]
}

/** Where a row lies, for messages. */
export interface RowPlace {
  readonly file: string
  /** From 0, without the header. */
  readonly row: bigint
}

export interface SourceParts {
  readonly parts: readonly SourcePart[]
  /** Files whose rows are read; the others of the source hold nothing in the time range. */
  readonly filesRead: number
  /** Null for a query. */
  readonly placeOf: (row: bigint) => Promise<RowPlace | null>
}
