import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { benchExpected, benchFeatures, benchRelease } from '../support/bench-model.ts'
import { removeParts, startServer, type RunningServer } from '../support/running-server.ts'
import { canaryRoute, servingState } from '../support/serving-state.ts'
import { GrpcClient } from './support/grpc-client.ts'
import { decode, encode } from './support/messages.ts'

interface InferAnswer {
  readonly model_name: string
  readonly model_version: string
  readonly id: string
  readonly parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly outputs: readonly {
    readonly name: string
    readonly datatype: string
    readonly shape: readonly string[]
    readonly contents: Readonly<Record<string, readonly unknown[]>> | null
  }[]
  readonly raw_output_contents: readonly Buffer[]
}

const stable = benchRelease({ version: 1 })
const canary = benchRelease({ version: 2 })
const proven = benchRelease({ version: 3 })

let server: RunningServer
let client: GrpcClient

beforeAll(async () => {
  server = await startServer({ grpcPort: 0 })
  client = new GrpcClient(server.dataPlane.grpc ?? '')
  expect(await client.ask('ServerReady')).toEqual({ ready: false })
  await server.serve(servingState(1, { releases: [stable, canary, proven], routes: [canaryRoute(stable, canary, 50)] }))
})

afterAll(async () => {
  client.close()
  await server.stop()
  await removeParts(server)
})

const rows = (count: number) => benchExpected.rows.slice(0, count)

function typedMatrix(count = 2): object {
  return { name: 'input', datatype: 'FP32', shape: [count, 20], contents: { fp32_contents: rows(count).flat() } }
}

function typedColumns(count = 2): object[] {
  return benchFeatures.map((name, column) => ({
    name,
    datatype: 'FP32',
    shape: [count, 1],
    contents: { fp32_contents: rows(count).map((row) => row[column]) },
  }))
}

function rawRequest(count = 2, more: object = {}): object {
  return {
    model_name: 'bench',
    inputs: [{ name: 'input', datatype: 'FP32', shape: [count, 20] }],
    raw_input_contents: [Buffer.from(new Float32Array(rows(count).flat()).buffer)],
    ...more,
  }
}

function infer(more: object, options?: { metadata?: Record<string, string> }): Promise<InferAnswer> {
  return client.ask<InferAnswer>('ModelInfer', { model_name: 'bench', inputs: [typedMatrix()], ...more }, options)
}

function outputOf({ outputs }: InferAnswer, name: string) {
  return outputs.find((output) => output.name === name)
}

describe('questions about server and models', () => {
  it('are answered as over HTTP', async () => {
    expect(await client.ask('ServerLive')).toEqual({ live: true })
    expect(await client.ask('ServerReady')).toEqual({ ready: true })
    const http = (await server.get('/v2')).body as { readonly extensions: readonly string[] }
    expect(await client.ask('ServerMetadata')).toEqual({ name: 'mainward', version: '0.1.0', extensions: http.extensions })
    const metadata = (await server.get('/v2/models/bench')).body as { readonly inputs: readonly { shape: number[] }[] }
    const found = await client.ask('ModelMetadata', { name: 'bench' })
    const inputs = metadata.inputs.map((input) => ({ ...input, shape: input.shape.map(String) }))
    expect(found).toMatchObject({ name: 'bench', versions: ['1', '2', '3'], platform: 'onnx_onnxv1', inputs })
    expect(found.outputs).toHaveLength(2)
  })

  it('tell whether a model, or a version, is ready; one that is not here is not', async () => {
    expect(await client.ask('ModelReady', { name: 'bench' })).toEqual({ ready: true })
    expect(await client.ask('ModelReady', { name: 'bench', version: '3' })).toEqual({ ready: true })
    expect(await client.ask('ModelReady', { name: 'bench', version: '9' })).toEqual({ ready: false })
    expect(await client.ask('ModelReady', { name: 'nobody' })).toEqual({ ready: false })
  })

  it('list the repository', async () => {
    const { models } = await client.ask('RepositoryIndex', { ready: true })
    expect(models).toEqual(['1', '2', '3'].map((version) => ({ name: 'bench', version, state: 'READY', reason: '' })))
  })

  it('are NOT_FOUND for a model that is not here', async () => {
    const message = 'the model "nobody" is not served here'
    expect(await client.refusal('ModelMetadata', { name: 'nobody' })).toMatchObject({ code: 5, details: message })
  })
})

describe('inference', () => {
  it("gives onnxruntime's own numbers for raw, typed and named inputs, in the form of the request", async () => {
    const raw = await client.ask<InferAnswer>('ModelInfer', rawRequest(3))
    const typed = await infer({ inputs: [typedMatrix(3)] })
    const columns = await infer({ inputs: typedColumns(3) })
    const expected = new Float32Array(benchExpected.probabilities.slice(0, 3).flat())
    const at = raw.outputs.findIndex(({ name }) => name === 'probabilities')
    const bytes = raw.raw_output_contents[at] ?? Buffer.alloc(0)
    const fromRaw = Array.from({ length: 6 }, (_, index) => bytes.readFloatLE(index * 4))
    fromRaw.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 5))
    expect(outputOf(typed, 'probabilities')).toMatchObject({ datatype: 'FP32', shape: ['3', '2'] })
    expect(outputOf(typed, 'probabilities')?.contents?.fp32_contents).toEqual(fromRaw)
    expect(outputOf(columns, 'probabilities')?.contents?.fp32_contents).toEqual(fromRaw)
    expect(outputOf(typed, 'label')?.contents?.int64_contents).toEqual(benchExpected.label.slice(0, 3).map(String))
    expect([typed.raw_output_contents, raw.outputs[0]?.contents]).toEqual([[], null])
  })

  it('echoes the id, and says what answered', async () => {
    const answer = await infer({ id: 'my-1' }, { metadata: { 'mainward-request-id': 'request-7' } })
    expect(answer).toMatchObject({ model_name: 'bench', model_version: '1', id: 'my-1' })
    expect(Object.keys(answer.parameters).sort()).toEqual(['request_id', 'unit_assigned', 'variant', 'version'])
    expect(answer.parameters).toMatchObject({
      request_id: { string_param: 'request-7' },
      variant: { string_param: 'stable' },
      version: { int64_param: '1' },
      unit_assigned: { bool_param: false },
    })
    const message = encode('ModelInferRequest', rawRequest())
    const { headers } = await client.call('/inference.GRPCInferenceService/ModelInfer', message)
    expect(headers['mainward-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('assigns units as HTTP does, by parameter or metadata', async () => {
    for (let number = 0; number < 20; number++) {
      const unit = `U${number}`
      const body = { inputs: [{ name: 'input', datatype: 'FP32', shape: [1, 20], data: rows(1)[0] }], parameters: { unit } }
      const http = (await server.post('/v2/models/bench/infer', body)).body as InferAnswer
      const byParameter = await infer({ parameters: { unit: { string_param: unit } } })
      const byMetadata = await infer({}, { metadata: { 'mainward-unit': unit } })
      expect(byParameter.model_version).toBe(http.model_version)
      expect(byMetadata.model_version).toBe(http.model_version)
      expect(byMetadata.parameters.unit_assigned).toMatchObject({ bool_param: true })
    }
    const byNumber = await infer({ parameters: { unit: { int64_param: '7' } } })
    const byText = await infer({ parameters: { unit: { string_param: '7' } } })
    expect(byNumber.model_version).toBe(byText.model_version)
    const request = { model_name: 'bench', inputs: [typedMatrix()], parameters: { unit: { string_param: 'a' } } }
    expect(await client.refusal('ModelInfer', request, { metadata: { 'mainward-unit': 'b' } })).toMatchObject({ code: 3 })
  })

  it('answers a version, and only the outputs that were asked for', async () => {
    const answer = await infer({ model_version: '3', outputs: [{ name: 'probabilities' }] })
    expect(answer).toMatchObject({ model_version: '3', outputs: [{ name: 'probabilities' }] })
    expect(answer.outputs).toHaveLength(1)
  })

  it('is counted', async () => {
    await infer({})
    await client.refusal('ModelInfer', { model_name: 'nobody', inputs: [typedMatrix()] })
    const metrics = String((await server.get('/metrics')).body)
    expect(metrics).toMatch(/mainward_request_duration_seconds_count\{route="grpc",model="bench",status="2xx"\} \d+/)
    expect(metrics).toMatch(/mainward_request_errors_total\{route="grpc",model="",reason="not-found"\} \d+/)
  })
})

describe('what is refused', () => {
  const refusals: readonly (readonly [string, object, number, string])[] = [
    ['no model', { inputs: [typedMatrix()] }, 3, 'model_name is empty'],
    ['an unknown model', { model_name: 'nobody', inputs: [typedMatrix()] }, 5, 'the model "nobody" is not served here'],
    ['an unknown version', { model_name: 'bench', model_version: '9', inputs: [typedMatrix()] }, 5, 'is not loaded'],
    ['no inputs', { model_name: 'bench' }, 3, 'inputs: at least one is needed'],
    ['a wrong shape', { model_name: 'bench', inputs: [{ ...typedMatrix(), shape: [2, 3] }] }, 3, 'expected the shape [-1, 20]'],
    ['another count', { model_name: 'bench', inputs: [{ ...typedMatrix(), shape: [1, 20] }] }, 3, '20 elements'],
    [
      'another datatype',
      { model_name: 'bench', inputs: [{ ...typedMatrix(), datatype: 'FP64' }] },
      3,
      'expected the datatype FP32',
    ],
    ['an unknown datatype', { model_name: 'bench', inputs: [{ ...typedMatrix(), datatype: 'BF16' }] }, 3, '"BF16"'],
    ['a negative dimension', { model_name: 'bench', inputs: [{ ...typedMatrix(), shape: [-1, 20] }] }, 3, 'between 0 and 2^53'],
    [
      'a product beyond all bounds',
      rawRequest(2, { inputs: [{ name: 'input', datatype: 'FP32', shape: ['4294967296', '4294967296'] }] }),
      3,
      'may have 10000 rows',
    ],
    ['contents beside raw ones', { ...rawRequest(), inputs: [typedMatrix()] }, 3, 'raw_input_contents forbids'],
    [
      'too few raw contents',
      { ...rawRequest(), inputs: [typedMatrix(), typedMatrix()] },
      3,
      'expected one for each of the 2 inputs',
    ],
    ['raw contents of another size', { ...rawRequest(), raw_input_contents: [Buffer.alloc(7)] }, 3, 'found 7'],
    [
      'the list of another datatype',
      { model_name: 'bench', inputs: [{ ...typedMatrix(), contents: { fp64_contents: [1] } }] },
      3,
      'expected fp32_contents for FP32, found fp64_contents',
    ],
    ['an unknown output', rawRequest(2, { outputs: [{ name: 'nothing' }] }), 3, 'the model has no output "nothing"'],
    ['sequences', rawRequest(2, { parameters: { sequence_id: { int64_param: 5 } } }), 12, 'sequences are not supported'],
    [
      'shared memory',
      rawRequest(2, { outputs: [{ name: 'label', parameters: { shared_memory_region: { string_param: 'r' } } }] }),
      12,
      'shared memory is not supported',
    ],
  ]

  it.each(refusals)('%s', async (_what, request, code, details) => {
    const found = await client.refusal('ModelInfer', request)
    expect(found.details).toContain(details)
    expect(found.code).toBe(code)
  })

  it("Triton's other methods, each with what to do instead", async () => {
    const nothing = Buffer.alloc(0)
    expect(await client.refusal('RepositoryModelLoad', nothing)).toMatchObject({
      code: 12,
      details: 'models are loaded and unloaded by a commit to the repository of manifests, never by a call',
    })
    for (const name of [
      'ModelStreamInfer',
      'SystemSharedMemoryStatus',
      'CudaSharedMemoryRegister',
      'TraceSetting',
      'LogSettings',
    ])
      expect(await client.refusal(name, nothing)).toMatchObject({ code: 12 })
    expect(await client.refusal('Nothing', nothing)).toMatchObject({ code: 12 })
  })

  it('bytes that are no message: INVALID_ARGUMENT, never INTERNAL', async () => {
    for (const hex of ['ff', '0a', '0aff', '08', '0b', '00', '0a05616263', 'ffffffffffffffffffffff']) {
      expect(await client.refusal('ModelInfer', Buffer.from(hex, 'hex'))).toMatchObject({ code: 3 })
      expect(await client.refusal('ModelReady', Buffer.from(hex, 'hex'))).toMatchObject({ code: 3 })
    }
  })
})

describe('health', () => {
  const check = (service: string) => encode('grpc.health.v1.HealthCheckRequest', { service })
  const status = (bytes: Buffer) => decode<{ status: string }>('grpc.health.v1.HealthCheckResponse', bytes).status

  it('is SERVING for the server and its service, and NOT_FOUND for others', async () => {
    for (const service of ['', 'inference.GRPCInferenceService']) {
      expect(status((await client.call('/grpc.health.v1.Health/Check', check(service))).message)).toBe('SERVING')
    }
    await expect(client.call('/grpc.health.v1.Health/Check', check('x'))).rejects.toMatchObject({ code: 5 })
  })

  it('is watched until the server stops, which answers what is in flight', async () => {
    const other = await startServer({ grpcPort: 0 })
    const watcher = new GrpcClient(other.dataPlane.grpc ?? '')
    const seen: string[] = []
    const watching = watcher.watch('/grpc.health.v1.Health/Watch', check(''))
    watching.on('data', (bytes: Buffer) => seen.push(status(bytes)))
    const ended = once(watching, 'error') as Promise<[{ code: number }]>
    await once(watching, 'data')
    await other.serve(servingState(1, { releases: [stable], routes: [canaryRoute(stable, stable, 0)] }))
    await once(watching, 'data')
    await other.stop()
    expect((await ended)[0].code).toBe(14)
    expect(seen).toEqual(['NOT_SERVING', 'SERVING', 'NOT_SERVING'])
    watcher.close()
    await removeParts(other)
  })
})

describe('a port that is taken', () => {
  it('is said so', async () => {
    const port = Number(server.dataPlane.grpc?.split(':')[1])
    await expect(startServer({ grpcPort: port })).rejects.toMatchObject({ code: 'port-in-use' })
  })
})
