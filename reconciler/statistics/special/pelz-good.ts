/** The expansion of the Kolmogorov-Smirnov distribution in powers of 1/sqrt(n), for n too large for exact methods. */

/**
 * P(D <= x) ~ K0(z) + K1(z)/sqrt(n) + K2(z)/n + K3(z)/n^(3/2), z = x sqrt(n): W. Pelz & I. J. Good, Approximating the lower tail-areas
 * of the Kolmogorov-Smirnov one-sample statistic (1976), the K's in the theta functions' form for small z.
 */
export function pelzGoodCdf(n: number, x: number): number {
  const z = Math.sqrt(n) * x
  const decay = Math.PI ** 2 / 8 / (z * z)
  if (decay > 708) return 0
  const terms = Math.ceil((16 * z) / Math.PI)
  const odd = oddSums(z, decay, terms)
  const even = evenSums(z, terms)
  return odd.reduce((sum, value, order) => sum + (value + (even[order] ?? 0)) / n ** (order / 2), 0)
}

/** Sums over odd m of a polynomial in m² times e^(-m² decay), one for each order. */
function oddSums(z: number, decay: number, terms: number): readonly number[] {
  const [z2, z4, z6] = [z ** 2, z ** 4, z ** 6]
  const [pi2, pi4, pi6] = [Math.PI ** 2, Math.PI ** 4, Math.PI ** 6]
  const polynomials = [
    [1, 0, 0, 0],
    [-z2, pi2 / 4, 0, 0],
    [6 * z6 + 2 * z4, ((2 * z4 - 5 * z2) * pi2) / 4, (pi4 * (1 - 2 * z2)) / 16, 0],
    [-30 * z6 - 90 * z ** 8, (pi2 * (135 * z4 - 96 * z6)) / 4, (pi4 * (-60 * z2 + 212 * z4)) / 16, (pi6 * (5 - 30 * z2)) / 64],
  ]
  const scales = [z, 6 * z4, 72 * z ** 7, 6480 * z ** 10]
  return polynomials.map((polynomial, order) => {
    let sum = 0
    for (let k = terms; k >= 1; k -= 1) {
      const m2 = (2 * k - 1) ** 2
      sum += polynomial.reduceRight((value, coefficient) => value * m2 + coefficient, 0) * Math.exp(-m2 * decay)
    }
    return (Math.sqrt(2 * Math.PI) * sum) / (scales[order] ?? NaN)
  })
}

/** What orders 2 and 3 have besides: sums over all k of e^(-k² pi² / (2 z²)). */
function evenSums(z: number, terms: number): readonly number[] {
  const factor = Math.PI ** 2 * Math.sqrt(2 * Math.PI)
  let second = 0
  let third = 0
  for (let k = terms; k >= 1; k -= 1) {
    const weight = k * k * Math.exp(-((Math.PI * k) ** 2) / 2 / (z * z))
    second += weight
    third += (3 * z * z - (Math.PI * k) ** 2) * weight
  }
  return [0, 0, (-factor * second) / (36 * z ** 3), (factor * third) / (216 * z ** 6)]
}
