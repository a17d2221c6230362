/**
 * Whether probabilities are too extreme or too timid: the logistic recalibration of Cox, "Two further applications of a model for binary regression"
 * (Biometrika 1958).
 */
import { assertBinaryOutcomes } from './binary-outcomes.ts'

export interface CalibrationSlope {
  /** Of `logit P(y = 1) = intercept + slope * logit(p)`, by maximum likelihood. 0 and 1 when calibrated; a slope below 1: too extreme. */
  readonly intercept: number
  readonly slope: number
  readonly slopeStandardError: number
  /** The intercept with the slope held at 1: above 0 when the probabilities are too low on the whole. */
  readonly calibrationInTheLarge: number
}

interface Fit {
  readonly intercept: number
  readonly slope: number
  readonly slopeVariance: number
}

interface Logits {
  readonly truth: Uint8Array
  readonly logits: Float64Array
}

/**
 * NaN where the likelihood has no highest point: one class, one score alone, scores that part the classes; and where a score is not inside of (0, 1).
 * Throws a RangeError for rows that are no outcomes.
 */
export function calibrationSlope(outcomes: { truth: Uint8Array; scores: Float64Array }): CalibrationSlope {
  assertBinaryOutcomes(outcomes)
  const { truth, scores } = outcomes
  const logits = scores.map((score) => (score > 0 && score < 1 ? Math.log(score / (1 - score)) : NaN))
  const positives = truth.reduce((sum, label) => sum + label, 0)
  const bothClasses = positives > 0 && positives < truth.length
  const { intercept, slope, slopeVariance } = overlap({ truth, logits }) ? fitLine({ truth, logits }) : noFit
  return {
    intercept,
    slope,
    slopeStandardError: Math.sqrt(slopeVariance),
    calibrationInTheLarge: bothClasses ? fitIntercept({ truth, logits }) : NaN,
  }
}

const noFit: Fit = { intercept: NaN, slope: NaN, slopeVariance: NaN }

/** Whether a finite maximum exists (Albert and Anderson 1984): no cut parts the classes, be it with ties at the cut. False with NaN. */
function overlap({ truth, logits }: Logits): boolean {
  const [lows, highs] = [
    [Infinity, Infinity],
    [-Infinity, -Infinity],
  ]
  for (const [row, logit] of logits.entries()) {
    const label = truth[row] ?? 0
    lows[label] = Math.min(lows[label] ?? NaN, logit)
    highs[label] = Math.max(highs[label] ?? NaN, logit)
  }
  const [low0 = NaN, low1 = NaN] = lows
  const [high0 = NaN, high1 = NaN] = highs
  return high0 > low1 && high1 > low0
}

/** Newton's method, its steps halved until the likelihood grows: concave, so that it ends at the maximum. Centred, for the condition. */
function fitLine({ truth, logits }: Logits): Fit {
  const centre = meanOf(logits)
  const centred = logits.map((logit) => logit - centre)
  let [intercept, slope] = [logitOf(meanOf(truth)), 0]
  let likelihood = likelihoodOf({ truth, logits: centred }, intercept, slope)
  for (let round = 0; round < 200; round += 1) {
    const step = stepOf({ truth, logits: centred }, intercept, slope)
    let size = 1
    let next = likelihoodOf({ truth, logits: centred }, intercept + step.intercept, slope + step.slope)
    // Near the top the likelihood of many rows is level up to rounding: there whole steps are right.
    while (next < likelihood - 1e-9 * (1 + Math.abs(likelihood)) && size > 1e-9) {
      size /= 2
      next = likelihoodOf({ truth, logits: centred }, intercept + size * step.intercept, slope + size * step.slope)
    }
    intercept += size * step.intercept
    slope += size * step.slope
    likelihood = Math.max(likelihood, next)
    if (Math.abs(step.intercept) < 1e-12 * (1 + Math.abs(intercept)) && Math.abs(step.slope) < 1e-12 * (1 + Math.abs(slope)))
      break
  }
  const { slopeVariance } = stepOf({ truth, logits: centred }, intercept, slope)
  return { intercept: intercept - slope * centre, slope, slopeVariance }
}

function stepOf({ truth, logits }: Logits, intercept: number, slope: number): Fit {
  let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0]
  for (const [row, x] of logits.entries()) {
    const chance = expit(intercept + slope * x)
    const [residual, spread] = [(truth[row] ?? NaN) - chance, chance * (1 - chance)]
    g0 += residual
    g1 += residual * x
    h00 += spread
    h01 += spread * x
    h11 += spread * x * x
  }
  const determinant = h00 * h11 - h01 * h01
  return {
    intercept: (h11 * g0 - h01 * g1) / determinant,
    slope: (h00 * g1 - h01 * g0) / determinant,
    slopeVariance: h00 / determinant,
  }
}

/** `sum y eta - log(1 + exp(eta))`, without overflow. */
function likelihoodOf({ truth, logits }: Logits, intercept: number, slope: number): number {
  let sum = 0
  for (const [row, x] of logits.entries()) {
    const eta = intercept + slope * x
    sum += (truth[row] ?? NaN) * eta - Math.max(eta, 0) - Math.log1p(Math.exp(-Math.abs(eta)))
  }
  return sum
}

/** The only root of a falling function: bisected between bounds that hold it, then Newton's steps. */
function fitIntercept({ truth, logits }: Logits): number {
  const residuals = (intercept: number) => {
    let [sum, spread] = [0, 0]
    for (const [row, x] of logits.entries()) {
      const chance = expit(intercept + x)
      sum += (truth[row] ?? NaN) - chance
      spread += chance * (1 - chance)
    }
    return { sum, step: sum / spread }
  }
  const wanted = logitOf(meanOf(truth))
  let [low, high] = [wanted - logits.reduce((a, b) => Math.max(a, b)), wanted - logits.reduce((a, b) => Math.min(a, b))]
  let intercept = (low + high) / 2
  for (let round = 0; round < 200; round += 1) {
    const { sum, step } = residuals(intercept)
    if (Number.isNaN(sum)) return NaN
    if (sum > 0) low = intercept
    else high = intercept
    const next = intercept + step
    const inside = next > low && next < high
    if (Math.abs(step) < 1e-13 * (1 + Math.abs(intercept))) return intercept
    intercept = inside ? next : (low + high) / 2
  }
  return intercept
}

function meanOf(values: Float64Array | Uint8Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

function logitOf(chance: number): number {
  return Math.log(chance / (1 - chance))
}

function expit(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))
}
