/** Identities that special functions and distributions keep everywhere, not only where there is a reference value. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { betaQuantile } from '../../../reconciler/statistics/special/beta-quantile.ts'
import { chiSquaredQuantile, chiSquaredSf } from '../../../reconciler/statistics/special/chi-squared.ts'
import { erf, erfc } from '../../../reconciler/statistics/special/error-function.ts'
import { fSf } from '../../../reconciler/statistics/special/f-distribution.ts'
import { betaI, betaTails } from '../../../reconciler/statistics/special/incomplete-beta.ts'
import { gammaP, gammaQ } from '../../../reconciler/statistics/special/incomplete-gamma.ts'
import { kolmogorovSmirnovSf } from '../../../reconciler/statistics/special/kolmogorov-smirnov.ts'
import { kolmogorovSf, smirnovSf } from '../../../reconciler/statistics/special/kolmogorov.ts'
import { logGamma } from '../../../reconciler/statistics/special/log-gamma.ts'
import { normalCdf, normalPdf, normalQuantile, normalSf } from '../../../reconciler/statistics/special/normal.ts'
import { studentTCdf, studentTQuantile, studentTSf } from '../../../reconciler/statistics/special/student-t.ts'

const powerOfTen = (low: number, high: number): fc.Arbitrary<number> =>
  fc.double({ min: low, max: high, noNaN: true }).map((exponent) => 10 ** exponent)
const between = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true })

function expectClose(got: number, expected: number, rel: number, abs = 0): void {
  expect(Math.abs(got - expected), `${got} for ${expected}`).toBeLessThanOrEqual(Math.max(abs, rel * Math.abs(expected)))
}

describe('the gamma function', () => {
  it('grows by x from x to x + 1', () => {
    fc.assert(
      fc.property(powerOfTen(-5, 8), (x) => expectClose(logGamma(x + 1), logGamma(x) + Math.log(x), 1e-13, 1e-13 * (1 + x))),
    )
  })

  it('is infinite at 0 and the negative integers, and undefined for what is no number', () => {
    expect([0, -1, -170].map(logGamma)).toEqual([Infinity, Infinity, Infinity])
    expect([NaN, -Infinity, Infinity].map(logGamma)).toEqual([NaN, NaN, Infinity])
  })

  it('has tails that sum to 1 and differ by a Poisson probability from a to a + 1', () => {
    fc.assert(
      fc.property(powerOfTen(-3, 4), powerOfTen(-3, 4), (a, x) => {
        expectClose(gammaP(a, x) + gammaQ(a, x), 1, 1e-13)
        const step = Math.exp(a * Math.log(x) - x - logGamma(a + 1))
        expectClose(gammaP(a, x), gammaP(a + 1, x) + step, 1e-9, 1e-300)
      }),
    )
  })

  it('gives NaN outside of its range', () => {
    for (const [a, x] of [
      [0, 1],
      [-1, 1],
      [1, -1],
      [NaN, 1],
      [1, NaN],
      [Infinity, 1],
    ] as const)
      // prettier-ignore
      expect([gammaP(a, x), gammaQ(a, x)]).toEqual([NaN, NaN])
    expect([gammaP(3, 0), gammaQ(3, 0), gammaP(3, Infinity), gammaQ(3, Infinity)]).toEqual([0, 1, 1, 0])
  })
})

describe('the error function and the normal distribution', () => {
  it('are odd, and complements', () => {
    fc.assert(
      fc.property(between(-7, 7), (x) => {
        expect(erf(-x)).toBe(-erf(x))
        expectClose(erf(x) + erfc(x), 1, 1e-15)
        expect(normalCdf(-x)).toBe(normalSf(x))
      }),
    )
  })

  it('bound the tail by the density: φ(x) x / (1 + x²) < Q(x) < φ(x) / x', () => {
    fc.assert(
      fc.property(between(1, 37), (x) => {
        expect(normalSf(x)).toBeGreaterThan((normalPdf(x) * x * (1 - 1e-12)) / (1 + x * x))
        expect(normalSf(x)).toBeLessThan((normalPdf(x) / x) * (1 + 1e-12))
      }),
    )
  })

  it('come back from the quantile, in both tails', () => {
    fc.assert(fc.property(powerOfTen(-300, -0.31), (p) => expectClose(normalCdf(normalQuantile(p)), p, 2e-12)))
    fc.assert(fc.property(between(0.5, 0.999), (p) => expectClose(normalCdf(normalQuantile(p)), p, 1e-14)))
    expect([0, 1, -0.1, 1.1, NaN].map(normalQuantile)).toEqual([-Infinity, Infinity, NaN, NaN, NaN])
  })
})

describe('the incomplete beta function', () => {
  it('turns around: I_x(a, b) = 1 - I_(1-x)(b, a)', () => {
    fc.assert(
      fc.property(powerOfTen(-2, 5), powerOfTen(-2, 5), between(1e-3, 1 - 1e-3), (a, b, x) => {
        const { lower, upper } = betaTails(a, b, x, 1 - x)
        expectClose(lower, 1 - betaI(b, a, 1 - x), 1e-12, 1e-12)
        expectClose(lower + upper, 1, 1e-13)
      }),
    )
  })

  it('is a sum of binomial probabilities for whole parameters', () => {
    const atLeast = (k: number, n: number, p: number): number => {
      let term = (1 - p) ** n
      let sum = k === 0 ? term : 0
      for (let i = 1; i <= n; i += 1) {
        term *= ((n - i + 1) / i) * (p / (1 - p))
        if (i >= k) sum += term
      }
      return sum
    }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), between(0.05, 0.95), (k, more, p) =>
        expectClose(betaI(k, more, p), atLeast(k, k + more - 1, p), 1e-11),
      ),
    )
  })

  it('comes back from the quantile', () => {
    fc.assert(
      fc.property(powerOfTen(-1, 6), powerOfTen(-1, 6), powerOfTen(-12, -0.01), (a, b, p) => {
        const x = betaQuantile(p, a, b)
        // Where x itself underflows or rounds to 1 there is no way back.
        if (x > 1e-290 && x < 0.999) expectClose(betaI(a, b, x), p, 1e-9)
      }),
    )
  })

  it('gives NaN outside of its range', () => {
    for (const [a, b, x] of [
      [0, 1, 0.5],
      [1, -1, 0.5],
      [1, 1, -0.1],
      [1, 1, 1.1],
      [NaN, 1, 0.5],
      [1, 1, NaN],
    ] as const)
      // prettier-ignore
      expect(betaI(a, b, x)).toBeNaN()
    expect([betaQuantile(0, 2, 3), betaQuantile(1, 2, 3), betaQuantile(-1, 2, 3), betaQuantile(0.5, 0, 3)]).toEqual([
      0,
      1,
      NaN,
      NaN,
    ])
  })
})

describe("Student's t, chi-squared and F", () => {
  it('meet where they are the same: t² is F with 1 degree of freedom, and Infinity is normal', () => {
    fc.assert(
      fc.property(powerOfTen(-3, 3), powerOfTen(-1, 5), (t, df) =>
        expectClose(2 * studentTSf(t, df), fSf(t * t, 1, df), 1e-9, 1e-300),
      ),
    )
    for (const t of [-37, -1.5, 0, 0.3, 8, 36]) expect(studentTSf(t, Infinity)).toBe(normalSf(t))
    fc.assert(fc.property(powerOfTen(-3, 3), (x) => expectClose(chiSquaredSf(x, 1), 2 * normalSf(Math.sqrt(x)), 1e-10, 1e-300)))
  })

  it('come back from their quantiles', () => {
    fc.assert(
      fc.property(powerOfTen(-100, -0.01), powerOfTen(0, 6), (p, df) =>
        expectClose(studentTCdf(studentTQuantile(p, df), df), p, 1e-9),
      ),
    )
    fc.assert(
      fc.property(powerOfTen(-50, -0.01), fc.integer({ min: 1, max: 2000 }), (p, df) =>
        expectClose(1 - chiSquaredSf(chiSquaredQuantile(p, df), df), p, 1e-9, 1e-12),
      ),
    )
  })

  it('have closed forms for 1 and 2 degrees of freedom', () => {
    fc.assert(
      fc.property(between(0.001, 0.999), (p) => {
        expectClose(studentTQuantile(p, 1), Math.tan(Math.PI * (p - 0.5)), 1e-11, 1e-14)
        expectClose(studentTQuantile(p, 2), (2 * p - 1) / Math.sqrt(2 * p * (1 - p)), 1e-11, 1e-14)
        expectClose(chiSquaredQuantile(p, 2), -2 * Math.log1p(-p), 1e-11)
      }),
    )
  })

  it('end, with a number or NaN, for whatever they are given', () => {
    const anything = fc.double()
    fc.assert(
      fc.property(anything, powerOfTen(-6, 12), powerOfTen(-6, 9), (x, df1, df2) => {
        for (const value of [studentTSf(x, df1), studentTQuantile(x, df1), chiSquaredSf(x, df1), fSf(x, df1, df2)])
          expect(typeof value).toBe('number')
        for (const tail of [studentTSf(x, df1), chiSquaredSf(x, df1), fSf(x, df1, df2)])
          if (!Number.isNaN(x)) expect(tail >= 0 && tail <= 1, `${tail}`).toBe(true)
      }),
    )
    for (const df of [0, -1, NaN]) expect([studentTSf(1, df), studentTQuantile(0.9, df)]).toEqual([NaN, NaN])
  })
})

describe('distributions of Kolmogorov and Smirnov', () => {
  it('fall from 1 to 0', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), between(0, 1), between(0, 1), (n, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)]
        // Where methods meet, the more exact one may be higher by the other's error.
        expect(kolmogorovSmirnovSf(n, high)).toBeLessThanOrEqual(kolmogorovSmirnovSf(n, low) * (1 + 1e-5) + 1e-12)
        expect(smirnovSf(n, high)).toBeLessThanOrEqual(smirnovSf(n, low) * (1 + 1e-9) + 1e-300)
      }),
    )
    expect([kolmogorovSmirnovSf(5, 0), kolmogorovSmirnovSf(5, 1), kolmogorovSmirnovSf(0, 0.5), kolmogorovSmirnovSf(2.5, 0.5)]).toEqual([1, 0, NaN, NaN]) // prettier-ignore
  })

  it('are known for one and two observations', () => {
    // One observation: D is the larger of u and 1 - u, so that P(D >= x) = 2 (1 - x) from 1/2 on.
    fc.assert(fc.property(between(0.5, 1), (x) => expectClose(kolmogorovSmirnovSf(1, x), 2 * (1 - x), 1e-12, 1e-15)))
    // Two: P(D < x) = 2 (2x - 1/2)² up to 1/2, and 1 - 2 (1 - x)² from there on (Birnbaum 1952, by integration).
    fc.assert(
      fc.property(between(0.25, 0.5), (x) => expectClose(kolmogorovSmirnovSf(2, x), 1 - 2 * (2 * x - 0.5) ** 2, 1e-12, 1e-14)),
    )
    fc.assert(fc.property(between(0.5, 1), (x) => expectClose(kolmogorovSmirnovSf(2, x), 2 * (1 - x) ** 2, 1e-12, 1e-15)))
  })

  it('approach the limit', () => {
    for (const x of [0.5, 0.8, 1, 1.36, 1.6]) expectClose(kolmogorovSmirnovSf(1_000_000, x / 1000), kolmogorovSf(x), 3e-3)
    expectClose(kolmogorovSf(1 - 1e-12), kolmogorovSf(1 + 1e-12), 1e-10)
  })
})
