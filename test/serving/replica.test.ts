import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { digestBytes } from '../../reconciler/core/digest.ts'
import type { Release } from '../../reconciler/core/release.ts'
import type { ReleaseReadiness } from '../../reconciler/core/serving-state.ts'
import type { ModelRuntime } from '../../reconciler/serving/ports.ts'
import { benchBytes, benchRelease, benchRow, goldenRow } from './support/bench-model.ts'
import { onnxRuntime } from '../../reconciler/inference/onnx-runtime.ts'
import { removeParts, startServer, until, type RunningServer, type ServerChanges } from './support/running-server.ts'
import { canaryRoute, route, servingState, stableRoute } from './support/serving-state.ts'

const running: RunningServer[] = []

async function start(changes?: ServerChanges): Promise<RunningServer> {
  const server = await startServer(changes)
  running.push(server)
  return server
}

afterEach(async () => {
  const servers = running.splice(0)
  for (const server of servers) await server.stop()
  for (const server of servers) await removeParts(server)
})

const first = benchRelease({ version: 1 })
const second = benchRelease({ version: 2 })
const wrongGolden = benchRelease({
  version: 3,
  goldenRows: [goldenRow(0), { inputs: benchRow(1), outputs: { probabilities: [0.1, 0.9] } }],
})
const elsewhere = benchRelease({ version: 4, artifact: { ...first.artifact, sha256: 'a'.repeat(64) } })

async function answeredVersion(server: RunningServer, model = 'bench', unit = 'U1'): Promise<number | null> {
  const { status, body } = await server.post(`/v1/models/${model}/predict`, { rows: [{ ...benchRow(0), flight_id: unit }] })
  return status === 200 ? ((body as { predictions: { version: number }[] }).predictions[0]?.version ?? null) : null
}

async function isReady(server: RunningServer): Promise<boolean> {
  return (await server.get('/v2/health/ready')).status === 200
}

function readinessOf(server: RunningServer, release: Release): ReleaseReadiness | undefined {
  return server.reporter.reports.at(-1)?.releases[release.digest]
}

describe('the state of a replica', () => {
  it('is not ready without a state, and says so with 503 and Retry-After', async () => {
    const server = await start()
    expect(await isReady(server)).toBe(false)
    const answer = await server.post('/v1/models/bench/predict', { rows: [benchRow(0)] })
    expect(answer).toMatchObject({ status: 503, body: { error: 'this server has no serving state yet' } })
    expect(answer.headers.get('retry-after')).toBe('1')
    expect((await server.get('/v2/health/live')).status).toBe(200)
  })

  it('answers with the newest number of a release that was renumbered, without loading it again', async () => {
    const server = await start()
    const load = (): ReleaseReadiness | undefined => readinessOf(server, first)
    await server.serve(servingState(1, { releases: [first], routes: [stableRoute(first)] }))
    await until(() => load()?.status === 'ready')
    const before = load()
    await server.serve(servingState(2, { releases: [{ ...first, version: 7 }], routes: [stableRoute(first)] }))
    await until(async () => (await answeredVersion(server)) === 7)
    expect(load()).toEqual(before)
  })

  it('is ready with a state that names nothing', async () => {
    const server = await start()
    await server.serve(servingState(1, { releases: [], routes: [] }))
    expect(await isReady(server)).toBe(true)
    expect((await server.get('/v2/models/bench')).status).toBe(404)
  })

  it('takes over newer states only: a later sequence, or a later epoch with any sequence', async () => {
    const server = await start()
    await server.serve(servingState(5, { releases: [first], routes: [stableRoute(first)] }))
    const { reads } = server.source
    await server.source.write(servingState(5, { releases: [second], routes: [stableRoute(second)] }))
    await server.source.write(servingState(4, { releases: [second], routes: [stableRoute(second)] }))
    await until(() => server.source.reads > reads + 2)
    expect(await answeredVersion(server)).toBe(1)
    await server.serve(servingState(1, { epoch: 2, releases: [second], routes: [stableRoute(second)] }))
    expect(await answeredVersion(server)).toBe(2)
    expect(server.reporter.reports.at(-1)?.stateVersion).toEqual({ epoch: 2, sequence: 1 })
  })

  it('finds a new state by polling as well, when no hint comes', async () => {
    const server = await start()
    await writeFile(
      join(server.folder, 'source.json'),
      JSON.stringify(servingState(1, { releases: [first], routes: [stableRoute(first)] })),
    )
    await until(() => isReady(server))
    expect(await answeredVersion(server)).toBe(1)
  })

  it('refuses a state of another environment or of an unknown format', async () => {
    const server = await start()
    await server.source.write(servingState(9, { environment: 'staging', releases: [first], routes: [stableRoute(first)] }))
    await until(() =>
      server.log.some(({ reason }) => reason === 'the serving state is of environment staging, expected production'),
    )
    await server.source.write({ ...servingState(9, { releases: [], routes: [] }), formatVersion: 2 } as never)
    await until(() => server.log.some(({ reason }) => String(reason).startsWith('the serving state has format 2')))
    const lacking = servingState(9, { releases: [], routes: [stableRoute(first)] })
    await server.source.write(lacking)
    await until(() => server.log.some(({ reason }) => String(reason).includes('which the serving state does not have')))
    expect(await isReady(server)).toBe(false)
  })

  it('goes on when the source and the reporter are down, and starts from disk without them', async () => {
    const server = await start()
    await server.serve(servingState(3, { releases: [first], routes: [stableRoute(first)] }))
    server.source.down = true
    server.reporter.down = true
    await until(() => server.log.some(({ msg }) => String(msg).includes('the source of serving states is down')))
    expect(await answeredVersion(server)).toBe(1)
    await server.dataPlane.stop()
    const again = await start({ parts: server })
    await until(() => isReady(again))
    expect(await answeredVersion(again)).toBe(1)
    again.source.down = false
    await again.source.write(servingState(4, { releases: [second], routes: [stableRoute(second)] }))
    await until(async () => (await answeredVersion(again)) === 2)
  })

  it.each([
    ['cut', (text: string) => text.slice(0, -20)],
    ['changed', (text: string) => text.replace('"weight":100', '"weight":99')],
    ['emptied', () => ''],
    ['of another format', (text: string) => text.replace('"formatVersion":1', '"formatVersion":7')],
  ])('ignores a state on disk that was %s, says so, and fetches it again', async (_what, damage) => {
    const server = await start()
    await server.serve(servingState(3, { releases: [first], routes: [stableRoute(first)] }))
    await server.dataPlane.stop()
    const path = join(server.folder, 'serving/state.json')
    await writeFile(path, damage(await readFile(path, 'utf8')))
    server.source.down = true
    const again = await start({ parts: server })
    expect(again.log.some(({ msg }) => msg === 'the state on disk is ignored and fetched again')).toBe(true)
    expect(await isReady(again)).toBe(false)
    again.source.down = false
    await until(() => isReady(again))
    expect(await answeredVersion(again)).toBe(1)
  })
})

describe('the model files of a replica', () => {
  const kept = (server: RunningServer) => readdir(join(server.folder, 'serving', 'artifacts'))

  it('are kept beside the state: it starts again when their store is gone', async () => {
    const server = await start()
    await server.serve(servingState(1, { releases: [first], routes: [stableRoute(first)] }))
    await server.stop()
    server.artifacts.contents.clear()
    server.source.down = true
    const again = await start({ parts: server })
    await until(() => isReady(again))
    expect(await answeredVersion(again)).toBe(1)
    expect(await kept(again)).toEqual([first.artifact.sha256])
  })

  it('are removed once the state on disk names them no longer', async () => {
    const server = await start()
    const other = withArtifact(Buffer.concat([benchBytes, Buffer.from([0x0a, 0x00])]))
    server.artifacts.contents.set(other.artifact.sha256, Buffer.concat([benchBytes, Buffer.from([0x0a, 0x00])]))
    await server.serve(servingState(1, { releases: [first, other], routes: [stableRoute(first)] }))
    await until(async () => (await kept(server)).length === 2)
    await server.serve(servingState(2, { releases: [first], routes: [stableRoute(first)] }))
    await until(async () => (await kept(server)).length === 1)
    expect(await kept(server)).toEqual([first.artifact.sha256])
  })
})

describe('releases and routes', () => {
  it('proves a release before it gets traffic: a golden row that differs names row, expected and found', async () => {
    const server = await start()
    await server.serve(servingState(1, { releases: [wrongGolden, first], routes: [stableRoute(first)] }))
    const readiness = readinessOf(server, wrongGolden)
    expect(readiness).toMatchObject({ status: 'failed', reason: 'GoldenRowsFailed', retryable: false })
    expect(readiness).toHaveProperty('message', expect.stringMatching(/1.*expected.*0\.9.*found/s))
    expect(await isReady(server)).toBe(true)
    await server.serve(servingState(2, { releases: [wrongGolden, first], routes: [stableRoute(wrongGolden)] }))
    expect(await answeredVersion(server)).toBe(1)
    expect(await isReady(server)).toBe(false)
  })

  it.each<[string, Release, string, RegExp]>([
    ['ArtifactMissing', elsewhere, 'a'.repeat(64), /no artifact a+/],
    ['LoadFailed', withArtifact(Buffer.from('no model')), '', /./],
    [
      'SignatureMismatch',
      benchRelease({ signature: { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 20] }], outputs: { score: 'y' } } }),
      '',
      /expected an input "x", found "input".*the signature does not name.*expected an output "y"/s,
    ],
    [
      'SignatureMismatch',
      benchRelease({
        signature: {
          inputs: [{ name: 'input', datatype: 'FP64', shape: [-1, 21] }],
          outputs: { score: 'probabilities', positiveIndex: 2 },
        },
      }),
      '',
      /expected FP64, the model file has FP32.*shape \[-1, 21\].*positiveIndex is 2/s,
    ],
  ])('reports %s', async (reason, release, _sha256, message) => {
    const server = await start()
    server.artifacts.contents.set(digestBytes(Buffer.from('no model')).slice(7), Buffer.from('no model'))
    await server.serve(servingState(1, { releases: [release], routes: [] }))
    expect(readinessOf(server, release)).toMatchObject({
      status: 'failed',
      reason,
      message: expect.stringMatching(message) as string,
    })
  })

  it('reports bytes with another digest, and loads the release when the right ones are there', async () => {
    const server = await start()
    server.artifacts.contents.set('a'.repeat(64), benchBytes)
    await server.serve(servingState(1, { releases: [elsewhere], routes: [stableRoute(elsewhere)] }))
    expect(readinessOf(server, elsewhere)).toMatchObject({ status: 'failed', reason: 'DigestMismatch', retryable: true })
    expect((await server.post('/v1/models/bench/predict', { rows: [benchRow(0)] })).body).toEqual({
      error: 'the model "bench" is not ready',
    })
  })

  it('tries again when the artifact could not be read', async () => {
    const server = await start()
    server.artifacts.contents.clear()
    await server.serve(servingState(1, { releases: [first], routes: [stableRoute(first)] }))
    expect(readinessOf(server, first)).toMatchObject({ status: 'failed', reason: 'ArtifactMissing', retryable: true })
    server.artifacts.contents.set(first.artifact.sha256, benchBytes)
    await until(() => isReady(server))
    expect(readinessOf(server, first)).toMatchObject({ status: 'ready' })
  })

  it('survives a defect while loading: it is the failure of that release, the others go on', async () => {
    const verifyGoldenRows: ModelRuntime['verifyGoldenRows'] = () => Promise.resolve(null)
    const load: ModelRuntime['load'] = async (bytes) => {
      const model = await onnxRuntime.load(bytes)
      return { ...model, outputs: null as never }
    }
    const server = await start({ runtime: { load, verifyGoldenRows } })
    await server.serve(servingState(1, { releases: [first], routes: [] }))
    expect(readinessOf(server, first)).toMatchObject({ status: 'failed', reason: 'LoadFailed', retryable: false })
    expect((await server.get('/v2/health/live')).status).toBe(200)
  })

  it('a canary that fails with weight 0 does not unready', async () => {
    const server = await start()
    await server.serve(servingState(1, { releases: [first, elsewhere], routes: [canaryRoute(first, elsewhere, 0)] }))
    expect(await isReady(server)).toBe(true)
    expect(await answeredVersion(server)).toBe(1)
  })

  it('switches each model only when its releases with weight are loaded; the others switch at once', async () => {
    const other = benchRelease({ model: 'other', version: 1 })
    const otherSecond = benchRelease({ model: 'other', version: 2 })
    const server = await start()
    await server.serve(servingState(1, { releases: [first, other], routes: [stableRoute(first), stableRoute(other)] }))
    await server.serve(
      servingState(2, {
        releases: [first, elsewhere, otherSecond],
        routes: [canaryRoute(first, elsewhere, 100), stableRoute(otherSecond)],
      }),
    )
    expect(await answeredVersion(server)).toBe(1)
    expect(await answeredVersion(server, 'other')).toBe(2)
    expect(await isReady(server)).toBe(false)
  })

  it('keeps what it has over a restart, when the new release can not be loaded and the source is down', async () => {
    const server = await start()
    await server.serve(servingState(1, { releases: [first], routes: [stableRoute(first)] }))
    await server.serve(servingState(2, { releases: [elsewhere], routes: [stableRoute(elsewhere)] }))
    expect(await answeredVersion(server)).toBe(1)
    await server.dataPlane.stop()
    server.source.down = true
    const again = await start({ parts: server })
    await until(async () => (await answeredVersion(again)) === 1)
    expect(await isReady(again)).toBe(false)
  })

  it('stops answering for a model that the state no longer names', async () => {
    const server = await start()
    await server.serve(servingState(1, { releases: [first], routes: [stableRoute(first)] }))
    await server.serve(servingState(2, { releases: [], routes: [] }))
    expect((await server.post('/v1/models/bench/predict', { rows: [benchRow(0)] })).status).toBe(404)
  })

  it('does not answer for a model whose first release is still to get traffic', async () => {
    const server = await start()
    const waiting = route('bench', [{ name: 'stable', release: first.digest, weight: 0 }])
    await server.serve(servingState(1, { releases: [first], routes: [waiting] }))
    expect(readinessOf(server, first)).toMatchObject({ status: 'ready' })
    expect((await server.post('/v1/models/bench/predict', { rows: [benchRow(0)] })).status).toBe(503)
  })

  it('frees a release that nothing names, after its last request', async () => {
    const gate = gatedRuntime()
    const server = await start({ runtime: gate.runtime })
    await server.serve(servingState(1, { releases: [first], routes: [stableRoute(first)] }))
    gate.close()
    const waiting = answeredVersion(server)
    await until(() => gate.waiting() === 1)
    gate.open()
    gate.close()
    const slow = answeredVersion(server)
    await until(() => gate.waiting() === 1)
    await server.serve(servingState(2, { releases: [second], routes: [stableRoute(second)] }))
    expect(gate.released).toBe(0)
    gate.open()
    expect(await slow).toBe(1)
    expect(await waiting).toBe(1)
    await until(() => gate.released === 1)
    expect(await answeredVersion(server)).toBe(2)
  })
})

describe('heartbeats', () => {
  it('come regularly, and at once when something changed', async () => {
    const server = await start({ times: { heartbeatMs: 60_000 } })
    await until(() => server.reporter.reports.length === 1)
    expect(server.reporter.reports[0]).toMatchObject({
      replica: 'replica-1',
      environment: 'production',
      stateVersion: null,
      releases: {},
    })
    await server.serve(servingState(1, { releases: [first], routes: [stableRoute(first)] }))
    const statuses = server.reporter.reports.slice(1).map(({ releases }) => releases[first.digest]?.status)
    expect(statuses.at(-1)).toBe('ready')
    const quick = await start({ times: { heartbeatMs: 20 } })
    await until(() => quick.reporter.reports.length > 5)
  })

  it('carry the data clock of the state', async () => {
    const server = await start()
    const state = { ...servingState(1, { releases: [], routes: [] }), dataTime: '2013-06-01T00:00:00.000Z' }
    await server.serve(state)
    expect(server.reporter.reports.at(-1)?.dataTime).toBe('2013-06-01T00:00:00.000Z')
  })

  it('that hang hold nothing up, and come again when the store answers', async () => {
    const server = await start({ times: { portTimeoutMs: 100 } })
    server.reporter.hanging = true
    await server.source.write(servingState(1, { releases: [first], routes: [stableRoute(first)] }))
    await until(() => isReady(server))
    await until(() => server.log.some(({ reason }) => reason === 'the heartbeat took longer than 0.1 s'))
    server.reporter.hanging = false
    await until(() => server.reporter.reports.at(-1)?.stateVersion?.sequence === 1)
  })
})

function withArtifact(bytes: Uint8Array): Release {
  return benchRelease({ artifact: { ...first.artifact, sha256: digestBytes(bytes).slice(7) } })
}

/** The real runtime behind a gate: while it is closed, runs wait. */
function gatedRuntime() {
  const waiting: (() => void)[] = []
  let closed = false
  let loaded = 0
  const gate = {
    released: 0,
    waiting: () => waiting.length,
    close: () => {
      closed = true
    },
    open: () => {
      closed = false
      for (const resume of waiting.splice(0)) resume()
    },
    runtime: {
      ...onnxRuntime,
      load: async (bytes) => {
        const model = await onnxRuntime.load(bytes)
        const isFirst = ++loaded === 1
        return {
          ...model,
          run: async (inputs, names) => {
            if (closed && isFirst) await new Promise<void>((resolve) => waiting.push(resolve))
            return model.run(inputs, names)
          },
          release: async () => {
            gate.released++
            await model.release()
          },
        }
      },
      verifyGoldenRows: () => Promise.resolve(null),
    } satisfies ModelRuntime,
  }
  return gate
}
