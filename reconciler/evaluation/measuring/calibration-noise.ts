/**
 * What chance alone adds to a calibration error. A gap is never below 0, so that noise makes the error larger: by at most the mean size
 * of the noise, since `|gap + noise| <= |gap| + |noise|`. How large that is, resamples show.
 */
import { type CalibrationGaps, summarizeGaps } from '../../statistics/metrics/binary-sums.ts'
import { studentTQuantile } from '../../statistics/special/student-t.ts'
import type { NoSpread, Spread } from './spread.ts'

/** The statistic of the noise, by the metric that it is in. Its mean over the resamples counts; at the rows themselves it is 0. */
const noiseNames: Readonly<Record<string, string>> = {
  ece: 'noise of ece',
  mce: 'noise of mce',
  ece_equal_mass: 'noise of ece_equal_mass',
}

/** Undefined for a metric that noise does not make larger. */
export function noiseNameOf(metric: string): string | undefined {
  return Object.hasOwn(noiseNames, metric) ? noiseNames[metric] : undefined
}

export function isNoiseName(name: string): boolean {
  return Object.values(noiseNames).includes(name)
}

/** How far the gaps of a resample are from those of the rows. */
export function calibrationNoise(name: string, { weights, gaps }: CalibrationGaps, about: CalibrationGaps): number {
  const noise = summarizeGaps(
    weights,
    gaps.map((gap, bin) => gap - (about.gaps[bin] ?? NaN)),
  )
  return name === noiseNames['mce'] ? noise.mce : noise.ece
}

/**
 * The lower end is moved down by the first's noise, and of a difference the upper end up by the second's. The standard error grows so that
 * `t` of them reaches the farther end. A difference that no resample moved is of two versions that score alike: what chance adds to one,
 * it adds to the other.
 */
export function allowForNoise(spread: Spread, confidence: number, noises: readonly (Spread | NoSpread | undefined)[]): Spread {
  if (noises.length > 1 && spread.low === spread.high) return spread
  const [first = 0, second = 0] = noises.map((noise) => (noise === undefined || 'because' in noise ? 0 : (noise.mean ?? 0)))
  const reach = studentTQuantile(0.5 + confidence / 2, spread.degreesOfFreedom ?? Infinity)
  return {
    ...spread,
    low: spread.low - first,
    high: spread.high + second,
    standardError: spread.standardError + Math.max(first, second) / reach,
  }
}
