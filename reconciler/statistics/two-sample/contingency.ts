/** Pearson's chi-squared test of independence, and how strong the association is. */
import { chiSquaredSf } from '../special/chi-squared.ts'

type Table = readonly (readonly number[])[]

export interface ContingencyTest {
  readonly statistic: number
  readonly df: number
  readonly pvalue: number
  /** Of the rows and columns that are not all 0. */
  readonly expectedCounts: Table
  /** sqrt(chi² / (n (min(rows, columns) - 1))), without correction; NaN for a single row or column. */
  readonly cramersV: number
}

/**
 * Rows and columns that are all 0 are left out first. With one degree of freedom `corrected` moves each count by at most 1/2 towards
 * its expectation (Yates). One row or column left: nothing can depend, statistic 0 and p 1. Without any count all is NaN. Values are
 * scipy.stats.chi2_contingency's.
 */
export function contingencyTest(table: Table, corrected: boolean): ContingencyTest {
  const observed = withoutEmpty(table)
  const rows = observed.map(sum)
  const columns = columnsOf(observed).map(sum)
  const total = sum(rows)
  const expectedCounts = rows.map((row) => columns.map((column) => (row * column) / total))
  const df = (rows.length - 1) * (columns.length - 1)
  if (total === 0) return { statistic: NaN, df: NaN, pvalue: NaN, expectedCounts, cramersV: NaN }
  if (df === 0) return { statistic: 0, df, pvalue: 1, expectedCounts, cramersV: NaN }
  const plain = statisticOf(observed, expectedCounts, 0)
  const statistic = corrected && df === 1 ? statisticOf(observed, expectedCounts, 0.5) : plain
  const cramersV = Math.sqrt(plain / total / (Math.min(rows.length, columns.length) - 1))
  return { statistic, df, pvalue: chiSquaredSf(statistic, df), expectedCounts, cramersV }
}

function statisticOf(observed: Table, expected: Table, correction: number): number {
  return sum(
    observed.flatMap((row, at) =>
      row.map((count, column) => {
        const wanted = expected[at]?.[column] ?? NaN
        const apart = Math.abs(count - wanted)
        return (apart - Math.min(correction, apart)) ** 2 / wanted
      }),
    ),
  )
}

function withoutEmpty(table: Table): Table {
  const rows = table.filter((row) => sum(row) > 0)
  const kept = columnsOf(rows).map((column) => sum(column) > 0)
  return rows.map((row) => row.filter((_, column) => kept[column]))
}

function columnsOf(table: Table): Table {
  return (table[0] ?? []).map((_, column) => table.map((row) => row[column] ?? 0))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
