/** What t tests say of constants, of turned samples, and of samples that have nothing to say. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { proportionsTest } from '../../../reconciler/statistics/two-sample/proportions-test.ts'
import { pairedTTest, welchTTest } from '../../../reconciler/statistics/two-sample/t-test.ts'

const options = { alternative: 'two-sided', confidence: 0.95 } as const
const sample = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 3, maxLength: 40 })

describe('the t tests', () => {
  it('are undefined for two equal constants, whatever their means are rounded to', () => {
    for (const value of [1, 0.1, 1 / 3, 1e300]) {
      const [a, b] = [new Array<number>(3).fill(value), new Array<number>(7).fill(value)]
      expect(welchTTest(a, b, options)).toMatchObject({ statistic: NaN, pvalue: NaN, difference: 0 })
      expect(pairedTTest(a, a, options)).toMatchObject({ statistic: NaN, pvalue: NaN, difference: 0 })
    }
    expect(welchTTest([0.1, 0.1, 0.1], [0.2, 0.2], options)).toMatchObject({ statistic: -Infinity, pvalue: 0 })
  })

  it('turn their sign with the samples, and split the two-sided p-value', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const there = welchTTest(a, b, options)
        const back = welchTTest(b, a, options)
        fc.pre(Number.isFinite(there.statistic))
        expect(back.statistic + 0).toBe(0 - there.statistic)
        expect(back.pvalue).toBe(there.pvalue)
        expect(back.interval.low + 0).toBe(0 - there.interval.high)
        const less = welchTTest(a, b, { ...options, alternative: 'less' }).pvalue
        const greater = welchTTest(a, b, { ...options, alternative: 'greater' }).pvalue
        expect(less + greater).toBeCloseTo(1, 12)
        expect(2 * Math.min(less, greater)).toBeCloseTo(there.pvalue, 12)
      }),
    )
  })

  it('reject exactly when the interval leaves 0 out', () => {
    fc.assert(
      fc.property(sample, sample, fc.constantFrom('two-sided', 'less', 'greater'), (a, b, alternative) => {
        const { pvalue, interval } = welchTTest(a, b, { alternative, confidence: 0.9 })
        fc.pre(Math.abs(pvalue - 0.1) > 1e-9)
        expect(interval.low > 0 || interval.high < 0).toBe(pvalue < 0.1)
      }),
    )
  })

  it('have nothing to say of too few values or of NaN', () => {
    for (const [a, b] of [
      [[], [1, 2]],
      [[1], [1, 2]],
      [
        [1, NaN],
        [1, 2],
      ],
    ] as const)
      // prettier-ignore
      expect(welchTTest(a, b, options).pvalue).toBeNaN()
    expect(pairedTTest([1], [2], options).pvalue).toBeNaN()
    expect(() => pairedTTest([1, 2], [1], options)).toThrow('expected pairs, found 2 values and 1 values')
  })
})

describe('the test of proportions', () => {
  it('is undefined where no variance is left, or no trial was made', () => {
    const z = { pooled: true, ...options }
    expect(proportionsTest({ successes: 0, count: 5 }, { successes: 0, count: 9 }, z).pvalue).toBeNaN()
    expect(proportionsTest({ successes: 0, count: 0 }, { successes: 1, count: 9 }, z).pvalue).toBeNaN()
  })
})
