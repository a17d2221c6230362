/** Student's t distribution. */
import { betaTerm } from './deviance.ts'
import { betaTails } from './incomplete-beta.ts'
import { normalCdf, normalQuantile, normalSf } from './normal.ts'
import { solveLogTail } from './solve-log-tail.ts'

/** P(T > t) with df degrees of freedom, exact in the upper tail; df may be a fraction, and Infinity is the normal distribution. */
export function studentTSf(t: number, df: number): number {
  if (!(df > 0) || Number.isNaN(t)) return NaN
  if (df === Infinity) return normalSf(t)
  const tail = tailAt(Math.abs(t), df)
  return t >= 0 ? tail : 1 - tail
}

/** P(T <= t). */
export function studentTCdf(t: number, df: number): number {
  return df === Infinity ? normalCdf(t) : studentTSf(-t, df)
}

/** x = df / (df + t²) and 1 - x without a square that overflows. */
function shares(t: number, df: number): readonly [x: number, y: number] {
  const ratio = t / Math.sqrt(df)
  const inverse = 1 / ratio
  return ratio > 1
    ? [inverse / ratio / (1 + inverse * inverse), 1 / (1 + inverse * inverse)]
    : [1 / (1 + ratio * ratio), (ratio * ratio) / (1 + ratio * ratio)]
}

/** P(T > t) = I_x(df / 2, 1 / 2) / 2 at x = df / (df + t²), t >= 0 (DLMF 8.17, Abramowitz & Stegun 26.7.1). */
function tailAt(t: number, df: number): number {
  const [x, y] = shares(t, df)
  if (x < 1e-280) return leadingTerm(t, df)
  return betaTails(df / 2, 0.5, x, y).lower / 2
}

/** P(T > t) for t so large that t² leaves the range of doubles: the density's power law, x^(df/2) / (df B(df/2, 1/2)). */
function leadingTerm(t: number, df: number): number {
  // (x^a y^b / B) at x = y = 1/2 gives B without its own logarithms of gammas.
  const logOfBeta = -(df / 2 + 0.5) * Math.LN2 - Math.log(betaTerm(df / 2, 0.5, 0.5, 0.5))
  return Math.exp(-df * (Math.log(t) - Math.log(df) / 2) - logOfBeta - Math.log(df))
}

/** P(0 < T < t) for t >= 0, exact near 0. */
function centreAt(t: number, df: number): number {
  const [x, y] = shares(t, df)
  return betaTails(0.5, df / 2, y, x).lower / 2
}

/**
 * The t with P(T <= t) = p; -Infinity at 0, Infinity at 1, NaN outside. Solved in ln t: on the tail far out, where it is a
 * power of t, and on the centre near 1/2, where t itself is small.
 */
export function studentTQuantile(p: number, df: number): number {
  if (!(p >= 0 && p <= 1 && df > 0)) return NaN
  if (df === Infinity) return normalQuantile(p)
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity
  if (p === 0.5) return 0
  const size = Math.exp(p < 0.5 ? solveSize(p, 0.5 - p, df) : solveSize(1 - p, p - 0.5, df))
  return p < 0.5 ? -size : size
}

/** ln of the t > 0 with this much above it, and this much between it and 0. */
function solveSize(above: number, centre: number, df: number): number {
  const far = above < 0.25
  const probability = far ? tailAt : centreAt
  const start = Math.log(-normalQuantile(above))
  const value = (u: number): number => Math.log(probability(Math.exp(u), df))
  const slope = (u: number): number => {
    const t = Math.exp(u)
    // t times the density is x^(df/2) y^(1/2) / B(df/2, 1/2).
    const [x, y] = shares(t, df)
    const density = x < 1e-280 ? df * leadingTerm(t, df) : betaTerm(df / 2, 0.5, x, y)
    return ((far ? -1 : 1) * density) / probability(t, df)
  }
  return solveLogTail({ value, rising: !far, slope, start }, Math.log(far ? above : centre))
}
