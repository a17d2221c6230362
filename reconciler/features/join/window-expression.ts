/** Each function of a window: the measures it needs, and how its value is told from them. Distinct values, quantiles and spread stand elsewhere. */
import { countedKinds, floatUnit, highLimb, kindCounts, lowLimb, meanToFloat, sumToFloat } from './exact-sum.ts'
import type { MeasureList } from './window-measures.ts'

/** How a column adds up: whole numbers as they are, everything else that is a number as DOUBLE. */
export type SumKind = 'whole' | 'float' | 'none'

const wholeTypes = /^(BOOLEAN|U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT))$/i
const floatTypes = /^(FLOAT|DOUBLE|DECIMAL.*)$/i

export function sumKindOf(columnType: string | null): SumKind {
  if (columnType === null) return 'none'
  if (wholeTypes.test(columnType)) return 'whole'
  return floatTypes.test(columnType) ? 'float' : 'none'
}

/** A column of the sweep, and how it is named to people. */
export interface WindowColumn {
  readonly name: string
  readonly kind: SumKind
  /** View and column, for messages. */
  readonly place: string
}

const notFinite = (counts: ReturnType<typeof kindCounts>, finite: string): string =>
  `CASE WHEN ${counts.nan} > 0 OR (${counts.positive} > 0 AND ${counts.negative} > 0) THEN 'nan'::DOUBLE ` +
  `WHEN ${counts.positive} > 0 THEN 'inf'::DOUBLE WHEN ${counts.negative} > 0 THEN '-inf'::DOUBLE ELSE ${finite} END`

/** How many rows of the window hold a value. */
export function countExpression(column: WindowColumn, measures: MeasureList): string {
  return `coalesce(${measures.add(`(${column.name} IS NOT NULL)::BIGINT`, 'sum')}, 0)`
}

function wholeSum(column: WindowColumn, measures: MeasureList): string {
  return measures.add(`${column.name}::HUGEINT`, 'sum')
}

export function floatSum(column: WindowColumn, measures: MeasureList) {
  const value = `${column.name}::DOUBLE`
  const kinds = measures.add(countedKinds(value), 'sum')
  const high = measures.add(highLimb(value, column.place), 'sum')
  const low = measures.add(lowLimb(value, column.place), 'sum')
  return { counts: kindCounts(kinds), sum: { high, low, unit: floatUnit } }
}

/** Null where no row of the window holds a value. */
export function sumExpression(column: WindowColumn, measures: MeasureList): string {
  if (column.kind === 'whole') {
    return `CASE WHEN ${countExpression(column, measures)} > 0 THEN ${wholeSum(column, measures)} END`
  }
  const { counts, sum } = floatSum(column, measures)
  return `CASE WHEN ${counts.rows} > 0 THEN ${notFinite(counts, sumToFloat(sum))} END`
}

export function meanExpression(column: WindowColumn, measures: MeasureList): string {
  if (column.kind === 'whole') {
    const sum = { high: wholeSum(column, measures), low: '0::HUGEINT', unit: 1 }
    const rows = measures.add(`(${column.name} IS NOT NULL)::BIGINT`, 'sum')
    return `CASE WHEN ${rows} > 0 THEN ${meanToFloat(sum, rows)} END`
  }
  const { counts, sum } = floatSum(column, measures)
  return `CASE WHEN ${counts.rows} > 0 THEN ${notFinite(counts, meanToFloat(sum, counts.rows))} END`
}

/** NaN counts as greater than every number in DuckDB: a maximum that is NaN tells that there is one. */
export function extremeExpression(column: WindowColumn, measures: MeasureList, which: 'min' | 'max'): string {
  if (which === 'max') return measures.add(column.name, 'max')
  const least = measures.add(column.name, 'min')
  if (column.kind !== 'float') return least
  const most = measures.add(column.name, 'max')
  return `CASE WHEN isnan(${most}::DOUBLE) THEN ${most} ELSE ${least} END`
}
