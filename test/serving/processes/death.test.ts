import { Agent } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { benchRelease, benchRow } from '../support/bench-model.ts'
import { until } from '../support/running-server.ts'
import { servingState, stableRoute } from '../support/serving-state.ts'
import { ClusterFolder, countConnections, readSeries, send, type RunningCluster } from './support/running-cluster.ts'

const release = benchRelease({ version: 1 })
interface Client {
  readonly agent: Agent
  failures: number
  answered: number
}

const rows = 'mainward_predictions_total{model="bench",version="1",variant="stable"}'

let folder: ClusterFolder

beforeEach(async () => {
  folder = await ClusterFolder.create()
  await folder.offer(servingState(1, { releases: [release], routes: [stableRoute(release)] }))
})

afterEach(async () => {
  await folder.remove()
})

async function serve(processes: number): Promise<RunningCluster> {
  const cluster = await folder.serve({ processes })
  await until(async () => readSeries((await cluster.get('/metrics')).body, 'mainward_workers') === processes)
  await until(async () => (await cluster.get('/v2/health/ready')).status === 200)
  return cluster
}

async function metric(cluster: RunningCluster, name: string): Promise<number> {
  return readSeries((await cluster.get('/metrics')).body, name)
}

function killOne(cluster: RunningCluster): number {
  const [victim = 0] = cluster.workers()
  process.kill(victim, 'SIGKILL')
  return victim
}

describe('a worker that is killed', () => {
  it('is replaced, and what it had counted stays counted', async () => {
    const cluster = await serve(2)
    await Promise.all(Array.from({ length: 40 }, () => cluster.predict()))
    // A worker tells what it has counted every second, and whenever somebody asks.
    expect(await metric(cluster, rows)).toBe(40)
    for (let death = 1; death <= 2; death++) {
      const victim = killOne(cluster)
      await until(async () => !cluster.workers().includes(victim) && (await metric(cluster, 'mainward_workers')) === 2)
      expect(await metric(cluster, 'mainward_worker_restarts_total')).toBe(death)
      expect(await metric(cluster, rows)).toBe(40)
    }
    await Promise.all(Array.from({ length: 10 }, () => cluster.predict()))
    expect(await metric(cluster, rows)).toBe(50)
    const cpu = await metric(cluster, 'process_cpu_seconds_total')
    expect(cpu).toBeGreaterThan(0.5)
  })

  it('fails only the requests of its own connections, and the server stays ready', async () => {
    const cluster = await serve(2)
    const body = JSON.stringify({ rows: [benchRow(3)] })
    let stopping = false
    let readinessFailures = 0
    const ask = async (client: Client) => {
      while (!stopping) {
        const reply = await send(`${cluster.url}/v1/models/bench/predict`, { body, agent: client.agent }).catch(() => null)
        if (reply?.status === 200) client.answered++
        else client.failures++
      }
    }
    const clients: Client[] = []
    const load: Promise<void>[] = []
    const countHeld = () => cluster.workers().map((pid) => countConnections(pid, cluster.url))
    // The kernel gives a connection to whichever worker is first.
    while (clients.length < 8 || Math.min(...countHeld()) < 2) {
      const client = { agent: new Agent({ keepAlive: true, maxSockets: 1 }), failures: 0, answered: 0 }
      clients.push(client)
      load.push(ask(client))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const watch = (async () => {
      while (!stopping) if ((await cluster.get('/v2/health/ready').catch(() => null))?.status === 503) readinessFailures++
    })()
    await new Promise((resolve) => setTimeout(resolve, 300))
    const victim = killOne(cluster)
    await until(
      async () => !cluster.workers().includes(victim) && (await metric(cluster, 'mainward_workers').catch(() => 0)) === 2,
    )
    await new Promise((resolve) => setTimeout(resolve, 300))
    stopping = true
    await Promise.all([...load, watch])
    for (const { agent } of clients) agent.destroy()
    // Those of the victim lost what they were waiting for, and the others nothing.
    expect(clients.every(({ failures }) => failures <= 1)).toBe(true)
    const failed = clients.filter(({ failures }) => failures > 0).length
    expect(failed).toBeGreaterThan(0)
    expect(failed).toBeLessThan(clients.length)
    expect(Math.min(...clients.map(({ answered }) => answered))).toBeGreaterThan(10)
    expect(readinessFailures).toBe(0)
  })

  it('three times under load is no crash of what it served', async () => {
    const cluster = await serve(1)
    for (let death = 1; death <= 4; death++) {
      const victim = killOne(cluster)
      await until(() => !cluster.workers().includes(victim) && cluster.workers().length === 1)
      await until(async () => (await cluster.predict().catch(() => null))?.status === 200)
    }
    expect(cluster.heartbeats.some(({ releases }) => releases[release.digest]?.status === 'failed')).toBe(false)
  })

  it('comes back on the same port that was picked at the start', async () => {
    const cluster = await serve(1)
    const victim = killOne(cluster)
    await until(() => !cluster.workers().includes(victim))
    await until(async () => (await cluster.predict().catch(() => null))?.status === 200)
  })
})
