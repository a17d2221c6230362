/** The recorder: bounded, never in the way, and everything that is lost is counted. */
import { describe, expect, it } from 'vitest'
import { MainwardError } from '../../../reconciler/core/error.ts'
import {
  defaultRecorderLimits,
  type LineSink,
  PredictionRecorder,
  type RecorderLimits,
} from '../../../reconciler/serving/recording/prediction-recorder.ts'
import type { PredictionRecord } from '../../../reconciler/serving/recording/prediction-record.ts'
import { RecordingCounter } from '../../../reconciler/serving/recording/recording-counts.ts'
import { benchEntry, releaseRecording } from './support/entries.ts'

function createRecorder(limits: Partial<RecorderLimits> = {}, append?: LineSink['append']) {
  const lines: string[] = []
  const warnings: string[] = []
  const counter = new RecordingCounter()
  const log = { info: () => undefined, error: () => undefined, warn: (_: object, text: string) => void warnings.push(text) }
  const recorder = new PredictionRecorder({
    environment: 'production',
    sink: { append: append ?? ((text) => Promise.resolve(void lines.push(...text.split('\n').slice(0, -1)))) },
    counter,
    log,
    limits: { ...defaultRecorderLimits, ...limits },
    now: () => performance.now(),
  })
  return { recorder, counter, warnings, records: () => lines.map((line) => JSON.parse(line) as PredictionRecord) }
}

describe('the recorder', () => {
  it('writes every row of every entry, in order', async () => {
    const { recorder, records, counter } = createRecorder()
    for (let index = 0; index < 100; index++) recorder.record(benchEntry({ requestId: `r${index}`, rows: 3, units: null }))
    await recorder.flush()
    expect(records().map(({ request_id, row_index }) => `${request_id}/${row_index}`)).toEqual(
      Array.from({ length: 300 }, (_, index) => `r${Math.floor(index / 3)}/${index % 3}`),
    )
    expect(counter.read()).toMatchObject({ recorded: 300, sampledOut: 0 })
  })

  it('writes on its own a moment later', async () => {
    const { recorder, records } = createRecorder()
    recorder.record(benchEntry())
    expect(records()).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(records()).toHaveLength(1)
  })

  it('gives the event loop back in the middle of a request with ten thousand rows', async () => {
    const { recorder, records, counter } = createRecorder({ recordsPerSecond: 1_000_000, pauseMs: 1 })
    recorder.record(benchEntry({ rows: 10_000 }))
    let longestMs = 0
    let turns = 0
    for (let lastMs = performance.now(); counter.read().recorded < 10_000; turns++) {
      await new Promise((resolve) => setImmediate(resolve))
      longestMs = Math.max(longestMs, performance.now() - lastMs)
      lastMs = performance.now()
    }
    expect(turns).toBeGreaterThan(5)
    expect(longestMs).toBeLessThan(60)
    expect(records().map(({ row_index }) => row_index)).toEqual(Array.from({ length: 10_000 }, (_, index) => index))
  })

  it('takes no more than its memory, by number and by bytes, and counts the rows that it could not take', async () => {
    const few = createRecorder({ entries: 5 })
    for (let index = 0; index < 8; index++) few.recorder.record(benchEntry({ rows: 2 }))
    await few.recorder.flush()
    expect(few.counter.read()).toMatchObject({ recorded: 10, lost: { memory: 6 } })
    const small = createRecorder({ bytes: 3_000 })
    for (let index = 0; index < 8; index++) small.recorder.record(benchEntry({ rows: 10 }))
    await small.recorder.flush()
    expect(small.counter.read()).toMatchObject({ recorded: 20, lost: { memory: 60 } })
    small.recorder.record(benchEntry())
    await small.recorder.flush()
    expect(small.counter.read().recorded).toBe(21)
  })

  it('draws by unit, by the percent of the release, and says with which share', async () => {
    const { recorder, counter, records } = createRecorder({ recordsPerSecond: 100_000 })
    const release = releaseRecording(25)
    for (let index = 0; index < 4_000; index++) recorder.record(benchEntry({ release, units: `u${index % 2_000}` }))
    await recorder.flush()
    const times = new Map<string, number>()
    for (const { unit, sampled } of records()) {
      expect(sampled).toBe(0.25)
      times.set(unit ?? '', (times.get(unit ?? '') ?? 0) + 1)
    }
    expect(new Set(times.values())).toEqual(new Set([2]))
    expect(Math.abs(records().length / 0.25 - 4_000)).toBeLessThan(600)
    expect(counter.read().recorded + counter.read().sampledOut).toBe(4_000)
  })

  it('records nothing at 0 percent', async () => {
    const { recorder, counter } = createRecorder()
    recorder.record(benchEntry({ release: releaseRecording(0), rows: 5 }))
    await recorder.flush()
    expect(counter.read()).toMatchObject({ recorded: 0, sampledOut: 5 })
  })

  it('counts what the disk refuses, tells it once, and goes on', async () => {
    let broken = true
    const { recorder, counter, warnings } = createRecorder({}, () =>
      broken ? Promise.reject(new MainwardError('unavailable', 'no space')) : Promise.resolve(),
    )
    for (let index = 0; index < 3; index++) {
      recorder.record(benchEntry())
      await recorder.flush()
    }
    broken = false
    recorder.record(benchEntry())
    await recorder.flush()
    expect(counter.read()).toMatchObject({ recorded: 1, lost: { disk: 3 } })
    expect(warnings).toEqual(['predictions are not recorded: no space'])
  })

  it('outlives a record that can not be written', async () => {
    const { recorder, counter, warnings } = createRecorder()
    recorder.record(benchEntry({ rows: 4, wallMs: NaN }))
    recorder.record(benchEntry())
    await recorder.flush()
    expect(counter.read()).toMatchObject({ recorded: 1, lost: { encoding: 4 } })
    expect(warnings).toHaveLength(1)
  })

  it('costs the prediction path well under a microsecond', async () => {
    const { recorder } = createRecorder({ recordsPerSecond: 1_000_000 })
    const entries = Array.from({ length: 5_000 }, (_, index) => benchEntry({ units: `u${index}` }))
    const costs: number[] = []
    for (let round = 0; round < 9; round++) {
      const startedMs = performance.now()
      for (const entry of entries) recorder.record(entry)
      costs.push(((performance.now() - startedMs) * 1000) / entries.length)
      await recorder.flush()
    }
    expect(costs.sort((a, b) => a - b)[4]).toBeLessThan(1)
  })
})
