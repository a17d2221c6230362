/** The rows that expectations are asked of, as the engine has them. */
import type { FeatureDtype } from '../../core/feature-dtype.ts'

export interface CheckedRelation {
  /** Name of a table or view in the engine. */
  readonly name: string
  /** Its declared columns, in order. Columns of our own, as `__row`, are not among them. */
  readonly columns: ReadonlyMap<string, FeatureDtype>
  /** Columns that say which row it is, as `__row`, or keys and event time: shown with examples, which are ordered by them. */
  readonly identity: readonly string[]
  /** The column that the rows are ordered by, as `__row`; null: they have no order. */
  readonly sequence: string | null
}
