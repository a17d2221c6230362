/** Bodies of JSON and raw tensors: which bytes belong to which input, and what is refused. */
import { describe, expect, it } from 'vitest'
import type { InputTensor } from '../../../reconciler/core/release.ts'
import { readHeaderLength, readInputs, readRawInput } from '../../../reconciler/serving/protocol/binary-tensors.ts'
import { benchRelease } from '../support/bench-model.ts'

const limits = { bodyBytes: 1000, texts: 10, textBytes: 20 }

function floats(...values: number[]): Buffer {
  return Buffer.from(new Float32Array(values).buffer)
}

function input(name: string, size: unknown, more: object = {}) {
  return { name, datatype: 'FP32', shape: [2], parameters: { binary_data_size: size }, ...more }
}

describe('the length of the JSON', () => {
  it.each([
    [undefined, 100, null],
    ['0', 100, 0],
    ['100', 100, 100],
    ['0', 0, 0],
    ['007', 100, 7],
  ])('%j of %j bytes is %j', (header, bytes, found) => {
    expect(readHeaderLength(header, bytes)).toBe(found)
  })

  it.each(['', '-1', '1.5', '0x10', '1e2', ' 5', '5, 5', 'NaN', '101', '9'.repeat(15), '9'.repeat(400)])(
    'is not %.20j',
    (header) => {
      expect(() => readHeaderLength(header, 100)).toThrow(
        expect.objectContaining({
          code: 'invalid-input',
          message: expect.stringContaining('Inference-Header-Content-Length') as string,
        }),
      )
    },
  )

  it('is not given twice', () => {
    expect(() => readHeaderLength(['5', '6'], 100)).toThrow('expected a number of bytes, found ["5","6"]')
  })
})

describe('inputs', () => {
  it('get their bytes in order, and mix with JSON', () => {
    const json = { name: 'b', datatype: 'INT64', shape: [1], data: [7] }
    const texts = { name: 'c', datatype: 'BYTES', shape: [1], parameters: { binary_data_size: 6 } }
    const tensors = Buffer.concat([floats(1, 2), Buffer.from([2, 0, 0, 0, 0x68, 0x69]), floats(3, 4)])
    expect(readInputs([input('a', 8), json, texts, input('d', 8)], tensors, limits)).toEqual([
      { name: 'a', datatype: 'FP32', shape: [2], data: new Float32Array([1, 2]) },
      { name: 'b', datatype: 'INT64', shape: [1], data: [7] },
      { name: 'c', datatype: 'BYTES', shape: [1], data: ['hi'] },
      { name: 'd', datatype: 'FP32', shape: [2], data: new Float32Array([3, 4]) },
    ])
  })

  it.each([
    ['a size beyond the body', [input('a', 12)], 8, 'input "a": binary_data_size is 12, 8 bytes are left in the body'],
    [
      'a size of its neighbour',
      [input('a', 8), input('b', 8)],
      12,
      'input "b": binary_data_size is 8, 4 bytes are left in the body',
    ],
    ['a size unlike its shape', [input('a', 4)], 4, 'input "a": 2 elements of FP32 have 8 bytes, found 4'],
    ['bytes behind the last', [input('a', 8)], 9, "the inputs' tensors have 8 bytes together, found 9 behind the JSON"],
    [
      'bytes of nobody',
      [{ name: 'a', datatype: 'FP32', shape: [1], data: [1] }],
      4,
      "the inputs' tensors have 0 bytes together, found 4 behind the JSON",
    ],
    ['data and bytes', [input('a', 8, { data: [1, 2] })], 8, 'input "a": it has data and binary_data_size: send one of the two'],
    [
      'neither',
      [{ name: 'a', datatype: 'FP32', shape: [2] }],
      0,
      'input "a": it has no data: send data, or its bytes behind the JSON and binary_data_size',
    ],
    ['a negative size', [input('a', -8)], 8, 'input "a": binary_data_size: expected a number of bytes, found -8'],
    ['half a byte', [input('a', 7.5)], 8, 'input "a": binary_data_size: expected a number of bytes, found 7.5'],
    ['a size as text', [input('a', '8')], 8, 'input "a": binary_data_size: expected a number of bytes, found "8"'],
    [
      'a shape that overflows',
      [input('a', 8, { shape: [2 ** 32, 2 ** 32] })],
      8,
      'input "a": the shape [4294967296, 4294967296] has more elements than a request can carry (1000)',
    ],
    [
      'a shape beyond the limit',
      [input('a', 8, { shape: [1001] })],
      8,
      'input "a": the shape [1001] has more elements than a request can carry (1000)',
    ],
    [
      'too many texts',
      [input('a', 44, { datatype: 'BYTES', shape: [11] })],
      44,
      'input "a": a request may have 10 texts, found 11 until here',
    ],
    [
      'too many texts together',
      [input('a', 24, { datatype: 'BYTES', shape: [6] }), input('b', 20, { datatype: 'BYTES', shape: [5] })],
      44,
      'input "b": a request may have 10 texts, found 11 until here',
    ],
    ['an unknown datatype', [input('a', 8, { datatype: 'toString' })], 8, 'input "a": there is no datatype toString'],
  ])('with %s are refused', (_name, inputs, bytes, message) => {
    expect(() => readInputs(inputs as never, Buffer.alloc(bytes), limits)).toThrow(
      expect.objectContaining({ code: 'invalid-input', message }),
    )
  })
})

describe('a body of one raw tensor', () => {
  function read(datatype: InputTensor['datatype'], shape: readonly number[], body: Buffer, others: readonly InputTensor[] = []) {
    const inputs = [{ name: 'x', datatype, shape }, ...others]
    return readRawInput(benchRelease({ signature: { inputs, outputs: { score: 'y' } } }), body, limits)
  }

  it.each([
    ['FP32', [-1, 2], floats(1, 2, 3, 4), [2, 2]],
    ['FP32', [-1], floats(1, 2, 3, 4), [4]],
    ['FP32', [-1, -1], floats(1, 2, 3, 4), [1, 4]],
    ['FP32', [-1, 2, -1], floats(1, 2, 3, 4), [1, 2, 2]],
    ['FP32', [2, 2], floats(1, 2, 3, 4), [2, 2]],
    ['FP32', [-1, 2], floats(), [0, 2]],
  ] as const)('of %s %j has the shape that its bytes allow', (datatype, shape, body, found) => {
    const data = new Float32Array(body.buffer, body.byteOffset, body.length / 4)
    expect(read(datatype, shape, body)).toEqual({ name: 'x', datatype, shape: found, data })
  })

  it('of BYTES is one text', () => {
    expect(read('BYTES', [-1], Buffer.from('Zürich'))).toEqual({ name: 'x', datatype: 'BYTES', shape: [1], data: ['Zürich'] })
    expect(read('BYTES', [-1, 1], Buffer.alloc(0))).toEqual({ name: 'x', datatype: 'BYTES', shape: [1, 1], data: [''] })
  })

  it.each([
    [
      'whose bytes are no whole row',
      () => read('FP32', [-1, 2], Buffer.alloc(12)),
      'input "x": 2 elements of FP32 have 8 bytes, found 12',
    ],
    ['of another size', () => read('FP32', [2, 2], Buffer.alloc(12)), 'input "x": 4 elements of FP32 have 16 bytes, found 12'],
    [
      'whose shape has no element',
      () => read('FP32', [-1, 0], Buffer.alloc(4)),
      'input "x": 0 elements of FP32 have 0 bytes, found 4',
    ],
    [
      'that is too large',
      () => read('UINT8', [-1], Buffer.alloc(1001)),
      'input "x": the shape [1001] has more elements than a request can carry (1000)',
    ],
    [
      'whose shape is open',
      () => read('FP32', [-1, -1, -1], Buffer.alloc(4)),
      'input "x": the shape [-1, -1, -1] does not follow from the number of bytes: send it with a JSON header',
    ],
    ['of two texts', () => read('BYTES', [-1, 2], Buffer.from('a')), 'input "x": a body of one raw text can not be 2 texts'],
    ['that is no text', () => read('BYTES', [-1], Buffer.from([0xff])), 'input "x": element 0 is not UTF-8 text'],
    ['of a long text', () => read('BYTES', [-1], Buffer.alloc(21)), 'input "x": element 0: a text may have 20 bytes, found 21'],
    [
      'for a model with two inputs',
      () => read('FP32', [-1], Buffer.alloc(4), [{ name: 'z', datatype: 'FP32', shape: [-1] }]),
      'a body of one raw tensor needs a model with one input, this one has 2',
    ],
  ])('%s is refused', (_name, work, message) => {
    expect(work).toThrow(expect.objectContaining({ code: 'invalid-input', message }))
  })
})
