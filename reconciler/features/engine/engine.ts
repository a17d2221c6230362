/** The port to a SQL engine: what the rooms of features/ ask of it. `open-engine.ts` gives one; nothing here knows DuckDB. */

/** int64 and counts are bigint; timestamps are bigint microseconds since the epoch; bytes and nested values never leave the engine. */
export type Cell = null | boolean | number | bigint | string

export type EngineRow = Readonly<Record<string, Cell>>

/**
 * One in-memory database in a process of its own, with limits on memory, spill and threads. Statements run one after the other.
 * Every call fails with a MainwardError: `engine-failed` with what the engine said, `engine-limit` when a limit ended it, or
 * `cancelled`; after the last two the engine is closed.
 */
export interface Engine {
  /** Runs the statements, and returns the rows of the last. `parameters` fill `$1`, `$2`, … of a single statement. Small results only. */
  query(sql: string, parameters?: readonly Cell[]): Promise<readonly EngineRow[]>
  /**
   * SHA-256 (hex) of `head` and of the rows of a SELECT: by their values, whatever their number, see hash-rows.ts. The first column counts
   * them from 0. Columns are BIGINT, DOUBLE, BOOLEAN or VARCHAR.
   */
  hash(sql: string, head: string): Promise<string>
  /** Fills a new table, in the order given. `columns` are name and SQL type. Back-pressure by the iteration. */
  load(table: string, columns: readonly EngineColumn[], rows: RowBatches): Promise<void>
  /** From here on statements reach no file but those that were allowed at opening, and no setting can change. */
  lock(): Promise<void>
  /** Ends the process, and removes what it spilled. Idempotent. */
  close(): Promise<void>
}

/** Rows that come in time, or that are there. */
export type RowBatches = AsyncIterable<readonly (readonly Cell[])[]> | Iterable<readonly (readonly Cell[])[]>

export interface EngineColumn {
  readonly name: string
  /** DuckDB's name of the type. */
  readonly type: string
}
