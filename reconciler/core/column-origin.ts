/** Which columns the values of a view come from. Found by whoever can read its SQL; knows no SQL itself. */
import type { ViewInput } from './feature-definition.ts'

/** A column of the rows of a source or view. */
export interface InputColumn {
  readonly input: ViewInput
  readonly column: string
}

/** What is known of the columns behind one view. */
export interface ViewOrigins {
  /** Why its SQL could not be followed; null: it was. The rest is then empty. */
  readonly unresolved: string | null
  /** By column of the view's rows: the columns that its value is made from; none where it is made from constants. */
  readonly columns: ReadonlyMap<string, readonly InputColumn[]>
  /** Columns that decide which rows there are: conditions, keys of joins and groups, orders. */
  readonly rows: readonly InputColumn[]
  /** By aggregation with a condition: columns of the view's rows that the condition reads; null: it could not be followed. */
  readonly conditions: ReadonlyMap<string, readonly string[] | null>
}
