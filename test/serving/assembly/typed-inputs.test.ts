/** Inputs that came typed: they become what the same values become as JSON, and are refused where those are. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Datatype, InputTensor, NullPolicy, RequestFeature } from '../../../reconciler/core/release.ts'
import { writeHalf } from '../../../reconciler/inference/rows/half.ts'
import type { TensorData, Tensors } from '../../../reconciler/inference/tensor.ts'
import { compileInputAssembler, type InferInput } from '../../../reconciler/serving/assembly/input-assembler.ts'
import { benchRelease } from '../support/bench-model.ts'

const limits = { rows: 100, bodyBytes: 1000, texts: 100, textBytes: 100 }

interface Signature {
  readonly inputs: readonly InputTensor[]
  readonly requestFeatures?: readonly RequestFeature[]
  readonly nulls?: NullPolicy
}

function assemble(
  { inputs, requestFeatures = [], nulls = { default: 'model' } }: Signature,
  given: readonly InferInput[],
): Tensors {
  const release = benchRelease({ signature: { inputs, outputs: { score: 'y' } }, requestFeatures, nulls, goldenRows: [] })
  return compileInputAssembler(release).assemble({ inputs: given, tolerated: new Set(), limits })
}

function matrix(datatype: Datatype, features?: readonly string[]): InputTensor {
  return { name: 'x', datatype, shape: [-1, 2], ...(features === undefined ? {} : { features }) }
}

function typed(datatype: Datatype, data: TensorData, shape: readonly number[] = [data.length / 2, 2]): InferInput {
  return { name: 'x', datatype, shape, data }
}

describe('a matrix', () => {
  it.each<[Datatype, TensorData]>([
    ['BOOL', new Uint8Array([0, 1])],
    ['UINT64', new BigUint64Array([0n, 18446744073709551615n])],
    ['INT64', new BigInt64Array([-9223372036854775808n, 9007199254740993n])],
    ['INT8', new Int8Array([-128, 127])],
    ['FP32', new Float32Array([0.5, NaN])],
    ['FP16', new Uint16Array([0x3c00, 0x7e00])],
  ])('of %s is taken as it is', (datatype, data) => {
    expect(assemble({ inputs: [matrix(datatype)] }, [typed(datatype, data)]).x?.data).toEqual(data)
  })

  it.each<[Datatype, TensorData, TensorData]>([
    ['FP32', new Float32Array([NaN, NaN, 1, NaN]), new Float32Array([-1, 5, 1, 5])],
    ['FP64', new Float64Array([NaN, NaN, 1, NaN]), new Float64Array([-1, 5, 1, 5])],
    ['FP16', new Uint16Array([0x7e01, 0xffff, 0x3c00, 0x7e00]), new Uint16Array([0xbc00, writeHalf(5), 0x3c00, writeHalf(5)])],
  ])(
    'of %s gets the number of its column where it has NaN, and the given elements stay as they were',
    (datatype, data, expected) => {
      const given = data.slice()
      const nulls: NullPolicy = { default: 5, features: { a: -1 } }
      expect(assemble({ inputs: [matrix(datatype, ['a', 'b'])], nulls }, [typed(datatype, given as TensorData)]).x?.data).toEqual(
        expected,
      )
      expect(given).toEqual(data)
    },
  )

  it.each<[Datatype, TensorData, RegExp]>([
    ['FP32', new Float32Array([1, 2, NaN, 3]), /input "x": data\[2\]: null is refused by the null policy of the model/],
    ['FP32', new Float32Array([1, Infinity]), /input "x": data\[1\]: expected a finite number, found Infinity/],
    ['FP64', new Float64Array([-Infinity, 1]), /input "x": data\[0\]: expected a finite number, found -Infinity/],
    ['FP16', new Uint16Array([0xfc00, 0]), /input "x": data\[0\]: expected a finite number, found -Infinity/],
    ['FP16', new Uint16Array([0, 0x7c01]), /input "x": data\[1\]: null is refused/],
  ])('of %s is refused where its values are: %#', (datatype, data, message) => {
    const nulls: NullPolicy = { default: 'model', features: { a: 'reject', b: 'reject' } }
    expect(() => assemble({ inputs: [matrix(datatype, ['a', 'b'])], nulls }, [typed(datatype, data)])).toThrow(message)
  })

  it.each<[InferInput, RegExp]>([
    [typed('FP32', new Float32Array(3), [2, 2]), /the shape \[2, 2\] has 4 elements, the data has 3/],
    [typed('FP64', new Float64Array(4)), /expected the datatype FP32, found FP64/],
    [typed('FP32', new Float32Array(4), [4]), /expected the shape \[-1, 2\], found \[4\]/],
    [typed('FP32', new Float32Array(0), [0, 2]), /the request has no rows/],
    [typed('FP32', new Float32Array(202)), /a request may have 100 rows, found 101/],
  ])('is refused for its shape: %#', (given, message) => {
    expect(() => assemble({ inputs: [matrix('FP32')] }, [given])).toThrow(message)
  })
})

describe('named columns', () => {
  const requestFeatures: readonly RequestFeature[] = [
    { name: 'a', dtype: 'float64' },
    { name: 'b', dtype: 'bool' },
    { name: 'c', dtype: 'int64' },
    { name: 'd', dtype: 'int32' },
  ]

  function column(name: string, datatype: Datatype, data: TensorData): InferInput {
    return { name, datatype, shape: [data.length], data }
  }

  function four(c: bigint, a = 0.1): readonly InferInput[] {
    return [
      column('a', 'FP64', new Float64Array([a, NaN])),
      column('b', 'BOOL', new Uint8Array([1, 0])),
      column('c', 'INT64', new BigInt64Array([c, -2n])),
      column('d', 'INT32', new Int32Array([7, 8])),
    ]
  }

  const inputs: readonly InputTensor[] = [{ name: 'x', datatype: 'FP32', shape: [-1, 4], features: ['a', 'b', 'c', 'd'] }]

  it('of other datatypes are converted', () => {
    expect(assemble({ inputs, requestFeatures }, four(9n)).x?.data).toEqual(new Float32Array([0.1, 1, 9, 7, NaN, 0, -2, 8]))
    expect(assemble({ inputs, requestFeatures, nulls: { default: -1 } }, four(9n)).x?.data).toEqual(
      new Float32Array([0.1, 1, 9, 7, -1, 0, -2, 8]),
    )
  })

  it('are refused where a value does not fit', () => {
    expect(() => assemble({ inputs, requestFeatures }, four(2n ** 53n + 1n))).toThrow(
      /input "c": data\[0\]: expected an integer from/,
    )
    expect(() => assemble({ inputs, requestFeatures }, four(9n, 1e39))).toThrow(
      /input "a": data\[0\]: the number is too large for FP32/,
    )
    expect(() => assemble({ inputs, requestFeatures }, four(9n, Infinity))).toThrow(
      /input "a": data\[0\]: the number is too large/,
    )
    expect(() => assemble({ inputs, requestFeatures, nulls: { default: 'reject' } }, four(9n))).toThrow(
      /input "a": data\[1\]: null is/,
    )
  })

  it("of the tensor's own datatype are copied, with 64 bits", () => {
    const signature = { inputs: [{ ...matrix('INT64', ['c', 'e']) }], requestFeatures: [{ name: 'c', dtype: 'int64' as const }] }
    const given = [
      column('c', 'INT64', new BigInt64Array([9007199254740993n, 1n])),
      column('e', 'INT64', new BigInt64Array([-9223372036854775808n, 2n])),
    ]
    expect(assemble(signature, given).x?.data).toEqual(new BigInt64Array([9007199254740993n, -9223372036854775808n, 1n, 2n]))
  })

  it('of halves obey the null rule', () => {
    const words = column('h', 'FP16', new Uint16Array([0x7e00, 0x3c00]))
    const signature = { inputs: [{ ...matrix('FP16', ['h']), shape: [-1, 1] }], nulls: { default: 2 } }
    expect(assemble(signature, [words]).x?.data).toEqual(new Uint16Array([writeHalf(2), 0x3c00]))
  })

  it('of floats become what they become as JSON, under every null rule', () => {
    const value = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constant(NaN))
    const rule = fc.constantFrom<NullPolicy['default']>('model', 'reject', 0, -3.5)
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 20 }), rule, (rows, nulls) => {
        const names = ['a', 'b'] as const
        const asJson = names.map((name, at) => {
          const data = rows.map((row) => (Number.isNaN(row[at]) ? null : row[at]))
          return { name, datatype: 'FP32', shape: [rows.length], data }
        })
        const asTyped = names.map((name, at) => column(name, 'FP32', new Float32Array(rows.map((row) => row[at] ?? 0))))
        const signature = { inputs: [matrix('FP32', names)], nulls: { default: nulls } }
        expect(outcome(signature, asTyped)).toEqual(outcome(signature, asJson))
        const flat = new Float32Array(rows.flat())
        const json = {
          name: 'x',
          datatype: 'FP32',
          shape: [rows.length, 2],
          data: Array.from(flat, (v) => (Number.isNaN(v) ? null : v)),
        }
        expect(outcome(signature, [typed('FP32', flat)])).toEqual(outcome(signature, [json]))
      }),
      { numRuns: 500 },
    )
  })

  function outcome(signature: Signature, given: readonly InferInput[]): unknown {
    try {
      return assemble(signature, given)
    } catch (error) {
      return (error as Error).message
    }
  }
})

describe('texts', () => {
  const inputs: readonly InputTensor[] = [{ name: 'x', datatype: 'BYTES', shape: [-1] }]

  it.each([
    [Array<string>(101).fill('a'), /at most 100 texts|100 rows/],
    [['a'.repeat(101)], /input "x": a text may have 100 bytes, element 0 has more/],
  ])('have bounds, however they came: %#', (data, message) => {
    expect(() => assemble({ inputs }, [{ name: 'x', datatype: 'BYTES', shape: [data.length], data }])).toThrow(message)
  })
})
