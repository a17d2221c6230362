import { afterEach, describe, expect, it } from 'vitest'
import { MainwardError } from '../../reconciler/core/error.ts'
import type { Release } from '../../reconciler/core/release.ts'
import type { ModelRoute, RouteFallback } from '../../reconciler/core/serving-state.ts'
import { onnxRuntime } from '../../reconciler/inference/onnx-runtime.ts'
import type { ModelRuntime } from '../../reconciler/serving/ports.ts'
import { benchRelease, benchRow, benchScore } from './support/bench-model.ts'
import { removeParts, startServer, type RunningServer } from './support/running-server.ts'
import { servingState, stableRoute } from './support/serving-state.ts'

let server: RunningServer

afterEach(async () => {
  await server.stop()
  await removeParts(server)
})

const older = benchRelease({ version: 1 })
const current = benchRelease({ version: 2 })

/** The real model, whose runs fail as the first feature says: only where it is the second that was loaded. */
function breakingRuntime(): ModelRuntime {
  let loaded = 0
  return {
    ...onnxRuntime,
    load: async (bytes) => {
      const model = await onnxRuntime.load(bytes)
      const breaks = ++loaded === 1
      return {
        ...model,
        run: async (inputs, names) => {
          const [first] = inputs.input?.data ?? []
          if (breaks && first === 111) throw new Error('inside of the runtime')
          if (breaks && first === 222) throw new MainwardError('timeout', 'a run took too long')
          return model.run(inputs, names)
        },
      }
    },
  }
}

async function serve(fallback: RouteFallback | undefined, releases: readonly Release[] = [current, older]): Promise<void> {
  server = await startServer({ runtime: breakingRuntime() })
  const route: ModelRoute = { ...stableRoute(current), ...(fallback === undefined ? {} : { fallback }) }
  await server.serve(servingState(1, { releases, routes: [route] }))
}

const broken = { ...benchRow(0), f0: 111 }
const slow = { ...benchRow(0), f0: 222 }
const predict = async (rows: unknown[]) => server.post('/v1/models/bench/predict', { rows })
const infer = async (row: Record<string, number>, more = {}) =>
  server.post('/v2/models/bench/infer', {
    inputs: [{ name: 'input', shape: [1, 20], datatype: 'FP32', data: Object.values(row) }],
    ...more,
  })

describe('a fallback to an older version', () => {
  it('answers a run that failed or took too long, and says so', async () => {
    await serve({ type: 'release', release: older.digest })
    const failed = await predict([broken])
    expect(failed).toMatchObject({ status: 200, body: { predictions: [{ version: 1, variant: 'stable', fallback: 'failed' }] } })
    expect((await predict([slow])).body).toMatchObject({ predictions: [{ version: 1, fallback: 'timeout' }] })
    expect((await infer(broken)).body).toMatchObject({ model_version: '1', parameters: { version: 1, fallback: 'failed' } })
    const text = (await server.get('/metrics')).body as string
    expect(text).toContain('mainward_fallbacks_total{model="bench",version="2",variant="stable"} 3')
  })

  it('has no part in a run that works', async () => {
    await serve({ type: 'release', release: older.digest })
    const { predictions } = (await predict([benchRow(3)])).body as { predictions: Record<string, number>[] }
    expect(predictions[0]).toMatchObject({ version: 2 })
    expect(predictions[0]).not.toHaveProperty('fallback')
    expect(predictions[0]?.score).toBeCloseTo(benchScore(3), 5)
  })

  it("does not stand in for a client's mistake", async () => {
    await serve({ type: 'release', release: older.digest })
    expect((await predict([{ ...benchRow(0), f0: 'text' }])).status).toBe(400)
    expect((await predict([{ f0: 111 }])).status).toBe(400)
  })
})

describe('a constant fallback', () => {
  it('answers the score, its decision, and both columns of a probability', async () => {
    await serve({ type: 'constant', score: 0.25 })
    const answer = { score: 0.25, decision: false, version: 2, variant: 'stable', fallback: 'failed' }
    expect((await predict([broken, broken])).body).toMatchObject({ predictions: [answer, answer] })
    expect((await infer(broken)).body).toMatchObject({
      parameters: { fallback: 'failed' },
      outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [1, 2], data: [0.75, 0.25] }],
    })
  })

  it('answers for a release that could not be loaded', async () => {
    const missing = benchRelease({ version: 2, artifact: { ...current.artifact, sha256: 'a'.repeat(64) } })
    server = await startServer()
    const fallback = { type: 'constant', score: 0.9 } as const
    await server.serve(servingState(1, { releases: [missing], routes: [{ ...stableRoute(missing), fallback }] }))
    const prediction = { score: expect.closeTo(0.9, 5) as number, decision: true, version: 2, fallback: 'not-loaded' }
    expect(await predict([benchRow(0)])).toMatchObject({ status: 200, body: { predictions: [prediction] } })
    expect((await predict([{ nothing: 1 }])).status).toBe(400)
    expect((await server.get('/v2/health/ready')).status).toBe(503)
  })
})

describe('without a fallback', () => {
  it('a run that fails is a failure', async () => {
    await serve(undefined)
    expect((await predict([broken])).status).toBe(500)
    expect((await predict([slow])).status).toBe(503)
  })
})
