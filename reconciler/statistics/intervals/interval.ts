/** What intervals are made of. */

export interface Interval {
  readonly low: number
  readonly high: number
}

/** Successes among trials. */
export interface Proportion {
  readonly successes: number
  readonly count: number
}
