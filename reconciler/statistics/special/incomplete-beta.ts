/** The regularised incomplete beta function. Whichever tail is the small one is computed directly, so that it keeps its digits. */
import { betaTerm } from './deviance.ts'

/** Both tails of a beta distribution; `lower + upper = 1`, and the smaller has full relative precision. */
export interface BetaTails {
  readonly lower: number
  readonly upper: number
}

/** I_x(a, b) for a, b > 0 and 0 <= x <= 1; NaN elsewhere. */
export function betaI(a: number, b: number, x: number): number {
  return betaTails(a, b, x, 1 - x).lower
}

/**
 * I_x(a, b) and 1 - I_x(a, b) = I_y(b, a), where x + y = 1. Both are given, because near 1 a double has lost the digits of
 * 1 - x that the caller still has.
 */
export function betaTails(a: number, b: number, x: number, y: number): BetaTails {
  if (!(a > 0 && b > 0 && x >= 0 && y >= 0 && a < Infinity && b < Infinity)) return { lower: NaN, upper: NaN }
  if (x === 0) return { lower: 0, upper: 1 }
  if (y === 0) return { lower: 1, upper: 0 }
  if (a * y - b * x >= 0) return fromBelow(a, b, x, y)
  const { lower, upper } = fromBelow(b, a, y, x)
  return { lower: upper, upper: lower }
}

/** For x at or below the mean a / (a + b). */
function fromBelow(a: number, b: number, x: number, y: number): BetaTails {
  const lower = b * x <= 1 && x <= 0.7 ? powerSeries(a, b, x, y) : betaTerm(a, b, x, y) * continuedFraction(a, b, x, y)
  // A distribution that leans on 0 has nearly all of its mass below its mean: then the other tail is the small one. Its series
  // takes about 40 / x terms; for smaller x a difference, which loses as many digits as the tail has zeros, has to do.
  const leans = lower >= 0.9 && x >= 1e-5
  return { lower, upper: leans ? positiveSeries(b, a, y, x) : 1 - lower }
}

/** x^a / (a B(a, b)) · (1 + a sum of (1-b)(2-b)…(n-b) x^n / (n! (a+n))) (DLMF 8.17.7 and 15.2.1), for b x <= 1. */
function powerSeries(a: number, b: number, x: number, y: number): number {
  let term = 1
  let sum = 0
  for (let n = 1; Math.abs(term) > Number.EPSILON * 0.01 && term !== 0; n += 1) {
    term *= ((n - b) / n) * x
    sum += term / (a + n)
  }
  return betaTerm(a, b, x, y) * Math.exp(-b * Math.log1p(-x)) * (1 / a + sum)
}

/** x^a y^b / (a B(a, b)) · sum of (a+b)_n / (a+1)_n x^n (DLMF 8.17.8): all terms positive, slow only when x is near 1. */
function positiveSeries(a: number, b: number, x: number, y: number): number {
  let term = 1
  let sum = 1
  for (let n = 0; term > sum * Number.EPSILON * 0.1 * (1 - x); n += 1) {
    term *= ((a + b + n) / (a + 1 + n)) * x
    sum += term
  }
  return (betaTerm(a, b, x, y) / a) * sum
}

/**
 * I_x(a, b) B(a, b) / (x^a y^b) for x at or below the mean, by the continued fraction of A. R. DiDonato and A. H. Morris,
 * Algorithm 708 (1992), BFRAC, evaluated forwards. a y - b x in place of a - (a+b) x keeps it exact for huge parameters.
 */
function continuedFraction(a: number, b: number, x: number, y: number): number {
  const lambda = a * y - b * x
  let c = denominatorAt(0, { a, b, x, lambda })
  let d = 0
  let fraction = c
  for (let m = 1; ; m += 1) {
    const above = numeratorAt(m, a, b, x)
    const below = denominatorAt(m, { a, b, x, lambda })
    d = 1 / (below + above * d)
    c = below + above / c
    const change = c * d
    fraction *= change
    if (!(Math.abs(change - 1) > Number.EPSILON)) return 1 / fraction
  }
}

function numeratorAt(m: number, a: number, b: number, x: number): number {
  const scale = a + 2 * m - 1
  return ((a + m - 1) / scale) * ((a + b + m - 1) / scale) * m * (b - m) * x * x
}

interface Shape {
  readonly a: number
  readonly b: number
  readonly x: number
  readonly lambda: number
}

function denominatorAt(m: number, { a, b, x, lambda }: Shape): number {
  const odd = m === 0 ? 0 : (m * (b - m) * x) / (a + 2 * m - 1)
  return m + odd + ((a + m) / (a + 2 * m + 1)) * (lambda + 1 + m * (2 - x))
}
