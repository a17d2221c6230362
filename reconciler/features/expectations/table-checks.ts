/** Expectations of the number of rows, and of the columns. The latter read no rows. */
import { isWithin, rangeText, type Range } from './range.ts'
import { readRange } from './aggregate-checks.ts'
import { allOf, countWhere, readArguments, rowCondition, type Asked } from './asked.ts'
import { notEvaluated, readCount, type Check, type Observed } from './check.ts'

function rowCount(readWanted: (asked: Asked) => Range): (asked: Asked) => Check {
  return (asked) => ({
    expressions: [countWhere(allOf(rowCondition(asked)))],
    judge: ([count]) => {
      const observed = readCount(count)
      return { ...judged(observed, within(observed, readWanted(asked))), elementCount: observed }
    },
    unexpected: null,
  })
}

/** A question whose answer the columns give. */
function ofColumns(
  judge: (asked: Asked) => { readonly observed: Observed; readonly wrong: string | null },
): (asked: Asked) => Check {
  return (asked) => {
    const { observed, wrong } = judge(asked)
    return { expressions: [], judge: () => judged(observed, wrong), unexpected: null }
  }
}

function judged(observed: Observed, wrong: string | null) {
  return { ...notEvaluated(''), verdict: wrong === null ? ('passed' as const) : ('failed' as const), reason: wrong, observed }
}

function within(observed: number, range: Range): string | null {
  return isWithin(observed, range) ? null : `expected ${rangeText(range)}, found ${observed}`
}

function exactly(asked: Asked): Range {
  const value = readArguments(asked).optional('value') as number
  return { least: value, greatest: value, strictLeast: false, strictGreatest: false }
}

function between(asked: Asked): Range {
  return readRange(asked, 'float64')
}

function columnCount(readWanted: (asked: Asked) => Range): (asked: Asked) => Check {
  return ofColumns((asked) => {
    const observed = asked.relation.columns.size
    return { observed, wrong: within(observed, readWanted(asked)) }
  })
}

function exists(asked: Asked) {
  const [column, index] = [readArguments(asked).text('column'), readArguments(asked).optional('column_index')]
  const names = [...asked.relation.columns.keys()]
  const found = names.indexOf(column)
  if (found === -1) return { observed: names, wrong: `expected a column ${column}, found none` }
  return {
    observed: names,
    wrong: index === null || index === found ? null : `expected it at ${Number(index)}, found it at ${found}`,
  }
}

function hasDtype(readWanted: (asked: Asked) => readonly string[]) {
  return (asked: Asked) => {
    const { dtype } = readArguments(asked).column('column')
    const wanted = readWanted(asked)
    return { observed: dtype, wrong: wanted.includes(dtype) ? null : `expected ${wanted.join(' or ')}, found ${dtype}` }
  }
}

function matchesSet(asked: Asked) {
  const wanted = readArguments(asked).texts('column_set')
  const names = [...asked.relation.columns.keys()]
  const missing = wanted.filter((name) => !names.includes(name))
  const others = readArguments(asked).flag('exact_match') ? names.filter((name) => !wanted.includes(name)) : []
  const wrong = [
    ...(missing.length > 0 ? [`expected also ${missing.join(', ')}`] : []),
    ...(others.length > 0 ? [`expected no ${others.join(', ')}`] : []),
  ]
  return { observed: names, wrong: wrong.length === 0 ? null : wrong.join('; ') }
}

function matchesList(asked: Asked) {
  const wanted = readArguments(asked).texts('column_list')
  const names = [...asked.relation.columns.keys()]
  const first = Array.from({ length: Math.max(wanted.length, names.length) }, (_, index) => index).find(
    (index) => wanted[index] !== names[index],
  )
  if (first === undefined) return { observed: names, wrong: null }
  return { observed: names, wrong: `expected ${wanted[first] ?? 'no column'} at ${first}, found ${names[first] ?? 'none'}` }
}

export const tableChecks = {
  expect_table_row_count_to_be_between: rowCount(between),
  expect_table_row_count_to_equal: rowCount(exactly),
  expect_column_to_exist: ofColumns(exists),
  expect_column_values_to_be_of_type: ofColumns(hasDtype((asked) => [readArguments(asked).text('type_')])),
  expect_column_values_to_be_in_type_list: ofColumns(hasDtype((asked) => readArguments(asked).texts('type_list'))),
  expect_table_column_count_to_equal: columnCount(exactly),
  expect_table_column_count_to_be_between: columnCount(between),
  expect_table_columns_to_match_set: ofColumns(matchesSet),
  expect_table_columns_to_match_ordered_list: ofColumns(matchesList),
}
