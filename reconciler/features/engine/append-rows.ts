/** Rows into a table that is there already, a portion at a time: an engine loads rows into new tables alone. */
import type { Cell, Engine, EngineColumn } from './engine.ts'
import { inBatches } from './in-batches.ts'
import { quoteName } from './quote.ts'

/** `columns` are those of the table, in its order. */
export async function appendRows(
  engine: Engine,
  table: string,
  columns: readonly EngineColumn[],
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  const portion = `${table}:portion`
  await engine.load(
    portion,
    columns,
    inBatches(rows, (row) => row),
  )
  await engine.query(`insert into ${quoteName(table)} from ${quoteName(portion)}; drop table ${quoteName(portion)}`)
}

/** An empty table of the columns. */
export async function createTable(engine: Engine, table: string, columns: readonly EngineColumn[]): Promise<void> {
  await engine.query(
    `create table ${quoteName(table)} (${columns.map(({ name, type }) => `${quoteName(name)} ${type}`).join(', ')})`,
  )
}
