/** Rows of two samples by the same bins of each feature. Numbers of all features are looked at in one pass. */
import type { FeatureFacts } from '../../core/data-facts.ts'
import type { Engine, EngineRow } from '../engine/engine.ts'
import { quoteName, quoteText } from '../engine/quote.ts'
import type { DatasetColumn } from './plan-dataset.ts'

/** Quoted names of relations, in which numbers and flags are doubles without NaN. Bins are made of the first. */
export interface Samples {
  readonly train: string
  readonly judged: string
}

type Bins = FeatureFacts['bins']

/** Bins end at these shares of the values. */
const deciles = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]

const mostCategories = 20

/** In the order of the features; rows without a value are the last bin of each. */
export async function measureBins(
  engine: Engine,
  features: readonly DatasetColumn[],
  samples: Samples,
): Promise<readonly Bins[]> {
  const numbers = features.filter(({ dtype }) => dtype !== 'string')
  const bins = new Map<string, Bins>()
  ;(await measureNumbers(engine, numbers, samples)).forEach((found, index) => bins.set(numbers[index]?.name ?? '', found))
  for (const { name, dtype } of features) if (dtype === 'string') bins.set(name, await measureTexts(engine, name, samples))
  return features.map(({ name }) => bins.get(name) ?? { train: [], judged: [] })
}

/** Bins of equal mass in the training part: each ends at a decile, which is in it; equal deciles are one. */
async function measureNumbers(engine: Engine, features: readonly DatasetColumn[], samples: Samples): Promise<readonly Bins[]> {
  if (features.length === 0) return []
  const values = features.map(({ name }) => quoteName(name))
  const edges = await findEdges(engine, values, samples.train)
  const counts = values.flatMap((value, index) => [
    `count(${value}) as n${index}`,
    // A number written plainly is a decimal to DuckDB, and not always the double that is nearest.
    ...(edges[index] ?? []).map((edge, at) => `sum((${value} > '${edge}'::double)::int) as n${index}_${at}`),
  ])
  const countIn = async (sample: string): Promise<readonly (readonly number[])[]> => {
    const [found] = await engine.query(`select count(*) as rows, ${counts.join(', ')} from ${sample}`)
    return values.map((_, index) => binsOf(found ?? {}, index, edges[index] ?? []))
  }
  const [train, judged] = [await countIn(samples.train), await countIn(samples.judged)]
  return features.map((_, index) => ({ train: train[index] ?? [], judged: judged[index] ?? [] }))
}

/** The distinct deciles of the finite values, ascending, for each of the expressions. */
async function findEdges(engine: Engine, values: readonly string[], sample: string): Promise<readonly (readonly number[])[]> {
  const lists = values.map((value, index) => {
    return `unnest(quantile_disc(${value}, [${deciles.join(', ')}]) filter (isfinite(${value}))) as e${index}`
  })
  const rows = await engine.query(`select ${lists.join(', ')} from ${sample}`)
  return values.map((_, index) => {
    const found = rows.flatMap((row) => (typeof row[`e${index}`] === 'number' ? [Number(row[`e${index}`])] : []))
    return [...new Set(found)].sort((a, b) => a - b)
  })
}

/** From the rows that lie above each edge to those between two of them. */
function binsOf(found: EngineRow, index: number, edges: readonly number[]): readonly number[] {
  const values = Number(found[`n${index}`])
  const above = [values, ...edges.map((_, at) => Number(found[`n${index}_${at}`] ?? 0)), 0]
  const between = above.slice(0, -1).map((count, at) => count - (above[at + 1] ?? 0))
  return [...between, Number(found['rows']) - values]
}

/** A bin for each of the most frequent texts of the training part, and one for all others. */
async function measureTexts(engine: Engine, feature: string, samples: Samples): Promise<Bins> {
  const column = quoteName(feature)
  const known = await engine.query(
    `select ${column} as value from ${samples.train} where ${column} is not null group by ${column} order by count(*) desc, ${column} limit ${mostCategories}`,
  )
  const cases = known.map(({ value }, index) => `when ${quoteText(String(value))} then ${index}`)
  const bin = cases.length === 0 ? '0' : `case ${column} ${cases.join(' ')} else ${cases.length} end`
  const place = `case when ${column} is null then ${cases.length + 1} else ${bin} end`
  const countIn = async (sample: string): Promise<readonly number[]> => {
    const counts = new Array<number>(cases.length + 2).fill(0)
    for (const { bin: index, n } of await engine.query(`select ${place} as bin, count(*) as n from ${sample} group by 1`)) {
      counts[Number(index)] = Number(n)
    }
    return counts
  }
  return { train: await countIn(samples.train), judged: await countIn(samples.judged) }
}
