/** The regularised incomplete gamma functions. Whichever tail is the small one is computed directly, so that it keeps its digits. */
import { poissonTerm } from './deviance.ts'
import { logGammaOnePlus } from './log-gamma.ts'

/** P(a, x) = 1/gamma(a) ∫₀ˣ t^(a-1) e^(-t) dt for a > 0, x >= 0; NaN elsewhere. */
export function gammaP(a: number, x: number): number {
  const known = atTheBorder(a, x, 0, 1)
  if (known !== null) return known
  return x < a + 1 ? lowerSeries(a, x) : 1 - upperFraction(a, x)
}

/** Q(a, x) = 1 - P(a, x), exact in the upper tail. */
export function gammaQ(a: number, x: number): number {
  const known = atTheBorder(a, x, 1, 0)
  if (known !== null) return known
  if (a < 1 && x < 1.1) return upperNearZero(a, x)
  return x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x)
}

function atTheBorder(a: number, x: number, atZero: number, atInfinity: number): number | null {
  if (!(a > 0 && x >= 0 && a < Infinity)) return NaN
  if (x === 0) return atZero
  return x === Infinity ? atInfinity : null
}

/** x^a e^-x / gamma(a+1) · sum of x^n / ((a+1)…(a+n)) (DLMF 8.7.1): all terms positive. */
function lowerSeries(a: number, x: number): number {
  let term = 1
  let sum = 1
  for (let n = 1; term > sum * Number.EPSILON * 0.1; n += 1) {
    term *= x / (a + n)
    sum += term
  }
  return poissonTerm(a, x) * sum
}

/** Legendre's continued fraction (DLMF 8.9.2) by the modified Lentz method (Numerical Recipes 6.2), for x >= a + 1. */
function upperFraction(a: number, x: number): number {
  const term = poissonTerm(a, x)
  if (term === 0) return 0
  let b = x + 1 - a
  let c = Infinity
  let d = 1 / b
  let fraction = d
  for (let n = 1; ; n += 1) {
    const numerator = n * (a - n)
    b += 2
    d = 1 / (numerator * d + b)
    c = b + numerator / c
    const change = c * d
    fraction *= change
    if (!(Math.abs(change - 1) > Number.EPSILON)) return term * a * fraction
  }
}

/**
 * Q for small a and x without 1 - P, which would lose all digits as a falls to 0:
 * P = x^a / gamma(a+1) · (1 + a sum of (-x)^n / (n! (a+n))) (DLMF 8.7.1), with x^a / gamma(a+1) - 1 from expm1.
 */
function upperNearZero(a: number, x: number): number {
  let term = 1
  let sum = 0
  for (let n = 1; Math.abs(term) > Number.EPSILON * 0.01; n += 1) {
    term *= -x / n
    sum += term / (a + n)
  }
  const exponent = a * Math.log(x) - logGammaAbove(a)
  return -Math.expm1(exponent) - Math.exp(exponent) * a * sum
}

/** ln gamma(1 + a) for 0 < a < 1. */
function logGammaAbove(a: number): number {
  return a <= 0.5 ? logGammaOnePlus(a) : Math.log(a) + logGammaOnePlus(a - 1)
}
