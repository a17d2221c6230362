import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildScan } from '../../../reconciler/features/expectations/build-scan.ts'
import {
  assessFreshness,
  assessVolume,
  buildArrivals,
  readArrivals,
  type Arrivals,
} from '../../../reconciler/features/expectations/freshness.ts'
import { openTestEngine, type TestEngine } from './support/duckdb-engine.ts'

const now = 1_000_000_000_000_000n
const hourMs = 3_600_000
let engine: TestEngine
let arrivals: Arrivals

beforeAll(async () => {
  engine = await openTestEngine()
  // Hours before the clock: -1 has not happened yet; 1 is the end of the last window, and not in it.
  const hours = [-1, 0, 0.5, 0.9, 1, 1.5, 2.5, 2.6, 9]
  await engine.query(
    `CREATE TABLE t AS SELECT make_timestamp(${now} - (h * 3600000000)::BIGINT) AS "at" FROM (SELECT unnest([${hours.join(', ')}]::DOUBLE[]) AS h)`,
  )
  const question = buildArrivals({ eventTime: 'at', nowMicros: now, windowMs: hourMs, previousWindows: 3 })
  const scan = buildScan('t', [question])
  arrivals = readArrivals(scan.valuesOf(0, (await engine.query(scan.sql ?? ''))[0]))
})
afterAll(() => engine.close())

describe('arrivals', () => {
  it('are counted in windows that end at the data clock', () => {
    expect(arrivals).toEqual({ newestMicros: now, futureRows: 1, lastWindow: 3, previousWindows: [2, 2, 0] })
  })

  it('are fresh up to the age, both ends included', () => {
    const old = { ...arrivals, newestMicros: now - 5_000_000n }
    expect(assessFreshness(old, now, 5000)).toEqual({ verdict: 'passed', reason: null, observed: 5000 })
    expect(assessFreshness(old, now, 4999)).toMatchObject({ verdict: 'failed', observed: 5000 })
    expect(assessFreshness({ ...arrivals, newestMicros: null }, now, 5000).verdict).toBe('not-evaluated')
  })

  it('are as many as usual, or not', () => {
    const none = { leastRows: null, greatestRows: null, leastShare: null, greatestShare: null }
    expect(assessVolume(arrivals, { ...none, leastRows: 3, greatestRows: 3 }).verdict).toBe('passed')
    expect(assessVolume(arrivals, { ...none, leastRows: 4 })).toMatchObject({
      verdict: 'failed',
      reason: 'expected at least 4 rows, found 3 rows',
    })
    expect(assessVolume(arrivals, { ...none, leastShare: 1.5 }).verdict).toBe('passed')
    expect(assessVolume(arrivals, { ...none, greatestShare: 1.4 }).reason).toBe(
      'expected at most 1.4 of the usual 2, found 3 rows',
    )
    expect(assessVolume({ ...arrivals, previousWindows: [] }, { ...none, leastShare: 0.1 }).verdict).toBe('not-evaluated')
  })
})
