/** The rows of a dataset's part, as evaluation reads them: Parquet files in batches, with what stands beside the rows. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MainwardError } from '../../core/error.ts'
import type { EvaluationColumns } from '../../core/feature-definition.ts'
import type { EvaluationRows, RowBatch, RowColumn, TextColumn } from '../../evaluation/evaluation-rows.ts'
import { besideColumns } from '../../features/dataset/build-content.ts'
import { partFiles, type DatasetReport } from '../../features/dataset/dataset-report.ts'
import type { DatasetColumn, PartName } from '../../features/dataset/plan-dataset.ts'
import type { Cell, Engine, EngineRow } from '../../features/engine/engine.ts'
import { openEngine, type EngineOptions } from '../../features/engine/open-engine.ts'
import { quoteName, quoteText } from '../../features/engine/quote.ts'

export interface DatasetRowsRequest {
  /** What `writeDataset` wrote. */
  readonly folder: string
  readonly part: PartName
  /** Columns of slices and groups, of the side file. */
  readonly side: readonly string[]
  readonly resampleBy: EvaluationColumns['resampleBy']
  /** Null: every row counts the same. */
  readonly weights: string | null
  readonly engine: EngineOptions
}

export interface DatasetRows extends EvaluationRows {
  readonly rows: number
  /** Ends the engine. Idempotent. */
  close(): Promise<void>
}

/** Rows that are in this process at once. */
const batchRows = 8192

const table = quoteName('evaluation:rows')

interface Columns {
  readonly features: readonly DatasetColumn[]
  readonly label: DatasetColumn
  readonly side: readonly string[]
  readonly clusters: string | null
  readonly weights: string | null
}

/** Throws `invalid-input` where the dataset has no such part or column, `not-found` where there is no dataset, and what engines throw. */
export async function openDatasetRows(request: DatasetRowsRequest): Promise<DatasetRows> {
  const report = await readReport(request.folder)
  const part = report.parts.find(({ name }) => name === request.part)
  if (part === undefined) {
    throw new MainwardError('invalid-input', `the dataset in ${request.folder} has no ${request.part} part`, {
      hint: `give training.data of the model a length of its ${request.part} part`,
    })
  }
  const columns = chooseColumns(report, request)
  const engine = await openEngine(request.engine)
  try {
    const { file, sideFile } = partFiles(request.part)
    await engine.query(buildRows(columns, join(request.folder, file), join(request.folder, sideFile)))
    return {
      rows: part.rows,
      features: columns.features.map(({ name }) => name),
      batches: () => readBatches(engine, columns, part.rows),
      close: () => engine.close(),
    }
  } catch (error) {
    await engine.close()
    throw error
  }
}

async function readReport(folder: string): Promise<DatasetReport> {
  try {
    return JSON.parse(await readFile(join(folder, 'dataset.json'), 'utf8')) as DatasetReport
  } catch (cause) {
    throw new MainwardError('not-found', `${folder} holds no dataset that can be read`, {
      cause,
      hint: 'make it: mainward dataset',
    })
  }
}

function chooseColumns(report: DatasetReport, { side, resampleBy, weights }: DatasetRowsRequest): Columns {
  const label = report.columns.find(({ role }) => role === 'label')
  if (label === undefined) throw new Error('a dataset has a label')
  const clusters = resampleBy === null ? null : resampleBy.type === 'day' ? besideColumns.day : resampleBy.column
  const wanted = [...side, ...(clusters === null ? [] : [clusters]), ...(weights === null ? [] : [weights])]
  const missing = wanted.find((name) => !report.sideColumns.includes(name))
  if (missing !== undefined) {
    throw new MainwardError('invalid-input', `the dataset has no column "${missing}" beside its rows`, {
      hint: 'make the dataset anew: it is of another manifest',
    })
  }
  return { features: report.columns.filter(({ role }) => role !== 'label'), label, side, clusters, weights }
}

/** One table with a number for each row: a page of it is found at once, and what does not fit into memory is spilled. */
function buildRows({ features, label, side, clusters, weights }: Columns, file: string, sideFile: string): string {
  const own = features.map(({ name }, index) => `f.${quoteName(name)} as f${index}`)
  const beside = side.map((name, index) => `s.${quoteName(name)}::varchar as s${index}`)
  const list = [
    'f.file_row_number as n',
    ...own,
    `f.${quoteName(label.name)} as label`,
    ...beside,
    ...(clusters === null ? [] : [`s.${quoteName(clusters)}::varchar as cluster`]),
    ...(weights === null ? [] : [`s.${quoteName(weights)}::double as weight`]),
  ]
  const read = (path: string): string => `read_parquet(${quoteText(path)}, file_row_number = true)`
  return `create table ${table} as select ${list.join(', ')} from ${read(file)} f join ${read(sideFile)} s on f.file_row_number = s.file_row_number order by n` // prettier-ignore
}

async function* readBatches(engine: Engine, columns: Columns, rows: number): AsyncGenerator<RowBatch> {
  for (let first = 0; first < rows; first += batchRows) {
    yield toBatch(
      await engine.query(`select * from ${table} where n >= ${first} and n < ${first + batchRows} order by n`),
      columns,
    )
  }
}

function toBatch(rows: readonly EngineRow[], { features, label, side, clusters, weights }: Columns): RowBatch {
  const texts = (column: string): TextColumn => rows.map((row) => textOf(row[column] ?? null))
  return {
    rows: rows.length,
    features: Object.fromEntries(features.map((column, index) => [column.name, valuesOf(rows, `f${index}`, column)])),
    label: valuesOf(rows, 'label', label),
    side: Object.fromEntries(side.map((name, index) => [name, texts(`s${index}`)])),
    ...(clusters === null ? {} : { clusters: texts('cluster') }),
    ...(weights === null ? {} : { weights: Float64Array.from(rows, (row) => Number(row['weight'])) }),
  }
}

/** Numbers that a double holds are one typed array, with NaN for null. */
function valuesOf(rows: readonly EngineRow[], column: string, { dtype }: DatasetColumn): RowColumn {
  if (dtype !== 'float32' && dtype !== 'float64' && dtype !== 'int32') return rows.map((row) => row[column] ?? null)
  return Float64Array.from(rows, (row) => {
    const value = row[column] ?? null
    return value === null ? NaN : Number(value)
  })
}

function textOf(value: Cell): string | null {
  return value === null ? null : String(value)
}
