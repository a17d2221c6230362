/** The chi-squared distribution. */
import { poissonTerm } from './deviance.ts'
import { gammaP, gammaQ } from './incomplete-gamma.ts'
import { normalQuantile } from './normal.ts'
import { solveLogTail } from './solve-log-tail.ts'

/** P(X > x) with df degrees of freedom, exact in the upper tail. 1 at and below 0. With df = 0 all mass is at 0. */
export function chiSquaredSf(x: number, df: number): number {
  if (df === 0) return x >= 0 ? (x === 0 ? 1 : 0) : Number.isNaN(x) ? NaN : 1
  return x < 0 ? 1 : gammaQ(df / 2, x / 2)
}

/** The x with P(X <= x) = p; NaN for p outside of [0, 1] or df that is not positive. Solved in ln x. */
export function chiSquaredQuantile(p: number, df: number): number {
  if (!(p >= 0 && p <= 1 && df > 0 && df < Infinity)) return NaN
  if (p === 0 || p === 1) return p === 0 ? 0 : Infinity
  const a = df / 2
  const lower = p < 0.5
  const tail = lower ? gammaP : gammaQ
  // x^a e^-x / gamma(a) is the derivative of P in ln x.
  const slope = (u: number): number => {
    const x = Math.exp(u)
    return ((lower ? 1 : -1) * a * poissonTerm(a, x)) / tail(a, x)
  }
  const value = (u: number): number => Math.log(tail(a, Math.exp(u)))
  return 2 * Math.exp(solveLogTail({ value, rising: lower, slope, start: startOf(p, a) }, Math.log(lower ? p : 1 - p)))
}

/** Wilson and Hilferty (1931) where it is positive, else the leading term x^a / gamma(a + 1) = p. */
function startOf(p: number, a: number): number {
  const cube = 1 - 1 / (9 * a) + normalQuantile(p) / (3 * Math.sqrt(a))
  return cube > 0.1 ? Math.log(a) + 3 * Math.log(cube) : Math.log(a) + Math.log(p) / a
}
