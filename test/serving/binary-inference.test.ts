/** The binary tensor extension on a running server, by its bytes; what Python's clients make of it stands in test/python. */
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { benchExpected, benchFeatures, benchRelease } from './support/bench-model.ts'
import { removeParts, startServer, type RunningServer } from './support/running-server.ts'
import { servingState, stableRoute } from './support/serving-state.ts'

interface Output {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
  readonly parameters?: { readonly binary_data_size: number }
  readonly data?: readonly number[]
}

interface Answer {
  readonly status: number
  readonly type: string | null
  readonly json: { readonly id?: string; readonly error?: string; readonly outputs: readonly Output[] }
  /** What stands behind the JSON. */
  readonly rest: Buffer
}

const bench = benchRelease()
const strict = benchRelease({ model: 'strict', nulls: { default: 'reject' } })
const rows = new Float32Array(benchExpected.rows.slice(0, 4).flat())
const matrix = { name: 'input', datatype: 'FP32', shape: [4, 20], parameters: { binary_data_size: 320 } }
const both = { binary_data_output: true }

let server: RunningServer

beforeAll(async () => {
  server = await startServer()
  await server.serve(servingState(1, { releases: [bench, strict], routes: [stableRoute(bench), stableRoute(strict)] }))
})

afterAll(async () => {
  await server.stop()
  await removeParts(server)
})

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength)
}

async function post(model: string, body: Buffer, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${server.url}/v2/models/${model}/infer`, { method: 'POST', body: new Uint8Array(body), headers })
  const bytes = Buffer.from(await response.arrayBuffer())
  const length = Number(response.headers.get('inference-header-content-length') ?? bytes.length)
  const json = JSON.parse(bytes.toString('utf8', 0, length)) as Answer['json']
  return { status: response.status, type: response.headers.get('content-type'), json, rest: bytes.subarray(length) }
}

function infer(request: object, tensors: Buffer, model = 'bench'): Promise<Answer> {
  const header = Buffer.from(JSON.stringify(request))
  return post(model, Buffer.concat([header, tensors]), { 'Inference-Header-Content-Length': String(header.length) })
}

function labels(rest: Buffer): number[] {
  return Array.from(new BigInt64Array(new Uint8Array(rest).buffer), Number)
}

function expectProbabilities(rest: Buffer, count = 4): void {
  const found = new Float32Array(new Uint8Array(rest).buffer)
  expect(found).toHaveLength(2 * count)
  const expected = benchExpected.probabilities.slice(0, count).flat()
  expect(Math.max(...expected.map((value, index) => Math.abs(value - (found[index] ?? NaN))))).toBeLessThan(1e-5)
}

describe('raw tensors in the request', () => {
  it('give the numbers that JSON gives, whatever the length of the JSON before them', async () => {
    for (let padding = 0; padding < 8; padding++) {
      const { status, type, json } = await infer({ id: 'x'.repeat(padding), inputs: [matrix] }, bytesOf(rows))
      expect([status, type]).toEqual([200, 'application/json'])
      expect(json.outputs.find(({ name }) => name === 'label')?.data).toEqual(benchExpected.label.slice(0, 4))
    }
  })

  it('mix with JSON, as named columns', async () => {
    const inputs = benchFeatures.map((name, index) =>
      index % 2 === 0
        ? { name, datatype: 'FP32', shape: [4], parameters: { binary_data_size: 16 } }
        : { name, datatype: 'FP32', shape: [4, 1], data: benchExpected.rows.slice(0, 4).map((row) => row[index]) },
    )
    const tensors = benchFeatures.flatMap((_name, index) =>
      index % 2 === 0 ? [bytesOf(new Float32Array(benchExpected.rows.slice(0, 4).map((row) => row[index] ?? 0)))] : [],
    )
    const { json, rest } = await infer({ inputs, parameters: both, outputs: [{ name: 'probabilities' }] }, Buffer.concat(tensors))
    expect(json.error).toBeUndefined()
    expectProbabilities(rest)
  })

  it('may be the whole body: it is answered in kind', async () => {
    const { status, type, json, rest } = await post('bench', bytesOf(rows), { 'Inference-Header-Content-Length': '0' })
    expect([status, type]).toEqual([200, 'application/octet-stream'])
    const sizes = json.outputs.map(({ name, parameters }) => [name, parameters?.binary_data_size])
    expect(Object.fromEntries(sizes)).toEqual({ label: 32, probabilities: 32 })
    expect(rest).toHaveLength(64)
  })

  it('may be compressed; lengths are those of the body before', async () => {
    const header = Buffer.from(JSON.stringify({ inputs: [matrix], parameters: both, outputs: [{ name: 'probabilities' }] }))
    const body = gzipSync(Buffer.concat([header, bytesOf(rows)]))
    const { json, rest } = await post('bench', body, {
      'Inference-Header-Content-Length': String(header.length),
      'Content-Encoding': 'gzip',
    })
    expect(json.error).toBeUndefined()
    expectProbabilities(rest)
  })

  it('have NaN for what is not known, by the null policy', async () => {
    const holes = rows.slice()
    holes[41] = NaN
    expect((await infer({ inputs: [matrix] }, bytesOf(holes))).status).toBe(200)
    expect(await infer({ inputs: [matrix] }, bytesOf(holes), 'strict')).toMatchObject({
      status: 400,
      json: { error: 'input "input": data[41]: null is refused by the null policy of the model' },
    })
    holes[41] = Infinity
    expect((await infer({ inputs: [matrix] }, bytesOf(holes))).json.error).toBe(
      'input "input": data[41]: expected a finite number, found Infinity',
    )
  })
})

describe('raw tensors in the response', () => {
  const asRaw = (name: string, wanted: boolean) => ({ name, parameters: { binary_data: wanted } })

  it('are those that were asked for, in the order of the outputs', async () => {
    const outputs = [asRaw('probabilities', true), asRaw('label', true)]
    const { type, json, rest } = await infer({ id: 'é', inputs: [matrix], outputs }, bytesOf(rows))
    expect(type).toBe('application/octet-stream')
    expect(json.id).toBe('é')
    expect(json.outputs).toEqual([
      { name: 'probabilities', datatype: 'FP32', shape: [4, 2], parameters: { binary_data_size: 32 } },
      { name: 'label', datatype: 'INT64', shape: [4], parameters: { binary_data_size: 32 } },
    ])
    expectProbabilities(rest.subarray(0, 32))
    expect(labels(rest.subarray(32))).toEqual(benchExpected.label.slice(0, 4))
  })

  it.each([
    ['by the request', { parameters: both }, [], ['label', 'probabilities']],
    [
      'by the request, but for one',
      { parameters: both, outputs: [asRaw('label', false), { name: 'probabilities' }] },
      ['label'],
      ['probabilities'],
    ],
    ['by one output', { outputs: [{ name: 'label' }, asRaw('probabilities', true)] }, ['label'], ['probabilities']],
    ['by no one', { outputs: [] }, ['label', 'probabilities'], []],
    [
      'by one that the request contradicts',
      { parameters: { binary_data_output: false }, outputs: [asRaw('label', true)] },
      [],
      ['label'],
    ],
  ])('are asked for %s', async (_name, more, asJson, asBytes) => {
    const body = Buffer.from(JSON.stringify({ inputs: [{ ...matrix, parameters: {}, data: [...rows] }], ...more }))
    const { json, rest } = await post('bench', body)
    const isRaw = ({ parameters }: Output) => parameters !== undefined
    expect(
      json.outputs
        .filter(isRaw)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(asBytes)
    expect(
      json.outputs
        .filter((output) => !isRaw(output))
        .map(({ name }) => name)
        .sort(),
    ).toEqual(asJson)
    expect(rest).toHaveLength(32 * asBytes.length)
  })
})

describe('a body that lies', () => {
  const header = Buffer.from(JSON.stringify({ inputs: [matrix] }))
  const whole = Buffer.concat([header, bytesOf(rows)])
  const lengthOf = (value: string | number) => ({ 'Inference-Header-Content-Length': String(value) })

  it.each([
    ['about the end of its JSON, too early', whole, lengthOf(header.length - 1), /the body is not JSON/],
    ['about the end of its JSON, too late', whole, lengthOf(header.length + 1), /not JSON|not UTF-8/],
    ['about a JSON longer than itself', whole, lengthOf(whole.length + 1), /should have \d+ bytes, the whole body has \d+/],
    ['by a length that is none', whole, lengthOf('-1'), /expected a number of bytes, found "-1"/],
    ['by saying that all is JSON', whole, lengthOf(whole.length), /not JSON|not UTF-8/],
    ['by bytes without JSON', header, {}, /binary_data_size is 320, 0 bytes are left/],
    ['by fewer bytes', whole.subarray(0, -1), lengthOf(header.length), /binary_data_size is 320, 319 bytes are left/],
    ['by more bytes', Buffer.concat([whole, Buffer.alloc(1)]), lengthOf(header.length), /320 bytes together, found 321/],
    [
      'by no JSON at all',
      bytesOf(rows).subarray(1),
      lengthOf(0),
      /3 elements of FP32|60 elements of FP32|\d+ elements of FP32 have/,
    ],
  ])('%s is refused', async (_name, body, headers, message) => {
    const { status, json } = await post('bench', body, headers)
    expect([status, json.error]).toEqual([400, expect.stringMatching(message)])
  })

  it.each([
    [
      'a sequence',
      { parameters: { sequence_id: 7 } },
      'parameters.sequence_id: sequences are not supported, each request stands alone',
    ],
    [
      'a parameter of Triton',
      { parameters: { triton_x: 1 } },
      'parameters.triton_x is a parameter of Triton that this server does not know',
    ],
    [
      'shared memory for an input',
      { inputs: [{ ...matrix, parameters: { shared_memory_region: 'r' } }] },
      'inputs[0].parameters.shared_memory_region: shared memory is not supported, send the tensor in the body',
    ],
    [
      'shared memory for an output',
      { outputs: [{ name: 'label', parameters: { shared_memory_byte_size: 4 } }] },
      'outputs[0].parameters.shared_memory_byte_size: shared memory is not supported, send the tensor in the body',
    ],
    [
      'classes',
      { outputs: [{ name: 'label', parameters: { classification: 3 } }] },
      'outputs[0].parameters.classification is not supported: ask for the output itself',
    ],
  ])('asks for %s: that is not supported', async (_name, more, error) => {
    expect(await infer({ inputs: [matrix], ...more }, bytesOf(rows))).toMatchObject({ status: 501, json: { error } })
  })

  it('may set what changes nothing here', async () => {
    const parameters = { sequence_id: 0, sequence_start: false, priority: 1, timeout: 1_000_000 }
    const outputs = [{ name: 'label', parameters: { classification: 0 } }]
    expect((await infer({ inputs: [matrix], parameters, outputs }, bytesOf(rows))).status).toBe(200)
  })
})
