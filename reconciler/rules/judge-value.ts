/** One measurement against one bound: the verdict before any correction for many groups, and what the correction needs. */
import type { Measurement } from '../core/measurement.ts'
import type { JudgedValue, Verdict } from '../core/verdict.ts'
import { studentTCdf, studentTQuantile } from '../statistics/special/student-t.ts'
import { isViolated, isWithin, type OrientedBound, type OrientedInterval, orientInterval } from './oriented-bound.ts'

export interface Judgement {
  readonly value: JudgedValue
  readonly reason: string
  /** How far the estimate is within the bound, on the scale of the metric; below 0: beyond. Null: undefined. */
  readonly slack: number | null
  /** Chance of an estimate as bad as this or worse, where the bound is just not violated; null: not known, or not asked. */
  readonly p: number | null
  /** Rows over the rows that are there, for an interval that decides; null: it has decided, or no number would. */
  readonly rowsFactor: number | null
}

export interface JudgingOptions {
  readonly bound: OrientedBound
  readonly judge: 'interval' | 'point'
  /** Of the intervals, 0 to 1. */
  readonly confidence: number
}

/** Inconclusive for what is undefined, or has no interval to be judged by. */
export function judgeValue(measurement: Measurement, options: JudgingOptions): Judgement {
  const { estimate, low, high } = measurement
  const { bound, judge } = options
  const undecided = { slack: null, p: null, rowsFactor: null }
  if (estimate === null) return { value: valueOf(measurement, 'inconclusive'), reason: 'undefined', ...undecided }
  const slack = bound.sign * estimate - bound.limit
  if (judge === 'point') {
    const isFine = isWithin(bound.sign * estimate, bound)
    const reason = isFine ? 'within-bound' : 'beyond-bound'
    return { value: valueOf(measurement, isFine ? 'passed' : 'failed'), reason, slack, p: null, rowsFactor: null }
  }
  if (low === null || high === null) {
    return { value: valueOf(measurement, 'inconclusive'), reason: 'no-interval', ...undecided, slack }
  }
  const interval = orientInterval({ estimate, low, high }, bound.sign)
  const { verdict, reason } = decide(interval, bound)
  const error = sideError(interval, measurement, options)
  const rowsFactor = verdict === 'inconclusive' ? factorOf(interval, bound) : null
  return {
    value: valueOf(measurement, verdict),
    reason,
    slack,
    p: chanceOf(interval.estimate, { bound, error, measurement }),
    rowsFactor,
  }
}

export function valueOf(measurement: Measurement, verdict: Verdict): JudgedValue {
  const { of, group, across, estimate, low, high, method, rows } = measurement
  return {
    verdict,
    of,
    ...(group === undefined ? {} : { group }),
    ...(across === undefined ? {} : { across }),
    ...{ estimate, low, high },
    ...(method === undefined ? {} : { method }),
    rows,
  }
}

/** Passed when all of the interval is within; failed when all of it is beyond, and the estimate is, too. */
function decide({ estimate, low, high }: OrientedInterval, bound: OrientedBound): { verdict: Verdict; reason: string } {
  if (isWithin(low, bound)) return { verdict: 'passed', reason: 'within-bound' }
  if (!isViolated(high, bound) || isWithin(estimate, bound)) return { verdict: 'inconclusive', reason: 'interval-covers-bound' }
  const isBeyond = !isWithin(high, bound)
  return { verdict: 'failed', reason: isBeyond ? 'beyond-bound' : 'proven-worse' }
}

/**
 * The standard error that the interval has towards the bound: of a symmetric interval the measured one; an exact interval of
 * a proportion is wider on one side, and has a width where the estimate is 0 or 1.
 */
function sideError(
  { estimate, high }: OrientedInterval,
  { degreesOfFreedom }: Measurement,
  { confidence }: JudgingOptions,
): number {
  return (high - estimate) / studentTQuantile(0.5 + confidence / 2, degreesOfFreedom ?? Infinity)
}

interface ChanceInput {
  readonly bound: OrientedBound
  readonly error: number
  readonly measurement: Measurement
}

function chanceOf(estimate: number, { bound, error, measurement }: ChanceInput): number | null {
  const distance = estimate - bound.violation
  if (!(error >= 0)) return null
  if (error === 0) return distance < 0 || (bound.isStrict && distance === 0) ? 0 : 1
  return studentTCdf(distance / error, measurement.degreesOfFreedom ?? Infinity)
}

/** Widths shrink with the root of the rows. */
function factorOf({ estimate, low, high }: OrientedInterval, bound: OrientedBound): number | null {
  const isFine = isWithin(estimate, bound)
  const distance = isFine ? estimate - bound.limit : bound.violation - estimate
  const width = isFine ? estimate - low : high - estimate
  return distance > 0 ? (width / distance) ** 2 : null
}
