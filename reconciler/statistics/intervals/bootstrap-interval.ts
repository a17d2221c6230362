/** Confidence intervals from what a statistic came to on resamples. Who draws the resamples, and how, is not known here. */
import { meanOf, varianceOf } from '../descriptive/moments.ts'
import { pairwiseSum } from '../descriptive/pairwise-sum.ts'
import { quantileOfSorted, sortedCopy } from '../descriptive/quantile.ts'
import { normalCdf, normalQuantile } from '../special/normal.ts'
import type { Interval } from './interval.ts'

/** The middle part of the replicates, quantiles linear between two. NaN when a replicate is NaN. */
export function percentileInterval(replicates: ArrayLike<number>, confidence: number): Interval {
  const sorted = sortedCopy(replicates)
  const tail = (1 - confidence) / 2
  return { low: quantileOfSorted(sorted, tail), high: quantileOfSorted(sorted, 1 - tail) }
}

/** The standard deviation of the replicates, with B - 1. */
export function bootstrapStandardError(replicates: ArrayLike<number>): number {
  return Math.sqrt(varianceOf(replicates))
}

export interface BcaInterval {
  readonly interval: Interval
  /** z0: how far the median of the replicates is from the estimate, in standard normal terms. Replicates equal to the estimate count half. */
  readonly biasCorrection: number
  /** a: skewness of the jackknife values divided by 6. NaN when they are all equal. */
  readonly acceleration: number
}

export interface BcaInput {
  readonly replicates: ArrayLike<number>
  readonly estimate: number
  /** The statistic with each unit (row or cluster) left out once. */
  readonly jackknife: ArrayLike<number>
  readonly confidence: number
}

/**
 * Bias-corrected and accelerated (B. Efron 1987; Efron & Tibshirani, An Introduction to the Bootstrap, 1993, eq. 14.10 and
 * 14.15). NaN ends where it is undefined: all replicates on one side of the estimate, or jackknife values that are all equal.
 */
export function bcaInterval({ replicates, estimate, jackknife, confidence }: BcaInput): BcaInterval {
  const biasCorrection = normalQuantile(shareBelow(replicates, estimate))
  const acceleration = accelerationOf(jackknife)
  const sorted = sortedCopy(replicates)
  const z = normalQuantile((1 - confidence) / 2)
  const end = (quantile: number): number => {
    const moved = biasCorrection + quantile
    return quantileOfSorted(sorted, normalCdf(biasCorrection + moved / (1 - acceleration * moved)))
  }
  return { interval: { low: end(z), high: end(-z) }, biasCorrection, acceleration }
}

function shareBelow(replicates: ArrayLike<number>, estimate: number): number {
  let twice = 0
  for (let index = 0; index < replicates.length; index += 1) {
    const replicate = replicates[index] ?? NaN
    if (Number.isNaN(replicate)) return NaN
    if (replicate < estimate) twice += 2
    else if (replicate === estimate) twice += 1
  }
  return twice / (2 * replicates.length)
}

function accelerationOf(jackknife: ArrayLike<number>): number {
  const centre = meanOf(jackknife)
  const power = (exponent: number): number => pairwiseSum(Float64Array.from(jackknife, (value) => (centre - value) ** exponent))
  return power(3) / (6 * power(2) ** 1.5)
}
