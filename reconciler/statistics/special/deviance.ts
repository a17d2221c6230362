/** The prefactors of the incomplete gamma and beta functions, computed without the cancellation that logarithms of gammas bring. */
import { stirlingError } from './log-gamma.ts'

/**
 * x ln(x / m) + m - x, exact also when x is close to m (C. Loader, Fast and accurate computation of binomial probabilities,
 * 2000). `difference` is x - m where the caller knows it better than a subtraction would.
 */
function deviance(x: number, m: number, difference = x - m): number {
  if (Math.abs(difference) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x
  const v = difference / (x + m)
  let sum = difference * v
  let power = 2 * x * v
  for (let k = 3; k < 1000; k += 2) {
    power *= v * v
    const next = sum + power / k
    if (next === sum) return next
    sum = next
  }
  return sum
}

/** Below this a ratio of a and x may leave the range of doubles, and products with x lose digits: x is taken `lift` times as large. */
const tiny = 1e-290
const lift = 2 ** 200

/** x^a e^-x / gamma(a + 1) for a > 0, x > 0: relative error of about 1e-15 times the size of its logarithm. */
export function poissonTerm(a: number, x: number): number {
  if (x < tiny && x > 0) return poissonTerm(a, x * lift) * lift ** -a
  return Math.exp(-stirlingError(a) - deviance(a, x)) / Math.sqrt(2 * Math.PI * a)
}

/** x^a y^b / B(a, b) for a, b > 0 and x + y = 1, both given so that neither is rounded off. */
export function betaTerm(a: number, b: number, x: number, y: number): number {
  if (x < tiny && x > 0) return betaTerm(a, b, x * lift, y) * lift ** -a
  if (y < tiny && y > 0) return betaTerm(a, b, x, y * lift) * lift ** -b
  const n = a + b
  // a - n x = a y - b x, and b - n y is its opposite.
  const difference = a * y - b * x
  const exponent =
    stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x, difference) - deviance(b, n * y, -difference)
  return (Math.exp(exponent) * Math.sqrt(a / n) * Math.sqrt(b)) / Math.sqrt(2 * Math.PI)
}

/** C(n, k) p^k q^(n-k) for whole 0 <= k <= n and p + q = 1, p and q positive. */
export function binomialTerm(k: number, n: number, p: number, q: number): number {
  return betaTerm(k + 1, n - k + 1, p, q) / (n + 1) / (p * q)
}
