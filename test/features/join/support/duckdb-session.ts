/** DuckDB in this process, for tests of SQL that the builders write. */
import { DuckDBInstance } from '@duckdb/node-api'

export interface DuckdbSession {
  /** Values as DuckDB's client gives them: BIGINT as bigint, DOUBLE as number, TIMESTAMP as an object with `micros`. */
  readonly query: (sql: string) => Promise<readonly (readonly unknown[])[]>
  readonly columns: (sql: string) => Promise<readonly string[]>
  readonly close: () => void
}

export async function openDuckdb(threads = 2): Promise<DuckdbSession> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) })
  const connection = await instance.connect()
  return {
    query: async (sql) => (await connection.runAndReadAll(sql)).getRows(),
    columns: async (sql) => (await connection.runAndReadAll(sql)).columnNames(),
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
