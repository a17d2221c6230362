/** Rows of a unit test as the engine takes them, or what is wrong with each cell: by name, row and column. Pure. */
import type { TestRow } from '../../core/feature-definition.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { createHints, listNames } from '../../manifests/nearest-name.ts'
import { cellForms } from '../../manifests/test-cells.ts'
import type { Cell } from '../engine/engine.ts'
import { readTestCell } from './test-cell.ts'

export interface RowsAsked {
  /** Begins messages: `given weather_hourly`, `expect`. */
  readonly place: string
  /** Dtype by column, in the order of the cells. */
  readonly columns: ReadonlyMap<string, FeatureDtype>
  /** Columns that must have a value. */
  readonly required: readonly string[]
}

export interface RowsRead {
  /** In the order of `columns`; null where the row says nothing. */
  readonly cells: readonly (readonly Cell[])[]
  readonly problems: readonly string[]
}

/** Rows count from 0. */
export function readTestRows(rows: readonly TestRow[], { place, columns, required }: RowsAsked): RowsRead {
  const problems: string[] = []
  const hintFor = createHints(columns.keys())
  rows.forEach((row, index) => {
    const at = `${place}, row ${index}`
    for (const name of Object.keys(row).filter((each) => !columns.has(each))) {
      const hint = hintFor(name)
      const known = `expected one of ${listNames([...columns.keys()])}, found ${JSON.stringify(name)}`
      problems.push(`${at}: ${known}${hint === undefined ? '' : `: ${hint}`}`)
    }
    const missing = required.filter((name) => (row[name] ?? null) === null)
    if (missing.length > 0) problems.push(`${at}: expected a value for ${listNames(missing)}, found none`)
  })
  const cells = rows.map((row, index) =>
    [...columns].map(([name, dtype]) => {
      const cell = row[name] ?? null
      const value = readTestCell(cell, dtype)
      if (value === undefined) problems.push(`${place}, row ${index}, column ${name}: ${describe(cell, dtype)}`)
      return value ?? null
    }),
  )
  return { cells, problems }
}

function describe(cell: TestRow[string] | undefined, dtype: FeatureDtype): string {
  return `expected ${cellForms[dtype]} (${dtype}), found ${JSON.stringify(cell)}`
}
