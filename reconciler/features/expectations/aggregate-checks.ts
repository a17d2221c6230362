/** Expectations of one number, or of the set of values, of a column. */
import type { Json } from '../../core/digest.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { Cell } from '../engine/engine.ts'
import { allOf, countValues, countWhere, readArguments, rowCondition, type Asked, type AskedColumn } from './asked.ts'
import { readCount, type Check, type Judgement, type Observed, type UnexpectedRows } from './check.ts'
import { isWithin, rangeText, type Range } from './range.ts'
import { boundOf, literalsOf } from './literal.ts'
import { quoteName } from '../engine/quote.ts'

type Counts = Pick<Judgement, 'elementCount' | 'missingCount' | 'unexpectedCount'>

interface Question {
  /** Expressions beside the counts of rows and of values. */
  readonly expressions: readonly string[]
  /** What was found, and what is wrong with it: null when nothing is. Only called with at least one value that is not null. */
  judge(values: readonly Cell[], counts: { readonly elements: number; readonly values: number }): Answer
  readonly unexpected?: UnexpectedRows
  /** Whether nulls alone are something to look at. */
  readonly ofNulls?: true
}

interface Answer {
  readonly observed: Observed
  readonly unexpectedCount?: number
  readonly wrong: string | null
}

function aggregateCheck(asked: Asked, { x }: AskedColumn, question: Question): Check {
  const condition = rowCondition(asked)
  return {
    expressions: [countWhere(allOf(condition)), countValues(x, condition), ...question.expressions],
    judge: ([elements, values, ...found]) => {
      const [elementCount, valueCount] = [readCount(elements), readCount(values)]
      const counts: Counts = { elementCount, missingCount: elementCount - valueCount, unexpectedCount: null }
      const nothing = elementCount === 0 ? 'there was no row to look at' : 'no row had a value to look at'
      if (elementCount === 0 || (valueCount === 0 && question.ofNulls !== true)) {
        return { ...counts, verdict: 'not-evaluated', reason: nothing, observed: null }
      }
      const { observed, wrong, unexpectedCount = null } = question.judge(found, { elements: elementCount, values: valueCount })
      if (observed === null) return { ...counts, verdict: 'not-evaluated', reason: wrong, observed }
      return { ...counts, unexpectedCount, verdict: wrong === null ? 'passed' : 'failed', reason: wrong, observed }
    },
    unexpected: question.unexpected ?? null,
  }
}

/** ` FILTER (…)`, or nothing. */
function filterOf(...conditions: readonly (string | null)[]): string {
  const all = allOf(...conditions)
  return all === 'TRUE' ? '' : ` FILTER (WHERE ${all})`
}

/** A column, and the rows that are looked at, as ` FILTER (…)`. */
type Aggregate = (column: AskedColumn, filter: string, condition: string | null) => string

function isFloat({ dtype }: AskedColumn): boolean {
  return dtype.startsWith('float')
}

/** DuckDB holds NaN for the greatest value. A column with a NaN has no smallest value, median or deviation: NaN, which lies in no range. */
function unlessNan(column: AskedColumn, filter: string, aggregate: string): string {
  if (!isFloat(column)) return aggregate
  return `CASE WHEN isnan(max(${column.x})${filter}) THEN CAST('nan' AS DOUBLE) ELSE ${aggregate} END`
}

/** Sums of floats are compensated (Kahan): `name` alone is for what is not finite, where the compensation would make NaN of infinities. */
function compensated(name: 'avg' | 'sum'): Aggregate {
  return (column, filter) => {
    const { x } = column
    if (!isFloat(column)) return `CAST(${name}(${x})${filter} AS DOUBLE)`
    const plain = `${name}(CAST(${x} AS DOUBLE))${filter}`
    return `CASE WHEN isfinite(${plain}) THEN f${name}(CAST(${x} AS DOUBLE))${filter} ELSE ${plain} END`
  }
}

/** DuckDB refuses to give a deviation that is not finite: the values that are not are kept from it, and make it NaN. */
const deviation: Aggregate = (column, filter, condition) => {
  const { x } = column
  if (!isFloat(column)) return `stddev_samp(${x})${filter}`
  const finite = filterOf(condition, `isfinite(${x})`)
  const mean = `avg(CAST(${x} AS DOUBLE))${filter}`
  return `CASE WHEN isfinite(${mean}) THEN stddev_samp(CAST(${x} AS DOUBLE))${finite} ELSE CAST('nan' AS DOUBLE) END`
}

const median: Aggregate = (column, filter) =>
  unlessNan(column, filter, `quantile_cont(CAST(${column.x} AS DOUBLE), 0.5)${filter}`)
const smallest: Aggregate = (column, filter) => unlessNan(column, filter, `min(${column.x})${filter}`)
const greatest: Aggregate = (column, filter) => `max(${column.x})${filter}`
const different: Aggregate = ({ x }, filter) => `count(DISTINCT ${x})${filter}`

/** An aggregate whose value lies between `min_value` and `max_value`; `boundType` null: the bounds are of the column's dtype. */
function between(aggregate: Aggregate, boundType: FeatureDtype | null): (asked: Asked) => Check {
  return (asked) => {
    const column = readArguments(asked).column('column')
    const condition = rowCondition(asked)
    const range = readRange(asked, boundType ?? column.dtype)
    return aggregateCheck(asked, column, {
      expressions: [aggregate(column, filterOf(condition), condition)],
      judge: ([value = null]) => judgeRange(value, range),
    })
  }
}

/** A share that follows from the counts. */
function share(expressions: Aggregate | null): (asked: Asked) => Check {
  return (asked) => {
    const column = readArguments(asked).column('column')
    const condition = rowCondition(asked)
    const range = readRange(asked, 'float64')
    return aggregateCheck(asked, column, {
      expressions: expressions === null ? [] : [expressions(column, filterOf(condition), condition)],
      judge: ([count = null], { elements, values }) =>
        judgeRange(expressions === null ? values / elements : readCount(count) / values, range),
      ...(expressions === null ? { ofNulls: true } : {}),
    })
  }
}

export function readRange(asked: Asked, dtype: FeatureDtype): Range {
  const given = readArguments(asked)
  const [least, most] = [given.optional('min_value'), given.optional('max_value')]
  return {
    least: least === null ? null : boundOf(least, dtype).value,
    greatest: most === null ? null : boundOf(most, dtype).value,
    strictLeast: given.flag('strict_min'),
    strictGreatest: given.flag('strict_max'),
  }
}

function judgeRange(value: Cell, range: Range): Answer {
  if (value === null) return { observed: null, wrong: 'there were too few values for it' }
  if (typeof value !== 'number' && typeof value !== 'bigint') throw new Error(`expected a number, found ${JSON.stringify(value)}`)
  return { observed: value, wrong: isWithin(value, range) ? null : `expected ${rangeText(range)}, found ${String(value)}` }
}

interface QuantileRanges {
  readonly shares: readonly number[]
  /** As many, each the least and the greatest value; null: any. */
  readonly ranges: readonly (readonly [least: number | null, greatest: number | null])[]
}

/** Checked when the manifest was, like every argument. */
function readQuantileRanges(given: Json): QuantileRanges {
  const { quantiles: shares, value_ranges: ranges } = isObject(given) ? given : {}
  if (!Array.isArray(shares) || !Array.isArray(ranges)) throw new Error('quantile_ranges: no lists')
  const end = (value: Json | undefined): number | null => (value === null || value === undefined ? null : readNumber(value))
  const pair = (range: Json): readonly [number | null, number | null] => {
    if (!Array.isArray(range)) throw new Error(`quantile_ranges: ${JSON.stringify(range)} is no pair`)
    const [least, greatest] = range as readonly Json[]
    return [end(least), end(greatest)]
  }
  return { shares: (shares as readonly Json[]).map(readNumber), ranges: (ranges as readonly Json[]).map(pair) }
}

function readNumber(value: Json): number {
  if (typeof value !== 'number') throw new Error(`quantile_ranges: ${JSON.stringify(value)} is no number`)
  return value
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The smallest value such that at least this share of the values is not greater (SQL's `percentile_disc`): always one that occurs. */
function quantiles(asked: Asked): Check {
  const column = readArguments(asked).column('column')
  const filter = filterOf(rowCondition(asked))
  const wanted = readQuantileRanges(readArguments(asked).optional('quantile_ranges'))
  const expressions = wanted.shares.map((share) =>
    unlessNan(column, filter, `CAST(quantile_disc(${column.x}, ${share})${filter} AS DOUBLE)`),
  )
  const ranges = wanted.ranges.map(([least, greatest]) => {
    const end = (value: number | null): number | null => (value === null ? null : Number(boundOf(value, column.dtype).value))
    return { least: end(least), greatest: end(greatest), strictLeast: false, strictGreatest: false }
  })
  return aggregateCheck(asked, column, {
    expressions,
    judge: (values) => {
      const answers = ranges.map((range, index) => judgeRange(values[index] ?? null, range))
      const wrong = answers.flatMap(({ wrong }, index) => (wrong === null ? [] : [`quantile ${wanted.shares[index]}: ${wrong}`]))
      return { observed: values, wrong: wrong.length === 0 ? null : wrong.join('; ') }
    },
  })
}

type SetRule = { readonly noOther: boolean; readonly noneMissing: boolean }

/** The number of different values is what was observed. Values that are too many are shown as examples, those that lack are counted. */
function distinct({ noOther, noneMissing }: SetRule): (asked: Asked) => Check {
  return (asked) => {
    const column = readArguments(asked).column('column')
    const condition = rowCondition(asked)
    const wanted = literalsOf(readArguments(asked).optional('value_set'), column.dtype)
    const isIn = `${column.x} IN (${wanted.join(', ')})`
    const others = allOf(condition, `${column.x} IS NOT NULL AND NOT (${isIn})`)
    const filter = filterOf(condition)
    const among = filterOf(condition, isIn)
    return aggregateCheck(asked, column, {
      expressions: [different(column, filter, condition), `count(DISTINCT ${column.x})${among}`, countWhere(others)],
      judge: (values) => {
        const [all = 0, found = 0, rows = 0] = values.map(readCount)
        const wrong = [
          ...(noOther && all > found ? [`expected no other value, found ${all - found} others in ${rows} rows`] : []),
          ...(noneMissing && found < wanted.length
            ? [`expected each of the ${wanted.length} values, found ${found} of them`]
            : []),
        ]
        return { observed: all, unexpectedCount: noOther ? all - found : 0, wrong: wrong.length === 0 ? null : wrong.join('; ') }
      },
      ...(noOther ? { unexpected: { source: quoteName(asked.relation.name), condition: others, columns: [column.column] } } : {}),
    })
  }
}

export const aggregateChecks = {
  expect_column_mean_to_be_between: between(compensated('avg'), 'float64'),
  expect_column_median_to_be_between: between(median, 'float64'),
  expect_column_stdev_to_be_between: between(deviation, 'float64'),
  expect_column_sum_to_be_between: between(compensated('sum'), 'float64'),
  expect_column_min_to_be_between: between(smallest, null),
  expect_column_max_to_be_between: between(greatest, null),
  expect_column_unique_value_count_to_be_between: between(different, 'int64'),
  expect_column_proportion_of_unique_values_to_be_between: share(different),
  expect_column_proportion_of_non_null_values_to_be_between: share(null),
  expect_column_quantile_values_to_be_between: quantiles,
  expect_column_distinct_values_to_be_in_set: distinct({ noOther: true, noneMissing: false }),
  expect_column_distinct_values_to_contain_set: distinct({ noOther: false, noneMissing: true }),
  expect_column_distinct_values_to_equal_set: distinct({ noOther: true, noneMissing: true }),
}
