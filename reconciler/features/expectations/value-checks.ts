/** Expectations of each value of a column: which condition a value meets. */
import type { ExpectationName } from '../../core/expectation.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { quoteName, quoteText } from '../engine/quote.ts'
import { readArguments, type Asked } from './asked.ts'
import type { Check } from './check.ts'
import { countedCheck } from './counted-check.ts'
import { boundOf, literalsOf } from './literal.ts'

type ValueName = Extract<ExpectationName, `expect_column_value${string}`>
type PlainName = Exclude<
  ValueName,
  | 'expect_column_values_to_be_of_type' | 'expect_column_values_to_be_in_type_list' | 'expect_column_values_to_be_unique'
  | 'expect_column_values_to_be_increasing' | 'expect_column_values_to_be_decreasing'
  | 'expect_column_values_to_be_null' | 'expect_column_values_to_not_be_null' // prettier-ignore
>

/** `x` is the column as SQL names it, never null; the answer is a condition that is true where the value meets the expectation. */
type Condition = (x: string, asked: Asked, dtype: FeatureDtype) => string

const conditions = {
  expect_column_values_to_be_between: between,
  expect_column_values_to_be_in_set: inSet,
  expect_column_values_to_not_be_in_set: (...args) => `NOT (${inSet(...args)})`,
  expect_column_value_lengths_to_be_between: (x, asked) => between(`length(${x})`, asked, 'int64'),
  expect_column_value_lengths_to_equal: (x, asked) => `length(${x}) = ${Number(readArguments(asked).optional('value'))}`,
  expect_column_values_to_match_regex: (x, asked) => matches(x, readArguments(asked).text('regex')),
  expect_column_values_to_not_match_regex: (x, asked) => `NOT ${matches(x, readArguments(asked).text('regex'))}`,
  expect_column_values_to_match_regex_list: matchesList,
  expect_column_values_to_not_match_regex_list: (x, asked) => `NOT (${anyMatches(x, asked).join(' OR ')})`,
  expect_column_values_to_match_like_pattern: like,
  expect_column_values_to_not_match_like_pattern: (x, asked) => `NOT (${like(x, asked)})`,
} as const satisfies Record<PlainName, Condition>

/** NaN lies between nothing. DuckDB holds it for greater than all numbers, so that an upper bound leaves it out by itself. */
function between(x: string, asked: Asked, dtype: FeatureDtype): string {
  const given = readArguments(asked)
  const [least, greatest] = [given.optional('min_value'), given.optional('max_value')]
  return [
    ...(least === null ? [] : [`${x} ${given.flag('strict_min') ? '>' : '>='} ${boundOf(least, dtype).sql}`]),
    ...(greatest === null ? [] : [`${x} ${given.flag('strict_max') ? '<' : '<='} ${boundOf(greatest, dtype).sql}`]),
    ...(greatest === null && dtype.startsWith('float') ? [`NOT isnan(${x})`] : []),
  ].join(' AND ')
}

function inSet(x: string, { expectation }: Asked, dtype: FeatureDtype): string {
  return `${x} IN (${literalsOf(expectation.arguments['value_set'] ?? [], dtype).join(', ')})`
}

/** Found anywhere in the text, as in Great Expectations: `^` and `$` anchor it. */
function matches(x: string, regex: string): string {
  return `regexp_matches(${x}, ${quoteText(regex)})`
}

function anyMatches(x: string, asked: Asked): readonly string[] {
  return readArguments(asked)
    .texts('regex_list')
    .map((regex) => matches(x, regex))
}

function matchesList(x: string, asked: Asked): string {
  const all = readArguments(asked).text('match_on') === 'all'
  return `(${anyMatches(x, asked).join(all ? ' AND ' : ' OR ')})`
}

function like(x: string, asked: Asked): string {
  const escape = readArguments(asked).optional('escape')
  const pattern = `${x} LIKE ${quoteText(readArguments(asked).text('like_pattern'))}`
  return escape === null ? pattern : `${pattern} ESCAPE ${quoteText(escape as string)}`
}

function plain(name: PlainName): (asked: Asked) => Check {
  return (asked) => {
    const { x, column, dtype } = readArguments(asked).column('column')
    return countedCheck(asked, { considered: { notNull: x }, met: conditions[name](x, asked, dtype), columns: [column] })
  }
}

/** All rows count for the two that ask for nulls. */
function nulls(wanted: 'IS NULL' | 'IS NOT NULL'): (asked: Asked) => Check {
  return (asked) => {
    const { x, column } = readArguments(asked).column('column')
    return countedCheck(asked, { considered: 'TRUE', met: `${x} ${wanted}`, columns: [column] })
  }
}

function unique(asked: Asked): Check {
  const { x, column } = readArguments(asked).column('column')
  return countedCheck(asked, { considered: { notNull: x }, met: { uniqueBy: [x] }, columns: [column] })
}

function inOrder(sign: '<' | '>'): (asked: Asked) => Check {
  return (asked) => {
    const { x, column, dtype } = readArguments(asked).column('column')
    const before = quoteName('__before')
    const smaller = `${before} ${sign}${readArguments(asked).flag('strictly') ? '' : '='} ${x}`
    const numbers = dtype.startsWith('float') ? ` AND NOT isnan(${before}) AND NOT isnan(${x})` : ''
    const met = { comparedWithBefore: x, condition: `(${before} IS NULL OR (${smaller}${numbers}))` }
    return countedCheck(asked, { considered: { notNull: x }, met, columns: [column] })
  }
}

export const valueChecks = {
  expect_column_values_to_not_be_null: nulls('IS NOT NULL'),
  expect_column_values_to_be_null: nulls('IS NULL'),
  expect_column_values_to_be_unique: unique,
  expect_column_values_to_be_between: plain('expect_column_values_to_be_between'),
  expect_column_values_to_be_in_set: plain('expect_column_values_to_be_in_set'),
  expect_column_values_to_not_be_in_set: plain('expect_column_values_to_not_be_in_set'),
  expect_column_values_to_be_increasing: inOrder('<'),
  expect_column_values_to_be_decreasing: inOrder('>'),
  expect_column_value_lengths_to_be_between: plain('expect_column_value_lengths_to_be_between'),
  expect_column_value_lengths_to_equal: plain('expect_column_value_lengths_to_equal'),
  expect_column_values_to_match_regex: plain('expect_column_values_to_match_regex'),
  expect_column_values_to_not_match_regex: plain('expect_column_values_to_not_match_regex'),
  expect_column_values_to_match_regex_list: plain('expect_column_values_to_match_regex_list'),
  expect_column_values_to_not_match_regex_list: plain('expect_column_values_to_not_match_regex_list'),
  expect_column_values_to_match_like_pattern: plain('expect_column_values_to_match_like_pattern'),
  expect_column_values_to_not_match_like_pattern: plain('expect_column_values_to_not_match_like_pattern'),
}
