/** Counts what data checks need of the parts of a dataset, column by column: the rows stay in the engine. Judges nothing. */
import type { DataFacts, FeatureFacts, LabelCount, NewCategories } from '../../core/data-facts.ts'
import type { Task } from '../../core/release.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteName, quoteText } from '../engine/quote.ts'
import { measureAssociation } from './measure-association.ts'
import { measureBins } from './measure-bins.ts'
import type { DatasetColumn } from './plan-dataset.ts'

export interface FactsRequest {
  readonly task: Task
  readonly columns: readonly DatasetColumn[]
  readonly train: PartFile
  readonly judged: PartFile & { readonly name: DataFacts['judgedPart'] }
}

export interface PartFile {
  /** Parquet, that the engine may read. */
  readonly path: string
  readonly rows: number
}

/** Rows of a part that bins and associations are made of, at most. */
const mostSampled = 200_000

const mostLabels = 1000

const names = {
  train: quoteName('facts:train'),
  judged: quoteName('facts:judged'),
  trainSample: quoteName('facts:train-sample'),
  judgedSample: quoteName('facts:judged-sample'),
}

/** Throws what engines throw. Leaves its relations behind. */
export async function measureFacts(engine: Engine, request: FactsRequest): Promise<DataFacts> {
  const { task, columns, train, judged } = request
  const label = columns.find(({ role }) => role === 'label')
  if (label === undefined) throw new Error('a dataset has a label')
  const parts = [...readPart('train', 'trainSample', train, columns), ...readPart('judged', 'judgedSample', judged, columns)]
  await engine.query(parts.join('; '))
  const labels = await countLabels(engine, label.name, task)
  const inputs = columns.filter(({ role }) => role !== 'label')
  const constant = await findConstants(engine, inputs)
  const samples = { train: names.trainSample, judged: names.judgedSample }
  const bins = await measureBins(engine, inputs, samples)
  const features: FeatureFacts[] = []
  for (const [index, column] of inputs.entries()) {
    features.push({
      name: column.name,
      dtype: column.dtype,
      isConstant: constant[index] ?? false,
      newCategories: column.dtype === 'string' ? await findNewCategories(engine, column.name) : null,
      bins: bins[index] ?? { train: [], judged: [] },
      ...(await measureAssociation(engine, { column, label: label.name, task, labels, ...samples })),
    })
  }
  return {
    task,
    judgedPart: judged.name,
    trainRows: train.rows,
    judgedRows: judged.rows,
    sampledRows: { train: await countRows(engine, names.trainSample), judged: await countRows(engine, names.judgedSample) },
    sharedRows: await countShared(engine, columns),
    labels,
    features,
  }
}

/** Every k-th row is a sample of all times alike, and the same one every time. In it numbers and flags are doubles, and null where NaN. */
function readPart(
  all: 'train' | 'judged',
  sample: 'trainSample' | 'judgedSample',
  { path, rows }: PartFile,
  columns: readonly DatasetColumn[],
): readonly string[] {
  const file = `read_parquet(${quoteText(path)}, file_row_number = true)`
  const stride = Math.max(1, Math.ceil(rows / mostSampled))
  const list = columns.map(
    (column) => `${column.role === 'label' ? quoteName(column.name) : plainValue(column)} as ${quoteName(column.name)}`,
  )
  return [
    `create or replace view ${names[all]} as select * exclude (file_row_number) from ${file}`,
    `create or replace table ${names[sample]} as select ${list.join(', ')} from ${file} where file_row_number % ${stride} = 0`,
  ]
}

function plainValue({ name, dtype }: DatasetColumn): string {
  const column = quoteName(name)
  if (dtype === 'string') return column
  if (dtype === 'bool') return `${column}::int::double`
  return dtype === 'float32' || dtype === 'float64'
    ? `case when isnan(${column}) then null else ${column}::double end`
    : `${column}::double`
}

async function countRows(engine: Engine, relation: string): Promise<number> {
  const [found] = await engine.query(`select count(*) as n from ${relation}`)
  return Number(found?.['n'])
}

/** By a hash of 64 bits: of a million rows in each part, two others than the same have one hash with a chance of 1 in 10 million. */
async function countShared(engine: Engine, columns: readonly DatasetColumn[]): Promise<number> {
  const all = columns.map(({ name }) => quoteName(name)).join(', ')
  const [found] = await engine.query(
    `select count(*) as n from ${names.judged} where hash(${all}) in (select hash(${all}) from ${names.train})`,
  )
  return Number(found?.['n'])
}

async function countLabels(engine: Engine, label: string, task: Task): Promise<readonly LabelCount[]> {
  const column = quoteName(label)
  const rows = await engine.query(
    `select value, sum(train)::bigint as train, sum(judged)::bigint as judged from (
      select ${column}::varchar as value, 1 as train, 0 as judged from ${names.train}
      union all select ${column}::varchar, 0, 1 from ${names.judged}
    ) group by value order by train desc, value limit ${task === 'regression' ? 2 : mostLabels}`,
  )
  return rows.map(({ value, train, judged }) => ({ value: String(value), train: Number(train), judged: Number(judged) }))
}

/** By feature: one value, null among them. */
async function findConstants(engine: Engine, features: readonly DatasetColumn[]): Promise<readonly boolean[]> {
  const filled = features.map(({ name }, index) => `count(${quoteName(name)}) as n${index}`)
  const same = features.map(({ name }, index) => {
    return `coalesce(min(${quoteName(name)}) is not distinct from max(${quoteName(name)}), true) as s${index}`
  })
  const [found] = await engine.query(`select count(*) as rows, ${[...filled, ...same].join(', ')} from ${names.train}`)
  return features.map((_, index) => {
    const values = Number(found?.[`n${index}`])
    return values === 0 || (values === Number(found?.['rows']) && found?.[`s${index}`] === true)
  })
}

async function findNewCategories(engine: Engine, feature: string): Promise<NewCategories> {
  const column = quoteName(feature)
  const unseen = `select ${column} as value, count(*) as n from ${names.judged} where ${column} is not null
    and ${column} not in (select ${column} from ${names.train} where ${column} is not null) group by ${column}`
  const [totals] = await engine.query(`select count(*) as kinds, coalesce(sum(n), 0)::bigint as rows from (${unseen})`)
  const examples = await engine.query(`${unseen} order by n desc, value limit 5`)
  return {
    kinds: Number(totals?.['kinds']),
    rows: Number(totals?.['rows']),
    examples: examples.map(({ value }) => String(value)),
  }
}
