import { Agent } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { benchRelease, benchRow } from '../support/bench-model.ts'
import { until } from '../support/running-server.ts'
import { servingState, stableRoute } from '../support/serving-state.ts'
import { ClusterFolder, isAlive, readSeries, send, type RunningCluster } from './support/running-cluster.ts'

const release = benchRelease({ version: 1 })

let folder: ClusterFolder

beforeEach(async () => {
  folder = await ClusterFolder.create()
  await folder.offer(servingState(1, { releases: [release], routes: [stableRoute(release)] }))
})

afterEach(async () => {
  await folder.remove()
})

async function serve(): Promise<RunningCluster> {
  const cluster = await folder.serve({ processes: 2 })
  await until(async () => readSeries((await cluster.get('/metrics')).body, 'mainward_workers') === 2)
  await until(async () => (await cluster.get('/v2/health/ready')).status === 200)
  return cluster
}

/** Requests that take a while, one for each connection. */
function startSlow({ url }: RunningCluster, count: number): readonly Promise<number | null>[] {
  const body = JSON.stringify({ rows: Array.from({ length: 5000 }, (_, index) => benchRow(index % 64)) })
  const agent = new Agent({ keepAlive: true, maxSockets: count })
  const path = `${url}/v1/models/bench/predict`
  return Array.from({ length: count }, () =>
    send(path, { body, agent }).then(
      ({ status }) => status,
      () => null,
    ),
  )
}

describe('starting', () => {
  it('works from disk when states and artifacts are gone, after a stop and after kill -9', async () => {
    const first = await serve()
    first.primary.kill('SIGTERM')
    expect((await first.ended).code).toBe(0)
    await folder.takeSourceAway()
    const second = await serve()
    expect((await second.predict()).status).toBe(200)
    second.primary.kill('SIGKILL')
    await second.ended
    const third = await serve()
    expect((await third.predict()).status).toBe(200)
  })

  it('says so when another replica has the port, and leaves that one alone', async () => {
    const first = await serve()
    const port = Number(new URL(first.url).port)
    const other = await ClusterFolder.create()
    const { code, output } = await other.start({ port }).ended
    await other.remove()
    expect(code).toBe(1)
    expect(output).toContain(`port-in-use: another program listens on 127.0.0.1:${port}`)
    expect((await first.predict()).status).toBe(200)
  })
})

describe('stopping', () => {
  it('answers what is in flight in every worker, and ends them all with 0', async () => {
    const cluster = await serve()
    const workers = cluster.workers()
    const slow = startSlow(cluster, 6)
    await new Promise((resolve) => setTimeout(resolve, 100))
    cluster.primary.kill('SIGTERM')
    const statuses = await Promise.all(slow)
    expect(statuses).toEqual(statuses.map(() => 200))
    expect((await cluster.ended).code).toBe(0)
    expect(workers.filter(isAlive)).toEqual([])
    await expect(cluster.get('/v2/health/live')).rejects.toThrow('ECONNREFUSED')
  })

  it('in the middle of the start leaves nobody behind', async () => {
    const cluster = folder.start({ processes: 2 })
    await until(() => cluster.workers().length === 2)
    const workers = cluster.workers()
    cluster.primary.kill('SIGTERM')
    expect((await cluster.ended).code).toBe(0)
    expect(workers.filter(isAlive)).toEqual([])
  })

  it('takes the workers along within a second when the primary is killed', async () => {
    const cluster = await serve()
    const workers = cluster.workers()
    expect(workers).toHaveLength(2)
    const idle = new Agent({ keepAlive: true })
    await send(`${cluster.url}/v2/health/live`, { agent: idle })
    cluster.primary.kill('SIGKILL')
    const killedAt = performance.now()
    await until(() => !workers.some(isAlive))
    expect(performance.now() - killedAt).toBeLessThan(1_500)
    idle.destroy()
  })

  it('of one worker alone lets it answer, and another takes its place', async () => {
    const cluster = await serve()
    const [leaving = 0] = cluster.workers()
    const slow = startSlow(cluster, 4)
    await new Promise((resolve) => setTimeout(resolve, 100))
    process.kill(leaving, 'SIGTERM')
    expect(await Promise.all(slow)).toEqual([200, 200, 200, 200])
    await until(() => !isAlive(leaving) && cluster.workers().length === 2)
  })
})
