/** How sure an estimate is. */
import type { IntervalMethod } from '../../core/measurement.ts'

export interface Spread {
  readonly low: number
  readonly high: number
  /** On the scale of the estimate. */
  readonly standardError: number
  /** Absent: the normal distribution. */
  readonly degreesOfFreedom?: number
  readonly method: IntervalMethod
  /** Of resamples. */
  readonly mean?: number
}

/** No interval can be given, in words why. */
export interface NoSpread {
  readonly because: string
}
