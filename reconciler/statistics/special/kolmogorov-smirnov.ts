/** The distribution of the two-sided Kolmogorov-Smirnov statistic of n observations. */
import { smirnovSf } from './kolmogorov.ts'
import { matrixPowerCentre } from './matrix-power.ts'
import { pelzGoodCdf } from './pelz-good.ts'

/**
 * P(D >= x) for whole n >= 1; NaN for other n. By R. Simard & P. L'Ecuyer (Computing the two-sided Kolmogorov-Smirnov distribution,
 * 2011), with the borders between methods of scipy.stats.kstwo.sf, which this agrees with. Where two one-sided events nearly exclude
 * each other, twice the one-sided probability is taken: relative error below 2e-6 at worst.
 */
export function kolmogorovSmirnovSf(n: number, x: number): number {
  if (!(Number.isInteger(n) && n >= 1) || Number.isNaN(x)) return NaN
  const scaled = n * x
  if (x >= 1) return 0
  if (scaled <= 0.5) return 1
  if (scaled <= 1) return 1 - smallest(n, scaled)
  if (scaled >= n - 1) return 2 * (1 - x) ** n
  const square = scaled * x
  if (n > 140 && square >= 370) return 0
  if (x >= 0.5 || square > (n <= 140 ? 4 : 2.2)) return Math.min(1, 2 * smirnovSf(n, x))
  const cdf = n <= 140 || (n <= 100_000 && n * x ** 1.5 <= 1.4) ? durbinCdf(n, x) : pelzGoodCdf(n, x)
  return Math.min(1, Math.max(0, 1 - cdf))
}

/** n! (2x - 1/n)^n for 1/(2n) <= x <= 1/n (Ruben & Gambino 1982). */
function smallest(n: number, scaled: number): number {
  let product = 1
  for (let i = 1; i <= n; i += 1) product *= (i / n) * (2 * scaled - 1)
  return product
}

/** P(D < x) by Durbin's matrix (J. Durbin 1968; G. Marsaglia, W. W. Tsang & J. Wang 2003): n!/n^n times the middle of H^n. */
function durbinCdf(n: number, x: number): number {
  const k = Math.ceil(n * x)
  const { value, exponent } = matrixPowerCentre(durbinMatrix(k, k - n * x), 2 * k - 1, n)
  let probability = value
  let power = exponent
  for (let i = 1; i <= n; i += 1) {
    probability = (probability * i) / n
    if (probability < 1e-140) {
      probability *= 1e140
      power -= 140
    }
  }
  return probability * 10 ** power
}

function durbinMatrix(k: number, h: number): Float64Array {
  const size = 2 * k - 1
  const matrix = new Float64Array(size * size)
  const inverseFactorials = Float64Array.from({ length: size + 1 }, () => 1)
  for (let i = 1; i <= size; i += 1) inverseFactorials[i] = (inverseFactorials[i - 1] ?? 0) / i
  const over = (i: number): number => inverseFactorials[i] ?? 0
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column <= Math.min(row + 1, size - 1); column += 1) matrix[row * size + column] = over(row - column + 1)
  for (let i = 0; i < size; i += 1) {
    const border = (1 - h ** (i + 1)) * over(i + 1)
    matrix[i * size] = border
    matrix[(size - 1) * size + (size - 1 - i)] = border
  }
  matrix[(size - 1) * size] = (1 + Math.max(2 * h - 1, 0) ** size - 2 * h ** size) * over(size)
  return matrix
}
