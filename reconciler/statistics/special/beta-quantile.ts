/** Quantiles of the beta distribution. */
import { betaTerm } from './deviance.ts'
import { betaTails } from './incomplete-beta.ts'
import { solveLogTail } from './solve-log-tail.ts'

/** x and 1 - x at e^u = x / (1 - x), each with all its digits. */
function pointAt(u: number): readonly [x: number, y: number] {
  return [1 / (1 + Math.exp(-u)), 1 / (1 + Math.exp(u))]
}

/**
 * The x with I_x(a, b) = p. `q` is 1 - p where the caller knows it better. 0 and 1 for p = 0 and 1; NaN outside or for a, b
 * that are not positive. Solved in ln(x / (1 - x)) on the smaller tail.
 */
export function betaQuantile(p: number, a: number, b: number, q = 1 - p): number {
  if (!(p >= 0 && p <= 1 && a > 0 && b > 0 && a < Infinity && b < Infinity)) return NaN
  if (p === 0 || q === 0) return p === 0 ? 0 : 1
  const lower = p < 0.5
  const tail = (u: number): number => {
    const [x, y] = pointAt(u)
    const { lower: below, upper: above } = betaTails(a, b, x, y)
    return lower ? below : above
  }
  // x^a y^b / B(a, b) is the derivative of I_x in ln(x / y).
  const slope = (u: number): number => ((lower ? 1 : -1) * betaTerm(a, b, ...pointAt(u))) / tail(u)
  const u = solveLogTail(
    { value: (at) => Math.log(tail(at)), rising: lower, slope, start: Math.log(a / b) },
    Math.log(lower ? p : q),
  )
  return pointAt(u)[0]
}
