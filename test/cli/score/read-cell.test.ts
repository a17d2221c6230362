/** Values of tables on their way into a model: what a request would have said. */
import { describe, expect, it } from 'vitest'
import { readTextCell, readTyped } from '../../../reconciler/cli/score/read-cell.ts'

describe('a text of a CSV file', () => {
  it.each([
    ['float32', '1.5', 1.5],
    ['float32', ' -2e3 ', -2000],
    ['float64', '.5', 0.5],
    ['float32', 'NaN', null],
    ['float32', 'NA', null],
    ['float32', '1,5', '1,5'],
    ['float32', '0x10', '0x10'],
    ['float32', 'Infinity', 'Infinity'],
    ['int32', '5.0', 5],
    ['int64', '9223372036854775807', 9223372036854775807n],
    ['int64', '5.0', 5],
    ['bool', 'True', true],
    ['bool', '0', false],
    ['bool', 'yes', 'yes'],
    ['string', '007', '007'],
    ['string', 'NA', 'NA'],
    ['timestamp', '1970-01-01T00:00:01Z', 1_000_000n],
    ['timestamp', '1970-01-01T00:00:01', '1970-01-01T00:00:01'],
    [undefined, '[[1, 2], [3, 4]]', [[1, 2], [3, 4]]], // prettier-ignore
    [undefined, '[1', '[1'],
    [undefined, '7', 7],
  ] as const)('of dtype %s: %j', (dtype, text, expected) => {
    expect(readTextCell(dtype)(text)).toEqual(expected)
  })

  it('is null where it is empty', () => {
    expect(readTextCell('string')(null)).toBeNull()
  })
})

describe('a cell of a typed table', () => {
  it.each([
    ['float32', NaN, null],
    ['float32', 7n, 7],
    ['int32', 7n, 7],
    ['int64', 9007199254740993n, 9007199254740993n],
    ['float64', 9007199254740993n, 9007199254740993n],
    ['timestamp', 5n, 5n],
    ['bool', true, true],
    ['string', 'a', 'a'],
    ['float32', null, null],
  ] as const)('of dtype %s: %s', (dtype, cell, expected) => {
    expect(readTyped(dtype, false)(cell)).toEqual(expected)
  })

  it('is JSON where it is nested', () => {
    expect(readTyped(undefined, true)('[[1.5,null]]')).toEqual([[1.5, null]])
    expect(readTyped(undefined, true)(null)).toBeNull()
  })
})
