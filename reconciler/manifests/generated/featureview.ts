/** Generated from schemas/ by `npm run generate`: edit the schema, never this file. */
/**
 * Features of entities, computed from data sources.
 */
export interface FeatureViewManifest {
  /**
   * Version of the manifest format.
   */
  readonly apiVersion: 'mainward.dev/v1alpha1'
  /**
   * Kind of the resource.
   */
  readonly kind: 'FeatureView'
  readonly metadata: Metadata
  readonly spec: WrittenFeatureViewSpec
}
/**
 * Who and what the resource is.
 */
export interface Metadata {
  /**
   * Name of the resource, unique in its kind.
   */
  readonly name: string
  /**
   * What this is, for people. Default: none.
   */
  readonly description?: string
  /**
   * Who answers for it: a team or a person. Default: none.
   */
  readonly owner?: string
  /**
   * Words to find it by. Default: none.
   *
   * @maxItems 64
   *
   * Items: One word.
   */
  readonly tags?: readonly string[]
}
/**
 * The view. Exactly one of source and sources; at least one feature or aggregation.
 */
export interface WrittenFeatureViewSpec {
  /**
   * What the features describe. Their keys together identify a row of the view.
   *
   * @minItems 1
   * @maxItems 16
   */
  readonly entities: readonly WrittenViewEntity[]
  /**
   * Where the rows come from: the name of a DataSource, or { view: NAME } for the rows of another view. transform calls it {{ source }}.
   */
  readonly source?: string | WrittenViewReference
  /**
   * Several inputs, which transform calls by their names: {{ NAME }}.
   *
   * @minItems 2
   * @maxItems 32
   *
   * Items: Where rows come from: the name of a DataSource, or { view: NAME } for the rows of another view.
   */
  readonly sources?: (string | WrittenViewReference1)[]
  /**
   * How old a value may be, both ends included. Default: any age.
   */
  readonly ttl?: string
  /**
   * One SELECT in the dialect of DuckDB, which gives the rows of the view. Default: none, then the rows of the source as they are.
   */
  readonly transform?: string
  /**
   * Column of the rows with the time at which a row became true. Default: that of the only source; of several: none, then rows are static, as their sources must be.
   */
  readonly eventTime?: string
  /**
   * Column of the rows with the time from which on a row could be read. Default: that of the only source; of several: none.
   */
  readonly createdTime?: string
  /**
   * Columns of the rows that identify a row over its restatements. Default: those of the only source; of several: none.
   *
   * @minItems 1
   * @maxItems 16
   *
   * Items: Name of a column.
   */
  readonly rowKey?: readonly string[]
  /**
   * Columns of the rows that are features: the newest value counts. Default: none.
   *
   * @maxItems 2000
   */
  readonly features?: readonly WrittenViewFeature[]
  /**
   * Features over sliding windows. Default: none.
   *
   * @maxItems 2000
   */
  readonly aggregations?: readonly WrittenAggregation[]
  /**
   * What must hold for the view's rows: names and arguments of Great Expectations, one expectation an entry. Default: none.
   *
   * @maxItems 1000
   */
  readonly expectations?: readonly WrittenExpectation[]
  /**
   * Unit tests: rows in, values out. Default: none.
   *
   * @maxItems 1000
   */
  readonly tests?: readonly WrittenViewTest[]
  readonly online?: WrittenOnline
}
/**
 * One entity.
 */
export interface WrittenViewEntity {
  /**
   * Name of an Entity.
   */
  readonly name: string
  /**
   * Column of the rows for each key, by name of the key. Default: the column named like the key.
   */
  readonly columns?: {
    /**
     * Name of a column.
     */
    readonly [k: string]: string
  }
}
/**
 * Another view.
 */
export interface WrittenViewReference {
  /**
   * Name of a FeatureView.
   */
  readonly view: string
}
/**
 * Another view.
 */
export interface WrittenViewReference1 {
  /**
   * Name of a FeatureView.
   */
  readonly view: string
}
/**
 * One feature.
 */
export interface WrittenViewFeature {
  /**
   * Name of the feature and of its column.
   */
  readonly name: string
  /**
   * Type of the values.
   */
  readonly dtype: 'bool' | 'int32' | 'int64' | 'float32' | 'float64' | 'string' | 'timestamp'
  /**
   * Unit of the values, for example mph. Default: none.
   */
  readonly unit?: string
  /**
   * What it means, for people. Default: none.
   */
  readonly description?: string
}
/**
 * One feature over a window.
 */
export interface WrittenAggregation {
  /**
   * Name of the feature.
   */
  readonly name: string
  /**
   * What is computed of the rows in the window. Nulls are left out.
   */
  readonly function: 'count' | 'sum' | 'mean' | 'min' | 'max' | 'stddev' | 'first' | 'last' | 'count_distinct' | 'quantile'
  /**
   * Column of the rows. Default: none, only for count: rows are counted, whatever they hold.
   */
  readonly column?: string
  /**
   * Length of the window. For time t it holds the rows after t - window, up to t.
   */
  readonly window: string
  /**
   * A condition in SQL over the view's rows: only rows that meet it count. Default: none, every row.
   */
  readonly where?: string
  /**
   * Which quantile, 0 to 1; only for the function quantile, which needs it. Default: none.
   */
  readonly quantile?: number
  /**
   * Type of the values. Default: int64 for count, count_distinct and a sum of whole numbers; float64 for mean, stddev, quantile and other sums; that of the column for the others.
   */
  readonly dtype?: 'bool' | 'int32' | 'int64' | 'float32' | 'float64' | 'string' | 'timestamp'
  /**
   * Unit of the values, for example mph. Default: none.
   */
  readonly unit?: string
  /**
   * What it means, for people. Default: none.
   */
  readonly description?: string
}
/**
 * One expectation: its name, and its arguments.
 */
export interface WrittenExpectation {
  /**
   * Arguments of the expectation.
   */
  readonly [k: string]: {}
}
/**
 * One unit test.
 */
export interface WrittenViewTest {
  /**
   * What is tested, in words.
   */
  readonly name: string
  /**
   * Rows of the source; with several sources the rows of each by its name.
   */
  readonly given:
    | {
        /**
         * A value: a text, a number, true, false, or null for a missing value. Times are texts: 2013-01-01T05:00:00Z.
         */
        readonly [k: string]: string | number | boolean | null
      }[]
    | {
        /**
         * Rows of one source.
         *
         * @maxItems 10000
         *
         * Items: One row: a value by column.
         */
        readonly [k: string]: {
          /**
           * A value: a text, a number, true, false, or null for a missing value. Times are texts: 2013-01-01T05:00:00Z.
           */
          readonly [k: string]: string | number | boolean | null
        }[]
      }
  /**
   * Rows of keys, `at` (the time that is asked about; not for static rows) and the values that must come out.
   *
   * @minItems 1
   * @maxItems 10000
   *
   * Items: One row: a value by column.
   */
  readonly expect: {
    /**
     * A value: a text, a number, true, false, or null for a missing value. Times are texts: 2013-01-01T05:00:00Z.
     */
    readonly [k: string]: string | number | boolean | null
  }[]
}
/**
 * How values reach serving, which training imitates. Exactly one of refresh and freshness. Default: offline only.
 */
export interface WrittenOnline {
  /**
   * Values are computed anew at multiples of this time; training sees the value of the last one. Default: none, values are pushed.
   */
  readonly refresh?: string
  /**
   * Time allowed for computing: a value counts from then on. Default: 0s.
   */
  readonly lag?: string
  /**
   * exact: values are pushed, and known at once. Default: none, values are computed.
   */
  readonly freshness?: 'exact'
}
