/**
 * The expectations that may be written, as data: names and arguments are Great Expectations' (1.x). It knows neither how they are
 * checked in a manifest nor how they are evaluated.
 */
import type { Json } from './digest.ts'

/**
 * What an argument holds. `value` and `values` are of the column's dtype; `columns` must exist, `name` and `names` need not;
 * `quantile-ranges` is `{ quantiles: [0.5], value_ranges: [[1, 2]] }`, where null leaves an end open.
 */
export type ArgumentType =
  | 'column' | 'columns' | 'name' | 'names' | 'value' | 'values' | 'value-pairs' | 'number' | 'count' | 'boolean' | 'text' | 'character'
  | 'regex' | 'regexes' | 'dtype' | 'dtypes' | 'quantile-ranges' | 'choice' // prettier-ignore

export interface ExpectationArgument {
  readonly type: ArgumentType
  readonly required: boolean
  /** Of `choice`: the words that may be written. */
  readonly choices: readonly string[]
  /** What holds when it is not written; null: nothing does. */
  readonly default: Json
}

/**
 * `values` asks each value of a column, `rows` each row for several columns: both have `mostly`. `aggregate` asks one number or set of a
 * column, `table` the number of rows; `schema` asks only the columns, and has no rows to condition.
 */
export type ExpectationShape = 'values' | 'rows' | 'aggregate' | 'table' | 'schema'

/** Which columns it can be asked of: `ordered` is a number or a timestamp, `comparable` several that can be compared with each other. */
export type ColumnKind = 'any' | 'number' | 'text' | 'ordered' | 'comparable' | 'comparable-ordered'

export interface ExpectationDefinition {
  readonly shape: ExpectationShape
  readonly columns: ColumnKind
  readonly arguments: Readonly<Record<string, ExpectationArgument>>
  /** At least one of these is written. */
  readonly oneOf: readonly string[]
  /** Of each pair, the first is not greater than the second. */
  readonly ordered: readonly (readonly [string, string])[]
  /** Asked in the order of the rows: only of relations that have one. */
  readonly sequential: boolean
  /** What is true when it is met: one line. */
  readonly meaning: string
}

function required(type: ArgumentType): ExpectationArgument {
  return { type, required: true, choices: [], default: null }
}

function optional(type: ArgumentType, fallback: Json = null): ExpectationArgument {
  return { type, required: false, choices: [], default: fallback }
}

function choice(fallback: string, ...others: readonly string[]): ExpectationArgument {
  return { type: 'choice', required: false, choices: [fallback, ...others], default: fallback }
}

type Arguments = ExpectationDefinition['arguments']

function define(shape: ExpectationShape, columns: ColumnKind, meaning: string, args: Arguments): ExpectationDefinition {
  return { shape, columns, arguments: args, oneOf: [], ordered: [], sequential: false, meaning }
}

/** Its values lie between two that are written. */
function bounded(definition: ExpectationDefinition): ExpectationDefinition {
  return { ...definition, oneOf: ['min_value', 'max_value'], ordered: [['min_value', 'max_value']] }
}

function sequential(definition: ExpectationDefinition): ExpectationDefinition {
  return { ...definition, sequential: true }
}

const column = { column: required('column') }
const pair = {
  column_A: required('column'),
  column_B: required('column'),
  ignore_row_if: choice('both_values_are_missing', 'either_value_is_missing', 'neither'),
}
const several = {
  column_list: required('columns'),
  ignore_row_if: choice('all_values_are_missing', 'any_value_is_missing', 'never'),
}
const valueSet = { ...column, value_set: required('values') }
const strictly = { ...column, strictly: optional('boolean', false) }

function bounds(type: 'value' | 'number' | 'count'): Arguments {
  const strict = { strict_min: optional('boolean', false), strict_max: optional('boolean', false) }
  return { min_value: optional(type), max_value: optional(type), ...strict }
}

function aggregate(columns: ColumnKind, type: 'value' | 'number' | 'count', what: string): ExpectationDefinition {
  return bounded(define('aggregate', columns, `${what} lies between min_value and max_value`, { ...column, ...bounds(type) }))
}

const valueExpectations = {
  expect_column_values_to_not_be_null: define('values', 'any', 'no value is null', column),
  expect_column_values_to_be_null: define('values', 'any', 'every value is null', column),
  expect_column_values_to_be_unique: define('values', 'any', 'no value occurs twice', column),
  expect_column_values_to_be_between: bounded(
    define('values', 'ordered', 'each value lies between min_value and max_value', { ...column, ...bounds('value') }),
  ),
  expect_column_values_to_be_in_set: define('values', 'any', 'each value is one of value_set', valueSet),
  expect_column_values_to_not_be_in_set: define('values', 'any', 'no value is one of value_set', valueSet),
  expect_column_values_to_be_increasing: sequential(
    define('values', 'ordered', 'no value is smaller than the one of the row before (strictly: nor equal)', strictly),
  ),
  expect_column_values_to_be_decreasing: sequential(
    define('values', 'ordered', 'no value is greater than the one of the row before (strictly: nor equal)', strictly),
  ),
  expect_column_value_lengths_to_be_between: bounded(
    define('values', 'text', 'each text has min_value to max_value characters', { ...column, ...bounds('count') }),
  ),
  expect_column_value_lengths_to_equal: define('values', 'text', 'each text has so many characters', {
    ...column,
    value: required('count'),
  }),
  expect_column_values_to_match_regex: define('values', 'text', 'the regular expression is found in each text', {
    ...column,
    regex: required('regex'),
  }),
  expect_column_values_to_not_match_regex: define('values', 'text', 'the regular expression is found in no text', {
    ...column,
    regex: required('regex'),
  }),
  expect_column_values_to_match_regex_list: define('values', 'text', 'any (or all) of the expressions are found in each text', {
    ...column,
    regex_list: required('regexes'),
    match_on: choice('any', 'all'),
  }),
  expect_column_values_to_not_match_regex_list: define('values', 'text', 'none of the expressions is found in any text', {
    ...column,
    regex_list: required('regexes'),
  }),
  expect_column_values_to_match_like_pattern: define('values', 'text', 'each text is LIKE the pattern', {
    ...column,
    like_pattern: required('text'),
    escape: optional('character'),
  }),
  expect_column_values_to_not_match_like_pattern: define('values', 'text', 'no text is LIKE the pattern', {
    ...column,
    like_pattern: required('text'),
    escape: optional('character'),
  }),
} satisfies Record<string, ExpectationDefinition>

const rowExpectations = {
  expect_column_pair_values_a_to_be_greater_than_b: define(
    'rows',
    'comparable-ordered',
    'in each row A is greater than B (or_equal: or equal)',
    { ...pair, or_equal: optional('boolean', false) },
  ),
  expect_column_pair_values_to_be_equal: define('rows', 'comparable', 'in each row A and B are equal', pair),
  expect_column_pair_values_to_be_in_set: define('rows', 'any', 'each pair of A and B is one of value_pairs_set', {
    ...pair,
    value_pairs_set: required('value-pairs'),
  }),
  expect_compound_columns_to_be_unique: define('rows', 'any', 'no two rows have the same values in all columns', several),
  expect_select_column_values_to_be_unique_within_record: define(
    'rows',
    'comparable',
    'within each row all columns have different values',
    several,
  ),
  expect_multicolumn_values_to_be_equal: define('rows', 'comparable', 'within each row all columns have one value', several),
  expect_multicolumn_sum_to_equal: define('rows', 'number', 'within each row the columns sum to sum_total', {
    ...several,
    sum_total: required('number'),
  }),
} satisfies Record<string, ExpectationDefinition>

const aggregateExpectations = {
  expect_column_mean_to_be_between: aggregate('number', 'number', 'the mean'),
  expect_column_median_to_be_between: aggregate('number', 'number', 'the median'),
  expect_column_stdev_to_be_between: aggregate('number', 'number', 'the sample standard deviation'),
  expect_column_sum_to_be_between: aggregate('number', 'number', 'the sum'),
  expect_column_min_to_be_between: aggregate('ordered', 'value', 'the smallest value'),
  expect_column_max_to_be_between: aggregate('ordered', 'value', 'the greatest value'),
  expect_column_unique_value_count_to_be_between: aggregate('any', 'count', 'the number of different values'),
  expect_column_proportion_of_unique_values_to_be_between: aggregate(
    'any',
    'number',
    'the number of different values divided by the number of values that are not null',
  ),
  expect_column_proportion_of_non_null_values_to_be_between: aggregate('any', 'number', 'the share of values that are not null'),
  expect_column_quantile_values_to_be_between: define(
    'aggregate',
    'number',
    'each quantile lies in its range, both ends included',
    {
      ...column,
      quantile_ranges: required('quantile-ranges'),
      allow_relative_error: optional('boolean', false),
    },
  ),
  expect_column_distinct_values_to_be_in_set: define('aggregate', 'any', 'the different values are all of value_set', valueSet),
  expect_column_distinct_values_to_contain_set: define(
    'aggregate',
    'any',
    'each of value_set is among the different values',
    valueSet,
  ),
  expect_column_distinct_values_to_equal_set: define(
    'aggregate',
    'any',
    'the different values are exactly those of value_set',
    valueSet,
  ),
} satisfies Record<string, ExpectationDefinition>

const tableExpectations = {
  expect_table_row_count_to_be_between: bounded(
    define('table', 'any', 'the number of rows lies between min_value and max_value', bounds('count')),
  ),
  expect_table_row_count_to_equal: define('table', 'any', 'there are exactly so many rows', { value: required('count') }),
  expect_column_to_exist: define('schema', 'any', 'the column exists (column_index: at this place, from 0)', {
    column: required('name'),
    column_index: optional('count'),
  }),
  expect_column_values_to_be_of_type: define('schema', 'any', 'the column has this dtype', {
    ...column,
    type_: required('dtype'),
  }),
  expect_column_values_to_be_in_type_list: define('schema', 'any', 'the column has one of these dtypes', {
    ...column,
    type_list: required('dtypes'),
  }),
  expect_table_column_count_to_equal: define('schema', 'any', 'there are exactly so many columns', { value: required('count') }),
  expect_table_column_count_to_be_between: bounded(
    define('schema', 'any', 'there are min_value to max_value columns', {
      min_value: optional('count'),
      max_value: optional('count'),
    }),
  ),
  expect_table_columns_to_match_set: define('schema', 'any', 'the columns are those of column_set (exact_match: and no other)', {
    column_set: required('names'),
    exact_match: optional('boolean', true),
  }),
  expect_table_columns_to_match_ordered_list: define('schema', 'any', 'the columns are those of column_list, in this order', {
    column_list: required('names'),
  }),
} satisfies Record<string, ExpectationDefinition>

const definitions = { ...valueExpectations, ...rowExpectations, ...aggregateExpectations, ...tableExpectations }

export type ExpectationName = keyof typeof definitions

/** Every expectation by its name. */
export const expectationDefinitions: Readonly<Record<ExpectationName, ExpectationDefinition>> = definitions

export const expectationNames = Object.keys(definitions) as readonly ExpectationName[]

export function isExpectationName(text: string): text is ExpectationName {
  return Object.hasOwn(definitions, text)
}

/** Arguments that do not belong to one expectation. */
export function sharedArguments({ shape }: ExpectationDefinition): readonly string[] {
  const mostly = shape === 'values' || shape === 'rows' ? ['mostly'] : []
  return [...mostly, ...(shape === 'schema' ? [] : ['row_condition']), 'severity']
}
