/** Each fault of a written expectation, with its exact place and text; and what sound ones mean. */
import { describe, expect, it } from 'vitest'
import type { Json } from '../../reconciler/core/digest.ts'
import type { FeatureDtype } from '../../reconciler/core/feature-dtype.ts'
import { checkExpectations, readExpectations } from '../../reconciler/manifests/expectation-checks.ts'

const columns = new Map<string, FeatureDtype>([
  ['wind', 'float32'], ['gust', 'float64'], ['count', 'int32'], ['id', 'int64'], ['origin', 'string'], ['at', 'timestamp'], ['late', 'bool'],
]) // prettier-ignore

function check(entry: Json, ordered = true): readonly string[] {
  const found: string[] = []
  checkExpectations([entry], '/e', { columns, ordered }, (pointer, { rule, message, hint }, part) => {
    found.push(`${rule} ${pointer}${part === undefined ? '' : ` (${part})`}: ${message}${hint === undefined ? '' : `; ${hint}`}`)
  })
  return found
}

function of(name: string, args: Json): readonly string[] {
  return check({ [name]: args }).map((text) => text.replaceAll(`/e/0/${name}`, '@').replace(/^expectation-/, ''))
}

const between = 'expect_column_values_to_be_between'

describe('a faulty expectation', () => {
  it.each<readonly [Json, string]>([
    [7, 'expectation-argument /e/0: expected one expectation with its arguments, found 7; write - expect_…: { column: … }'],
    [{}, 'expectation-argument /e/0: expected one expectation with its arguments, found {}; write - expect_…: { column: … }'],
    [
      { expect_column_values_to_be_betwen: {} },
      'expectation-name /e/0/expect_column_values_to_be_betwen (key): expected the name of an expectation, found "expect_column_values_to_be_betwen"; did you mean expect_column_values_to_be_between?',
    ],
    [
      { 'a/b': {} },
      'expectation-name /e/0/a~1b (key): expected the name of an expectation, found "a/b"; see docs/features/expectations.md',
    ],
    [
      { expect_column_to_exist: [] },
      'expectation-argument /e/0/expect_column_to_exist: expected the arguments of expect_column_to_exist, found []',
    ],
  ])('%j', (entry, text) => expect(check(entry)).toEqual([text]))

  it.each<readonly [string, Json, string]>([
    [between, { column: 'wind' }, 'argument @ (key): expected at least one of min_value and max_value, found neither'],
    [between, { column: 'wind', min_value: null }, 'argument @ (key): expected at least one of min_value and max_value, found neither'],
    [between, { min_value: 1 }, 'argument @ (key): expected the argument column, found none'],
    [between, { column: 'wnd', min_value: 1 }, 'column @/column: expected a column (wind, gust, count, id, origin, at, late), found "wnd"; did you mean wind?'],
    [between, { column: 'wind', min_value: 2, max_value: 1 }, 'argument @/min_value: expected at most max_value (1), found 2'],
    [between, { column: 'at', min_value: '2013-01-02', max_value: '2013-01-01' }, 'argument @/min_value: expected at most max_value ("2013-01-01"), found "2013-01-02"'],
    [between, { column: 'origin', min_value: 1 }, 'column @/column: expected a column of numbers or timestamps, found "origin" of dtype string'],
    [between, { column: 'at', min_value: 1 }, 'argument @/min_value: expected a time with its zone, as 2013-01-01T05:00:00Z (at is timestamp), found 1'],
    [between, { column: 'at', min_value: '2013-01-01T00:00:00' }, 'argument @/min_value: expected a time with its zone, as 2013-01-01T05:00:00Z (at is timestamp), found "2013-01-01T00:00:00"'],
    [between, { column: 'wind', min_value: '1' }, 'argument @/min_value: expected a number (wind is float32), found "1"'],
    [between, { column: 'wind', min_value: 1, mostly: 1.5 }, 'argument @/mostly: expected a number from 0 to 1, found 1.5'],
    [between, { column: 'wind', min_value: 1, mostly: -0.1 }, 'argument @/mostly: expected a number from 0 to 1, found -0.1'],
    [between, { column: 'wind', min_value: 1, severity: 'warn' }, 'argument @/severity: expected one of critical, warning, info, found "warn"'],
    [between, { column: 'wind', min_value: 1, severity: 'critcal' }, 'argument @/severity: expected one of critical, warning, info, found "critcal"; did you mean critical?'],
    [between, { column: 'wind', min_value: 1, row_condition: 3 }, 'argument @/row_condition: expected a condition in SQL, found 3'],
    [between, { column: 'wind', min_value: 1, strict_min: 'yes' }, 'argument @/strict_min: expected true or false, found "yes"'],
    [between, { column: 'wind', min_value: 1, mx_value: 2 }, 'argument @/mx_value (key): expected an argument of the expectation (column, min_value, max_value, strict_min, strict_max, mostly, row_condition, severity), found "mx_value"; did you mean max_value?'],
    [between, { column: 'wind', min_value: 1, condition_parser: 'pandas' }, 'argument @/condition_parser (key): expected an argument of the expectation (column, min_value, max_value, strict_min, strict_max, mostly, row_condition, severity), found "condition_parser"; leave it out: a row_condition is SQL'],
    ['expect_column_values_to_be_in_set', { column: 'id', value_set: [1, 2.5] }, 'argument @/value_set/1: expected a whole number of 64 bits (id is int64), found 2.5'],
    ['expect_column_values_to_be_in_set', { column: 'id', value_set: ['9223372036854775808'] }, 'argument @/value_set/0: expected a whole number of 64 bits (id is int64), found "9223372036854775808"'],
    ['expect_column_values_to_be_in_set', { column: 'count', value_set: [2147483648] }, 'argument @/value_set/0: expected a whole number of 32 bits (count is int32), found 2147483648'],
    ['expect_column_values_to_be_in_set', { column: 'late', value_set: ['true'] }, 'argument @/value_set/0: expected true or false (late is bool), found "true"'],
    ['expect_column_values_to_be_in_set', { column: 'origin', value_set: 'JFK' }, 'argument @/value_set: expected a list of at least 1, found "JFK"'],
    ['expect_column_values_to_be_in_set', { column: 'origin', value_set: [['JFK']] }, 'argument @/value_set/0: expected a value, found ["JFK"]'],
    ['expect_column_values_to_match_regex', { column: 'origin', regex: '[A-Z' }, 'argument @/regex: expected a regular expression, found a [ that is not closed at character 5 of "[A-Z"; the syntax is that of RE2: https://github.com/google/re2/wiki/Syntax'],
    ['expect_column_values_to_match_regex', { column: 'wind', regex: 'a' }, 'column @/column: expected a column of texts, found "wind" of dtype float32'],
    ['expect_column_values_to_match_like_pattern', { column: 'origin', like_pattern: 'a', escape: 'ab' }, 'argument @/escape: expected one character, found "ab"'],
    ['expect_column_value_lengths_to_equal', { column: 'origin', value: -1 }, 'argument @/value: expected a whole number from 0 on, found -1'],
    ['expect_column_mean_to_be_between', { column: 'late', min_value: 0 }, 'column @/column: expected a column of numbers, found "late" of dtype bool'],
    ['expect_column_pair_values_to_be_equal', { column_A: 'id', column_B: 'origin' }, 'column @/column_B: expected a column to compare with id (int64), found "origin" of dtype string'],
    ['expect_column_pair_values_to_be_in_set', { column_A: 'id', column_B: 'origin', value_pairs_set: [[1, 2]] }, 'argument @/value_pairs_set/0/1: expected a text (origin is string), found 2'],
    ['expect_column_pair_values_to_be_in_set', { column_A: 'id', column_B: 'origin', value_pairs_set: [[1]] }, 'argument @/value_pairs_set/0: expected a pair of values, found [1]'],
    ['expect_compound_columns_to_be_unique', { column_list: ['id'] }, 'argument @/column_list: expected a list of at least 2, found ["id"]'],
    ['expect_compound_columns_to_be_unique', { column_list: ['id', 'id'] }, 'argument @/column_list/1: expected each column once, found "id"'],
    ['expect_compound_columns_to_be_unique', { column_list: ['id', 'orign'] }, 'column @/column_list/1: expected a column (wind, gust, count, id, origin, at, late), found "orign"; did you mean origin?'],
    ['expect_compound_columns_to_be_unique', { column_list: ['id', 'at'], ignore_row_if: 'nevr' }, 'argument @/ignore_row_if: expected one of all_values_are_missing, any_value_is_missing, never, found "nevr"; did you mean never?'],
    ['expect_column_quantile_values_to_be_between', { column: 'wind', quantile_ranges: { quantiles: [0.5], value_ranges: [] } }, 'argument @/quantile_ranges/value_ranges: expected a list of at least 1, found []'],
    ['expect_column_quantile_values_to_be_between', { column: 'wind', quantile_ranges: { quantiles: [0.5, 0.9], value_ranges: [[1, 2]] } }, 'argument @/quantile_ranges/value_ranges: expected a range for each of the 2 quantiles, found 1'],
    ['expect_column_quantile_values_to_be_between', { column: 'wind', quantile_ranges: { quantiles: [50], value_ranges: [[1, 2]] } }, 'argument @/quantile_ranges/quantiles/0: expected a number from 0 to 1, found 50'],
    ['expect_column_quantile_values_to_be_between', { column: 'wind', quantile_ranges: { quantiles: [0.5], value_ranges: [[2, 1]] } }, 'argument @/quantile_ranges/value_ranges/0: expected the smaller number first, found [2,1]'],
    ['expect_column_quantile_values_to_be_between', { column: 'wind', quantile_ranges: [0.5] }, 'argument @/quantile_ranges: expected { quantiles: […], value_ranges: [[…, …]] }, found [0.5]'],
    ['expect_column_values_to_be_of_type', { column: 'wind', type_: 'float' }, 'argument @/type_: expected one of bool, int32, int64, float32, float64, string, timestamp, found "float"'],
    ['expect_table_row_count_to_be_between', { min_value: 3, max_value: 2 }, 'argument @/min_value: expected at most max_value (2), found 3'],
    ['expect_table_column_count_to_equal', { value: 3, row_condition: 'TRUE' }, 'argument @/row_condition (key): expected an argument of the expectation (value, severity), found "row_condition"'],
  ])('%s %j', (name, args, text) => expect(of(name, args)).toEqual([text])) // prettier-ignore

  it('tells everything at once', () => {
    expect(of(between, { column: 'wnd', min_value: 'x', mostly: 2, other: 1 })).toHaveLength(3)
  })

  it('asks for an order only of what has one', () => {
    const entry = { expect_column_values_to_be_increasing: { column: 'id' } }
    expect(check(entry)).toEqual([])
    expect(check(entry, false)).toEqual([
      'expectation-column /e/0/expect_column_values_to_be_increasing/column: expected rows that come in an order, found the rows of a view, which have none',
    ])
  })
})

describe('a sound expectation', () => {
  it.each<readonly [string, Json]>([
    [between, { column: 'wind', min_value: 0, max_value: 150, mostly: 0.999, row_condition: "origin = 'JFK'", severity: 'info' }],
    [between, { column: 'id', min_value: '-9223372036854775808', max_value: 0.5 }],
    [between, { column: 'at', min_value: '2013-01-01', max_value: '2013-01-01T00:00:00.000001Z' }],
    ['expect_column_to_exist', { column: 'anything' }],
    ['expect_table_columns_to_match_set', { column_set: ['anything'], exact_match: false }],
    ['expect_column_pair_values_a_to_be_greater_than_b', { column_A: 'gust', column_B: 'wind' }],
    ['expect_column_pair_values_to_be_in_set', { column_A: 'id', column_B: 'origin', value_pairs_set: [[1, null]] }],
    [
      'expect_column_quantile_values_to_be_between',
      { column: 'wind', quantile_ranges: { quantiles: [0.5], value_ranges: [[null, 2]] } },
    ],
  ])('%s %j', (name, args) => expect(of(name, args)).toEqual([]))

  it('has its defaults filled', () => {
    expect(
      readExpectations([
        { [between]: { column: 'wind', min_value: 1, max_value: null, mostly: 0.5 } },
        { expect_column_pair_values_to_be_equal: { column_A: 'id', column_B: 'count', severity: 'info', row_condition: 'id > 3' } },
      ]),
    ).toEqual([
      { name: between, arguments: { column: 'wind', min_value: 1, strict_min: false, strict_max: false }, mostly: 0.5, rowCondition: null, severity: 'critical' },
      {
        name: 'expect_column_pair_values_to_be_equal', mostly: 1, rowCondition: 'id > 3', severity: 'info',
        arguments: { column_A: 'id', column_B: 'count', ignore_row_if: 'both_values_are_missing' },
      },
    ]) // prettier-ignore
  })
})
