/** The engine's port on DuckDB in this process: as quick as tests want it, without limits. */
import { DuckDBInstance, DuckDBTimestampValue, type DuckDBValue } from '@duckdb/node-api'
import { MainwardError, messageOf } from '../../../../reconciler/core/error.ts'
import type { Cell, Engine } from '../../../../reconciler/features/engine/engine.ts'

export interface TestEngine extends Engine {
  /** Statements so far. */
  readonly statements: readonly string[]
}

export async function openTestEngine(threads = 2): Promise<TestEngine> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) })
  const connection = await instance.connect()
  const statements: string[] = []
  return {
    statements,
    async query(sql) {
      statements.push(sql)
      try {
        const reader = await connection.runAndReadAll(sql)
        return reader
          .getRowObjects()
          .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toCell(value)])))
      } catch (thrown) {
        throw new MainwardError('engine-failed', messageOf(thrown))
      }
    },
    hash: () => Promise.reject(new Error('tests hash nothing')),
    load: () => Promise.reject(new Error('tests fill tables by SQL')),
    lock: () => Promise.resolve(),
    close() {
      connection.closeSync()
      instance.closeSync()
      return Promise.resolve()
    },
  }
}

function toCell(value: DuckDBValue): Cell {
  if (value instanceof DuckDBTimestampValue) return value.micros
  if (value === null || ['boolean', 'number', 'bigint', 'string'].includes(typeof value)) return value as Cell
  throw new Error(`no cell: ${String(value)}`)
}
