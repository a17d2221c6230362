/** The logarithm of the gamma function, and what is left of it when Stirling's approximation is taken away. */

/** Lanczos' coefficients for g = 607/128, as computed by P. Godfrey (2001): relative error of gamma below 1e-15. */
const lanczosG = 607 / 128
const lanczos = [
  0.99999999999999709182, 57.156235665862923517, -59.597960355475491248, 14.136097974741747174, -0.49191381609762019978,
  0.33994649984811888699e-4, 0.46523628927048575665e-4, -0.98374475304879564677e-4, 0.15808870322491248884e-3,
  -0.21026444172410488319e-3, 0.2174396181152126432e-3, -0.16431810653676389022e-3, 0.84418223983852743293e-4,
  -0.2619083840158140867e-4, 0.36899182659531622704e-5,
]

/** zeta(k) - 1 for k = 2, 3, … (DLMF 25.2): they fall by half, so that 40 of them are exact in doubles where they are used. */
const zetaMinusOne = Array.from({ length: 40 }, (_, index) => zetaLessOne(index + 2))
const eulerGamma = 0.57721566490153286061
const halfLogTwoPi = 0.91893853320467274178

/** Euler-Maclaurin with 60 terms before the tail (DLMF 25.2.10). */
function zetaLessOne(k: number): number {
  const n = 60
  let sum = 0
  for (let term = n - 1; term >= 2; term -= 1) sum += term ** -k
  const first = n ** -k
  const corrections = (k / n) * (1 / 12 - (((k + 1) * (k + 2)) / n ** 2) * (1 / 720 - ((k + 3) * (k + 4)) / (30240 * n * n)))
  return sum + (n * first) / (k - 1) + first / 2 + first * corrections
}

/**
 * ln |gamma(x)|; Infinity at 0 and the negative integers. Absolute error near the zeros at 1 and 2 below 1e-16, elsewhere
 * relative error of about 1e-15. Reflection for negative x (DLMF 5.5.3), Stirling's series above 15 (5.11.1).
 */
export function logGamma(x: number): number {
  if (Number.isNaN(x) || x === -Infinity) return NaN
  if (x === Infinity) return Infinity
  if (x < 0.5) return reflected(x)
  if (x <= 1.5) return logGammaOnePlus(x - 1)
  if (x <= 2.5) return Math.log1p(x - 2) + logGammaOnePlus(x - 2)
  if (x < 15) return lanczosLogGamma(x)
  return (x - 0.5) * Math.log(x) - x + halfLogTwoPi + stirlingSeries(x)
}

function reflected(x: number): number {
  if (Number.isInteger(x)) return Infinity
  if (x > 0) return logGammaOnePlus(x) - Math.log(x)
  const fraction = x - Math.round(x)
  return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * fraction))) - logGamma(1 - x)
}

/**
 * ln gamma(1 + x) for |x| <= 1/2, with full relative precision also near its zero at 0:
 * ln gamma(1 + x) = -ln(1 + x) + x (1 - euler) + sum over k >= 2 of (-1)^k (zeta(k) - 1) x^k / k (Abramowitz & Stegun 6.1.33).
 */
export function logGammaOnePlus(x: number): number {
  let sum = 0
  for (let k = zetaMinusOne.length + 1; k >= 2; k -= 1) sum = (zetaMinusOne[k - 2] ?? 0) / k - x * sum
  return x - Math.log1p(x) + x * (x * sum - eulerGamma)
}

function lanczosLogGamma(x: number): number {
  let sum = lanczos[0] ?? 0
  for (let term = lanczos.length - 1; term >= 1; term -= 1) sum += (lanczos[term] ?? 0) / (x - 1 + term)
  const shifted = x - 0.5 + lanczosG
  return (x - 0.5) * Math.log(shifted) - shifted + halfLogTwoPi + Math.log(sum)
}

/** 1/(12x) - 1/(360x³) + …: what Stirling's formula leaves out (DLMF 5.11.1), for x >= 10. */
function stirlingSeries(x: number): number {
  const y = 1 / (x * x)
  const tail = 1 / 1260 - y * (1 / 1680 - y * (1 / 1188 - y * (691 / 360360 - y * (1 / 156 - y * (3617 / 122400)))))
  return (1 / 12 - y * (1 / 360 - y * tail)) / x
}

/** ln gamma(x + 1) - (x + 1/2) ln x + x - ln(2 pi)/2, for x > 0 (C. Loader, Fast and accurate computation of binomial probabilities, 2000). */
export function stirlingError(x: number): number {
  if (x >= 15) return stirlingSeries(x)
  return logGamma(x + 1) - (x + 0.5) * Math.log(x) + x - halfLogTwoPi
}
