/** A server that is told to stop while it is busy: what it has taken in is answered, and nothing is cut. */
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startClosedLoop } from '../../bench/load/run-load.mjs'
import { makeReferenceModels, type ReferenceModels } from '../../inference/reference-models.ts'
import { makingTimeoutMs } from '../../support/python-environment.ts'
import { until } from '../support/running-server.ts'
import { servingState, stableRoute } from '../support/serving-state.ts'
import { quickRelease, quickRequests, quickScore, readQuickAnswer, slowRelease, slowRequests } from './loaded-models.ts'
import { endServing, processTree, ServingPlace, startServing, untilReady, type ServingProcess } from './serving-process.ts'

let models: ReferenceModels
let place: ServingPlace
let serving: ServingProcess

beforeEach(async () => {
  models = await makeReferenceModels('test/serving/execution/models.py')
  place = await ServingPlace.create()
  const releases = [await slowRelease(place, await models.bytes('slow'), 10_000), await quickRelease(place, 1)]
  await place.offer(servingState(1, { releases, routes: releases.map(stableRoute) }))
  serving = await startServing(place, 2)
  await untilReady(serving)
}, makingTimeoutMs)

afterEach(async () => {
  await endServing(serving)
  await place.remove()
  await rm(models.folder, { recursive: true, force: true })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('SIGTERM at full load', () => {
  it('cuts no answer and drops no request that was taken in, closes the door, and ends with 0', async () => {
    const { url, child, ended } = serving
    const tree = await processTree(child.pid ?? 0)
    const options = { url, seconds: 60, sampleSize: 2000, timeoutMs: 5000 }
    const loads = [
      startClosedLoop({ ...options, requests: quickRequests, connections: 16 }),
      startClosedLoop({ ...options, requests: slowRequests, connections: 3 }),
    ]
    await Promise.all(loads.map(({ measuring }) => measuring))
    await sleep(1500)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    await sleep(200)
    for (const load of loads) load.stop()
    const [quick, slow] = await Promise.all(loads.map(({ result }) => result))
    for (const result of [quick, slow]) {
      expect(result?.statuses).toEqual({ 200: result?.answered })
      // After the end nobody listens; before it, whoever was let in had an answer.
      expect(Object.keys(result?.failures ?? {})).toEqual(['refused'])
    }
    for (const { request, body } of quick?.samples ?? []) expect(readQuickAnswer(body).score).toBeCloseTo(quickScore(request), 5)
    expect(slow?.answered).toBeGreaterThan(10)
    // The workers and the model's processes have ended too.
    await until(() => tree.every((pid) => !isAlive(pid)))
  })
})
