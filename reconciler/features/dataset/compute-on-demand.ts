/** Computes the on-demand features of joined rows, a portion of rows at a time, and puts them beside the rows as a table. */
import type { OnDemandProgram, OnDemandValue } from '../../expressions/compile-on-demand.ts'
import { appendRows, createTable } from '../engine/append-rows.ts'
import type { Cell, Engine, EngineRow } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { sqlTypes } from '../sources/sql-types.ts'
import { datasetRelations, labelColumn } from './build-label-rows.ts'
import type { DatasetPlan } from './plan-dataset.ts'

/** How often a feature has a value, over all parts. */
export interface OnDemandCount {
  readonly values: number
  /** Rows of which something that it reads is null. */
  readonly nulls: number
  /** Rows in which it could not be computed, and is null. */
  readonly failed: number
}

/** Rows that are in memory at once. */
const portionRows = 20_000

/** Counts by feature, in their order. Makes the relation `onDemand` of the dataset; nothing where the model has no such features. */
export async function computeOnDemand(
  engine: Engine,
  { onDemand: program, sent }: DatasetPlan,
): Promise<readonly OnDemandCount[]> {
  if (program === null) return []
  const inputs = program.inputs.map(({ name }) => quoteName(sent.includes(name) ? labelColumn(name) : name))
  const columns = [
    { name: '__row', type: sqlTypes.int64 },
    ...program.features.map(({ name, dtype }) => ({ name, type: sqlTypes[dtype] })),
  ]
  const counts = program.features.map(() => ({ values: 0, nulls: 0, failed: 0 }))
  await createTable(engine, datasetRelations.onDemand, columns)
  const [total] = await engine.query(`select count(*) as n from ${quoteName(datasetRelations.joined)}`)
  for (let first = 0; first < Number(total?.['n']); first += portionRows) {
    const rows = await engine.query(buildPortion(inputs, first))
    await appendRows(
      engine,
      datasetRelations.onDemand,
      columns,
      rows.map((row) => evaluateRow(program, row, counts)),
    )
  }
  return counts
}

function buildPortion(inputs: readonly string[], first: number): string {
  const list = ['"__row"', ...inputs.map((column, index) => `${column} as i${index}`)]
  const within = `"__row" >= ${first} and "__row" < ${first + portionRows}`
  return `select ${list.join(', ')} from ${quoteName(datasetRelations.joined)} where ${within} order by "__row"`
}

function evaluateRow(
  program: OnDemandProgram,
  row: EngineRow,
  counts: { values: number; nulls: number; failed: number }[],
): readonly Cell[] {
  const values = program.evaluate(program.inputs.map((_, index) => row[`i${index}`] ?? null))
  counts.forEach((count, index) => addTo(count, values[index]))
  return [row['__row'] ?? null, ...values.map(({ value }) => value)]
}

function addTo(count: { values: number; nulls: number; failed: number }, value: OnDemandValue | undefined): void {
  if (value === undefined) throw new Error('every feature has a value')
  if (value.value !== null) count.values += 1
  else if (value.isFailed) count.failed += 1
  else count.nulls += 1
}
