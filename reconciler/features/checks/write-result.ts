/** The result of an expectation as reports have it: with values as people write them. Pure. */
import type { TestCell } from '../../core/feature-definition.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { Cell } from '../engine/engine.ts'
import type { ExpectationResult } from '../expectations/evaluate-expectations.ts'
import { writeTestCell } from '../unit-tests/test-cell.ts'
import type { ExpectationCheck } from './checks-report.ts'

/** `columns`: dtype by column of the relation. What is no column is a number of a row, or a count. */
export function writeResult(result: ExpectationResult, columns: ReadonlyMap<string, FeatureDtype>): ExpectationCheck {
  const { expectation, observed, examples } = result
  const { column } = expectation.arguments
  const dtype = columns.get(typeof column === 'string' ? column : '') ?? 'int64'
  const writeAll = (cells: Readonly<Record<string, Cell>>): Readonly<Record<string, TestCell>> =>
    Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, writeTestCell(cell, columns.get(name) ?? 'int64')]))
  return {
    ...result,
    check: 'expectation',
    severity: expectation.severity,
    observed: isList(observed) ? observed.map((cell) => writeTestCell(cell, dtype)) : writeTestCell(observed, dtype),
    examples: examples.map(({ row, values }) => ({ row: writeAll(row), values: writeAll(values) })),
  }
}

function isList(observed: ExpectationResult['observed']): observed is readonly Cell[] {
  return Array.isArray(observed)
}
