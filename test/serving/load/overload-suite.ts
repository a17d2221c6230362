/** Ten times what a model can do: some are answered in time, the others are refused at once. */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startClosedLoop, startOpenLoop, type LoadResult } from '../../bench/load/run-load.mjs'
import { makeReferenceModels, type ReferenceModels } from '../../inference/reference-models.ts'
import { makingTimeoutMs } from '../../support/python-environment.ts'
import { servingState, stableRoute } from '../support/serving-state.ts'
import { quickRelease, quickRequests, slowBudgetMs, slowRelease, slowRequests } from './loaded-models.ts'
import { endServing, residentBytes, ServingPlace, startServing, untilReady, type ServingProcess } from './serving-process.ts'

const mebibyte = 2 ** 20

interface Round {
  readonly peak: LoadResult
  /** What it can do afterwards: the machine is not always as fast. */
  readonly peakAfter: LoadResult
  readonly overload: LoadResult
  /** The other model, during all of them. */
  readonly other: LoadResult
  readonly memoryGrowth: number
}

/** Four clients that each wait for their answer, as much as the model can do; then ten times as many as come. */
async function runRound({ url, child }: ServingProcess): Promise<Round> {
  const quick = startOpenLoop({ url, requests: quickRequests, ratePerSecond: 50, seconds: 60 })
  const slow = { url, requests: slowRequests, warmupSeconds: 1, budgetMs: slowBudgetMs }
  const peak = await startClosedLoop({ ...slow, connections: 4, seconds: 3 }).result
  const memoryBefore = await residentBytes(child.pid ?? 0)
  const overload = await startOpenLoop({ ...slow, ratePerSecond: 10 * peak.goodputPerSecond, seconds: 4, timeoutMs: 5000 }).result
  const memoryGrowth = (await residentBytes(child.pid ?? 0)) - memoryBefore
  const peakAfter = await startClosedLoop({ ...slow, connections: 4, seconds: 2 }).result
  quick.stop()
  return { peak, peakAfter, overload, other: await quick.result, memoryGrowth }
}

function describeRound({ peak, overload, other, memoryGrowth }: Round): string {
  const asked = overload.ratePerSecond + overload.failed / overload.seconds
  return (
    `peak ${peak.goodputPerSecond.toFixed(1)}/s; of ${asked.toFixed(0)}/s ${overload.goodputPerSecond.toFixed(1)}/s answered in time, ` +
    `p50 ${overload.latency.p50Ms.toFixed(0)} ms, p99 ${overload.latency.p99Ms.toFixed(0)} ms, refusals p99 ${overload.otherLatency.p99Ms.toFixed(1)} ms; ` +
    `the other model p50 ${other.latency.p50Ms.toFixed(1)} ms, p99 ${other.latency.p99Ms.toFixed(1)} ms; memory ${(memoryGrowth / mebibyte).toFixed(0)} MiB more`
  )
}

/** True whatever else the machine does. */
function checkAnswers({ peak, overload, other, memoryGrowth }: Round): void {
  expect(peak.failed).toBe(0)
  expect(overload.failed).toBe(0)
  expect(Object.keys(overload.statuses)).toEqual(['200', '503'])
  for (const { status, head, body } of overload.problems) {
    expect(status).toBe(503)
    expect(head).toMatch(/\r\nRetry-After: \d+(\r\n|$)/)
    expect(JSON.parse(body.toString())).toEqual({ error: expect.stringMatching(/^this server is overloaded/) as string })
  }
  expect(other).toMatchObject({ failed: 0, statuses: { 200: other.answered } })
  expect(memoryGrowth).toBeLessThan(60 * mebibyte)
}

function checkTimes({ peak, peakAfter, overload, other }: Round): void {
  const best = (peak.goodputPerSecond + peakAfter.goodputPerSecond) / 2
  expect(overload.goodputPerSecond).toBeGreaterThanOrEqual(0.9 * best)
  expect(overload.latency.p99Ms).toBeLessThan(slowBudgetMs)
  expect(overload.otherLatency.p50Ms).toBeLessThan(slowBudgetMs / 10)
  expect(other.latency.p50Ms).toBeLessThan(10)
  expect(other.latency.p99Ms).toBeLessThan(60)
}

function isMet(check: () => void): boolean {
  try {
    check()
    return true
  } catch {
    return false
  }
}

/** The machine may do something else in the midst of a round; it never does the server's work. */
const rounds = 8

export function describeOverload(): void {
  describe('a model of 20 ms that is asked ten times as often as it can answer', () => {
    let models: ReferenceModels
    let place: ServingPlace
    let serving: ServingProcess

    beforeAll(async () => {
      models = await makeReferenceModels('test/serving/execution/models.py')
      place = await ServingPlace.create()
      const releases = [await slowRelease(place, await models.bytes('slow')), await quickRelease(place, 1)]
      await place.offer(servingState(1, { releases, routes: releases.map(stableRoute) }))
      serving = await startServing(place, 1)
      await untilReady(serving)
    }, makingTimeoutMs)

    afterAll(async () => {
      await endServing(serving)
      await place.remove()
      await rm(models.folder, { recursive: true, force: true })
    })

    it(
      'answers nine tenths of its best or more, in time, refuses the rest at once, and harms nobody',
      { timeout: 240_000 },
      async () => {
        for (let left = rounds; left > 0; left--) {
          const round = await runRound(serving)
          console.info(describeRound(round))
          checkAnswers(round)
          if (left === 1) checkTimes(round)
          else if (isMet(() => checkTimes(round))) return
        }
      },
    )
  })
}
