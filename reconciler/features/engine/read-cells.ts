/** Values of DuckDB as cells: inside the engine's process. Types that a cell cannot hold are refused by name, never rounded. */
import {
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBResult,
  type DuckDBValue,
} from '@duckdb/node-api'
import { MainwardError } from '../../core/error.ts'
import type { EngineTable } from './engine-calls.ts'
import type { Cell } from './engine.ts'

/** What one cell takes beside its text, in bytes: about. */
const cellBytes = 16

/** Reads the whole answer. Throws `engine-limit` when it is larger than `limitBytes`. */
export async function readCells(result: DuckDBResult, limitBytes: number): Promise<EngineTable> {
  const names = result.columnNames()
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new Error(`the answer has two columns named ${twice}`)
  const rows: Cell[][] = []
  let sizeBytes = 0
  for (;;) {
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) return { names, rows }
    const cells = chunk.getRows().map((row) => row.map((value, at) => toCell(value, names[at] ?? '')))
    for (const row of cells) for (const cell of row) sizeBytes += cellBytes + (typeof cell === 'string' ? cell.length : 0)
    if (sizeBytes > limitBytes) throw tooLarge(limitBytes)
    rows.push(...cells)
  }
}

function toCell(value: DuckDBValue, column: string): Cell {
  if (value === null) return null
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint')
    return value
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return value.micros
  if (value instanceof DuckDBTimestampSecondsValue) return value.seconds * 1_000_000n
  if (value instanceof DuckDBTimestampMillisecondsValue) return value.millis * 1_000n
  const found = value.constructor.name.replace(/^DuckDB|Value$/g, '')
  throw new Error(`column ${column} has a value of type ${found}, which leaves no engine: cast it in the statement`)
}

function tooLarge(limitBytes: number): MainwardError {
  return new MainwardError('engine-limit', `the answer is larger than ${limitBytes} bytes`, {
    hint: 'write it to a file with COPY, or ask for less',
  })
}
