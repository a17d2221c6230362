/**
 * What was measured of a model on rows with known labels, and how sure it is. Plain JSON: members that do not apply are absent. Undefined
 * values are null with a reason, never 0.
 */

/** What a candidate is compared with on the same rows: the version in production, or a plain guess. */
export type Reference = 'production' | 'baseline'

/** Whose value it is. A difference is the candidate's value minus the other's, paired: both see the same rows and resamples. */
export type Subject = 'candidate' | Reference | `difference-to-${Reference}`

/** A part of the rows: a value for each column, as text; null: rows without a value. */
export type GroupKey = Readonly<Record<string, string | null>>

/** How the interval was made. `cluster-bootstrap-t` and `bootstrap-t` have Student's t around resamples of clusters or rows. */
export type IntervalMethod =
  'clopper-pearson' | 'delong' | 'mean-t' | 'newcombe' | 'bootstrap-t' | 'cluster-bootstrap-t' | 'group-bootstrap-t'

/** Groups that are compared with each other. */
export interface Across {
  readonly columns: readonly string[]
  /** The least group's value over the greatest's, or the greatest minus the least: as Fairlearn's `between_groups`. */
  readonly how: 'ratio' | 'difference'
  /** Groups with fewer rows were left out; absent: none. */
  readonly minGroup?: number
  /** Groups that were compared. */
  readonly groups: number
  readonly leftOut: readonly GroupKey[]
  /** The two groups that the value is of; absent where it is undefined. */
  readonly lowest?: GroupKey
  readonly highest?: GroupKey
}

export interface Measurement {
  /** A name of the catalogue of metrics. */
  readonly metric: string
  readonly of: Subject
  /** Absent: all rows. Never beside `across`. */
  readonly group?: GroupKey
  /** Absent: the value of one set of rows. */
  readonly across?: Across
  /** Null: undefined. */
  readonly estimate: number | null
  /** Ends of the interval at `Evaluation.confidence`; null: none can be given. */
  readonly low: number | null
  readonly high: number | null
  /** On the scale of the estimate; null: unknown. With it, and Student's t, intervals of other confidence can be made. */
  readonly standardError: number | null
  /** Absent: the normal distribution. */
  readonly degreesOfFreedom?: number
  /** Absent without an interval. */
  readonly method?: IntervalMethod
  readonly rows: number
  /** Absent: rows count one by one. */
  readonly clusters?: number
  /** Why the estimate or its interval is null. */
  readonly because?: string
}

/** What a rule, a report or a slice asks to be measured. */
export interface MeasurementRequest {
  readonly metric: string
  readonly of: Subject
  /** Columns whose groups are looked at one by one, or compared; empty: all rows. */
  readonly by: readonly string[]
  /** Null: each group by itself. */
  readonly across: 'ratio' | 'difference' | null
  /** Groups with fewer rows are not measured (one by one) or not compared; null: any number is enough. */
  readonly minGroup: number | null
}

/** `carrier=UA, origin=EWR`: a group in messages and tables. */
export function describeGroup(group: GroupKey): string {
  return Object.entries(group)
    .map(([column, value]) => `${column}=${value ?? 'null'}`)
    .join(', ')
}
