/** How old the newest row of a relation is, and how many rows came in windows of time: on the data clock, which is passed in. */
import { describeDuration } from '../../manifests/duration.ts'
import type { Cell } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import type { Question } from './build-scan.ts'
import { readCount, type Verdict } from './check.ts'

export interface TimedRows {
  /** Column of type TIMESTAMP. */
  readonly eventTime: string
  /** The data clock, in microseconds since the epoch. Later rows do not count: they have not happened yet. */
  readonly nowMicros: bigint
  readonly windowMs: number
  /** How many windows before the last one are counted. */
  readonly previousWindows: number
}

export interface Arrivals {
  /** Microseconds since the epoch; null: no row has happened yet. */
  readonly newestMicros: bigint | null
  /** Rows whose event time is after the clock. */
  readonly futureRows: number
  /** Rows with `now - window < event time <= now`. */
  readonly lastWindow: number
  /** Of the windows before, the newest first. */
  readonly previousWindows: readonly number[]
}

/** What to ask in the one statement with the expectations. */
export function buildArrivals({ eventTime, nowMicros, windowMs, previousWindows }: TimedRows): Question {
  const time = quoteName(eventTime)
  const at = (micros: bigint): string => `make_timestamp(${micros})`
  const now = at(nowMicros)
  const window = BigInt(windowMs) * 1000n
  const counts = Array.from({ length: previousWindows + 1 }, (_, index) => {
    const end = nowMicros - BigInt(index) * window
    return `count(*) FILTER (WHERE ${time} > ${at(end - window)} AND ${time} <= ${at(end)})`
  })
  return {
    expressions: [`max(${time}) FILTER (WHERE ${time} <= ${now})`, `count(*) FILTER (WHERE ${time} > ${now})`, ...counts],
  }
}

export function readArrivals([newest, future, last, ...previous]: readonly Cell[]): Arrivals {
  if (newest !== null && typeof newest !== 'bigint') throw new Error(`expected a timestamp, found ${String(newest)}`)
  return {
    newestMicros: newest,
    futureRows: readCount(future),
    lastWindow: readCount(last),
    previousWindows: previous.map(readCount),
  }
}

export interface ArrivalJudgement {
  readonly verdict: Verdict
  /** Null when it is passed. */
  readonly reason: string | null
  /** Milliseconds of age, or rows. */
  readonly observed: number | null
}

/** Fresh: the newest row is at most so old, both ends included. */
export function assessFreshness({ newestMicros }: Arrivals, nowMicros: bigint, maximumAgeMs: number): ArrivalJudgement {
  if (newestMicros === null) return { verdict: 'not-evaluated', reason: 'no row has happened yet', observed: null }
  const ageMicros = nowMicros - newestMicros
  const ageMs = Number(ageMicros) / 1000
  if (ageMicros <= BigInt(maximumAgeMs) * 1000n) return { verdict: 'passed', reason: null, observed: ageMs }
  return {
    verdict: 'failed',
    reason: `expected a row of the last ${describeDuration(maximumAgeMs)}, found the newest ${describeDuration(ageMs)} old`,
    observed: ageMs,
  }
}

export interface VolumeBounds {
  /** Of rows in the last window; null: no bound. */
  readonly leastRows: number | null
  readonly greatestRows: number | null
  /** Of the median of the windows before, 0.5 for half of it; null: no bound. */
  readonly leastShare: number | null
  readonly greatestShare: number | null
}

/** Shares of nothing are not evaluated: when no window before was counted, or their median is 0. */
export function assessVolume({ lastWindow, previousWindows }: Arrivals, bounds: VolumeBounds): ArrivalJudgement {
  const { leastRows, greatestRows, leastShare, greatestShare } = bounds
  const usual = median(previousWindows)
  const asksShare = leastShare !== null || greatestShare !== null
  const share = usual === null || usual === 0 ? null : lastWindow / usual
  const wrong = [
    ...(leastRows !== null && lastWindow < leastRows ? [`at least ${leastRows} rows`] : []),
    ...(greatestRows !== null && lastWindow > greatestRows ? [`at most ${greatestRows} rows`] : []),
    ...(share !== null && leastShare !== null && share < leastShare ? [`at least ${leastShare} of the usual ${usual}`] : []),
    ...(share !== null && greatestShare !== null && share > greatestShare
      ? [`at most ${greatestShare} of the usual ${usual}`]
      : []),
  ]
  if (wrong.length > 0) {
    return { verdict: 'failed', reason: `expected ${wrong.join(' and ')}, found ${lastWindow} rows`, observed: lastWindow }
  }
  if (asksShare && share === null) {
    return {
      verdict: 'not-evaluated',
      reason: 'the windows before have no usual number of rows to compare with',
      observed: lastWindow,
    }
  }
  return { verdict: 'passed', reason: null, observed: lastWindow }
}

/** Of an even number, the mean of the two in the middle; null of none. */
function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}
