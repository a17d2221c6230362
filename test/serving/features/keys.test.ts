/** Keys of every dtype, from JSON and from tensors of every datatype that holds them. */
import { describe, expect, it } from 'vitest'
import type { KeyDtype } from '../../../reconciler/core/feature-definition.ts'
import type { OnlineView } from '../../../reconciler/core/online-view.ts'
import { keysOfInputs } from '../../../reconciler/serving/features/key-inputs.ts'
import { readKey } from '../../../reconciler/serving/features/entity-key.ts'
import { compileViewJoin } from '../../../reconciler/serving/features/view-join.ts'
import type { InferInput } from '../../../reconciler/serving/assembly/input-assembler.ts'
import { benchRelease } from '../support/bench-model.ts'
import { weather } from './support/online-views.ts'

function joinBy(dtype: KeyDtype) {
  const view: OnlineView = { ...weather, keys: [{ name: 'k', dtype }] }
  const join = compileViewJoin(benchRelease({ views: [{ view, join: {}, as: 'v', take: ['wind_speed'] }] }))
  if (join === null) throw new Error('there is a view')
  return join
}

const textsOf = (dtype: KeyDtype, input: Omit<InferInput, 'name'>) =>
  keysOfInputs(joinBy(dtype), [{ name: 'k', ...input }], 10)[0]?.map(({ text }) => text)

describe('a tensor of keys', () => {
  it.each([
    ['string', 'BYTES', ['a', '"'], ['["a"]', '["\\""]']],
    ['int64', 'INT64', new BigInt64Array([-1n, 2n ** 62n]), ['["-1"]', '["4611686018427387904"]']],
    ['int64', 'UINT64', new BigUint64Array([1n, 2n]), ['["1"]', '["2"]']],
    ['int64', 'INT32', new Int32Array([-5, 5]), ['["-5"]', '["5"]']],
    ['int64', 'INT64', [7, '9007199254740993'], ['["7"]', '["9007199254740993"]']],
    ['int32', 'INT64', new BigInt64Array([-1n, 2n]), ['[-1]', '[2]']],
    ['int32', 'UINT8', new Uint8Array([0, 255]), ['[0]', '[255]']],
    ['bool', 'BOOL', new Uint8Array([0, 1]), ['[false]', '[true]']],
    ['bool', 'BOOL', [true, 0], ['[true]', '[false]']],
    ['timestamp', 'INT64', new BigInt64Array([0n, 1n]), ['["0"]', '["1"]']],
    ['timestamp', 'BYTES', ['1970-01-01T00:00:01Z', '1970-01-01'], ['["1000000"]', '["0"]']],
  ] as const)('of a %s may be %s', (dtype, datatype, data, expected) => {
    expect(textsOf(dtype, { datatype, shape: [2], data })).toEqual(expected)
  })

  it('is nested like its shape', () => {
    expect(textsOf('int32', { datatype: 'INT32', shape: [2, 1], data: [[1], [2]] })).toEqual(['[1]', '[2]'])
  })

  it.each([
    ['int32', { datatype: 'INT64', shape: [1], data: new BigInt64Array([2n ** 31n]) }, 'input "k": data[0]: expected an integer from -2147483648 to 2147483647, found 2147483648'],
    ['int64', { datatype: 'UINT64', shape: [1], data: new BigUint64Array([2n ** 63n]) }, 'input "k": data[0]: expected an integer from -9223372036854775808 to 9223372036854775807, found 9223372036854775808'],
    ['int64', { datatype: 'FP64', shape: [1], data: [1] }, 'input "k": expected a datatype of integers for a key of int64, found FP64'],
    ['string', { datatype: 'BYTES', shape: [11], data: [] }, 'input "k": a request may have 10 rows, found 11'],
    ['bool', { datatype: 'BOOL', shape: [1], data: [2] }, 'input "k": data[0]: expected true or false, found 2'],
    ['timestamp', { datatype: 'BYTES', shape: [1], data: ['now'] }, 'input "k": data[0]: expected a time in ISO 8601 with its zone (2013-01-01T05:00:00Z), found "now"'],
    ['string', { datatype: 'BYTES', shape: [2], data: ['a'] }, 'input "k": the shape [2] has 2 elements, the data has 1'],
  ] as const)('of a %s is not what it can not be: %#', (dtype, input, message) => {
    expect(() => textsOf(dtype, input)).toThrow(message)
  }) // prettier-ignore
})

describe('a key in JSON', () => {
  it.each([
    ['int64', 7, 7n],
    ['int64', '-9223372036854775808', -9_223_372_036_854_775_808n],
    ['int32', '12', 12],
    ['string', '', ''],
    ['bool', false, false],
    ['timestamp', '1969-12-31T23:59:59.999999Z', -1n],
    ['string', null, null],
  ] as const)('of %s: %s', (dtype, value, expected) => {
    expect(readKey(dtype, value)).toBe(expected)
  })

  it.each([
    ['int32', true],
    ['bool', 1],
    ['string', ['a']],
    ['timestamp', 1],
    ['int64', ''],
  ] as const)('of %s is not %j', (dtype, value) => {
    expect(() => readKey(dtype, value)).toThrow('expected')
  })
})
