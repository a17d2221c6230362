/** Counts what data checks need of the parts of a dataset, column by column: the rows stay in the engine. Judges nothing. */
import type { DataFacts, FeatureFacts, LabelCount, NewCategories } from '../../core/data-facts.ts'
import type { Task } from '../../core/release.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteName, quoteText } from '../engine/quote.ts'
import { measureAssociation } from './measure-association.ts'
import { numberOf } from './number-of.ts'
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

/** The edges of bins are the least values that so many tenths of the values do not exceed. */
const tenths = [1, 2, 3, 4, 5, 6, 7, 8, 9]

const mostCategories = 20

export const factRelations = { train: 'facts:train', judged: 'facts:judged', trainSample: 'facts:train-sample', judgedSample: 'facts:judged-sample' } as const // prettier-ignore

const names = {
  train: quoteName(factRelations.train),
  judged: quoteName(factRelations.judged),
  trainSample: quoteName(factRelations.trainSample),
  judgedSample: quoteName(factRelations.judgedSample),
}

/** Throws what engines throw. Leaves its relations behind. */
export async function measureFacts(engine: Engine, request: FactsRequest): Promise<DataFacts> {
  const { task, columns, train, judged } = request
  const label = columns.find(({ role }) => role === 'label')
  if (label === undefined) throw new Error('a dataset has a label')
  await engine.query([...readPart('train', 'trainSample', train), ...readPart('judged', 'judgedSample', judged)].join('; '))
  const labels = await countLabels(engine, label.name, task)
  const features: FeatureFacts[] = []
  for (const column of columns) {
    if (column.role !== 'label') features.push(await measureFeature(engine, column, { label: label.name, task, labels }))
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

/** Every k-th row is a sample of all times alike, and the same one every time. */
function readPart(all: 'train' | 'judged', sample: 'trainSample' | 'judgedSample', { path, rows }: PartFile): readonly string[] {
  const file = `read_parquet(${quoteText(path)}, file_row_number = true)`
  const stride = Math.max(1, Math.ceil(rows / mostSampled))
  return [
    `create or replace view ${names[all]} as select * exclude (file_row_number) from ${file}`,
    `create or replace table ${names[sample]} as select * exclude (file_row_number) from ${file} where file_row_number % ${stride} = 0`,
  ]
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

export interface LabelUse {
  readonly label: string
  readonly task: Task
  readonly labels: readonly LabelCount[]
}

async function measureFeature(engine: Engine, column: DatasetColumn, use: LabelUse): Promise<FeatureFacts> {
  const { name, dtype } = column
  const isText = dtype === 'string'
  const bins = isText ? await textBins(engine, name) : await numberBins(engine, name, dtype)
  return {
    name,
    dtype,
    isConstant: await isConstant(engine, name),
    newCategories: isText ? await findNewCategories(engine, name) : null,
    bins,
    ...(await measureAssociation(engine, { column, ...use, train: names.trainSample, judged: names.judgedSample })),
  }
}

async function isConstant(engine: Engine, feature: string): Promise<boolean> {
  const column = quoteName(feature)
  const [found] = await engine.query(
    `select count(${column}) as n, count(*) as rows, coalesce(min(${column}) is not distinct from max(${column}), true) as same from ${names.train}`,
  )
  const filled = Number(found?.['n'])
  return filled === 0 || (filled === Number(found?.['rows']) && found?.['same'] === true)
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

/** A bin for each of the most frequent texts of the training part, and one for all others. */
async function textBins(engine: Engine, feature: string): Promise<FeatureFacts['bins']> {
  const column = quoteName(feature)
  const known = await engine.query(
    `select ${column} as value from ${names.trainSample} where ${column} is not null group by ${column} order by count(*) desc, ${column} limit ${mostCategories}`,
  )
  const cases = known.map(({ value }, index) => `when ${quoteText(String(value))} then ${index}`)
  const bin = cases.length === 0 ? '0' : `case ${column} ${cases.join(' ')} else ${cases.length} end`
  return countBins(engine, `case when ${column} is null then ${cases.length + 1} else ${bin} end`, cases.length + 2)
}

/** Bins of equal mass in the training part: each ends at a decile, which is in it; equal deciles are one. */
async function numberBins(engine: Engine, feature: string, dtype: string): Promise<FeatureFacts['bins']> {
  const value = numberOf(feature, dtype)
  const ranks = tenths.map((tenth) => `(${tenth} * n + 9) // 10`)
  const rows = await engine.query(
    `select distinct x as edge from (select x, row_number() over (order by x) as rank, count(*) over () as n
      from (select ${value} as x from ${names.trainSample}) where isfinite(x)) where rank in (${ranks.join(', ')}) order by x`,
  )
  // A number written plainly is a decimal to DuckDB, and not always the double that is nearest.
  const edges = rows.map(({ edge }) => `(${value} > '${Number(edge)}'::double)::int`)
  const bin = edges.length === 0 ? '0' : edges.join(' + ')
  return countBins(engine, `case when ${value} is null then ${edges.length + 1} else ${bin} end`, edges.length + 2)
}

async function countBins(engine: Engine, bin: string, count: number): Promise<FeatureFacts['bins']> {
  const countIn = async (relation: string): Promise<readonly number[]> => {
    const counts = new Array<number>(count).fill(0)
    for (const { bin: index, n } of await engine.query(`select ${bin} as bin, count(*) as n from ${relation} group by 1`)) {
      counts[Number(index)] = Number(n)
    }
    return counts
  }
  return { train: await countIn(names.trainSample), judged: await countIn(names.judgedSample) }
}
