/** Triton's extensions on a running server: configuration, statistics, and what is answered with 501. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RouteView } from '../../reconciler/serving/routing/find-route.ts'
import { describeStatistics, type VersionCounters } from '../../reconciler/serving/protocol/statistics.ts'
import { benchRelease } from './support/bench-model.ts'
import { removeParts, startServer, type RunningServer } from './support/running-server.ts'
import { canaryRoute, servingState, stableRoute } from './support/serving-state.ts'

const stable = benchRelease({ version: 1 })
const canary = benchRelease({ version: 2 })
const matrix = benchRelease({
  model: 'matrix',
  signature: { ...stable.signature, inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 20] }] },
  requestFeatures: [],
  goldenRows: [],
})
const named = benchRelease({ model: 'stats' })

let server: RunningServer

beforeAll(async () => {
  server = await startServer()
  const routes = [canaryRoute(stable, canary, 50), stableRoute(matrix), stableRoute(named)]
  await server.serve(servingState(1, { releases: [stable, canary, matrix, named], routes }))
})

afterAll(async () => {
  await server.stop()
  await removeParts(server)
})

describe('the configuration of a model', () => {
  it('has its tensors without the rows, and how many rows there may be', async () => {
    const { status, body } = await server.get('/v2/models/matrix/config')
    expect(status).toBe(200)
    expect(body).toEqual({
      name: 'matrix',
      platform: 'onnxruntime_onnx',
      backend: 'onnxruntime',
      version_policy: { specific: { versions: [1] } },
      max_batch_size: 10_000,
      input: [{ name: 'input', data_type: 'TYPE_FP32', dims: [20] }],
      output: [
        { name: 'label', data_type: 'TYPE_INT64', dims: [1], reshape: { shape: [] } },
        { name: 'probabilities', data_type: 'TYPE_FP32', dims: [2] },
      ],
      instance_group: [{ name: 'matrix', kind: 'KIND_CPU', count: 1 }],
      default_model_filename: 'model.onnx',
      dynamic_batching: { max_queue_delay_microseconds: 0 },
    })
  })

  it('has named features as inputs, like the metadata; and is there for each version', async () => {
    const config = (await server.get('/v2/models/bench/versions/2/config')).body as { input: unknown[]; version_policy: unknown }
    expect(config.version_policy).toEqual({ specific: { versions: [1, 2] } })
    expect(config.input).toHaveLength(20)
    expect(config.input[0]).toEqual({ name: 'f0', data_type: 'TYPE_FP32', dims: [1], reshape: { shape: [] } })
    expect((await server.get('/v2/models/bench/versions/3/config')).status).toBe(404)
    expect((await server.get('/v2/models/nobody/config')).status).toBe(404)
  })
})

describe('statistics', () => {
  const time = (count: number, ns: number) => ({ count, ns })
  const counted: VersionCounters = {
    model: 'bench',
    version: '2',
    lastInferenceMs: 1_764_000_000_000,
    inferenceCount: 70,
    executionCount: 2,
    success: time(3, 900),
    fail: time(1, 50),
    queue: time(3, 100),
    computeInput: time(3, 200),
    computeInfer: time(3, 300),
    computeOutput: time(3, 400),
    batches: [{ batchSize: 64, computeInput: time(1, 1), computeInfer: time(1, 2), computeOutput: time(1, 3) }],
  }

  function view(...releases: readonly unknown[]): RouteView {
    const held = releases.map((release) => ({ release }))
    return { state: null, routes: new Map([['bench', {}]]), pool: { listHeld: () => held } } as unknown as RouteView
  }

  it('are what was counted, by version', () => {
    const everything = { model: null, version: null }
    const { model_stats: found } = describeStatistics(view(canary, matrix, stable), [counted], everything)
    expect(found.map(({ name, version, inference_count: count }) => [name, version, count])).toEqual([
      ['bench', '1', 0],
      ['bench', '2', 70],
      ['matrix', '1', 0],
    ])
    expect(found[1]).toEqual({
      name: 'bench',
      version: '2',
      last_inference: 1_764_000_000_000,
      inference_count: 70,
      execution_count: 2,
      inference_stats: {
        success: time(3, 900),
        fail: time(1, 50),
        queue: time(3, 100),
        compute_input: time(3, 200),
        compute_infer: time(3, 300),
        compute_output: time(3, 400),
        cache_hit: time(0, 0),
        cache_miss: time(0, 0),
      },
      response_stats: {},
      batch_stats: [{ batch_size: 64, compute_input: time(1, 1), compute_infer: time(1, 2), compute_output: time(1, 3) }],
      memory_usage: [],
    })
  })

  it('of a version that is not loaded any more are gone', () => {
    expect(describeStatistics(view(stable), [counted], { model: 'bench', version: null }).model_stats).toHaveLength(1)
  })

  it.each([
    ['/v2/models/stats', ['bench 1', 'bench 2', 'matrix 1', 'stats 1']],
    ['/v2/models/bench/stats', ['bench 1', 'bench 2']],
    ['/v2/models/bench/versions/2/stats', ['bench 2']],
    ['/v2/models/stats/stats', ['stats 1']],
  ])('at %s are of %j', async (path, expected) => {
    const { status, body } = await server.get(path)
    expect(status).toBe(200)
    const { model_stats: found } = body as { model_stats: readonly { name: string; version: string }[] }
    expect(found.map(({ name, version }) => `${name} ${version}`)).toEqual(expected)
  })

  it('of what is not served are 404', async () => {
    expect((await server.get('/v2/models/nobody/stats')).status).toBe(404)
    expect((await server.get('/v2/models/bench/versions/7/stats')).status).toBe(404)
  })
})

describe('a model that is called like a route', () => {
  it('answers', async () => {
    const inputs = [{ name: 'input', datatype: 'FP32', shape: [1, 20], data: Array<number>(20).fill(0) }]
    expect((await server.post('/v2/models/stats/infer', { inputs })).status).toBe(200)
    expect((await server.get('/v2/models/stats/ready')).status).toBe(200)
  })
})

describe('what this server does not do', () => {
  it.each([
    ['POST', '/v2/repository/models/bench/load', /merging a commit/],
    ['POST', '/v2/repository/models/bench/unload', /merging a commit/],
    ['GET', '/v2/systemsharedmemory/status', /shared memory is not supported/],
    ['GET', '/v2/systemsharedmemory/region/a/status', /shared memory is not supported/],
    ['POST', '/v2/systemsharedmemory/region/a/register', /shared memory is not supported/],
    ['POST', '/v2/systemsharedmemory/region/a/unregister', /shared memory is not supported/],
    ['POST', '/v2/systemsharedmemory/unregister', /shared memory is not supported/],
    ['POST', '/v2/cudasharedmemory/region/a/register', /shared memory is not supported/],
    ['GET', '/v2/trace/setting', /tracing is not supported/],
    ['POST', '/v2/models/bench/trace/setting', /tracing is not supported/],
    ['GET', '/v2/logging', /log settings/],
    ['POST', '/v2/logging', /log settings/],
  ])('is 501, and says what to do: %s %s', async (method, path, message) => {
    const response = await fetch(`${server.url}${path}`, { method, ...(method === 'POST' ? { body: '{}' } : {}) })
    expect([response.status, await response.json()]).toEqual([501, { error: expect.stringMatching(message) as string }])
  })

  it.each(['/v2/repository/models/bench/load', '/v2/models/bench/config', '/v2/models/stats'])(
    'DELETE %s is 405',
    async (path) => {
      const response = await fetch(`${server.url}${path}`, { method: 'DELETE' })
      expect([response.status, response.headers.get('allow')]).toEqual([405, path.endsWith('load') ? 'POST' : 'GET, HEAD'])
    },
  )
})
