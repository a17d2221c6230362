/**
 * Definitions of features, with every default filled: what validation checks, training joins, a model version embeds and serving
 * reads. They say where values come from and when they count; they know no SQL engine and no store.
 */
import type { Json } from './digest.ts'
import type { FeatureDtype } from './feature-dtype.ts'

/** Where a secret is: an environment variable, or a file that holds nothing else. The value is read when it is used, and never kept. */
export type SecretRef = { readonly env: string } | { readonly file: string }

/** Types that can identify something: floats cannot. */
export type KeyDtype = Extract<FeatureDtype, 'bool' | 'int32' | 'int64' | 'string' | 'timestamp'>

export interface EntityKey {
  readonly name: string
  readonly dtype: KeyDtype
}

/** What features describe: an airport, an account; one key or several together. */
export interface EntityDefinition {
  readonly name: string
  readonly keys: readonly EntityKey[]
}

export interface SourceColumn {
  readonly name: string
  readonly dtype: FeatureDtype
  readonly unit?: string
  readonly description?: string
}

/** `pattern` is a path or glob from the root of the reconciled path; `partitions` are the columns of Hive folders (`day=2013-01-01/`). */
export type SourcePlace =
  | {
      readonly type: 'files'
      readonly format: 'parquet' | 'csv'
      readonly pattern: string
      readonly partitions: readonly string[]
    }
  | { readonly type: 'postgres'; readonly query: string; readonly connection: SecretRef }

/** A table of rows that were true at `eventTime` and could be read from `createdTime` on. */
export interface SourceDefinition {
  readonly name: string
  readonly place: SourcePlace
  readonly columns: readonly SourceColumn[]
  /** Null: static rows, true at any time. */
  readonly eventTime: string | null
  /** Null: a row could be read as soon as it happened. */
  readonly createdTime: string | null
  /** IANA name of the zone of times that are written without one; null: they must carry one (Parquet: an instant). */
  readonly timeZone: string | null
  /** Columns that identify a row over its restatements: of rows that share them, the newest created counts. Empty: no row is restated. */
  readonly rowKey: readonly string[]
}

/** On the data clock: the newest event time is at most `maxAgeMs` before it. */
export interface FreshnessRule {
  readonly maxAgeMs: number
  readonly severity: ExpectationSeverity
}

/** On the data clock: how many rows have an event time within `windowMs` before it (the later end included, the earlier one not). */
export interface VolumeRule {
  readonly windowMs: number
  /** Null: no such limit; also `maxRows`. At least one of them is there. */
  readonly minRows: number | null
  readonly maxRows: number | null
  readonly severity: ExpectationSeverity
}

/** An entity of a view, and the column of the view's rows that holds each of its keys. */
export interface ViewEntity {
  readonly name: string
  /** By key name of the entity. */
  readonly columns: Readonly<Record<string, string>>
}

export interface ViewFeature {
  readonly name: string
  readonly dtype: FeatureDtype
  readonly unit?: string
  readonly description?: string
}

export type AggregateFunction =
  | 'count' | 'sum' | 'mean' | 'min' | 'max' | 'stddev' | 'first' | 'last' | 'count_distinct' | 'quantile' // prettier-ignore

/** A feature over a sliding window: of the rows that count for t, those with `t - window < event time <= t`. */
export interface Aggregation {
  readonly name: string
  readonly function: AggregateFunction
  /** Null only for `count`: rows are counted, whatever they hold. */
  readonly column: string | null
  readonly windowMs: number
  /** A condition in SQL over the view's rows; null: every row. */
  readonly where: string | null
  /** 0 to 1, for `quantile` alone. */
  readonly quantile: number | null
  readonly dtype: FeatureDtype
  readonly unit?: string
  readonly description?: string
}

/** `grid`: computed at multiples of `refreshMs`, in training as in serving; `exact`: pushed, and known at once. */
export type Freshness = { readonly type: 'grid'; readonly refreshMs: number; readonly lagMs: number } | { readonly type: 'exact' }

export interface ViewInput {
  readonly kind: 'DataSource' | 'FeatureView'
  readonly name: string
}

export interface ViewDefinition {
  readonly name: string
  readonly entities: readonly ViewEntity[]
  /** At least one; `transform` names them `{{ source }}` when there is one, `{{ NAME }}` when there are several. */
  readonly inputs: readonly ViewInput[]
  /** One SELECT in DuckDB's dialect; null: the input's rows as they are. */
  readonly transform: string | null
  /** Columns of the view's rows, as in SourceDefinition. */
  readonly eventTime: string | null
  readonly createdTime: string | null
  readonly rowKey: readonly string[]
  /** How old a value may be, both ends included; null: any age. */
  readonly ttlMs: number | null
  /** Columns of the view's rows. */
  readonly features: readonly ViewFeature[]
  readonly aggregations: readonly Aggregation[]
  /** Null: offline only; a value then counts from its created time on. */
  readonly online: Freshness | null
}

/** A view that a model reads: `join` maps key names to columns of the label rows (or names of request tensors). */
export interface ModelFeature {
  readonly view: string
  readonly join: Readonly<Record<string, string>>
  /** Features then are named `AS__FEATURE`; null: by their own name. */
  readonly as: string | null
  /** Names of features and aggregations of the view, in order. */
  readonly take: readonly string[]
}

export type ExpectationSeverity = 'critical' | 'warning' | 'info'

/** An expectation in Great Expectations' name and arguments. */
export interface Expectation {
  readonly name: string
  /** Without the three that every expectation has: they stand beside. */
  readonly arguments: Readonly<Record<string, Json>>
  /** Share of the rows that must meet it, 0 to 1; 1 unless written. */
  readonly mostly: number
  /** Condition in SQL: only rows that meet it are looked at; null: all. */
  readonly rowCondition: string | null
  readonly severity: ExpectationSeverity
}

/** A value of a unit test; times are texts in ISO 8601. */
export type TestCell = string | number | boolean | null

export type TestRow = Readonly<Record<string, TestCell>>

/** A unit test of a view: the rows of its inputs, and the values that must come out. */
export interface ViewTest {
  readonly name: string
  /** By name of the input. */
  readonly given: Readonly<Record<string, readonly TestRow[]>>
  /** Keys by their names, `at` where the view has an event time, and the values by name of the feature. */
  readonly expect: readonly TestRow[]
}

/** The rows that a model learns from: one row of a training set for each row of the source. */
export interface LabelDefinition {
  readonly source: string
  readonly column: string
  /** Column with the time of the prediction. */
  readonly predictAt: string
  /** Column with the time at which the label was known; null: at once. */
  readonly knownAt: string | null
}

/** Which rows are used for what. Times are in microseconds since the epoch, UTC. */
export interface SplitDefinition {
  /** Null: from the oldest row on. */
  readonly fromMicros: bigint | null
  /** The first time that no longer counts. */
  readonly untilMicros: bigint
  /** Column of the label source. */
  readonly splitBy: string
  /** Length of the part that ends where `test` begins; 0: none. */
  readonly validationMs: number
  /** Length of the part that ends at `until`; 0: none. */
  readonly testMs: number
}

/** Rows are looked at by the values of a column. */
export interface SliceDefinition {
  readonly by: string
  /** A group with fewer rows of the test part says too little; null: none does. */
  readonly minGroup: number | null
}

/** Columns of the label source that travel beside a training set and are no inputs of the model. */
export interface EvaluationColumns {
  /** What is drawn for intervals: a column, days (UTC) of `splitBy`, or (null) single rows. */
  readonly resampleBy: { readonly type: 'column'; readonly column: string } | { readonly type: 'day' } | null
  readonly slices: readonly SliceDefinition[]
  /** Further columns, each once: of rules that look at groups. They say nothing about the rows: no digest of training inputs has them. */
  readonly besides: readonly string[]
}
