/** CSV files into one table: strict, nothing is guessed. UTF-8, commas, quotes as in RFC 4180, a header in every file. */
import { MainwardError, messageOf } from '../../core/error.ts'
import type { SourceDefinition } from '../../core/feature-definition.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteName, quoteText } from '../engine/quote.ts'
import { buildCheckColumns, planText, selectList, type CellCheck, type ColumnPlan } from './column-plan.ts'
import { listPartitions, partitionSql } from './partition-columns.ts'
import { pruneFiles } from './prune-files.ts'
import { readCsvHeader } from './read-csv-header.ts'
import type { ResolvedFile, ResolvedSource } from './resolve-source.ts'
import { sourceError } from './source-error.ts'
import type { SourceParts } from './source-part.ts'
import { sqlTypes } from './sql-types.ts'
import type { TimeRange } from './time-range.ts'

interface LoadedFile {
  readonly path: string
  /** Number of its first row in the table. */
  readonly start: bigint
}

/** The table is `raw:NAME`; its `rowid` is the row's number. */
export async function loadCsv(engine: Engine, source: ResolvedSource, range: TimeRange): Promise<SourceParts> {
  const { definition } = source
  const table = quoteName(`raw:${definition.name}`)
  const files = await pruneFiles(engine, definition, source.files, range)
  const list = definition.columns.map(({ name, dtype }) => `${quoteName(name)} ${sqlTypes[dtype]}`)
  await engine.query(`create table ${table} (${[...list, '"__bad" INTEGER', '"__value" VARCHAR'].join(', ')})`)
  const loaded: LoadedFile[] = []
  let start = 0n
  for (const file of files) {
    loaded.push({ path: file.path, start })
    start += await loadFile(engine, definition, file, table)
  }
  const plans = definition.columns.map((column) => planText(column, '""', definition.timeZone))
  const columns = definition.columns.map(({ name }) => ({ name, sql: quoteName(name), checks: [] }))
  return {
    parts: [{ from: table, row: 'rowid', columns, checks: readChecks(plans) }],
    filesRead: files.length,
    placeOf: (row) => {
      const file = loaded.findLast((each) => each.start <= row)
      return Promise.resolve(file === undefined ? null : { file: file.path, row: row - file.start })
    },
  }
}

/** What was found wrong while reading stands in the table, by the number of its check. */
function readChecks(plans: readonly ColumnPlan[]): readonly CellCheck[] {
  return plans.flatMap(({ checks }) => checks).map((check, at) => ({ ...check, isBad: `("__bad" = ${at})`, value: '"__value"' }))
}

async function loadFile(engine: Engine, definition: SourceDefinition, file: ResolvedFile, table: string): Promise<bigint> {
  const { name, columns, timeZone } = definition
  const header = await readHeader(name, file)
  const partitions = listPartitions(definition)
  const plans = columns.map((column) => {
    if (partitions.includes(column.name)) return planText(column, `(${partitionSql(file, column.name)})`, timeZone ?? 'UTC')
    if (header.includes(column.name)) return planText(column, quoteName(column.name), timeZone)
    const hint = 'the first line must name the columns, separated by commas; correct the name (case counts)'
    throw sourceError(name, `${file.path} has no column ${column.name}; its header is ${header.join(', ')}`, hint)
  })
  const bad = buildCheckColumns(plans.flatMap(({ checks }) => checks))
  const types = header.map((column) => `${quoteText(column)}: 'VARCHAR'`).join(', ')
  try {
    const [row] = await engine.query(
      `insert into ${table} select ${selectList(plans)}, ${bad.code}, ${bad.value}
       from read_csv(${quoteText(file.localPath)}, header = true, auto_detect = false, columns = {${types}}, delim = ',', quote = '"',
                     escape = '"', allow_quoted_nulls = false, hive_partitioning = false)`,
    )
    return row?.['Count'] as bigint
  } catch (thrown) {
    throw explain(name, file, thrown)
  }
}

async function readHeader(source: string, { path, localPath }: ResolvedFile): Promise<readonly string[]> {
  const header = await readCsvHeader(localPath)
  if (header.type === 'empty')
    throw sourceError(source, `${path} is empty, without a header`, 'write the names of the columns as its first line')
  if (header.type === 'not-utf-8') throw sourceError(source, `${path} is not UTF-8`, 'write the file as UTF-8')
  const lower = header.names.map((each) => each.toLowerCase())
  const twice = header.names.find((_, at) => lower.indexOf(lower[at] ?? '') !== at)
  if (twice !== undefined)
    throw sourceError(source, `${path} has two columns ${twice}`, 'name each column once; the engine does not tell case apart')
  return header.names
}

function explain(source: string, { path, localPath }: ResolvedFile, thrown: unknown): unknown {
  if (!(thrown instanceof MainwardError) || thrown.code !== 'engine-failed') return thrown
  const message = messageOf(thrown)
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1]
  const at = line === undefined ? path : `line ${line} of ${path}`
  if (/unicode|utf-8/i.test(message)) return sourceError(source, `${at} is not UTF-8`, 'write the file as UTF-8', thrown)
  const columns = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message)
  if (columns !== null) {
    const problem = `expected ${columns[1]} cells, found ${columns[2]} in ${at}`
    return sourceError(
      source,
      problem,
      'separate cells by commas, and put text that has commas or line feeds in double quotes',
      thrown,
    )
  }
  const said = (
    message.split('\n').find((each) => !/^(Invalid Input Error: )?CSV Error|^Original Line/.test(each)) ?? message
  ).replaceAll(localPath, path)
  return sourceError(
    source,
    `${at} cannot be read: ${said}`,
    'correct the line; the file must be comma-separated, with RFC 4180 quotes',
    thrown,
  )
}
