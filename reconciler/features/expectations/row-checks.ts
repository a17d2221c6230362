/** Expectations of several columns of each row. */
import type { Json } from '../../core/digest.ts'
import { readArguments, type Asked, type AskedColumn } from './asked.ts'
import type { Check } from './check.ts'
import { countedCheck } from './counted-check.ts'
import { literalOf } from './literal.ts'

/** The rows that `ignore_row_if` leaves. */
function considered(asked: Asked, columns: readonly AskedColumn[]): string {
  switch (readArguments(asked).text('ignore_row_if')) {
    case 'both_values_are_missing':
    case 'all_values_are_missing':
      return `(${columns.map(({ x }) => `${x} IS NOT NULL`).join(' OR ')})`
    case 'either_value_is_missing':
    case 'any_value_is_missing':
      return `(${columns.map(({ x }) => `${x} IS NOT NULL`).join(' AND ')})`
    default:
      return 'TRUE'
  }
}

type RowCondition = (columns: readonly AskedColumn[], asked: Asked) => string

function pair(condition: (a: AskedColumn, b: AskedColumn, asked: Asked) => string): (asked: Asked) => Check {
  return (asked) => {
    const [a, b] = [readArguments(asked).column('column_A'), readArguments(asked).column('column_B')]
    const met = condition(a, b, asked)
    return countedCheck(asked, { considered: considered(asked, [a, b]), met, columns: [a.column, b.column] })
  }
}

function several(condition: RowCondition): (asked: Asked) => Check {
  return (asked) => {
    const columns = readArguments(asked).columns('column_list')
    const names = columns.map(({ column }) => column)
    return countedCheck(asked, { considered: considered(asked, columns), met: condition(columns, asked), columns: names })
  }
}

/** True where the value is a number that has an order: DuckDB holds NaN for equal to itself, and for greater than all others. */
function isOrdered({ x, dtype }: AskedColumn): readonly string[] {
  return dtype.startsWith('float') ? [`NOT isnan(${x})`] : []
}

function isGreater(a: AskedColumn, b: AskedColumn, asked: Asked): string {
  const sign = readArguments(asked).flag('or_equal') ? '>=' : '>'
  return [`${a.x} ${sign} ${b.x}`, ...isOrdered(a)].join(' AND ')
}

function isEqual(a: AskedColumn, b: AskedColumn): string {
  return [`${a.x} = ${b.x}`, ...isOrdered(a)].join(' AND ')
}

function isInPairs(a: AskedColumn, b: AskedColumn, { expectation }: Asked): string {
  const pairs = (expectation.arguments['value_pairs_set'] ?? []) as readonly (readonly [Json, Json])[]
  const equals = ({ x, dtype }: AskedColumn, value: Json) => `${x} IS NOT DISTINCT FROM ${literalOf(value, dtype)}`
  return pairs.map(([left, right]) => `(${equals(a, left)} AND ${equals(b, right)})`).join(' OR ')
}

function compound(asked: Asked): Check {
  const columns = readArguments(asked).columns('column_list')
  const names = columns.map(({ column }) => column)
  return countedCheck(asked, {
    considered: considered(asked, columns),
    met: { uniqueBy: columns.map(({ x }) => x) },
    columns: names,
  })
}

/** Two nulls are the same here, as they are in Great Expectations. */
function allDiffer(columns: readonly AskedColumn[]): string {
  return columns
    .flatMap(({ x }, index) => columns.slice(index + 1).map((other) => `${x} IS DISTINCT FROM ${other.x}`))
    .join(' AND ')
}

function allEqual([first, ...others]: readonly AskedColumn[]): string {
  return first === undefined ? 'TRUE' : others.map((other) => isEqual(first, other)).join(' AND ')
}

/** Whole numbers are summed as such, and cannot overflow; others as floats of 64 bits, from left to right. */
function sumsTo(columns: readonly AskedColumn[], asked: Asked): string {
  const total = readArguments(asked).optional('sum_total') as number
  const whole = Number.isSafeInteger(total) && columns.every(({ dtype }) => dtype.startsWith('int'))
  const type = whole ? 'HUGEINT' : 'DOUBLE'
  return `${columns.map(({ x }) => `CAST(${x} AS ${type})`).join(' + ')} = CAST('${total}' AS ${type})`
}

export const rowChecks = {
  expect_column_pair_values_a_to_be_greater_than_b: pair(isGreater),
  expect_column_pair_values_to_be_equal: pair(isEqual),
  expect_column_pair_values_to_be_in_set: pair(isInPairs),
  expect_compound_columns_to_be_unique: compound,
  expect_select_column_values_to_be_unique_within_record: several(allDiffer),
  expect_multicolumn_values_to_be_equal: several(allEqual),
  expect_multicolumn_sum_to_equal: several(sumsTo),
}
