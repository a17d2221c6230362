/** Properties of the reader of messages, for any bytes: run briefly with the tests and for long by `npm run soak`. */
import fc from 'fast-check'
import { expect } from 'vitest'
import { MainwardError } from '../../../../reconciler/core/error.ts'
import { readInferRequest, type InferRequestMessage } from '../../../../reconciler/serving/grpc/messages/infer-request.ts'
import { readEmpty, readIndexRequest, readNamedModel } from '../../../../reconciler/serving/grpc/messages/server-messages.ts'
import { MessageReceiver } from '../../../../reconciler/serving/grpc/transport/message-frame.ts'
import { defaultLimits } from '../../../../reconciler/serving/limits.ts'
import { encode } from './messages.ts'

/** Small, so that small inputs reach them. */
const limits = { ...defaultLimits, bodyBytes: 4096, rows: 50, texts: 50, textBytes: 64 }

const name = fc.string({ unit: 'grapheme', maxLength: 12 })
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })

const parameters = fc.dictionary(
  fc.oneof(name, fc.constantFrom('unit', 'sequence_id', '__proto__', 'constructor')),
  fc.oneof(
    fc.boolean().map((value) => ({ bool_param: value })),
    int64.map((value) => ({ int64_param: value.toString() })),
    uint64.map((value) => ({ uint64_param: value.toString() })),
    name.map((value) => ({ string_param: value })),
    fc.double({ noNaN: true }).map((value) => ({ double_param: value })),
  ),
  { maxKeys: 4 },
)

/** By datatype: the list of its elements, and what is in it. */
const elements = {
  BOOL: ['bool_contents', fc.boolean()],
  INT8: ['int_contents', fc.integer({ min: -128, max: 127 })],
  INT32: ['int_contents', fc.integer()],
  INT64: ['int64_contents', int64.map(String)],
  UINT16: ['uint_contents', fc.nat({ max: 65_535 })],
  UINT64: ['uint64_contents', uint64.map(String)],
  FP32: ['fp32_contents', fc.float({ noNaN: true })],
  FP64: ['fp64_contents', fc.double({ noNaN: true })],
  BYTES: ['bytes_contents', name.map((text) => Buffer.from(text))],
} as const satisfies Record<string, readonly [string, fc.Arbitrary<unknown>]>

const input = fc.constantFrom(...(Object.keys(elements) as (keyof typeof elements)[])).chain((datatype) => {
  const [list, element] = elements[datatype]
  const values = fc.array(element as fc.Arbitrary<unknown>, { minLength: 1, maxLength: 20 })
  return fc.record({ name, values, parameters }).map((found) => ({
    message: {
      name: found.name,
      datatype,
      shape: [found.values.length],
      parameters: found.parameters,
      contents: { [list]: found.values },
    },
    values: found.values,
  }))
})

const request = fc.record({ id: name, parameters, inputs: fc.array(input, { minLength: 1, maxLength: 3 }) })

const validBytes = request.map(({ id, inputs, ...rest }) => {
  const message = { model_name: 'm', id, ...rest, inputs: inputs.map((tensor) => tensor.message) }
  return encode('ModelInferRequest', message)
})

/** A valid message with some bytes changed, taken away or doubled. */
const spoiled = fc
  .tuple(
    validBytes,
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.constantFrom('set', 'cut', 'insert')), { maxLength: 6 }),
  )
  .map(([bytes, changes]) => {
    let spoilt = Buffer.from(bytes)
    for (const [place, byte, change] of changes) {
      const at = place % (spoilt.length + 1)
      if (change === 'set') spoilt[at] = byte
      else if (change === 'cut') spoilt = spoilt.subarray(0, at)
      else spoilt = Buffer.concat([spoilt.subarray(0, at), Buffer.from([byte]), spoilt.subarray(at)])
    }
    return spoilt
  })

export function anyBytesAreReadOrRefused(runs: number): void {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), spoiled)
  const readers = [readWhole, readNamedModel, readEmpty, readIndexRequest, receive]
  fc.assert(
    fc.property(bytes, (found) => {
      for (const read of readers) expectRefusalOrNothing(() => read(Buffer.from(found)))
    }),
    { numRuns: runs },
  )
}

function readWhole(bytes: Buffer): InferRequestMessage {
  const message = readInferRequest(bytes, limits)
  for (const found of message.inputs) {
    const count = found.shape.reduce((product, size) => product * size, 1)
    expectRefusalOrNothing(() => expect(found.data).toHaveLength(count))
  }
  return message
}

/** In pieces of every size. */
function receive(bytes: Buffer): void {
  const receiver = new MessageReceiver(limits.bodyBytes, () => undefined)
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size % 7) + 1) receiver.write(bytes.subarray(at, at + size))
  receiver.finish()
}

function expectRefusalOrNothing(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (error instanceof MainwardError && error.code === 'invalid-input') return
    if (error instanceof Error && error.constructor.name === 'CallRefusal') return
    throw error
  }
}

export function whatProtobufWritesIsRead(runs: number): void {
  fc.assert(
    fc.property(request, ({ id, parameters: given, inputs }) => {
      const message = { model_name: 'm', id, parameters: given, inputs: inputs.map((tensor) => tensor.message) }
      const found = readInferRequest(encode('ModelInferRequest', message), defaultLimits)
      expect(found.id).toBe(id === '' ? undefined : id)
      expect([...found.parameters.keys()].sort()).toEqual(Object.keys(given).sort())
      for (const [key, value] of Object.entries(given)) {
        expect(String(found.parameters.get(key))).toBe(String(Object.values(value)[0]))
      }
      found.inputs.forEach((tensor, index) => {
        const expected = inputs[index]
        expect(tensor).toMatchObject({ name: expected?.message.name, datatype: expected?.message.datatype })
        expect(Array.from(tensor.data as ArrayLike<unknown>, String)).toEqual(expected?.values.map(textOf))
      })
    }),
    { numRuns: runs },
  )
}

function textOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? '1' : '0'
  return Buffer.isBuffer(value) ? value.toString('utf8') : String(value)
}
