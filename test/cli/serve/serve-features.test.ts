/** Online features of `mainward serve` as a process on a real Postgres: pushed, read, joined; and while the database is cut off. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openArtifactStore } from '../../../reconciler/artifacts/artifact-store.ts'
import { serveArguments, type UpOptions } from '../../../reconciler/cli/up/up-options.ts'
import { builtFile } from '../../../reconciler/core/package-root.ts'
import { writeServingState } from '../../../reconciler/database/serving-queries.ts'
import { CutProxy } from '../../support/cut-proxy.ts'
import { benchBytes, benchFeatures, benchRelease, benchRow, benchScore } from '../../serving/support/bench-model.ts'
import { servingState, stableRoute } from '../../serving/support/serving-state.ts'
import { clicks, openStore } from '../../serving/features/support/online-views.ts'

const others = benchFeatures.slice(1)
const release = benchRelease({
  signature: {
    inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 20], features: ['rate', ...others] }],
    outputs: { score: 'probabilities', positiveIndex: 1 },
  },
  requestFeatures: others.map((name) => ({ name, dtype: 'float32' })),
  goldenRows: [],
  nulls: { default: 'reject' },
  views: [{ view: clicks, join: { user: 'customer' }, as: null, take: ['rate'] }],
})

const { f0, ...rest } = benchRow(0)

async function start() {
  const folder = await mkdtemp(join(tmpdir(), 'mainward-serve-features-'))
  const online = await openStore()
  const proxy = new CutProxy(online.url)
  await proxy.open()
  const artifactStore = `folder:${join(folder, 'store')}`
  await openArtifactStore().put(artifactStore, release.artifact.sha256, benchBytes)
  const state = servingState(1, { releases: [release], routes: [stableRoute(release)], artifactStore })
  await writeServingState(online.pool, { state: { ...state, featureViews: [clicks] }, routesVersion: state.version })
  const up = {
    environment: 'production',
    port: 0,
    grpcPort: 0,
    processes: 2,
    host: '127.0.0.1',
    allowAnonymous: false,
  } as UpOptions
  const child = fork(builtFile('main.js'), serveArguments(up, join(folder, 'state'), null), {
    env: { ...process.env, DATABASE_URL: proxy.url },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const ended = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await ended
    await proxy.cut()
    await online.close()
    await rm(folder, { recursive: true, force: true })
  })
  const [{ url }] = (await once(child, 'message')) as [{ readonly url: string }]
  await expect.poll(async () => (await fetch(`${url}/v2/health/ready`)).status, { timeout: 20_000 }).toBe(200)
  const post = async (path: string, body: object) => {
    const response = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) })
    return [response.status, await response.json(), response.headers.get('retry-after')] as const
  }
  return { post, proxy }
}

it('are pushed to one worker and read by all; nothing is taken for missing while the database is cut off', async () => {
  const { post, proxy } = await start()
  const event = new Date().toISOString()
  const df = { user: [7], rate: [f0], last_page: [null], total: [null], at: [null], event_timestamp: [event] }
  expect(await post('/push', { push_source_name: 'clicks', df })).toEqual([200, { pushed: 1 }, null])
  const question = { features: ['clicks:rate'], entities: { user: [7, 8] } }
  const rows = [{ ...rest, customer: 7 }]
  const scores = async () => {
    const [status, body] = await post('/v1/models/bench/predict', { rows })
    return [status, (body as { readonly predictions?: readonly { readonly score: number }[] }).predictions?.[0]?.score]
  }
  for (let index = 0; index < 8; index++) {
    const [status, body] = await post('/get-online-features', question)
    expect(status).toBe(200)
    expect((body as { results: { statuses: string[] }[] }).results[1]?.statuses).toEqual(['PRESENT', 'NOT_FOUND'])
    expect(await scores()).toEqual([200, expect.closeTo(benchScore(0), 5)])
  }
  await proxy.cut()
  const away = 'the features can not be read: the online store is away'
  expect(await post('/v1/models/bench/predict', { rows })).toEqual([503, { error: away }, '1'])
  expect(await post('/get-online-features', question)).toEqual([503, { error: away }, '1'])
  const lost = 'the rows may not be stored: the online store is away, send the same ones again'
  expect(await post('/push', { push_source_name: 'clicks', df })).toEqual([503, { error: lost }, '1'])
  await proxy.open()
  await expect.poll(scores, { timeout: 10_000 }).toEqual([200, expect.closeTo(benchScore(0), 5)])
  expect((await post('/push', { push_source_name: 'clicks', df }))[0]).toBe(200)
}, 60_000)
