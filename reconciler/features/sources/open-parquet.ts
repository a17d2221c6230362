/** Parquet files as parts: read where they lie, nothing is copied. Files of one shape are read together. */
import { messageOf } from '../../core/error.ts'
import type { SourceDefinition } from '../../core/feature-definition.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteList, quoteName, quoteText } from '../engine/quote.ts'
import { planText, planTyped, type ColumnPlan } from './column-plan.ts'
import { listPartitions, partitionSql } from './partition-columns.ts'
import { pruneFiles } from './prune-files.ts'
import type { ResolvedFile, ResolvedSource } from './resolve-source.ts'
import { sourceError } from './source-error.ts'
import type { RowPlace, SourcePart, SourceParts } from './source-part.ts'
import type { TimeRange } from './time-range.ts'

interface MeasuredFile extends ResolvedFile {
  /** Number of its first row in the source. */
  readonly start: bigint
  readonly rows: bigint
  /** Equal for files of equal columns. */
  readonly shape: string
}

/** Virtual columns of DuckDB's reader: a column of the same name would hide them. */
const reserved = ['file_row_number', 'file_index']

export async function openParquet(engine: Engine, source: ResolvedSource, range: TimeRange): Promise<SourceParts> {
  const { definition } = source
  const measured = await measureFiles(engine, source)
  const kept = new Set((await pruneFiles(engine, definition, measured, range)).map(({ path }) => path))
  const read = measured.filter(({ path, rows }) => kept.has(path) && rows > 0n)

  const parts: SourcePart[] = []
  for (const files of groupByShape(read)) parts.push(await openGroup(engine, definition, files))
  return { parts, filesRead: kept.size, placeOf: (row) => Promise.resolve(placeIn(measured, row)) }
}

/** Reads every footer: a file that is cut off is found before any row is read. */
async function measureFiles(engine: Engine, { definition, files }: ResolvedSource): Promise<readonly MeasuredFile[]> {
  const found = await readFooters(engine, definition.name, files)
  let start = 0n
  return files.map((file) => {
    const { rows, shape } = found.get(file.localPath) ?? { rows: 0n, shape: '' }
    const measured = { ...file, rows, shape, start }
    start += rows
    return measured
  })
}

async function readFooters(
  engine: Engine,
  source: string,
  files: readonly ResolvedFile[],
): Promise<ReadonlyMap<string, { readonly rows: bigint; readonly shape: string }>> {
  const list = quoteList(files.map(({ localPath }) => localPath))
  try {
    const rows = await engine.query(
      `select m.file_name as name, m.num_rows as rows, s.shape
       from parquet_file_metadata(${list}) m
       join (select file_name, string_agg(concat_ws('|', name, type, logical_type, converted_type, num_children, scale), ';'
                                          order by column_id) as shape
             from parquet_schema(${list}) group by file_name) s using (file_name)`,
    )
    return new Map(rows.map(({ name, rows: count, shape }) => [String(name), { rows: count as bigint, shape: String(shape) }]))
  } catch (thrown) {
    throw unreadable(source, files, thrown)
  }
}

function unreadable(source: string, files: readonly ResolvedFile[], thrown: unknown): unknown {
  const said = messageOf(thrown).split('\n')[0] ?? ''
  const file = files.find(({ localPath }) => said.includes(localPath))
  if (file === undefined) return thrown
  const problem = `${file.path} is no whole Parquet file: ${said.replaceAll(file.localPath, file.path)}`
  return sourceError(source, problem, 'write the file again: it is empty, cut off, or of another format', thrown)
}

function groupByShape(files: readonly MeasuredFile[]): Iterable<readonly MeasuredFile[]> {
  const groups = new Map<string, MeasuredFile[]>()
  for (const file of files) {
    const group = groups.get(file.shape)
    if (group === undefined) groups.set(file.shape, [file])
    else group.push(file)
  }
  return groups.values()
}

async function openGroup(engine: Engine, definition: SourceDefinition, files: readonly MeasuredFile[]): Promise<SourcePart> {
  const first = files[0]
  if (first === undefined) throw new Error('a group has files')
  const described = await engine.query(
    `select column_name, column_type from (describe select * from read_parquet(${quoteText(first.localPath)}, hive_partitioning = false))`,
  )
  const types = new Map(described.map(({ column_name, column_type }) => [String(column_name), String(column_type)]))
  const hidden = reserved.find((name) => types.has(name))
  if (hidden !== undefined) {
    throw sourceError(definition.name, `${first.path} has a column ${hidden}, which the engine needs itself`, 'rename the column')
  }
  const columns = planColumns(definition, first.path, types)
  const checks = columns.flatMap((column) => column.checks)
  const paths = quoteList(files.map(({ localPath }) => localPath))
  const partitions = listPartitions(definition)
  const read = `read_parquet(${paths}, hive_partitioning = false) as r`
  if (partitions.length === 0) {
    const starts = files.map(({ start }) => `${start}::bigint`)
    const start = starts.length === 1 ? starts[0] : `([${starts.join(', ')}])[r.file_index::bigint + 1]`
    return { from: read, row: `(${start} + r.file_row_number)`, columns, checks }
  }
  const values = files.map(
    (file, at) => `(${[at, `${file.start}::bigint`, ...partitions.map((name) => partitionSql(file, name))].join(', ')})`,
  )
  const names = ['i', 'start', ...partitions.map((_, at) => `p${at}`)].join(', ')
  return {
    from: `${read} join (values ${values.join(', ')}) as f(${names}) on r.file_index = f.i`,
    row: '(f.start + r.file_row_number)',
    columns,
    checks,
  }
}

function planColumns(definition: SourceDefinition, path: string, types: ReadonlyMap<string, string>): readonly ColumnPlan[] {
  const partitions = listPartitions(definition)
  return definition.columns.map((column) => {
    const partition = partitions.indexOf(column.name)
    if (partition !== -1) return planText(column, `f.p${partition}`, definition.timeZone ?? 'UTC')
    const type = types.get(column.name)
    if (type === undefined) {
      const hint = 'correct the name (case counts), or take the column out of the definition'
      throw sourceError(definition.name, `${path} has no column ${column.name}; it has ${[...types.keys()].join(', ')}`, hint)
    }
    const plan = planTyped(column, { sql: `r.${quoteName(column.name)}`, type }, definition.timeZone)
    if (plan !== null) return plan
    const hint = 'declare a dtype that holds every value of that type, or write the file with the declared one'
    throw sourceError(definition.name, `column ${column.name} is declared ${column.dtype}, and is ${type} in ${path}`, hint)
  })
}

function placeIn(files: readonly MeasuredFile[], row: bigint): RowPlace | null {
  const file = files.find(({ start, rows }) => row >= start && row < start + rows)
  return file === undefined ? null : { file: file.path, row: row - file.start }
}
