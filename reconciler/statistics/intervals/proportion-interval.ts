/** Confidence intervals of a share of successes. */
import { betaQuantile } from '../special/beta-quantile.ts'
import { normalReach } from '../special/normal.ts'
import type { Interval, Proportion } from './interval.ts'

/**
 * `wilson` (1927, score) is close to its confidence on average and the default choice; `beta` is Clopper and Pearson's (1934), never
 * below its confidence; `jeffreys` are plain quantiles of the posterior beta distribution, also at the borders; `agresti_coull`
 * (1998) and `normal` (Wald) are clipped to [0, 1], and `normal` has no width at 0 or all successes: not for decisions. Names and
 * values are those of statsmodels' proportion_confint (0.15).
 */
export type ProportionMethod = 'wilson' | 'beta' | 'jeffreys' | 'agresti_coull' | 'normal'

/** Two-sided. Without trials there is no information: NaN, except where a method has a value by its own formula (jeffreys, agresti_coull). */
export function proportionInterval(given: Proportion, confidence: number, method: ProportionMethod): Interval {
  const { successes, count } = given
  if (!(successes >= 0 && successes <= count)) return { low: NaN, high: NaN }
  switch (method) {
    case 'wilson':
      return wilson(given, confidence)
    case 'beta':
      return clopperPearson(given, confidence)
    case 'jeffreys':
      return betaEnds(successes + 0.5, count - successes + 0.5, confidence)
    case 'agresti_coull':
      return agrestiCoull(given, confidence)
    case 'normal':
      return around(successes / count, count, confidence)
  }
}

function wilson({ successes, count }: Proportion, confidence: number): Interval {
  const z = normalReach(confidence)
  const share = successes / count
  const centre = (successes + (z * z) / 2) / (count + z * z)
  const half = (z * Math.sqrt(count) * Math.sqrt(share * (1 - share) + (z * z) / (4 * count))) / (count + z * z)
  return { low: successes === 0 && count > 0 ? 0 : centre - half, high: successes === count && count > 0 ? 1 : centre + half }
}

function clopperPearson({ successes, count }: Proportion, confidence: number): Interval {
  if (count === 0) return { low: NaN, high: NaN }
  const failures = count - successes
  const tail = (1 - confidence) / 2
  return {
    low: successes === 0 ? 0 : betaQuantile(tail, successes, failures + 1),
    high: failures === 0 ? 1 : betaQuantile(1 - tail, successes + 1, failures, tail),
  }
}

function betaEnds(a: number, b: number, confidence: number): Interval {
  const tail = (1 - confidence) / 2
  return { low: betaQuantile(tail, a, b), high: betaQuantile(1 - tail, a, b, tail) }
}

function agrestiCoull({ successes, count }: Proportion, confidence: number): Interval {
  const z = normalReach(confidence)
  const size = count + z * z
  return around((successes + (z * z) / 2) / size, size, confidence)
}

function around(share: number, count: number, confidence: number): Interval {
  const half = normalReach(confidence) * Math.sqrt((share * (1 - share)) / count)
  return { low: Math.max(0, share - half), high: Math.min(1, share + half) }
}
