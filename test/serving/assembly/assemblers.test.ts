import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { InputTensor, RequestFeature } from '../../../reconciler/core/release.ts'
import { compileInputAssembler, type InferInput } from '../../../reconciler/serving/assembly/input-assembler.ts'
import { compileRowAssembler } from '../../../reconciler/inference/rows/row-assembler.ts'
import { compileScoreReader } from '../../../reconciler/serving/assembly/score-reader.ts'
import { benchRelease } from '../support/bench-model.ts'

const mixed: readonly InputTensor[] = [
  { name: 'numbers', datatype: 'FP64', shape: [-1, 2], features: ['a', 'b'] },
  { name: 'ids', datatype: 'INT64', shape: [-1], features: ['id'] },
  { name: 'text', datatype: 'BYTES', shape: [-1, 1], features: ['carrier'] },
  { name: 'image', datatype: 'UINT8', shape: [-1, 2, 2] },
]
const requestFeatures: readonly RequestFeature[] = [
  { name: 'a', dtype: 'float64' },
  { name: 'b', dtype: 'bool' },
  { name: 'id', dtype: 'int64' },
  { name: 'carrier', dtype: 'string' },
]
const release = benchRelease({ signature: { inputs: mixed, outputs: { score: 'y' } }, requestFeatures, goldenRows: [] })
const limits = {
  tolerated: new Set<string>(),
  limits: { rows: 100, bodyBytes: 1000, texts: 100, textBytes: 100 },
}

describe('rows', () => {
  const assembler = compileRowAssembler(release)
  const rows = [
    { a: 1, b: true, id: '9007199254740993', carrier: 'UA', image: [[1, 2], [3, 4]] }, // prettier-ignore
    { a: null, b: false, id: -5, carrier: 'B6', image: [[5, 6], [7, 8]] }, // prettier-ignore
  ]

  it('become one tensor an input, in the order that was asked for', () => {
    expect(assembler.assemble(rows, [1, 0])).toEqual({
      numbers: { datatype: 'FP64', shape: [2, 2], data: new Float64Array([NaN, 0, 1, 1]) },
      ids: { datatype: 'INT64', shape: [2], data: new BigInt64Array([-5n, 9007199254740993n]) },
      text: { datatype: 'BYTES', shape: [2, 1], data: ['B6', 'UA'] },
      image: { datatype: 'UINT8', shape: [2, 2, 2], data: new Uint8Array([5, 6, 7, 8, 1, 2, 3, 4]) },
    })
  })

  it('know every field that a row must have', () => {
    expect([...assembler.fields].sort()).toEqual(['a', 'b', 'carrier', 'id', 'image'])
  })

  it.each([
    [{ ...rows[0], image: [[1, 2]] }, /rows\[0\]\.image: dimension 0 of the shape is 2, the data has 1 there/],
    [{ ...rows[0], image: [1, 2, 3] }, /rows\[0\]\.image: the shape \[2, 2\] has 4 elements, the data has 3/],
    [{ ...rows[0], image: [[1, 2], [3, 256]] }, /rows\[0\]\.image: expected an integer from 0 to 255, found 256/], // prettier-ignore
    [{ ...rows[0], image: 'x' }, /rows\[0\]\.image: expected nested arrays of 2 dimensions/],
    [{ ...rows[0], carrier: null }, /rows\[0\]\.carrier: null can not be put into a tensor of BYTES/],
    [{ ...rows[0], id: 2 ** 53 }, /rows\[0\]\.id: the integer is beyond 2\^53/],
  ])('are refused with their place: %j', (row, message) => {
    expect(() => assembler.assemble([row], [0])).toThrow(message)
  })

  it('give a free inner dimension the size that the first row has', () => {
    const free = benchRelease({
      signature: { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, -1] }], outputs: { score: 'y' } },
    })
    const assembler = compileRowAssembler(free)
    expect(assembler.assemble([{ x: [1, 2, 3] }, { x: [4, 5, 6] }], [0, 1]).x?.shape).toEqual([2, 3])
    expect(() => assembler.assemble([{ x: [1, 2, 3] }, { x: [4, 5] }], [0, 1])).toThrow(/rows\[1\]\.x/)
  })

  it('never throw anything but a refusal, whatever JSON they are', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'id', 'carrier', 'image', '__proto__'), fc.jsonValue()), (row) => {
        try {
          assembler.assemble([row], [0])
        } catch (error) {
          expect(error).toHaveProperty('code', 'invalid-input')
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('inputs of a request', () => {
  const assembler = compileInputAssembler(release)
  const inputs: readonly InferInput[] = [
    { name: 'a', datatype: 'FP64', shape: [2], data: [1, null] },
    { name: 'b', datatype: 'BOOL', shape: [2, 1], data: [[true], [false]] },
    { name: 'id', datatype: 'INT64', shape: [2, 1], data: [5, '9007199254740993'] },
    { name: 'carrier', datatype: 'BYTES', shape: [2], data: ['UA', 'B6'] },
    { name: 'image', datatype: 'UINT8', shape: [2, 2, 2], data: [1, 2, 3, 4, 5, 6, 7, 8] },
  ]

  it('become the same tensors as rows do', () => {
    expect(assembler.assemble({ inputs, ...limits })).toEqual({
      numbers: { datatype: 'FP64', shape: [2, 2], data: new Float64Array([1, 1, NaN, 0]) },
      ids: { datatype: 'INT64', shape: [2], data: new BigInt64Array([5n, 9007199254740993n]) },
      text: { datatype: 'BYTES', shape: [2, 1], data: ['UA', 'B6'] },
      image: { datatype: 'UINT8', shape: [2, 2, 2], data: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]) },
    })
  })

  it('declare named features with their own datatypes, and other tensors as they are', () => {
    expect(assembler.declared).toEqual([
      { name: 'a', datatype: 'FP64', shape: [-1] },
      { name: 'b', datatype: 'BOOL', shape: [-1] },
      { name: 'id', datatype: 'INT64', shape: [-1] },
      { name: 'carrier', datatype: 'BYTES', shape: [-1] },
      { name: 'image', datatype: 'UINT8', shape: [-1, 2, 2] },
    ])
  })

  it('must agree in their number of rows', () => {
    const image = { name: 'image', datatype: 'UINT8', shape: [1, 2, 2], data: [1, 2, 3, 4] }
    expect(() => assembler.assemble({ inputs: [...inputs.slice(0, 4), image], ...limits })).toThrow(
      /differ in their number of rows/,
    )
  })

  it('never throw anything but a refusal, whatever shape and data say', () => {
    const input = fc.record({
      name: fc.constantFrom('a', 'b', 'id', 'carrier', 'image', 'numbers', 'x'),
      datatype: fc.constantFrom('FP64', 'BOOL', 'INT64', 'BYTES', 'UINT8'),
      shape: fc.array(fc.oneof(fc.integer({ min: 0, max: 4 }), fc.maxSafeNat()), { minLength: 1, maxLength: 4 }),
      data: fc.array(fc.jsonValue({ maxDepth: 3 })),
    })
    fc.assert(
      fc.property(fc.array(input, { minLength: 1 }), (found) => {
        try {
          assembler.assemble({ inputs: found, ...limits })
        } catch (error) {
          expect(error).toHaveProperty('code', 'invalid-input')
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('scores', () => {
  function write(
    outputs: Record<string, readonly [number[], ArrayLike<number>]>,
    index: number,
    roles: { label?: string; positiveIndex?: number },
  ): unknown {
    const reader = compileScoreReader(
      benchRelease({ signature: { inputs: [], outputs: { score: 'y', ...roles } }, decision: { threshold: 0.5 } }),
    )
    const tensors = Object.entries(outputs).map(([name, [shape, data]]) => [name, { datatype: 'FP32', shape, data }] as const)
    return JSON.parse(`{${reader.write(Object.fromEntries(tensors) as never, index)}}`)
  }

  it('are the positive column, a single column, or all classes', () => {
    const matrix = [[2, 2], [0.75, 0.25, 0.25, 0.75]] as const // prettier-ignore
    expect(write({ y: [[...matrix[0]], matrix[1]] }, 1, { positiveIndex: 1 })).toEqual({ score: 0.75, decision: true })
    expect(write({ y: [[...matrix[0]], matrix[1]] }, 0, { positiveIndex: 1 })).toEqual({ score: 0.25, decision: false })
    expect(write({ y: [[...matrix[0]], matrix[1]] }, 0, {})).toEqual({ score: [0.75, 0.25] })
    expect(write({ y: [[2], [0.5, 0.25]] }, 0, {})).toEqual({ score: 0.5, decision: true })
    expect(
      write(
        {
          y: [
            [2, 1],
            [0.5, 0.25],
          ],
          l: [[2], [7, 8]],
        },
        1,
        { label: 'l' },
      ),
    ).toEqual({ score: 0.25, decision: false, label: 8 })
  })

  it('are null when the model answers NaN, and then nothing is decided true', () => {
    expect(write({ y: [[1], [NaN]] }, 0, {})).toEqual({ score: null, decision: false })
  })
})
