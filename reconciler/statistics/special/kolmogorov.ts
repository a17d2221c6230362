/** The limits of the distributions of Kolmogorov's and Smirnov's statistics, and the exact one of the one-sided statistic. */
import { binomialTerm } from './deviance.ts'

/** Below this the series in e^(-1/x²) needs fewer terms than that in e^(-x²). */
const crossover = 1

/**
 * Kolmogorov's Q(x) = 2 sum over k >= 1 of (-1)^(k-1) e^(-2 k² x²): the limit of P(sqrt(n) D > x) (Kolmogorov 1933; for small
 * x by the theta function's other form, W. Feller 1948).
 */
export function kolmogorovSf(x: number): number {
  if (Number.isNaN(x)) return NaN
  if (x <= 0) return 1
  return x < crossover ? 1 - smallCdf(x) : largeSf(x)
}

function largeSf(x: number): number {
  let sum = 0
  for (let k = 4; k >= 1; k -= 1) sum = Math.exp(-2 * k * k * x * x) - sum
  return 2 * sum
}

function smallCdf(x: number): number {
  let sum = 0
  for (let k = 7; k >= 1; k -= 2) sum += Math.exp(-((k * Math.PI) ** 2) / (8 * x * x))
  return (Math.sqrt(2 * Math.PI) / x) * sum
}

/**
 * P(D+ >= x) of n observations: x sum over j <= n (1 - x) of C(n, j) (x + j/n)^(j-1) (1 - x - j/n)^(n-j) (Smirnov 1944; Birnbaum
 * & Tingey 1951). All terms are positive.
 */
export function smirnovSf(n: number, x: number): number {
  if (x <= 0) return 1
  if (x >= 1) return 0
  let sum = Math.exp(n * Math.log1p(-x))
  for (let j = 1; j <= n * (1 - x); j += 1) {
    const below = x + j / n
    const above = (n - j) / n - x
    if (above > 0) sum += (x / below) * binomialTerm(j, n, below, above)
  }
  return Math.min(1, sum)
}
