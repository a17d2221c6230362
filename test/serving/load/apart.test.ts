/** Models in processes of their own, as clients see them: a run that does not end, a death, and a change of the release. */
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Release } from '../../../reconciler/core/release.ts'
import { startClosedLoop, startOpenLoop } from '../../bench/load/run-load.mjs'
import { makeReferenceModels, type ReferenceModels } from '../../inference/reference-models.ts'
import { makingTimeoutMs } from '../../support/python-environment.ts'
import { benchRelease } from '../support/bench-model.ts'
import { until } from '../support/running-server.ts'
import { servingState, stableRoute } from '../support/serving-state.ts'
import { quickRelease, quickRequests, slowRelease, slowRequests } from './loaded-models.ts'
import { endServing, processTree, ServingPlace, startServing, untilReady, type ServingProcess } from './serving-process.ts'

let models: ReferenceModels
let place: ServingPlace
let serving: ServingProcess

beforeEach(async () => {
  models = await makeReferenceModels('test/serving/execution/models.py')
  place = await ServingPlace.create()
}, makingTimeoutMs)

afterEach(async () => {
  await endServing(serving)
  await place.remove()
  await rm(models.folder, { recursive: true, force: true })
})

async function serve(releases: readonly Release[]): Promise<void> {
  await place.offer(servingState(1, { releases, routes: releases.map(stableRoute) }))
  serving = await startServing(place, 1)
  await untilReady(serving)
}

async function countProcesses(): Promise<number> {
  return (await processTree(serving.child.pid ?? 0)).length
}

/** A model that goes round as often as the request says. */
async function turningRelease(): Promise<Release> {
  const stored = await place.store(await models.bytes('turning'))
  return benchRelease({
    model: 'turning',
    task: 'regression',
    artifact: { path: 'models/turning/1.onnx', opset: 15, ...stored },
    signature: {
      inputs: [
        { name: 'x', datatype: 'FP32', shape: [-1, 64] },
        { name: 'trips', datatype: 'INT64', shape: [-1, 1] },
      ],
      outputs: { score: 'y', positiveIndex: 0 },
    },
    requestFeatures: [],
    goldenRows: [],
    serving: { budgetMs: 50 },
  })
}

async function turn(trips: number): Promise<Response> {
  const inputs = [
    { name: 'x', datatype: 'FP32', shape: [1, 64], data: new Array<number>(64).fill(0.25) },
    { name: 'trips', datatype: 'INT64', shape: [1, 1], data: [trips] },
  ]
  return fetch(`${serving.url}/v2/models/turning/infer`, { method: 'POST', body: JSON.stringify({ inputs }) })
}

describe('a run that does not end', () => {
  it('is answered 503 after its time, delays no other model, and the next request is answered', async () => {
    await serve([await turningRelease(), await quickRelease(place, 1)])
    const before = await countProcesses()
    const other = startOpenLoop({ url: serving.url, requests: quickRequests, ratePerSecond: 100, seconds: 60 })
    await other.measuring
    const startedAt = performance.now()
    const lost = await turn(10 ** 12)
    expect(performance.now() - startedAt).toBeGreaterThan(1000)
    expect(performance.now() - startedAt).toBeLessThan(3000)
    expect(lost.status).toBe(503)
    expect(lost.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(await lost.json()).toEqual({ error: 'a run of the model took longer than 1000 ms and was ended' })
    const next = await turn(0)
    expect(next.status).toBe(200)
    const { outputs } = (await next.json()) as { readonly outputs: readonly { readonly data: readonly number[] }[] }
    expect(outputs[0]?.data).toEqual(new Array(64).fill(0.25))
    other.stop()
    const result = await other.result
    expect(result).toMatchObject({ failed: 0, statuses: { 200: result.answered } })
    // It was lost for a second; nobody waited for it.
    expect(result.latency.p90Ms).toBeLessThan(500)
    expect(await countProcesses()).toBe(before)
  })
})

describe('a release in a process of its own', () => {
  it('is replaced under load without a failure, and its process goes', async () => {
    const bytes = await models.bytes('slow')
    const release = await slowRelease(place, bytes, 10_000)
    const versions = [1, 2, 3].map((version) => benchRelease({ ...release, version }))
    await serve(versions.slice(0, 1))
    const before = await countProcesses()
    const load = startClosedLoop({ url: serving.url, requests: slowRequests, connections: 2, seconds: 60, sampleSize: 10_000 })
    for (const [index, next] of versions.entries()) {
      await place.offer(servingState(index + 2, { releases: [next], routes: [stableRoute(next)] }))
      await until(async () => (await fetch(`${serving.url}/v2/models/slow/versions/${next.version}/ready`)).status === 200)
      await sleep(500)
    }
    load.stop()
    const result = await load.result
    expect(result.problems.map(({ status, body }) => `${status} ${body.toString()}`)).toEqual([])
    expect(result).toMatchObject({ failed: 0, statuses: { 200: result.answered } })
    const answered = result.samples.map(({ body }) => (JSON.parse(body.toString()) as { model_version: string }).model_version)
    expect([...new Set(answered)].sort()).toEqual(['1', '2', '3'])
    await until(async () => (await countProcesses()) === before)
  })
})
