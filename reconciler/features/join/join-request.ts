/** What a point-in-time join is asked for: names of relations and columns, and the times that decide. Pure data; it knows no manifest. */
import type { AggregateFunction } from '../../core/feature-definition.ts'

/** One output row for each row of `labels`, in the order of its `__row`. */
export interface JoinRequest {
  /** Relation with `__row` (BIGINT), `__at` (TIMESTAMP, UTC) and the columns that keys name. */
  readonly labels: string
  /** Columns of the label rows that go into the output, as they are. */
  readonly keep: readonly string[]
  /** Microseconds since the epoch: only rows that were created by then exist. Null: all of them. */
  readonly asOfUs: bigint | null
  /** A view may stand here several times, once for each role of its entity. */
  readonly views: readonly JoinView[]
}

/** A view in one role. Its relation holds the keys, `__event`, `__created` (both TIMESTAMP, UTC), `__row`, and what `take` reads. */
export interface JoinView {
  /** Names the columns `__found:PREFIX` and `__as_of:PREFIX`; unique in the request. */
  readonly prefix: string
  readonly relation: string
  /** Column of the view, and the column of the label rows that it must equal. At least one. */
  readonly keys: readonly JoinKey[]
  /** True: rows have no event time, and count at any time (from their created time on, where they have one); `ttlUs` is not asked. */
  readonly isStatic: boolean
  /** Columns that identify a row over its restatements; empty: no row is restated. */
  readonly rowKey: readonly string[]
  /** Greatest age at the label's time, in microseconds, itself included; null: any. It does not limit windows. */
  readonly ttlUs: bigint | null
  /** Null: values are taken as of the label's own time. */
  readonly grid: JoinGrid | null
  /**
   * True: every label is put beside every row that is near to it in time, which is right in any case, and fast where few of them meet.
   * `findSparseViews` decides it. Nothing is near where rows have no time, or count at any age.
   */
  readonly isSparse: boolean
  /** What goes into the output, in its order. */
  readonly take: readonly TakenColumn[]
}

export interface JoinKey {
  readonly column: string
  readonly label: string
}

/** Values are as of floor((t - lag) / refresh) * refresh. Both in microseconds; `refreshUs` is above 0. */
export interface JoinGrid {
  readonly refreshUs: bigint
  readonly lagUs: bigint
}

/** A value of the row found, or of all rows in a window. `as` names the column of the output. */
export type TakenColumn =
  | { readonly type: 'feature'; readonly column: string; readonly as: string }
  | { readonly type: 'window'; readonly window: WindowRequest; readonly as: string }

/** Of the rows that count at t, those with `t - window < event time <= t`. */
export interface WindowRequest {
  readonly function: AggregateFunction
  /** Null for `count` alone: rows are counted. */
  readonly column: string | null
  /** DuckDB's name of the column's type; null with `column`. */
  readonly columnType: string | null
  readonly windowUs: bigint
  /** BOOLEAN column of the view: rows where it is not true do not count. Null: all do. */
  readonly where: string | null
  /** 0 to 1, for `quantile` alone. */
  readonly quantile: number | null
  /** DuckDB's name of the type of the result. */
  readonly resultType: string
}
