import { describe, expect, it } from 'vitest'
import { readInferRequest } from '../../../reconciler/serving/grpc/messages/infer-request.ts'
import { FieldBudget, WireReader } from '../../../reconciler/serving/grpc/wire/wire-reader.ts'
import { WireWriter } from '../../../reconciler/serving/grpc/wire/wire-writer.ts'
import { defaultLimits } from '../../../reconciler/serving/limits.ts'
import { anyBytesAreReadOrRefused, whatProtobufWritesIsRead } from './support/fuzz.ts'

/** `model_name` and one input with these bytes of contents. */
function request(datatype: string, shape: readonly number[], contents: string): Buffer {
  const writer = new WireWriter().text(1, 'm')
  writer.message(5, (tensor) => {
    tensor.text(1, 'x').text(2, datatype).packedIntegers(3, shape).bytes(5, Buffer.from(contents, 'hex'))
  })
  return writer.finish()
}

function dataOf(message: Buffer): unknown {
  const data = readInferRequest(message, defaultLimits).inputs[0]?.data
  return Array.from(data as ArrayLike<unknown>)
}

describe('typed contents', () => {
  it.each([
    ['packed', '1a03010203'],
    ['one by one', '180118021803'],
    ['in two lists', '1a0201021a0103'],
    ['with fields between that nobody knows', '1801a20602ffff18021803'],
  ])('are read %s', (_how, contents) => {
    expect(dataOf(request('INT64', [3], contents))).toEqual([1n, 2n, 3n])
  })

  it('are one message although they come in two', () => {
    const writer = new WireWriter().text(1, 'm')
    writer.message(5, (tensor) => {
      const [first, second] = ['1801', '18021803'].map((text) => Buffer.from(text, 'hex'))
      tensor.text(1, 'x').text(2, 'INT64').packedIntegers(3, [3])
      tensor.bytes(5, first ?? Buffer.alloc(0)).bytes(5, second ?? Buffer.alloc(0))
    })
    expect(dataOf(writer.finish())).toEqual([1n, 2n, 3n])
  })

  it.each([
    ['INT8', [1], '108001', 'data[0]: INT8 has no 128'],
    ['UINT8', [1], '208002', 'data[0]: UINT8 has no 256'],
    ['FP32', [1], '3203000000', 'no list of FP32'],
    ['FP16', [1], '3500000000', 'send it in raw_input_contents'],
    ['BYTES', [1], '4202c328', 'bytes_contents[0] is not UTF-8'],
    ['INT64', [2], '1801', 'the shape has 2 elements, int64_contents has 1'],
    ['INT64', [1], '1a01ff', 'int64_contents has 0'],
    ['INT64', [1], '1001', 'expected int64_contents for INT64, found int_contents'],
    ['INT64', [1], '180', 'a varint'],
  ])('of %s are refused when they are wrong: %s %s', (datatype, shape, contents, message) => {
    const padded = contents.length % 2 === 0 ? contents : contents.slice(0, -1)
    expect(() => dataOf(request(datatype, shape, padded))).toThrow(message)
  })

  it('are not read before they are asked for', () => {
    const message = readInferRequest(request('INT64', [10_000, 1_000_000], '1801'), defaultLimits)
    expect(() => message.inputs[0]?.data).toThrow('more elements than a request may have')
  })
})

describe('the wire format', () => {
  const read = (hex: string) => {
    const reader = new WireReader(Buffer.from(hex, 'hex'), new FieldBudget(100))
    while (reader.next()) reader.skip()
  }

  it.each(['0801', '0900000000000000ff', '0a00', '0d00000000', '0b08010c', '0b13140c', '08ffffffffffffffffff01'])(
    'passes over %s',
    (hex) => expect(() => read(hex)).not.toThrow(),
  )

  it.each([
    ['08', 'it ends inside a varint'],
    ['08ffffffffffffffffffff', 'a varint has more than ten bytes'],
    ['09000000', 'it ends inside field 1'],
    ['0a05', 'longer than what is left'],
    ['0affffffffffffffffff01', 'longer than what is left'],
    ['00', 'a field has the number 0'],
    ['0e', 'the wire type 6'],
    ['0f', 'the wire type 7'],
    ['0c', 'the wire type 4'],
    ['0b', 'a group does not end'],
    ['0b14', 'a group ends as field 2, which did not begin it'],
    ['0b'.repeat(40), 'nested deeper than 32'],
    ['0800'.repeat(101), 'more than 100 fields'],
    ['ffffffffff0f00', 'more than 32 bits'],
  ])('refuses %s: %s', (hex, message) => {
    expect(() => read(hex)).toThrow(message)
  })

  it('writes and reads every size of number', () => {
    const values = [...Array(64).keys()].flatMap((bit) => [2n ** BigInt(bit), 2n ** BigInt(bit) - 1n, -(2n ** BigInt(bit)) / 2n])
    const writer = new WireWriter()
    for (const value of values) writer.requiredInteger(1, value)
    const reader = new WireReader(writer.finish(), new FieldBudget(1000))
    const found: bigint[] = []
    while (reader.next()) found.push(reader.uint64())
    expect(found).toEqual(values.map((value) => BigInt.asUintN(64, value)))
  })
})

describe('for any message', () => {
  it('bytes are read or refused with invalid-input, and nothing else', () => anyBytesAreReadOrRefused(3000))

  it('what protobuf writes is read as it was meant', () => whatProtobufWritesIsRead(300))
})

describe('parameters', () => {
  const named = (count: number) => {
    const writer = new WireWriter().text(1, 'm')
    for (let at = 0; at < count; at++) {
      writer.message(4, (entry) => entry.text(1, `p${at}`).message(2, (parameter) => parameter.requiredBool(1, true)))
    }
    return Buffer.concat([writer.finish(), request('INT64', [1], '1801')])
  }

  it('may be a thousand', () => {
    expect(readInferRequest(named(1000), defaultLimits).parameters.size).toBe(1000)
    expect(() => readInferRequest(named(1001), defaultLimits)).toThrow('it has more than 1000 parameters')
  })
})
