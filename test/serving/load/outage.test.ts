/** Everything but the data plane is down, under load: it answers, it starts from its disk, and it follows again afterwards. */
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startClosedLoop, type LoadResult } from '../../bench/load/run-load.mjs'
import type { Release } from '../../../reconciler/core/release.ts'
import { makeReferenceModels, type ReferenceModels } from '../../inference/reference-models.ts'
import { makingTimeoutMs } from '../../support/python-environment.ts'
import { until } from '../support/running-server.ts'
import { servingState, stableRoute } from '../support/serving-state.ts'
import { quickRelease, quickRequests, quickScore, readQuickAnswer, slowRelease, slowRequests } from './loaded-models.ts'
import { endServing, modelProcesses, ServingPlace, startServing, untilReady, type ServingProcess } from './serving-process.ts'

let models: ReferenceModels
let place: ServingPlace
let releases: readonly Release[]
const running: ServingProcess[] = []

beforeEach(async () => {
  models = await makeReferenceModels('test/serving/execution/models.py')
  place = await ServingPlace.create()
  releases = [await quickRelease(place, 1), await slowRelease(place, await models.bytes('slow'), 10_000)]
  await place.offer(servingState(1, { releases, routes: releases.map(stableRoute) }))
}, makingTimeoutMs)

afterEach(async () => {
  for (const serving of running.splice(0)) await endServing(serving)
  await place.remove()
  await rm(models.folder, { recursive: true, force: true })
})

async function start(): Promise<ServingProcess> {
  const serving = await startServing(place, 2)
  running.push(serving)
  await untilReady(serving)
  return serving
}

async function load({ url }: ServingProcess, seconds: number): Promise<LoadResult> {
  return startClosedLoop({ url, requests: quickRequests, connections: 8, seconds, sampleSize: 500 }).result
}

function expectAllRight(result: LoadResult): void {
  expect(result).toMatchObject({ failed: 0, statuses: { 200: result.answered } })
  for (const { request, body } of result.samples) expect(readQuickAnswer(body).score).toBeCloseTo(quickScore(request), 5)
}

async function askSlow({ url }: ServingProcess): Promise<number> {
  const { path, body } = slowRequests[0] ?? { path: '', body: '' }
  return (await fetch(`${url}${path}`, { method: 'POST', body: String(body) })).status
}

describe('while the source of states and the store of models are gone', () => {
  it('it answers everything, also when a model has to start again, and follows the source when it is back', async () => {
    const serving = await start()
    const underLoad = load(serving, 3)
    await sleep(500)
    await place.removeOutside(releases)
    const found = await modelProcesses(serving.child.pid ?? 0)
    expect(found).toHaveLength(2)
    for (const pid of found) process.kill(pid, 'SIGKILL')
    await until(async () => (await askSlow(serving)) === 200)
    expectAllRight(await underLoad)
    const next = [await quickRelease(place, 2), ...releases.slice(1)]
    await place.offer(servingState(2, { releases: next, routes: next.map(stableRoute) }))
    await until(async () => (await load(serving, 0.2)).samples.some(({ body }) => readQuickAnswer(body).version === 2))
  })

  it('it starts from its disk after kill -9, as often as it takes', async () => {
    const first = await start()
    await place.removeOutside(releases)
    first.child.kill('SIGKILL')
    for (let count = 0; count < 3; count++) {
      const again = await start()
      expectAllRight(await load(again, 0.5))
      expect(await askSlow(again)).toBe(200)
      await endServing(again)
    }
  })
})
