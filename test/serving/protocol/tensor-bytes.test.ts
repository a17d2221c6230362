/** Raw tensors, against numbers that a DataView wrote. The clients of test/python hold the same bytes against numpy. */
import { describe, expect, it } from 'vitest'
import type { Datatype } from '../../../reconciler/core/release.ts'
import { readTensorBytes, writeTensorBytes } from '../../../reconciler/serving/protocol/tensor-bytes.ts'

const numbers: readonly [Datatype, number, readonly (number | bigint)[], (view: DataView, at: number, value: never) => void][] = [
  ['BOOL', 1, [0, 1], (view, at, value) => view.setUint8(at, value)],
  ['UINT8', 1, [0, 255], (view, at, value) => view.setUint8(at, value)],
  ['UINT16', 2, [0, 65_535, 258], (view, at, value) => view.setUint16(at, value, true)],
  ['UINT32', 4, [0, 4_294_967_295, 66_051], (view, at, value) => view.setUint32(at, value, true)],
  ['UINT64', 8, [0n, 18_446_744_073_709_551_615n], (view, at, value) => view.setBigUint64(at, value, true)],
  ['INT8', 1, [-128, 127], (view, at, value) => view.setInt8(at, value)],
  ['INT16', 2, [-32_768, 32_767, 258], (view, at, value) => view.setInt16(at, value, true)],
  ['INT32', 4, [-2_147_483_648, 66_051], (view, at, value) => view.setInt32(at, value, true)],
  ['INT64', 8, [-9_223_372_036_854_775_808n, 9_007_199_254_740_993n], (view, at, value) => view.setBigInt64(at, value, true)],
  ['FP16', 2, [0x3c00, 0x7e00], (view, at, value) => view.setUint16(at, value, true)],
  ['FP32', 4, [0.5, -Infinity, NaN], (view, at, value) => view.setFloat32(at, value, true)],
  ['FP64', 8, [0.1, -0, 5e-324], (view, at, value) => view.setFloat64(at, value, true)],
]

/** At an address that is a multiple of nothing, with other bytes around. */
function unaligned(bytes: Uint8Array, offset: number): Uint8Array {
  const memory = new Uint8Array(bytes.byteLength + 16).fill(0xa5)
  memory.set(bytes, offset)
  return memory.subarray(offset, offset + bytes.byteLength)
}

function readTexts(bytes: Uint8Array, count: number, textBytes = 100): unknown {
  return readTensorBytes({ datatype: 'BYTES', bytes, count, textBytes })
}

function text(content: string | Buffer, length = content.length): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(4), typeof content === 'string' ? Buffer.from(content) : content])
  bytes.writeUInt32LE(length)
  return bytes
}

describe('a tensor of numbers', () => {
  it.each(numbers)('of %s is read and written at any address', (datatype, size, values, set) => {
    const bytes = new Uint8Array(size * values.length)
    values.forEach((value, index) => set(new DataView(bytes.buffer), index * size, value as never))
    for (let offset = 0; offset < 9; offset++) {
      const data = readTensorBytes({ datatype, bytes: unaligned(bytes, offset), count: values.length, textBytes: 0 })
      expect(Array.from(data as ArrayLike<number | bigint>)).toEqual(values)
      expect(Buffer.from(writeTensorBytes({ datatype, shape: [values.length], data }))).toEqual(Buffer.from(bytes))
    }
  })

  it.each(numbers)('of %s has exactly its bytes', (datatype, size) => {
    for (const [bytes, count] of [
      [size - 1, 1],
      [size + 1, 1],
      [0, 1],
      [size, 0],
      [size, 2 ** 40],
    ] as const) {
      expect(() => readTensorBytes({ datatype, bytes: new Uint8Array(bytes), count, textBytes: 0 })).toThrow(
        `${count} elements of ${datatype} have ${count * size} bytes, found ${bytes}`,
      )
    }
    expect(readTensorBytes({ datatype, bytes: new Uint8Array(0), count: 0, textBytes: 0 })).toHaveLength(0)
  })

  it('does not share memory with the body', () => {
    const bytes = new Uint8Array(8)
    const data = readTensorBytes({ datatype: 'FP32', bytes, count: 2, textBytes: 0 })
    bytes.fill(255)
    expect(data).toEqual(new Float32Array(2))
  })

  it('of BOOL has no byte but 0 and 1', () => {
    const bytes = new Uint8Array([1, 0, 2])
    expect(() => readTensorBytes({ datatype: 'BOOL', bytes, count: 3, textBytes: 0 })).toThrow(
      'element 2: expected a byte 0 or 1, found 2',
    )
  })

  it('that is a part of another is written as that part', () => {
    const data = new Float32Array([1, 2, 3, 4]).subarray(1, 3)
    expect(new Float32Array(writeTensorBytes({ datatype: 'FP32', shape: [2], data }).slice().buffer)).toEqual(
      new Float32Array([2, 3]),
    )
  })
})

describe('a tensor of texts', () => {
  const texts = ['', 'a', 'Zürich', '数据', '\ufffd', '😀', 'a\0b']

  it('is read and written', () => {
    const bytes = Buffer.concat(texts.map((content) => text(content, Buffer.byteLength(content))))
    expect(readTexts(unaligned(bytes, 3), texts.length)).toEqual(texts)
    expect(writeTensorBytes({ datatype: 'BYTES', shape: [texts.length], data: texts })).toEqual(bytes)
    expect(readTexts(new Uint8Array(0), 0)).toEqual([])
  })

  it.each([
    [
      'that ends in a length',
      Buffer.concat([text('abcd'), Buffer.from([1, 0])]),
      2,
      'element 1: the data ends before its length',
    ],
    ['that ends in a text', text('ab', 3), 1, 'element 0 has 3 bytes, 2 are left'],
    ['with a lying length', text('ab', 0xffff_ffff), 1, 'element 0: a text may have 100 bytes, found 4294967295'],
    ['that is too long', text('a'.repeat(101)), 1, 'element 0: a text may have 100 bytes, found 101'],
    ['with fewer texts', text('a'), 2, '2 texts have at least 8 bytes, found 5'],
    ['with more texts', Buffer.concat([text('a'), text('b')]), 1, '1 texts end after 5 bytes, found 10'],
    ['with a count beyond memory', text('a'), 2 ** 40, '1099511627776 texts have at least 4398046511104 bytes, found 5'],
    ['that is not UTF-8', Buffer.concat([text('\ufffd', 3), text(Buffer.from([0xc3, 0x28]))]), 2, 'element 1 is not UTF-8 text'],
    ['with half a surrogate', text(Buffer.from([0xed, 0xa0, 0x80])), 1, 'element 0 is not UTF-8 text'],
  ])('%s is refused', (_name, bytes, count, message) => {
    expect(() => readTexts(bytes, count)).toThrow(expect.objectContaining({ code: 'invalid-input', message }))
  })
})
