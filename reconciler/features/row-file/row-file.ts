/** A file of rows, Parquet or CSV, as a table of an engine: what it has, and its rows in their order. It knows no model. */
import { MainwardError, messageOf } from '../../core/error.ts'
import type { Cell, Engine, EngineColumn } from '../engine/engine.ts'
import { quoteName, quoteText } from '../engine/quote.ts'
import { readCsvHeader } from '../sources/read-csv-header.ts'

export type RowFileFormat = 'parquet' | 'csv'

export interface RowFile {
  readonly format: RowFileFormat
  /** In the order of the file; types are DuckDB's. Of a CSV file all are VARCHAR. */
  readonly columns: readonly EngineColumn[]
  readonly rows: number
}

/** The table of the file: its columns, and `__row`, which counts from 0. */
export const rowTable = 'score:file'

/** Puts the file into the engine. Throws `invalid-input` for a file that is no such file. */
export async function openRowFile(engine: Engine, file: string, format: RowFileFormat): Promise<RowFile> {
  const read = format === 'parquet' ? `read_parquet(${quoteText(file)}, hive_partitioning = false)` : await buildReadCsv(file)
  try {
    // Nothing is sorted: DuckDB keeps the order of a file, and numbers it so.
    await engine.query(`create table ${quoteName(rowTable)} as select row_number() over () - 1 as "__row", * from ${read}`)
  } catch (thrown) {
    throw explain(file, thrown)
  }
  const described = await engine.query(`describe from ${quoteName(rowTable)}`)
  const [count] = await engine.query(`select count(*) as n from ${quoteName(rowTable)}`)
  const columns = described.map((row) => ({ name: String(row['column_name']), type: String(row['column_type']) }))
  return { format, columns: columns.slice(1), rows: Number(count?.['n']) }
}

/** Nothing is guessed of a CSV file: every value is text, and empty is null unless it is quoted. */
async function buildReadCsv(file: string): Promise<string> {
  const header = await readCsvHeader(file)
  if (header.type === 'not-utf-8') throw invalid(`expected CSV as UTF-8 in ${file}, found other bytes`)
  if (header.type === 'empty') throw invalid(`expected a header with the names of the columns in ${file}, found an empty file`)
  const twice = header.names.find((name, at) => header.names.indexOf(name) !== at)
  if (twice !== undefined) throw invalid(`${file} has two columns named ${twice}`)
  const types = header.names.map((name) => `${quoteText(name)}: 'VARCHAR'`).join(', ')
  const strict = `header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', allow_quoted_nulls = false`
  return `read_csv(${quoteText(file)}, columns = {${types}}, ${strict}, hive_partitioning = false)`
}

/** How a column's cells are read: by name, what they become. */
export interface ReadColumn extends EngineColumn {
  readonly read: (cell: Cell) => unknown
}

/** The rows from `first` up to `end`, in their order; cells of nested columns are JSON. */
export async function readRowFile(
  engine: Engine,
  columns: readonly ReadColumn[],
  first: number,
  end: number,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  if (columns.length === 0) return Array.from({ length: end - first }, () => ({}))
  const list = columns.map(({ name, type }) => `${buildCell(quoteName(name), type)} as ${quoteName(name)}`)
  const where = `"__row" >= ${first} and "__row" < ${end} order by "__row"`
  const rows = await engine.query(`select ${list.join(', ')} from ${quoteName(rowTable)} where ${where}`)
  return rows.map((row) => {
    const named: Record<string, unknown> = {}
    for (const { name, read } of columns) named[name] = read(row[name] ?? null)
    return named
  })
}

/** Whether cells of the type are JSON. */
export function isNested(type: string): boolean {
  return type.endsWith(']') || type.startsWith('STRUCT') || type.startsWith('MAP')
}

const plain = /^(BOOLEAN|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|VARCHAR|TIMESTAMP|TIMESTAMP WITH TIME ZONE)$/

/** A cell that leaves the engine. What no model takes is text. */
function buildCell(column: string, type: string): string {
  if (plain.test(type)) return column
  if (type.startsWith('DECIMAL')) return `${column}::DOUBLE`
  if (type === 'DATE' || type.startsWith('TIMESTAMP')) return `${column}::TIMESTAMP`
  return isNested(type) ? `to_json(${column})::VARCHAR` : `${column}::VARCHAR`
}

export interface AddedColumn extends EngineColumn {
  /** Column of the relation that has it. */
  readonly from: string
}

/** Writes the file again with further columns: those of `relation`, which has a row for each `__row`. */
export async function writeRowFile(
  engine: Engine,
  { format, columns }: RowFile,
  { relation, added, to }: { readonly relation: string; readonly added: readonly AddedColumn[]; readonly to: string },
): Promise<void> {
  const own = columns.map(({ name }) => `a.${quoteName(name)}`)
  const casts = added.map(({ name, type, from }) => `cast(b.${quoteName(from)} as ${type}) as ${quoteName(name)}`)
  const select = `select ${[...own, ...casts].join(', ')} from ${quoteName(rowTable)} a join ${quoteName(relation)} b using ("__row")`
  const options = format === 'parquet' ? 'format parquet, compression zstd' : 'format csv, header true'
  await engine.query(`copy (${select} order by "__row") to ${quoteText(to)} (${options})`)
}

function explain(file: string, thrown: unknown): unknown {
  if (!(thrown instanceof MainwardError) || thrown.code !== 'engine-failed') return thrown
  return invalid(`${file} can not be read: ${messageOf(thrown).split('\n')[0] ?? ''}`, thrown)
}

function invalid(message: string, cause?: unknown): MainwardError {
  return new MainwardError('invalid-input', message, { cause })
}
