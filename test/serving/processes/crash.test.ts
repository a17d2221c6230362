import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Release } from '../../../reconciler/core/release.ts'
import { benchRelease } from '../support/bench-model.ts'
import { until } from '../support/running-server.ts'
import { canaryRoute, route, servingState, stableRoute } from '../support/serving-state.ts'
import { ClusterFolder, isAlive, readSeries, type RunningCluster } from './support/running-cluster.ts'

const good = benchRelease({ version: 1 })
const deadly = benchRelease({ version: 2, decision: { threshold: 0.4 } })
const other = benchRelease({ model: 'other', version: 2, decision: { threshold: 0.4 } })
const otherGood = benchRelease({ model: 'other', version: 1 })

/** Every unit of one model is given the deadly release; the other model has a good one. */
const allOnDeadly = servingState(1, {
  releases: [good, deadly, otherGood],
  routes: [
    route('bench', [
      { name: 'canary', release: deadly.digest, weight: 100, range: [0, 1] },
      { name: 'stable', release: good.digest, weight: 0 },
    ]),
    stableRoute(otherGood),
  ],
})

let folder: ClusterFolder

beforeEach(async () => {
  folder = await ClusterFolder.create()
})

afterEach(async () => {
  await folder.remove()
})

function reasonOf(cluster: RunningCluster, { digest }: Release): string | null {
  const readiness = cluster.heartbeats.at(-1)?.releases[digest]
  return readiness?.status === 'failed' ? readiness.reason : null
}

describe('a release that kills its process', () => {
  it('when it is loaded takes one worker at a time, and is not loaded any more after three; the others serve on', async () => {
    await folder.offer(servingState(1, { releases: [good], routes: [stableRoute(good)] }))
    const cluster = await folder.serve({ processes: 2, crashes: [{ version: 2, when: 'load' }] })
    await until(async () => readSeries((await cluster.get('/metrics')).body, 'mainward_workers') === 2)
    await until(async () => (await cluster.get('/v2/health/ready')).status === 200)
    await folder.offer(servingState(2, { releases: [good, deadly], routes: [canaryRoute(good, deadly, 0)] }))
    let answered = 0
    while (reasonOf(cluster, deadly) !== 'Crashed') {
      const reply = await cluster.predict().catch(() => null)
      if (reply !== null) expect(reply.status).toBe(200)
      if (reply !== null) answered++
    }
    expect(answered).toBeGreaterThan(0)
    const workers = cluster.workers()
    await until(async () => readSeries((await cluster.get('/metrics')).body, 'mainward_workers') === 2)
    const text = (await cluster.get('/metrics')).body
    expect(readSeries(text, 'mainward_release_crashes_total{model="bench",version="2"}')).toBe(3)
    expect(readSeries(text, 'mainward_worker_restarts_total')).toBe(3)
    expect(workers.every(isAlive)).toBe(true)
    const readiness = cluster.heartbeats.at(-1)?.releases
    expect(readiness?.[deadly.digest]).toMatchObject({ reason: 'Crashed', retryable: false })
    expect(readiness?.[good.digest]?.status).toBe('ready')
  })

  it('when it is run is taken out: its units get the default arm, and other models are not touched', async () => {
    await folder.offer(allOnDeadly)
    const cluster = await folder.serve({ processes: 2, crashes: [{ version: 2, when: 'run' }] })
    await until(async () => (await cluster.get('/v2/health/ready').catch(() => null))?.status === 200)
    await until(async () => {
      await poke(cluster)
      return reasonOf(cluster, deadly) === 'Crashed'
    })
    await until(async () => (await cluster.predict('other').catch(() => null))?.status === 200)
    await until(async () => (await poke(cluster)) === 1)
    expect(reasonOf(cluster, otherGood)).toBeNull()
    expect((await cluster.get('/v2/health/ready')).status).toBe(200)
  })

  it('when it holds it for ever is taken out too: what says nothing is killed, and others serve on', async () => {
    await folder.offer(allOnDeadly)
    const times = { workerSilenceMs: 2000 }
    const cluster = await folder.serve({ processes: 2, times, crashes: [{ version: 2, when: 'hold' }] })
    await until(async () => (await cluster.get('/v2/health/ready').catch(() => null))?.status === 200)
    // The second worker listens when it has loaded all; it must not be held while it loads.
    await until(async () => readSeries((await cluster.get('/metrics')).body, 'mainward_workers') === 2)
    await writeFile(join(folder.path, 'hold'), '')
    const lost = poke(cluster)
    let [answered, asked] = [0, 0]
    while (reasonOf(cluster, deadly) !== 'Crashed') {
      const reply = await cluster.predict('other').catch(() => null)
      asked++
      if (reply?.status === 200) answered++
    }
    expect(await lost).toBeNull()
    // But for what a held worker had taken in just before, and what waited too long while another one started on a busy machine.
    expect(answered).toBeGreaterThan(asked * 0.9)
    expect(cluster.output().split('"a worker says nothing any more: it is killed"').length - 1).toBe(3)
    await until(async () => (await poke(cluster)) === 1)
    expect(reasonOf(cluster, otherGood)).toBeNull()
  })

  it('gets its chances again when the state has let go of it and names it anew', async () => {
    await folder.offer(servingState(1, { releases: [otherGood, other], routes: [stableRoute(otherGood)] }))
    const cluster = await folder.serve({ processes: 1, crashes: [{ version: 2, when: 'load' }] })
    await until(() => reasonOf(cluster, other) === 'Crashed')
    await folder.offer(servingState(2, { releases: [otherGood], routes: [stableRoute(otherGood)] }))
    await until(() => cluster.heartbeats.at(-1)?.stateVersion?.sequence === 2)
    await folder.offer(servingState(3, { releases: [otherGood, other], routes: [stableRoute(otherGood)] }))
    const count = () => cluster.output().split('"a worker died while it ran a release"').length - 1
    await until(() => count() === 6)
    await until(() => reasonOf(cluster, other) === 'Crashed')
  })
})

/** A request with a unit; the version that answered, or null. */
async function poke(cluster: RunningCluster): Promise<number | null> {
  const reply = await cluster.predict('bench', { flight_id: 'u1' }).catch(() => null)
  if (reply?.status !== 200) return null
  return (JSON.parse(reply.body) as { predictions: { version: number }[] }).predictions[0]?.version ?? null
}
