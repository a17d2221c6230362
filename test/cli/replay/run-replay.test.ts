import { describe, expect, it } from 'vitest'
import type { ReplayRecord } from '../../../reconciler/cli/replay/replay-records.ts'
import { type ReplayPorts, runReplay } from '../../../reconciler/cli/replay/run-replay.ts'
import { ReplayTally } from '../../../reconciler/cli/replay/replay-tally.ts'

function record(seconds: number): ReplayRecord {
  return { timeMs: seconds * 1000, model: 'm', unit: `u${seconds}`, row: {}, progress: 0.5 }
}

async function* stream(records: readonly ReplayRecord[]): AsyncGenerator<ReplayRecord> {
  for (const each of records) yield await Promise.resolve(each)
}

/** A world with its own clock: predictions take `latencyMs`, sleeping moves the time. */
function createWorld(latencyMs = 0, clockWorks = true, standsAt: number | null = Number.NEGATIVE_INFINITY) {
  const world = { nowMs: 0, log: [] as string[], inFlight: 0, most: 0 }
  const ports: ReplayPorts = {
    predict: async ({ unit }) => {
      world.inFlight += 1
      world.most = Math.max(world.most, world.inFlight)
      world.log.push(`predict ${unit} at ${world.nowMs / 1000}`)
      await new Promise((resolve) => setImmediate(resolve))
      world.nowMs += latencyMs
      world.inFlight -= 1
      return { type: 'answered', model: 'm', version: 1, variant: 'stable', latencyMs }
    },
    readClock: () => Promise.resolve(standsAt),
    moveClock: (timeMs) => {
      world.log.push(`clock ${timeMs / 1000} with ${world.inFlight} in flight`)
      return Promise.resolve(clockWorks)
    },
    now: () => world.nowMs,
    sleep: (milliseconds) => {
      world.nowMs += Math.max(0, milliseconds)
      return Promise.resolve()
    },
    report: () => undefined,
  }
  return { world, ports }
}

const signal = new AbortController().signal

describe('a replay', () => {
  it('keeps the pace of the data, and moves the clock before what happens then', async () => {
    const { world, ports } = createWorld()
    const summary = await runReplay(stream([0, 10, 20].map(record)), ports, { speed: 5, concurrency: 4, signal })
    expect(world.log).toEqual([
      'clock 0 with 0 in flight',
      'predict u0 at 0',
      'clock 10 with 0 in flight',
      'predict u10 at 2',
      'clock 20 with 0 in flight',
      'predict u20 at 4',
    ])
    expect(summary).toMatchObject({ sent: 3, answered: 3, elapsedMs: 4000, rate: 0.75 })
  })

  it('moves the clock at most once a second, and at the end to the last record', async () => {
    const { world, ports } = createWorld(1)
    await runReplay(stream([0, 1, 2, 3].map(record)), ports, { speed: 0, concurrency: 1, signal })
    expect(world.log.filter((line) => line.startsWith('clock'))).toEqual(['clock 0 with 0 in flight', 'clock 3 with 0 in flight'])
  })

  it('moves a clock that stands further already from there on', async () => {
    const { world, ports } = createWorld(2000, true, 1_500)
    await runReplay(stream([0, 1, 2, 3].map(record)), ports, { speed: 0, concurrency: 1, signal })
    const clocks = world.log.filter((line) => line.startsWith('clock'))
    expect(clocks).toEqual(['clock 2 with 0 in flight', 'clock 3 with 0 in flight'])
  })

  it('leaves a clock alone that can not be moved from here', async () => {
    const { world, ports } = createWorld(2000, true, null)
    const { sent } = await runReplay(stream([0, 1, 2].map(record)), ports, { speed: 0, concurrency: 1, signal })
    expect([sent, world.log.filter((line) => line.startsWith('clock'))]).toEqual([3, []])
  })

  it('does not try a clock again that can not be moved', async () => {
    const { world, ports } = createWorld(2000, false)
    await runReplay(stream([0, 1, 2].map(record)), ports, { speed: 0, concurrency: 1, signal })
    expect(world.log.filter((line) => line.startsWith('clock'))).toHaveLength(1)
  })

  it('gives up on a data plane that has not answered for 30 s, and on none that answers with errors', async () => {
    const { ports } = createWorld()
    const options = { speed: 1, concurrency: 1, signal }
    const failing = (unanswered: boolean): ReplayPorts => ({
      ...ports,
      predict: () => Promise.resolve({ type: 'failed', reason: 'connect ECONNREFUSED', unanswered }),
    })
    const records = Array.from({ length: 100 }, (_, second) => record(second))
    await expect(runReplay(stream(records), failing(true), options)).rejects.toMatchObject({
      code: 'unavailable',
      message: 'the data plane has not answered for 30 s: connect ECONNREFUSED',
    })
    const spoken = await runReplay(stream(records), failing(false), options)
    expect(spoken).toMatchObject({ sent: 100, answered: 0 })
    await expect(runReplay(stream(records.slice(0, 30)), failing(true), options)).resolves.toMatchObject({ sent: 30 })
  })

  it('never has more predictions in flight than it may', async () => {
    const { world, ports } = createWorld()
    const summary = await runReplay(stream(Array.from({ length: 50 }, () => record(1))), ports, {
      speed: 0,
      concurrency: 3,
      signal,
    })
    expect([world.most, summary.sent]).toEqual([3, 50])
  })

  it('stops at the signal, with what was sent until then answered and counted', async () => {
    const controller = new AbortController()
    const { world, ports } = createWorld()
    const stopping: ReplayPorts = { ...ports, report: ({ sent }) => (sent >= 5 ? controller.abort() : undefined) }
    const records = stream(Array.from({ length: 100 }, (_, index) => record(index)))
    const summary = await runReplay(records, stopping, { speed: 0, concurrency: 2, signal: controller.signal })
    expect(summary.sent).toBeLessThan(10)
    expect([summary.answered, world.inFlight]).toEqual([summary.sent, 0])
  })

  it('of nothing is nothing', async () => {
    const { world, ports } = createWorld()
    const summary = await runReplay(stream([]), ports, { speed: 1, concurrency: 1, signal })
    expect([summary.sent, summary.latencyMs, summary.rate, world.log]).toEqual([0, null, 0, []])
  })
})

describe('the summary', () => {
  it('has the percentiles of numpy.percentile(x, q, method="inverted_cdf")', () => {
    const tally = new ReplayTally()
    for (const latencyMs of [15, 20, 35, 40, 50, 3, 7, 100, 0.5, 21, 22]) {
      tally.add({ type: 'answered', model: 'm', version: 1, variant: null, latencyMs })
    }
    // python3 -c 'import numpy as np; print(np.percentile([15,20,35,40,50,3,7,100,.5,21,22],[50,90,99,100],method="inverted_cdf"))'
    expect(tally.summarize(1000).latencyMs).toEqual({ p50: 21, p90: 50, p99: 100, max: 100 })
  })

  it('counts by model, version and variant, shares within a model, and failures by reason', () => {
    const tally = new ReplayTally()
    const answer = (model: string, version: number, variant: string) =>
      tally.add({ type: 'answered', model, version, variant, latencyMs: 1 })
    for (let index = 0; index < 3; index += 1) answer('b', 10, 'stable')
    answer('b', 9, 'canary')
    answer('a', 1, 'stable')
    for (const reason of ['late', '503', 'late']) tally.add({ type: 'failed', reason })
    const { arms, failures, sent, answered } = tally.summarize(2000)
    expect(arms.map(({ model, version, variant, count, share }) => `${model} ${version} ${variant} ${count} ${share}`)).toEqual([
      'a 1 stable 1 1',
      'b 9 canary 1 0.25',
      'b 10 stable 3 0.75',
    ])
    expect([failures, sent, answered]).toEqual([
      [
        { reason: 'late', count: 2 },
        { reason: '503', count: 1 },
      ],
      8,
      5,
    ])
  })
})
