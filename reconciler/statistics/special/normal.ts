/** The standard normal distribution. */
import { scaledErfc } from './error-function.ts'

/** Density at x. */
export function normalPdf(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
}

/** P(Z <= x). */
export function normalCdf(x: number): number {
  return scaledErfc(-x * Math.SQRT1_2, 0.5)
}

/** P(Z > x), exact in the upper tail. */
export function normalSf(x: number): number {
  return scaledErfc(x * Math.SQRT1_2, 0.5)
}

/** Coefficients of M. J. Wichura, Algorithm AS 241 (1988), routine PPND16; highest power first, numerator and denominator. */
const central = [
  [
    2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125,
    1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
  ],
  [
    5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867, 5394.1960214247511077,
    687.1870074920579083, 42.313330701600911252, 1,
  ],
] as const
const middle = [
  [
    7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258, 3.64784832476320460504,
    5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
  ],
  [
    1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459, 0.68976733498510000455,
    1.6763848301838038494, 2.05319162663775882187, 1,
  ],
] as const
const far = [
  [
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
    0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
  ],
  [
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1,
  ],
] as const

type Ratio = readonly [readonly number[], readonly number[]]

function ratioAt([above, below]: Ratio, x: number): number {
  const horner = (coefficients: readonly number[]): number => coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)
  return horner(above) / horner(below)
}

/** The x with P(Z <= x) = p; -Infinity at 0, Infinity at 1, NaN outside. Relative error of about 1e-16 down to p = 1e-308 (AS 241). */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) return q * ratioAt(central, 0.180625 - q * q)
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p))
  const size = r <= 5 ? ratioAt(middle, r - 1.6) : ratioAt(far, r - 5)
  return q < 0 ? -size : size
}

/** How many standard errors a two-sided interval reaches. By its tail: 0.5 + confidence / 2 would round that away when it is tiny. */
export function normalReach(confidence: number): number {
  return -normalQuantile((1 - confidence) / 2)
}
