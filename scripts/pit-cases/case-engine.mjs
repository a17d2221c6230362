// The engine that golden cases run in: DuckDB, with statements that give rows as objects.
import { DuckDBInstance } from '@duckdb/node-api'

export async function openCaseEngine() {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await instance.connect()
  return {
    query: async (sql, parameters = []) => (await connection.runAndReadAll(sql, [...parameters])).getRowObjects(),
    close: async () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
