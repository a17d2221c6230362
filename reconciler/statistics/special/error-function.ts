/** The error function and its complement. */

const twoOverRootPi = 1.1283791670955125739

/** e^(-x²) with the rounding of x² taken out: the upper half of the digits of x has an exact square. */
function expOfMinusSquare(x: number): number {
  const high = Math.fround(x)
  return Math.exp(-high * high) * Math.exp((high - x) * (high + x))
}

/** 2/sqrt(pi) e^(-x²) sum of 2^n x^(2n+1) / (1·3·…·(2n+1)) (DLMF 7.6.2): all terms of one sign. */
function series(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; ; n += 1) {
    term *= (2 * x * x) / (2 * n + 1)
    const next = sum + term
    if (next === sum) return twoOverRootPi * expOfMinusSquare(x) * sum
    sum = next
  }
}

/** e^(-x²)/sqrt(pi) · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))) for x >= 2 (DLMF 7.9.1), from the far end; 100 terms are exact there. */
function continuedFraction(x: number): number {
  let below = x
  for (let k = 100; k >= 1; k -= 1) below = x + k / 2 / below
  return (expOfMinusSquare(x) / below) * (twoOverRootPi / 2)
}

/** erf(x) = 2/sqrt(pi) ∫₀ˣ e^(-t²) dt. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return NaN
  if (Math.abs(x) > 6) return Math.sign(x)
  if (Math.abs(x) <= 2) return series(x)
  return Math.sign(x) * (1 - continuedFraction(Math.abs(x)))
}

/** 1 - erf(x), with full relative precision in the upper tail (down to 1e-308, at x = 26.5). */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return NaN
  if (x < -6) return 2
  if (x <= 1.5) return 1 - erf(x)
  if (x > 28) return 0
  return continuedFraction(x)
}
