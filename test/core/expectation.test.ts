/** The registry against Great Expectations' own classes (make-arguments.py). */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  expectationDefinitions,
  expectationNames,
  isExpectationName,
  sharedArguments,
} from '../../reconciler/core/expectation.ts'

const { arguments: reference } = JSON.parse(readFileSync(new URL('expectation-arguments.json', import.meta.url), 'utf8')) as {
  readonly arguments: Readonly<Record<string, Readonly<Record<string, boolean>>>>
}

/** Left out on purpose: a dtype is declared, so that no share of rows could have it; a list of columns is needed to compare with one. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  expect_column_values_to_be_of_type: ['mostly', 'row_condition'],
  expect_column_values_to_be_in_type_list: ['mostly', 'row_condition'],
  // A field of the class that the expectation never reads.
  expect_select_column_values_to_be_unique_within_record: ['column'],
}

describe('expectations', () => {
  it('are more than twenty', () => expect(expectationNames.length).toBeGreaterThan(40))

  it.each(expectationNames)('%s has the arguments of Great Expectations', (name) => {
    const definition = expectationDefinitions[name]
    const ours = [...Object.keys(definition.arguments), ...sharedArguments(definition)].sort()
    const theirs = Object.keys(reference[name] ?? {}).filter((argument) => !(leftOut[name] ?? []).includes(argument))
    expect(ours).toEqual(theirs.sort())
    for (const [argument, { required }] of Object.entries(definition.arguments)) {
      if (reference[name]?.[argument] === true) expect(required, argument).toBe(true)
    }
  })

  it('are known by name alone', () => {
    expect(isExpectationName('expect_column_to_exist')).toBe(true)
    expect(isExpectationName('toString')).toBe(false)
  })
})
