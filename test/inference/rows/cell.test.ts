import { describe, expect, it } from 'vitest'
import type { FeatureDtype } from '../../../reconciler/core/feature-dtype.ts'
import type { Datatype, NullRule } from '../../../reconciler/core/release.ts'
import { compileCell, type CellValue } from '../../../reconciler/inference/rows/cell.ts'

function read(datatype: Datatype, dtype: FeatureDtype | undefined, value: unknown, nulls: NullRule = 'model'): CellValue {
  return compileCell({ datatype, dtype, nulls })(value)
}

describe('a value on its way into a tensor', () => {
  it.each<[Datatype, FeatureDtype | undefined, unknown, CellValue]>([
    ['FP32', undefined, 1.5, 1.5],
    ['FP32', 'float32', -0, -0],
    ['FP32', 'bool', true, 1],
    ['FP32', 'bool', 0, 0],
    ['FP32', 'int64', 7, 7],
    ['FP64', 'float64', 1e300, 1e300],
    ['INT64', undefined, 9007199254740991, 9007199254740991n],
    ['INT64', 'int64', '9223372036854775807', 9223372036854775807n],
    ['INT64', 'int64', '-9223372036854775808', -9223372036854775808n],
    ['UINT64', undefined, '18446744073709551615', 18446744073709551615n],
    ['INT64', 'bool', true, 1n],
    ['INT32', 'int32', -2147483648, -2147483648],
    ['UINT8', undefined, 255, 255],
    ['BOOL', undefined, true, 1],
    ['BYTES', 'string', 'ä😀', 'ä😀'],
    ['BYTES', 'timestamp', '2013-06-01T00:00:00Z', '2013-06-01T00:00:00Z'],
    ['FP64', 'timestamp', 1370044800000, 1370044800000],
    ['INT64', 'timestamp', 1370044800, 1370044800n],
  ])('%s of %s takes %j', (datatype, dtype, value, stored) => {
    expect(read(datatype, dtype, value)).toBe(stored)
  })

  it.each<[Datatype, FeatureDtype | undefined, unknown, RegExp]>([
    ['FP32', undefined, '1', /expected a number, found "1"/],
    ['FP64', 'timestamp', '2013-06-01', /expected a number, found "2013-06-01"/],
    ['FP32', undefined, true, /expected a number, found true/],
    ['FP32', undefined, [1], /expected a number, found an array/],
    ['FP32', undefined, 3.5e38, /too large for FP32/],
    ['FP32', undefined, Infinity, /too large for FP32/],
    ['FP64', undefined, -Infinity, /too large for FP64/],
    ['FP32', 'int32', 1.5, /expected an integer, found 1.5/],
    ['FP32', 'int64', 9007199254740992, /expected an integer from -9007199254740991 to 9007199254740991/],
    ['FP32', 'bool', 2, /expected true or false, found 2/],
    ['INT64', undefined, 9007199254740992, /beyond 2\^53 .* send it as a string/],
    ['INT64', undefined, 1e19, /beyond 2\^53/],
    ['INT64', undefined, 1.5, /expected an integer, found 1.5/],
    ['INT64', undefined, '9223372036854775808', /does not fit into INT64/],
    ['UINT64', undefined, -1, /-1 does not fit into UINT64/],
    ['INT64', undefined, '1e5', /expected an integer/],
    ['INT8', undefined, 128, /from -128 to 127, found 128/],
    ['UINT16', undefined, -1, /from 0 to 65535/],
    ['BYTES', undefined, 1, /expected a string, found 1/],
    ['BYTES', undefined, {}, /expected a string, found an object/],
    ['FP16', undefined, 1, /FP16 has no JSON form/],
  ])('%s of %s refuses %j', (datatype, dtype, value, message) => {
    expect(() => read(datatype, dtype, value)).toThrow(message)
  })

  it('shows long texts short', () => {
    expect(() => read('FP32', undefined, 'x'.repeat(10_000))).toThrow(/^expected a number, found "x{40}…"$/)
  })

  it.each<[Datatype, NullRule, CellValue]>([
    ['FP32', 'model', NaN],
    ['FP64', 'model', NaN],
    ['FP32', 0.5, 0.5],
    ['INT64', 3, 3n],
    ['INT32', -1, -1],
  ])('null in %s by the rule %j', (datatype, rule, stored) => {
    expect(read(datatype, undefined, null, rule)).toBe(stored)
  })

  it.each<[Datatype, NullRule, RegExp]>([
    ['INT64', 'model', /null can not be put into a tensor of INT64/],
    ['BYTES', 'model', /null can not be put into a tensor of BYTES/],
    ['BOOL', 'model', /null can not be put into a tensor of BOOL/],
    ['FP32', 'reject', /null is refused by the null policy/],
    ['BYTES', 7, /a number can not replace null in a text column/],
  ])('refuses null in %s by the rule %j', (datatype, rule, message) => {
    expect(() => read(datatype, undefined, null, rule)).toThrow(message)
  })
})
