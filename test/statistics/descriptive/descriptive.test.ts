/** Sums, quantiles and ranks against exact arithmetic and hand-made values. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { midranksOf } from '../../../reconciler/statistics/descriptive/midranks.ts'
import { momentsOf } from '../../../reconciler/statistics/descriptive/moments.ts'
import { pairwiseSum } from '../../../reconciler/statistics/descriptive/pairwise-sum.ts'
import { medianOf, quantileOfSorted } from '../../../reconciler/statistics/descriptive/quantile.ts'

describe('pairwise sums', () => {
  it('are exact for whole numbers of any count', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e6, max: 1e6 }), { maxLength: 2000 }), (values) => {
        expect(pairwiseSum(values)).toBe(values.reduce((sum, value) => sum + value, 0))
      }),
    )
  })

  it('lose little where a plain loop loses much, and have the digits of numpy', () => {
    // numpy 2.4: np.sum(np.full(1000001, 0.1)), np.sum(np.arange(1, 200) / 7.0), np.sum(np.arange(1, 100) / 3.0)
    expect(pairwiseSum(new Float64Array(1_000_001).fill(0.1))).toBe(100000.10000000003)
    expect(pairwiseSum(Float64Array.from({ length: 199 }, (_, index) => (index + 1) / 7))).toBe(2842.857142857143)
    expect(pairwiseSum(Float64Array.from({ length: 99 }, (_, index) => (index + 1) / 3))).toBe(1650.0)
  })
})

describe('moments', () => {
  it('keep a small variance on a large mean', () => {
    expect(momentsOf([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16])).toEqual({ count: 4, mean: 1e9 + 10, variance: 30 })
    expect(momentsOf([5])).toEqual({ count: 1, mean: 5, variance: NaN })
    expect(momentsOf([])).toEqual({ count: 0, mean: NaN, variance: NaN })
  })
})

describe('quantiles', () => {
  it('are linear between two values, and values at the ends', () => {
    const sorted = Float64Array.of(1, 2, 4, 8)
    expect([0, 1 / 3, 0.5, 1].map((q) => quantileOfSorted(sorted, q))).toEqual([1, 2, 3, 8])
    expect([medianOf([3, 1, 2]), medianOf([4, 1, 2, 3]), medianOf([]), medianOf([1, NaN])]).toEqual([2, 2.5, NaN, NaN])
    expect([quantileOfSorted(sorted, -0.1), quantileOfSorted(sorted, 1.1), quantileOfSorted(sorted, NaN)]).toEqual([NaN, NaN, NaN]) // prettier-ignore
    expect(quantileOfSorted(Float64Array.of(-Infinity, Infinity, Infinity), 0.75)).toBe(Infinity)
  })
})

describe('midranks', () => {
  it('share ranks among equal values', () => {
    const { ranks, tieTerm } = midranksOf(Float64Array.of(2, 1, 2, 5, 2))
    expect([[...ranks], tieTerm]).toEqual([[3, 1, 3, 5, 3], 24])
  })
})
