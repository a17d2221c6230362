/** What the weights of the rows are: none that a trainer cannot use, and how many rows each part counts as. */
import { MainwardError } from '../../core/error.ts'
import type { Engine, EngineRow } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { besideColumn } from './build-content.ts'
import { datasetRelations, labelColumn } from './build-label-rows.ts'
import type { DatasetPlan, PartName } from './plan-dataset.ts'

export interface WeightsReport {
  readonly column: string
  readonly parts: readonly PartWeights[]
}

export interface PartWeights {
  readonly name: PartName
  readonly sum: number
  readonly least: number
  readonly greatest: number
  /** The square of the sum over the sum of squares: as many rows of equal weights tell as much (Kish, "Survey Sampling", 1965, 11.7). */
  readonly effectiveRows: number
}

/** After the label rows. Throws `invalid-input` with the first row whose weight is null, not finite or below 0. */
export async function checkWeights(engine: Engine, { weights, source }: DatasetPlan): Promise<void> {
  if (weights === null) return
  const column = quoteName(labelColumn(weights))
  const isWrong = `${column} is null or not isfinite(${column}::double) or ${column} < 0`
  const [first] = await engine.query(
    `select "__source_row" as row, ${column}::varchar as value, count(*) over () as n
     from ${quoteName(datasetRelations.rows)} where ${isWrong} order by "__source_row" limit 1`,
  )
  if (first === undefined) return
  const { row, value, n } = first
  const more = n === 1n ? '' : `, and ${String(Number(n) - 1)} more like it`
  throw new MainwardError(
    'invalid-input',
    `weights: expected a finite number of at least 0 in the column ${weights} of the source ${source.name}, ` +
      `found ${value === null ? 'null' : String(value)} in row ${String(row)} (counted from 0)${more}`,
    { hint: 'correct the value, or leave the row out: 0 keeps it in the files and out of the training' },
  )
}

/** Of the parts, in their order; after the content. Throws `invalid-input` for a part of which every weight is 0. Null without weights. */
export async function measureWeights(engine: Engine, { weights, parts, source }: DatasetPlan): Promise<WeightsReport | null> {
  if (weights === null) return null
  const value = `${quoteName(besideColumn(weights))}::double`
  const list = [
    `sum(${value}) as total`,
    `sum(${value} * ${value}) as squares`,
    `min(${value}) as least`,
    `max(${value}) as greatest`,
  ]
  const rows = await engine.query(
    `select "__part" as part, ${list.join(', ')} from ${quoteName(datasetRelations.content)} group by "__part"`,
  )
  return {
    column: weights,
    parts: parts.map(({ name }) => {
      const row = rows.find(({ part }) => part === name)
      if (row === undefined) throw new Error(`the part ${name} has rows`)
      if (row['greatest'] === 0) {
        throw new MainwardError(
          'invalid-input',
          `weights: expected a row with a weight above 0 in the part ${name}, found 0 in all of the column ${weights} of the source ${source.name}`,
        )
      }
      return readPart(name, row)
    }),
  }
}

function readPart(name: PartName, row: EngineRow): PartWeights {
  const [sum, squares] = [Number(row['total']), Number(row['squares'])]
  return { name, sum, least: Number(row['least']), greatest: Number(row['greatest']), effectiveRows: sum ** 2 / squares }
}
