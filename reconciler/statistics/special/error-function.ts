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
  return (expOfMinusSquare(x) / fractionAt(x)) * (twoOverRootPi / 2)
}

function fractionAt(x: number): number {
  let below = x
  for (let k = 100; k >= 1; k -= 1) below = x + k / 2 / below
  return below
}

/** erf(x) = 2/sqrt(pi) ∫₀ˣ e^(-t²) dt. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return NaN
  if (Math.abs(x) > 6) return Math.sign(x)
  if (Math.abs(x) <= 2) return series(x)
  return Math.sign(x) * (1 - continuedFraction(Math.abs(x)))
}

/** 1 - erf(x), with full relative precision in the upper tail, down to the last digit that numbers below 1e-308 have. */
export function erfc(x: number): number {
  return scaledErfc(x, 1)
}

/** `scale * erfc(x)`, rounded once: below 1e-308 halving a rounded value would round again. */
export function scaledErfc(x: number, scale: number): number {
  if (Number.isNaN(x)) return NaN
  if (x < -6) return 2 * scale
  if (x <= 1.5) return (1 - erf(x)) * scale
  if (x > 28) return 0
  return x > 26 ? farTail(x, scale) : continuedFraction(x) * scale
}

/** As the continued fraction, with the exponential in two halves: only the last product may be below 1e-308. */
function farTail(x: number, scale: number): number {
  const high = Math.fround(x)
  const half = Math.exp((-high * high) / 2)
  return ((half * Math.exp((high - x) * (high + x)) * (twoOverRootPi / 2) * scale) / fractionAt(x)) * half
}
