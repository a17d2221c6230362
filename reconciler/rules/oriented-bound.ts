/** A bound turned so that more is better: one way to judge all of them. */
import type { Metric } from '../core/metric-catalogue.ts'
import type { Bound } from '../core/rule.ts'

export interface OrientedBound {
  /** What values and ends of intervals are multiplied by. */
  readonly sign: 1 | -1
  /** At least this is within the bound; with `isStrict`, more than this. */
  readonly limit: number
  readonly isStrict: boolean
  /** Below it (strict: at most it) with the whole interval, and the estimate beyond the limit: the bound is violated. */
  readonly violation: number
}

/** `better` counts for comparisons alone; one of a metric without a better side is refused by validation. */
export function orientBound(bound: Bound, better: Metric['better']): OrientedBound {
  switch (bound.type) {
    case 'atLeast':
    case 'ratioAtLeast':
      return plain(1, bound.value)
    case 'atMost':
    case 'differenceAtMost':
      return plain(-1, -bound.value)
    case 'noWorseThan':
      // Worse is proven below 0; how much worse is allowed is a matter of the estimate.
      return { sign: better === 'lower' ? -1 : 1, limit: -bound.margin, isStrict: false, violation: 0 }
    case 'betterThan':
      return { sign: better === 'lower' ? -1 : 1, limit: bound.margin, isStrict: true, violation: bound.margin }
  }
}

function plain(sign: 1 | -1, limit: number): OrientedBound {
  return { sign, limit, isStrict: false, violation: limit }
}

/** Whether a value, or the worse end of an interval, is within. */
export function isWithin(value: number, { limit, isStrict }: OrientedBound): boolean {
  return isStrict ? value > limit : value >= limit
}

/** Whether the better end of an interval is beyond what the bound can bear. */
export function isViolated(value: number, { violation, isStrict }: OrientedBound): boolean {
  return isStrict ? value <= violation : value < violation
}

export interface OrientedInterval {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/** The ends change places where the sign turns them. */
export function orientInterval({ estimate, low, high }: OrientedInterval, sign: 1 | -1): OrientedInterval {
  return sign === 1 ? { estimate, low, high } : { estimate: -estimate, low: -high, high: -low }
}
