import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { benchRelease } from '../support/bench-model.ts'
import { until } from '../support/running-server.ts'
import { route, servingState, stableRoute } from '../support/serving-state.ts'
import { ClusterFolder, readSeries, type RunningCluster } from './support/running-cluster.ts'

const first = benchRelease({ version: 1 })
const broken = benchRelease({ version: 2, decision: { threshold: 0.4 }, artifact: { ...first.artifact, sha256: 'f'.repeat(64) } })
const processes = 3
const rows = 'mainward_predictions_total{model="bench",version="1",variant="stable"}'
const asked = 'mainward_request_duration_seconds_count{route="predict",model="bench",status="2xx"}'

let folder: ClusterFolder
let cluster: RunningCluster

beforeAll(async () => {
  folder = await ClusterFolder.create()
  await folder.offer(servingState(1, { releases: [first, broken], routes: [stableRoute(first)] }))
  cluster = await folder.serve({ processes })
  await until(async () => readSeries((await cluster.get('/metrics')).body, 'mainward_workers') === processes)
  await until(async () => (await cluster.get('/v2/health/ready')).status === 200)
})

afterAll(async () => {
  await folder.remove()
})

/** What as many connections answer as it takes to reach every worker twice. */
async function askEach(path: string): Promise<readonly string[]> {
  const answers: string[] = []
  for (let index = 0; index < 2 * processes; index++) answers.push((await cluster.get(path)).body)
  return answers
}

describe('a server of several processes', () => {
  it('has as many workers as were asked for, on one port, and hands connections to each', async () => {
    expect(cluster.workers()).toHaveLength(processes)
    const replies = await Promise.all(Array.from({ length: 30 }, () => cluster.predict()))
    expect(replies.every(({ status }) => status === 200)).toBe(true)
  })

  it('counts every request once, whichever process answers and whichever is asked', async () => {
    const before = (await cluster.get('/metrics')).body
    await Promise.all(Array.from({ length: 50 }, () => cluster.predict()))
    const texts = await askEach('/metrics')
    expect(texts.map((text) => readSeries(text, rows) - readSeries(before, rows))).toEqual(texts.map(() => 50))
    expect(texts.map((text) => readSeries(text, asked) - readSeries(before, asked))).toEqual(texts.map(() => 50))
  })

  it('is ready, and says of each release the same, from every process', async () => {
    const ready = await askEach('/v2/health/ready')
    expect(new Set(ready)).toEqual(new Set(['{"ready":true}']))
    await until(async () => new Set(await askEach('/v2/health/ready')).size === 1)
    const index = new Set((await Promise.all(Array.from({ length: 9 }, () => postIndex()))).map(sortIndex))
    expect([...index]).toEqual([
      JSON.stringify([
        ['bench', '1', 'READY'],
        ['bench', '2', 'LOADING'],
      ]),
    ])
  })

  it('reports itself as one replica that holds what all workers hold', async () => {
    const last = () => cluster.heartbeats.at(-1)
    await until(() => last()?.releases[first.digest]?.status === 'ready')
    expect(last()).toMatchObject({ replica: 'replica-1', stateVersion: { epoch: 1, sequence: 1 } })
  })

  it('drops the series of a version that nobody names or holds any more, everywhere', async () => {
    const second = benchRelease({ version: 3, decision: { threshold: 0.3 } })
    await folder.offer(servingState(2, { releases: [second], routes: [stableRoute(second)] }))
    await until(async () => (await cluster.predict()).body.includes('"version":3'))
    await until(async () => !(await askEach('/metrics')).some((text) => text.includes('version="1"')))
    await Promise.all(Array.from({ length: 9 }, () => cluster.predict()))
    const texts = await askEach('/metrics')
    expect(texts.every((text) => readSeries(text, rows.replace('"1"', '"3"')) >= 9)).toBe(true)
  })

  it('is not ready, in every process, when a model with traffic is missing', async () => {
    const other = benchRelease({ model: 'other', artifact: { ...first.artifact, sha256: 'e'.repeat(64) } })
    const third = benchRelease({ version: 3, decision: { threshold: 0.3 } })
    const routes = [stableRoute(third), route('other', [{ name: 'stable', release: other.digest, weight: 100 }])]
    await folder.offer(servingState(3, { releases: [third, other], routes }))
    await until(async () => new Set(await askEach('/v2/health/ready')).size === 1 && !(await isReady()))
    expect(new Set(await askEach('/v2/health/ready')).size).toBe(1)
    expect((await cluster.predict()).status).toBe(200)
    expect((await cluster.predict('other')).status).toBe(503)
  })
})

async function isReady(): Promise<boolean> {
  return (await cluster.get('/v2/health/ready')).status === 200
}

async function postIndex(): Promise<string> {
  const response = await fetch(`${cluster.url}/v2/repository/index`, { method: 'POST', headers: { connection: 'close' } })
  return response.text()
}

/** Name, version and state of each entry. A release whose artifact is missing is tried again, and loading meanwhile. */
function sortIndex(text: string): string {
  const entries = JSON.parse(text) as readonly { name: string; version: string; state: string }[]
  const short = entries.map(({ name, version, state }) => [name, version, state === 'UNAVAILABLE' ? 'LOADING' : state])
  return JSON.stringify(short.sort((a, b) => String(a).localeCompare(String(b))))
}
