/** The interval of a difference of two shares. */
import type { Interval, Proportion } from './interval.ts'
import { proportionInterval } from './proportion-interval.ts'

export interface DifferenceInterval {
  /** First share minus second. */
  readonly difference: number
  readonly interval: Interval
}

/**
 * From the Wilson intervals of both shares (R. G. Newcombe 1998, method 10, without continuity correction). It has a width also when
 * both shares are 0 or 1. NaN when an arm has no trials.
 */
export function newcombeDifference(a: Proportion, b: Proportion, confidence: number): DifferenceInterval {
  const [shareA, shareB] = [a.successes / a.count, b.successes / b.count]
  const [wilsonA, wilsonB] = [proportionInterval(a, confidence, 'wilson'), proportionInterval(b, confidence, 'wilson')]
  const difference = shareA - shareB
  const low = difference - Math.hypot(shareA - wilsonA.low, wilsonB.high - shareB)
  const high = difference + Math.hypot(shareB - wilsonB.low, wilsonA.high - shareA)
  return { difference, interval: { low, high } }
}
