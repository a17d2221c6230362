/** A new release again and again at full load: nothing fails, every answer is right, memory stays. For a minute or for long. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import { startClosedLoop } from '../../bench/load/run-load.mjs'
import { servingState, stableRoute } from '../support/serving-state.ts'
import { quickRelease, quickRequests, quickScore, readQuickAnswer } from './loaded-models.ts'
import { endServing, residentBytes, ServingPlace, startServing, untilReady, type ServingProcess } from './serving-process.ts'

export interface SwapOptions {
  readonly releases: number
  readonly everyMs: number
  /** Releases before memory is first looked at. */
  readonly warmup: number
  /** Growth of each process over the rest of them, above what bare sessions leave behind. */
  readonly growthBytes: number
}

const mebibyte = 2 ** 20
const processes = 2

async function offerVersion(place: ServingPlace, version: number): Promise<void> {
  const release = await quickRelease(place, version)
  await place.offer(servingState(version, { releases: [release], routes: [stableRoute(release)] }))
}

async function measureFloor({ releases, warmup }: SwapOptions): Promise<number> {
  const program = join(packageRoot, 'test/serving/load/bare-sessions.mjs')
  const model = join(packageRoot, 'test/fixtures/bench-model/model.onnx')
  const { stdout } = await execa(process.execPath, [program, model, String(releases), String(warmup)])
  return Number(stdout)
}

export function describeSwaps(options: SwapOptions): void {
  const { releases, everyMs, warmup, growthBytes } = options

  describe(`${releases} releases, one every ${everyMs} ms, at full load`, () => {
    let place: ServingPlace
    let serving: ServingProcess

    beforeAll(async () => {
      place = await ServingPlace.create()
      await offerVersion(place, 1)
      serving = await startServing(place, processes)
      await untilReady(serving)
    })

    afterAll(async () => {
      await endServing(serving)
      await place.remove()
    })

    it('fail no request, give right answers, and leave no memory behind', async () => {
      const floor = await measureFloor(options)
      const load = startClosedLoop({ url: serving.url, requests: quickRequests, connections: 16, warmupSeconds: 1, seconds: 12 * 3600, sampleSize: 5000 }) // prettier-ignore
      await load.measuring
      const memory: number[] = []
      for (let version = 2; version <= releases + 1; version++) {
        const next = sleep(everyMs)
        await offerVersion(place, version)
        await next
        memory.push(await residentBytes(serving.child.pid ?? 0))
      }
      load.stop()
      const result = await load.result
      const growth = (memory.at(-1) ?? 0) - (memory[warmup - 1] ?? 0)
      console.info(
        `${releases} releases in ${result.seconds.toFixed(1)} s: ${result.ratePerSecond.toFixed(0)} requests/s, ${result.failed} failed, p50 ${result.latency.p50Ms.toFixed(1)} ms, ` +
          `p99 ${result.latency.p99Ms.toFixed(1)} ms, longest ${result.latency.maxMs.toFixed(0)} ms; memory ${memory.map((bytes) => (bytes / mebibyte).toFixed(0)).join(' ')} MiB, ` +
          `${(growth / mebibyte).toFixed(1)} more after the ${warmup}th; bare sessions ${(floor / mebibyte).toFixed(1)} more`,
      )
      expect(result.problems.map(({ status, body }) => `${status} ${body.toString()}`)).toEqual([])
      expect(result).toMatchObject({ failed: 0, statuses: { 200: result.answered } })
      const versions = result.samples.map(({ request, body }) => {
        const { version, score } = readQuickAnswer(body)
        expect(score).toBeCloseTo(quickScore(request), 5)
        return version
      })
      expect(new Set(versions).size).toBeGreaterThan(0.8 * releases)
      expect(growth).toBeLessThan(processes * (growthBytes + Math.max(0, floor)))
      const metrics = await serving.metrics()
      expect(metrics).toContain('mainward_loaded_releases{model="quick"} 1\n')
    })
  })
}
