/** Generated from schemas/ by `npm run generate`: edit the schema, never this file. */
/**
 * A table of rows: files of the repository, or a query of a Postgres database.
 */
export interface DataSourceManifest {
  /**
   * Version of the manifest format.
   */
  readonly apiVersion: 'mainward.dev/v1alpha1'
  /**
   * Kind of the resource.
   */
  readonly kind: 'DataSource'
  readonly metadata: Metadata
  readonly spec: WrittenDataSourceSpec
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
 * The source. Exactly one of file and postgres.
 */
export interface WrittenDataSourceSpec {
  /**
   * Path of a .parquet or .csv file from the root of the reconciled path. Globs name several files: * any letters, ** any folders, ? one letter, [ab] one of them.
   */
  readonly file?: string
  /**
   * Columns that the names of folders hold (day=2013-01-01/), as Hive writes them; each is also one of columns. Default: none.
   *
   * @maxItems 16
   *
   * Items: Name of a column.
   */
  readonly partitions?: readonly string[]
  readonly postgres?: WrittenPostgres
  /**
   * Column with the time at which a row became true. A row without one is dropped and counted. Default: none, then rows are static: true at any time.
   */
  readonly eventTime?: string
  /**
   * Column with the time from which on a row could be read. Default: none, then a row could be read as soon as it happened.
   */
  readonly createdTime?: string
  /**
   * IANA name of the zone of times that are written without one, for example America/New_York. Default: none, then times in a .csv carry an offset, and others are UTC.
   */
  readonly timeZone?: string
  /**
   * Columns that identify a row over its restatements: of rows that share them, the one that was created last counts. Needs createdTime. Default: none, no row is restated.
   *
   * @minItems 1
   * @maxItems 16
   *
   * Items: Name of a column.
   */
  readonly rowKey?: readonly string[]
  /**
   * The columns that may be used. Others are not read.
   *
   * @minItems 1
   * @maxItems 2000
   */
  readonly columns: readonly WrittenColumn[]
  /**
   * What must hold for the rows: names and arguments of Great Expectations, one expectation an entry. Default: none.
   *
   * @maxItems 1000
   */
  readonly expectations?: readonly WrittenExpectation[]
  readonly freshness?: WrittenFreshness
  readonly volume?: WrittenVolume
}
/**
 * Rows that a query of a Postgres database gives.
 */
export interface WrittenPostgres {
  /**
   * One SELECT. Its result has the columns.
   */
  readonly query: string
  readonly connection: WrittenConnection
}
/**
 * Where the database is.
 */
export interface WrittenConnection {
  readonly secretRef: WrittenSecretRef
}
/**
 * Where the connection URL is. Exactly one of env and file.
 */
export interface WrittenSecretRef {
  /**
   * Name of an environment variable.
   */
  readonly env?: string
  /**
   * Path of a file that holds nothing else.
   */
  readonly file?: string
}
/**
 * One column.
 */
export interface WrittenColumn {
  /**
   * Name of the column.
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
 * One expectation: its name, and its arguments.
 */
export interface WrittenExpectation {
  /**
   * Arguments of the expectation.
   */
  readonly [k: string]: {}
}
/**
 * How old the newest row may be, by event time on the data clock. Default: of any age.
 */
export interface WrittenFreshness {
  /**
   * Age of the newest row at which the source counts as late.
   */
  readonly maxAge: string
  /**
   * How bad a late source is. Default: critical.
   */
  readonly severity?: 'critical' | 'warning' | 'info'
}
/**
 * How many rows a stretch of time must have, by event time on the data clock. At least one of minRows and maxRows. Default: any number.
 */
export interface WrittenVolume {
  /**
   * Length of the stretch that ends at the data clock.
   */
  readonly window: string
  /**
   * Fewest rows in it. Default: none.
   */
  readonly minRows?: number
  /**
   * Most rows in it. Default: none.
   */
  readonly maxRows?: number
  /**
   * How bad another number of rows is. Default: critical.
   */
  readonly severity?: 'critical' | 'warning' | 'info'
}
