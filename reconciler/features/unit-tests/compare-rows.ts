/** The values that a join gave, against those that tests expect. Pure. */
import { formatInstant } from '../../core/instant.ts'
import type { TestRow } from '../../core/feature-definition.ts'
import type { Cell, EngineRow } from '../engine/engine.ts'
import type { ExpectedColumns, PreparedTest } from './prepare-tests.ts'
import { timeColumn } from './prepare-tests.ts'
import { isSameCell, writeTestCell } from './test-cell.ts'
import type { CellDifference } from './test-result.ts'

/** A value that differs, and the join's row that it stands in: why no row of the view was found is asked of all together. */
export interface FoundDifference extends Omit<CellDifference, 'whyNoRow'> {
  readonly answer: EngineRow
}

/** Prefix of the view in the join's columns. */
export const joinPrefix = 'view'

/** `found`: the join's rows of the test, in the order of `expect`. A null that is expected is right, whether or not there is a row. */
export function compareRows(
  { definition, expected }: PreparedTest,
  found: readonly EngineRow[],
  columns: ExpectedColumns,
): readonly FoundDifference[] {
  const places = new Map([...columns.all.keys()].map((name, at) => [name, at]))
  return definition.expect.flatMap((row, index) => {
    const answer = found[index]
    if (answer === undefined) throw new Error('a join gives a row for each that is asked')
    const place = { row: index, ...describePlace(row, answer, columns) }
    return Object.keys(row).flatMap((column) => {
      const dtype = columns.values.get(column)
      if (dtype === undefined) return []
      const value = expected[index]?.[places.get(column) ?? -1] ?? null
      const cell = answer[column] ?? null
      if (isSameCell(value, cell, dtype)) return []
      const isRowFound = answer[`__found:${joinPrefix}`] === true
      return [{ answer, ...place, column, expected: row[column] ?? null, found: writeTestCell(cell, dtype), isRowFound }]
    })
  })
}

function describePlace(row: TestRow, answer: EngineRow, { keys, hasTime }: ExpectedColumns) {
  const asOf: Cell = answer[`__as_of:${joinPrefix}`] ?? null
  return {
    keys: Object.fromEntries(keys.map((key) => [key, row[key] ?? null])),
    at: hasTime ? (row[timeColumn] ?? null) : null,
    asOf: hasTime && typeof asOf === 'bigint' ? formatInstant(asOf) : null,
  }
}
