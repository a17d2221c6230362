import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { benchExpected } from '../serving/support/bench-model.ts'
import { removeParts, type RunningServer } from '../serving/support/running-server.ts'
import { makingTimeoutMs } from '../support/python-environment.ts'
import { largestDifference, startClientServer } from './client-server.ts'

interface Seen {
  readonly client: Readonly<Record<string, unknown>>
  readonly stub: Readonly<Record<string, unknown>>
}

let server: RunningServer
let triton: Seen
let kserve: Seen

beforeAll(async () => {
  const started = await startClientServer({ grpcPort: 0 })
  const { python, rows } = started
  server = started.server
  const program = join(packageRoot, 'test/python/grpc_clients.py')
  const run = async (client: string) => {
    const { stdout } = await execa(python, [program, client, server.dataPlane.grpc ?? '', rows], { timeout: 60_000 })
    return JSON.parse(stdout) as Seen
  }
  triton = await run('triton')
  kserve = await run('kserve')
}, makingTimeoutMs)

afterAll(async () => {
  await server.stop()
  await removeParts(server)
})

describe("Triton's client over gRPC", () => {
  it('finds health, readiness, metadata and the index', () => {
    expect(triton.client).toMatchObject({
      live: true,
      ready: true,
      model_ready: true,
      version_ready: true,
      unknown_ready: false,
      server: { name: 'mainward', version: '0.1.0' },
      model: { name: 'bench', versions: ['1', '2'], platform: 'onnx_onnxv1' },
      index: {
        models: [
          { name: 'bench', version: '1', state: 'READY' },
          { name: 'bench', version: '2', state: 'READY' },
        ],
      },
    })
  })

  it('reads the configuration as over HTTP, and the statistics of every version', async () => {
    const http = (await server.get('/v2/models/bench/config')).body as Readonly<Record<string, unknown>>
    const asText = (value: unknown) =>
      JSON.parse(
        JSON.stringify(value, (key, item: unknown) =>
          typeof item === 'number' && key !== 'max_batch_size' && key !== 'count' ? String(item) : item,
        ),
      ) as unknown
    expect(triton.client.config).toMatchObject({
      config: {
        ...(asText({ ...http, dynamic_batching: {} }) as object),
        input: expect.arrayContaining([{ name: 'f0', data_type: 'TYPE_FP32', dims: ['1'], reshape: {} }]) as unknown,
        output: [
          { name: 'label', data_type: 'TYPE_INT64', dims: ['1'], reshape: {} },
          { name: 'probabilities', data_type: 'TYPE_FP32', dims: ['2'] },
        ],
      },
    })
    const stats = { model_stats: ['1', '2'].map((version) => ({ name: 'bench', version })) }
    expect(triton.client.statistics).toMatchObject(stats)
    expect(triton.client.all_statistics).toMatchObject(stats)
  })

  it("gets onnxruntime's own numbers: raw, compressed, by named columns", () => {
    for (const name of ['probabilities', 'gzip', 'deflate', 'columns']) {
      expect(largestDifference(triton.client[name])).toBeLessThan(1e-5)
    }
    expect(triton.client).toMatchObject({ label: benchExpected.label, label_dtype: 'int64', outputs: ['probabilities'] })
  })

  it('gets its id back, sets units and versions, names its request', () => {
    expect(triton.client).toMatchObject({
      id: 'triton-1',
      unit_assigned: true,
      version: '2',
      parameters: {
        request_id: { stringParam: 'from-triton' },
        variant: { stringParam: 'stable' },
        version: { int64Param: '1' },
      },
      async: 50,
    })
  })

  it('reads the errors', () => {
    const errors = triton.client.errors as Readonly<Record<string, readonly [string, string]>>
    expect(errors.shape?.[0]).toBe('StatusCode.INVALID_ARGUMENT')
    expect(errors.shape?.[1]).toContain('expected the shape [-1, 20], found [1, 3]')
    expect(errors.model).toEqual(['StatusCode.NOT_FOUND', 'the model "nobody" is not served here'])
    for (const name of ['sequence', 'load', 'unload', 'shared_memory', 'cuda', 'trace', 'log']) {
      expect(errors[name]?.[0]).toBe('StatusCode.UNIMPLEMENTED')
    }
    expect(errors.load?.[1]).toContain('by a commit')
  })
})

describe("KServe's client over gRPC", () => {
  it('finds health and readiness', () => {
    expect(kserve.client).toMatchObject({ live: true, ready: true, model_ready: true, unknown_ready: false })
  })

  it.each(['raw', 'typed'])("gets onnxruntime's own numbers for %s tensors, and its id back", (form) => {
    expect(largestDifference(kserve.client[`${form}_probabilities`])).toBeLessThan(1e-5)
    expect(kserve.client[`${form}_label`]).toEqual(benchExpected.label)
    expect(kserve.client[`${form}_id`]).toBe('kserve-1')
  })

  it('reads the error', () => {
    expect(kserve.client.error).toEqual(['NOT_FOUND', 'the model "nobody" is not served here'])
  })
})

describe('the bare messages of both protocols', () => {
  it('go typed both ways', () => {
    for (const { stub } of [triton, kserve]) {
      expect(largestDifference(stub.probabilities)).toBeLessThan(1e-5)
      expect(stub).toMatchObject({ label: benchExpected.label, raw: 0, model: { name: 'bench', platform: 'onnx_onnxv1' } })
    }
  })
})
