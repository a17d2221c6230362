import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canJoin, joinTensors, sizeOfTensors, sliceTensors } from '../../../reconciler/serving/execution/batch.ts'
import type { Tensors } from '../../../reconciler/inference/tensor.ts'

/** A request's inputs: numbers, 64-bit integers and texts, the widths alike for all. */
function inputsOf(values: readonly number[], width: number): Tensors {
  const rows = values.length / width
  return {
    a: { datatype: 'FP32', shape: [rows, width], data: Float32Array.from(values) },
    b: { datatype: 'INT64', shape: [rows, width], data: BigInt64Array.from(values.map(BigInt)) },
    c: { datatype: 'BYTES', shape: [rows, width], data: values.map((value) => `text ${value}`) },
  }
}

const requests = fc.integer({ min: 1, max: 4 }).chain(
  (width) =>
  fc
    .array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 })
    .map((sizes) => sizes.map((rows, request) => inputsOf(Array.from({ length: rows * width }, (_, at) => request * 100 + at), width))), // prettier-ignore
)

describe('tensors put together', () => {
  it('are taken apart as they were', () => {
    fc.assert(
      fc.property(requests, (parts) => {
        const joined = joinTensors(parts)
        let row = 0
        for (const part of parts) {
          const rows = part.a?.shape[0] ?? 0
          expect(sliceTensors(joined, row, row + rows)).toEqual(part)
          row += rows
        }
        expect(joined.a?.shape[0]).toBe(row)
      }),
    )
  })

  it('must have the same inner shapes', () => {
    expect(canJoin(inputsOf([1, 2], 2), inputsOf([1, 2, 3, 4], 2))).toBe(true)
    expect(canJoin(inputsOf([1, 2], 2), inputsOf([1, 2], 1))).toBe(false)
    const flat: Tensors = { a: { datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2) } }
    const matrix: Tensors = { a: { datatype: 'FP32', shape: [2, 1], data: Float32Array.of(1, 2) } }
    expect(canJoin(flat, matrix)).toBe(false)
    expect(canJoin(flat, { b: matrix.a as never })).toBe(false)
  })

  it('have the size of their elements', () => {
    expect(sizeOfTensors(inputsOf([1, 2, 3, 4], 2))).toBe(4 * 4 + 4 * 8 + 4 * 12)
  })
})
