/** What is true of the protocol's parsers for any bytes. The tests run each of these some hundred times, the soak some million. */
import { deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect } from 'vitest'
import { MainwardError } from '../../../reconciler/core/error.ts'
import type { Datatype, InputTensor } from '../../../reconciler/core/release.ts'
import type { TensorData } from '../../../reconciler/inference/tensor.ts'
import { compileInputAssembler } from '../../../reconciler/serving/assembly/input-assembler.ts'
import { defaultLimits } from '../../../reconciler/serving/limits.ts'
import { readHeaderLength, readInputs, readRawInput } from '../../../reconciler/serving/protocol/binary-tensors.ts'
import { inflateBody, type ContentCoding } from '../../../reconciler/serving/protocol/content-coding.ts'
import { parseJsonBody } from '../../../reconciler/serving/protocol/json-body.ts'
import { buildRequestSchemas, compileRequestValidators } from '../../../reconciler/serving/protocol/request-schemas.ts'
import { writeTensorBytes } from '../../../reconciler/serving/protocol/tensor-bytes.ts'
import { benchRelease } from './bench-model.ts'

const limits = { ...defaultLimits, bodyBytes: 100_000, texts: 1000, textBytes: 1000 }
const validators = compileRequestValidators(buildRequestSchemas(limits))

const elements = {
  BOOL: fc.array(fc.integer({ min: 0, max: 1 })).map((values) => new Uint8Array(values)),
  UINT8: fc.uint8Array(),
  UINT16: fc.uint16Array(),
  UINT32: fc.uint32Array(),
  UINT64: fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })).map((values) => new BigUint64Array(values)),
  INT8: fc.int8Array(),
  INT16: fc.int16Array(),
  INT32: fc.int32Array(),
  INT64: fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })).map((values) => new BigInt64Array(values)),
  FP16: fc.uint16Array(),
  FP32: fc.float32Array(),
  FP64: fc.float64Array(),
  BYTES: fc.array(fc.string({ unit: 'binary' })),
} as const satisfies Record<Datatype, fc.Arbitrary<TensorData>>

const datatypes = Object.keys(elements) as Datatype[]
const names = fc.constantFrom('a', 'b', 'é', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'x'.repeat(300))
const tensor = fc
  .constantFrom(...datatypes)
  .chain((datatype) =>
    fc.record({ name: names, datatype: fc.constant(datatype), data: elements[datatype] as fc.Arbitrary<TensorData> }),
  )

interface EncodedBody {
  readonly body: Buffer
  readonly headerLength: number
}

interface NamedData {
  readonly name: string
  readonly datatype: Datatype
  readonly data: TensorData
}

function encode(tensors: readonly NamedData[]): EncodedBody {
  const parts = tensors.map(({ datatype, data }) => writeTensorBytes({ datatype, shape: [data.length], data }))
  const inputs = tensors.map(({ name, datatype, data }, index) => {
    return { name, datatype, shape: [data.length], parameters: { binary_data_size: parts[index]?.byteLength } }
  })
  const header = Buffer.from(JSON.stringify({ inputs }))
  return { body: Buffer.concat([header, ...parts]), headerLength: header.length }
}

function decode({ body, headerLength }: EncodedBody): ReturnType<typeof readInputs> {
  const length = readHeaderLength(String(headerLength), body.length) ?? body.length
  const request = validators.infer(parseJsonBody(body.subarray(0, length), limits))
  return readInputs(request.inputs, body.subarray(length), limits)
}

/** Bytes that were valid once, and were changed, cut or grown at some places. */
function damage(body: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const change = fc.record({ at: fc.nat(), cut: fc.integer({ min: 0, max: 3 }), put: fc.uint8Array({ maxLength: 3 }) })
  return fc.tuple(body, fc.array(change, { maxLength: 4 })).map(([bytes, changes]) =>
    changes.reduce((found, { at, cut, put }) => {
      const start = at % (found.length + 1)
      return Buffer.concat([found.subarray(0, start), put, found.subarray(start + cut)])
    }, bytes),
  )
}

function expectRefusal(error: unknown): void {
  if (!(error instanceof MainwardError)) throw error
  expect(['invalid-input', 'unsupported', 'too-large']).toContain(error.code)
}

function attempt(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    expectRefusal(error)
  }
  expect(Object.keys(Object.prototype)).toEqual([])
}

const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
const jsonText = fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text))
const inputs: readonly InputTensor[] = datatypes.map((datatype) => ({ name: datatype, datatype, shape: [-1, 2] }))
const assembler = compileInputAssembler(
  benchRelease({ signature: { inputs, outputs: { score: 'y' } }, requestFeatures: [], nulls: { default: 0 }, goldenRows: [] }),
)

export type Property = (runs: number) => void | Promise<void>

export const protocolProperties: Readonly<Record<string, Property>> = {
  'any bytes as a JSON body': (numRuns) =>
    fc.assert(
      fc.property(fc.oneof(anyBytes, damage(jsonText)), (body) => {
        attempt(() => validators.infer(parseJsonBody(body, limits)))
        attempt(() => validators.predict(parseJsonBody(body, limits)))
      }),
      { numRuns },
    ),

  'any bytes as a body with raw tensors': (numRuns) => {
    const bodies = fc.array(tensor, { minLength: 1, maxLength: 4 }).map(encode)
    const damaged = bodies.chain(({ body, headerLength }) =>
      fc.record({
        body: damage(fc.constant(body)),
        headerLength: fc.oneof(fc.constant(headerLength), fc.nat({ max: body.length + 4 })),
      }),
    )
    fc.assert(
      fc.property(fc.oneof(damaged, fc.record({ body: anyBytes, headerLength: fc.nat({ max: 300 }) })), (body) => {
        attempt(() => assembler.assemble({ inputs: decode(body), tolerated: new Set(), limits }))
      }),
      { numRuns },
    )
  },

  'any bytes as one raw tensor': (numRuns) => {
    const size = fc.oneof(fc.constant(-1), fc.nat({ max: 4 }), fc.maxSafeNat())
    const input = fc.record({
      name: names,
      datatype: fc.constantFrom(...datatypes),
      shape: fc.array(size, { minLength: 1, maxLength: 4 }),
    })
    fc.assert(
      fc.property(input, anyBytes, (only, body) => {
        attempt(() => readRawInput(benchRelease({ signature: { inputs: [only], outputs: { score: 'y' } } }), body, limits))
      }),
      { numRuns },
    )
  },

  'tensors there and back': (numRuns) =>
    fc.assert(
      fc.property(fc.array(tensor, { minLength: 1, maxLength: 4 }), (tensors) => {
        expect(decode(encode(tensors))).toEqual(
          tensors.map(({ name, datatype, data }) => ({ name, datatype, shape: [data.length], data })),
        )
      }),
      { numRuns },
    ),

  'any bytes as a coded body': async (numRuns) => {
    const streams = anyBytes.chain((bytes) => damage(fc.constantFrom(gzipSync(bytes), deflateSync(bytes))))
    const coding = fc.constantFrom<ContentCoding>('gzip', 'deflate')
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyBytes, streams), coding, async (body, by) => {
        await inflateBody(body, by, 200).catch(expectRefusal)
      }),
      { numRuns },
    )
  },
}
