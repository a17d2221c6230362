/** When a value is the expected one, and how values of tests become the engine's and back. */
import { describe, expect, it } from 'vitest'
import { isSameCell, readTestCell, writeTestCell } from '../../../reconciler/features/unit-tests/test-cell.ts'

describe('two values', () => {
  it.each([
    [1, 1 + 9e-10, 'float64'],
    [1e12, 1e12 + 900, 'float64'],
    [0, 9e-13, 'float64'],
    [0.1, Math.fround(0.1), 'float32'],
    [NaN, NaN, 'float64'],
    [-Infinity, -Infinity, 'float32'],
    [0, -0, 'float64'],
    [null, null, 'int64'],
    [9007199254740993n, 9007199254740993n, 'int64'],
  ] as const)('%s and %s of %s are the same', (a, b, dtype) => expect(isSameCell(a, b, dtype)).toBe(true))

  it.each([
    [1, 1 + 2e-9, 'float64'],
    [1, 1 + 2e-6, 'float32'],
    [0, 2e-12, 'float64'],
    [NaN, null, 'float64'],
    [null, 0, 'float64'],
    [Infinity, Number.MAX_VALUE, 'float64'],
    [1, 2, 'int32'],
    [9007199254740993n, 9007199254740992n, 'int64'],
    [1n, 2n, 'timestamp'],
    ['a', 'A', 'string'],
    [false, null, 'bool'],
  ] as const)('%s and %s of %s are not', (a, b, dtype) => expect(isSameCell(a, b, dtype)).toBe(false))
})

describe('a cell', () => {
  it.each([
    ['9223372036854775807', 'int64', 9223372036854775807n, '9223372036854775807'],
    [-3, 'int64', -3n, -3],
    [0.1, 'float32', 0.10000000149011612, 0.1],
    [1048.36, 'float32', 1048.3599853515625, 1048.36],
    [16777217, 'float32', 16777216, 16777216],
    ['NaN', 'float64', NaN, 'NaN'],
    ['-Infinity', 'float32', -Infinity, '-Infinity'],
    ['2013-01-01T05:00:00+05:00', 'timestamp', 1356998400000000n, '2013-01-01T00:00:00Z'],
    [true, 'bool', true, true],
    [null, 'string', null, null],
  ] as const)('%s of %s is read, and written as a test says it', (written, dtype, cell, again) => {
    expect(readTestCell(written, dtype)).toBe(cell)
    expect(writeTestCell(cell, dtype)).toBe(again)
  })

  it.each([
    ['9223372036854775808', 'int64'],
    [1.5, 'int64'],
    [2 ** 31, 'int32'],
    [1e39, 'float32'],
    ['2013-01-01T05:00:00', 'timestamp'],
    [1, 'string'],
    ['true', 'bool'],
  ] as const)('%s is no %s', (written, dtype) => expect(readTestCell(written, dtype)).toBeUndefined())
})
