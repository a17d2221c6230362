/** Small questions to the files of a training set: some of its rows, what its labels are. */
import { join } from 'node:path'
import type { Json } from '../../core/digest.ts'
import type { Baseline, DataCheckOutcome } from '../../core/evaluation.ts'
import type { Task } from '../../core/release.ts'
import { judgeData } from '../../evaluation/data-checks/judge-data.ts'
import { measureFacts } from '../../features/dataset/measure-facts.ts'
import { type DatasetReport, partFiles } from '../../features/dataset/dataset-report.ts'
import type { PartName } from '../../features/dataset/plan-dataset.ts'
import type { Cell, Engine } from '../../features/engine/engine.ts'
import { type EngineOptions, openEngine } from '../../features/engine/open-engine.ts'
import { quoteName, quoteText } from '../../features/engine/quote.ts'

export interface DatasetReader {
  /** At most `count` rows of inputs by name, evenly over the part. */
  readSample(part: PartName, count: number): Promise<readonly Readonly<Record<string, Json>>[]>
  readLabels(): Promise<TrainingLabels>
  /** What is odd about the training part, and the one that judges. */
  checkData(judged: 'validation' | 'test'): Promise<readonly DataCheckOutcome[]>
}

export interface TrainingLabels {
  /** Of the training part, in the order of scikit-learn: numbers by size, texts by code point; empty for a regression. */
  readonly classes: readonly (string | number | boolean)[]
  readonly baseline: Baseline
}

export interface DatasetQuestion {
  readonly folder: string
  readonly report: DatasetReport
  readonly task: Task
  /** Null: 1, or true. */
  readonly positiveClass: string | number | boolean | null
}

/** The engine is closed in any case. */
export async function withDataset<T>(
  question: DatasetQuestion,
  options: EngineOptions,
  use: (reader: DatasetReader) => Promise<T>,
): Promise<T> {
  const engine = await openEngine({ ...options, folders: [question.folder] })
  try {
    return await use({
      readSample: (part, count) => readSample(engine, question, part, count),
      readLabels: () => readLabels(engine, question),
      checkData: async (judged) => judgeData(await measureFacts(engine, factsOf(question, judged))),
    })
  } finally {
    await engine.close()
  }
}

function factsOf({ folder, report, task }: DatasetQuestion, judged: 'validation' | 'test') {
  const fileOf = (part: PartName) => ({
    path: join(folder, partFiles(part).file),
    rows: report.parts.find(({ name }) => name === part)?.rows ?? 0,
  })
  return { task, columns: report.columns, train: fileOf('train'), judged: { name: judged, ...fileOf(judged) } }
}

async function readSample(engine: Engine, { folder, report }: DatasetQuestion, part: PartName, count: number) {
  const rows = report.parts.find(({ name }) => name === part)?.rows ?? 0
  const step = Math.max(1, Math.floor(rows / count))
  const names = report.columns.filter(({ role }) => role !== 'label').map(({ name }) => quoteName(name))
  const from = `read_parquet(${quoteText(join(folder, partFiles(part).file))}, file_row_number = true)`
  const found = await engine.query(
    `select ${names.join(', ')} from ${from} where file_row_number % ${step} = 0 order by file_row_number limit ${count}`,
  )
  return found.map((row) => Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, toJson(cell)])))
}

/** As JSON has it: digits as text beyond 2^53, null for what is no finite number. */
function toJson(cell: Cell): Json {
  if (typeof cell === 'bigint') return BigInt.asIntN(54, cell) === cell ? Number(cell) : cell.toString()
  return typeof cell === 'number' && !Number.isFinite(cell) ? null : cell
}

async function readLabels(engine: Engine, question: DatasetQuestion): Promise<TrainingLabels> {
  const { report, task } = question
  const label = quoteName(report.label.column)
  const weight = report.weights === null ? '1' : quoteName(`weight:${report.weights.column}`)
  const from = trainingRows(question)
  if (task === 'regression') {
    const [row] = await engine.query(`select sum(${label}::double * ${weight}) / sum(${weight}) as mean from ${from}`)
    return { classes: [], baseline: { kind: 'mean', values: [Number(row?.['mean'] ?? 0)] } }
  }
  const counted = await engine.query(`select ${label} as label, sum(${weight}) as n from ${from} group by all order by 1`)
  const classes = counted.map(({ label: value }) =>
    typeof value === 'bigint' ? Number(value) : (value as string | number | boolean),
  )
  const total = counted.reduce((sum, { n }) => sum + Number(n), 0)
  const shares = counted.map(({ n }) => Number(n) / total)
  if (task === 'multiclass-classification') return { classes, baseline: { kind: 'prior', values: shares } }
  const positive = shares[classes.findIndex((value) => isPositive(value, question.positiveClass))] ?? 0
  return { classes, baseline: { kind: 'prior', values: [positive] } }
}

/** Rows of the training part, their weights beside them. */
function trainingRows({ folder, report }: DatasetQuestion): string {
  const { file, sideFile } = partFiles('train')
  const rows = `read_parquet(${quoteText(join(folder, file))})`
  if (report.weights === null) return rows
  const { column } = report.weights
  const side = `(select ${quoteName(column)} as ${quoteName(`weight:${column}`)} from read_parquet(${quoteText(join(folder, sideFile))}))`
  return `(from ${rows} positional join ${side})`
}

export function isPositive(label: string | number | boolean, positiveClass: string | number | boolean | null): boolean {
  return positiveClass === null ? label === 1 || label === true : label === positiveClass
}
