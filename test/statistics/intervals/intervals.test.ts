/** What holds for every interval: it contains its estimate, grows with confidence, and turns with its input. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bcaInterval,
  bootstrapStandardError,
  percentileInterval,
} from '../../../reconciler/statistics/intervals/bootstrap-interval.ts'
import { meanInterval } from '../../../reconciler/statistics/intervals/mean-interval.ts'
import { newcombeDifference } from '../../../reconciler/statistics/intervals/newcombe-difference.ts'
import { proportionInterval } from '../../../reconciler/statistics/intervals/proportion-interval.ts'
import { ratioInterval } from '../../../reconciler/statistics/intervals/ratio-interval.ts'

const methods = ['wilson', 'beta', 'jeffreys', 'agresti_coull', 'normal'] as const
const proportion = fc
  .tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 5000 }))
  .filter(([successes, failures]) => successes + failures > 0)
  .map(([successes, failures]) => ({ successes, count: successes + failures }))

describe('intervals of a share', () => {
  it.each(methods)('%s lies in [0, 1], grows with confidence and turns with successes and failures', (method) => {
    fc.assert(
      fc.property(proportion, (given) => {
        const narrow = proportionInterval(given, 0.8, method)
        const wide = proportionInterval(given, 0.99, method)
        expect(wide.low).toBeGreaterThanOrEqual(0)
        expect(wide.high).toBeLessThanOrEqual(1)
        expect(wide.low).toBeLessThanOrEqual(narrow.low + 1e-12)
        expect(wide.high).toBeGreaterThanOrEqual(narrow.high - 1e-12)
        const turned = proportionInterval({ ...given, successes: given.count - given.successes }, 0.8, method)
        expect(turned.low).toBeCloseTo(1 - narrow.high, 11)
        expect(turned.high).toBeCloseTo(1 - narrow.low, 11)
      }),
    )
  })

  it('Clopper-Pearson keeps its confidence for every true share', () => {
    const coverage = (count: number, share: number): number => {
      let covered = 0
      let term = (1 - share) ** count
      for (let k = 0; k <= count; k += 1) {
        const { low, high } = proportionInterval({ successes: k, count }, 0.9, 'beta')
        if (low <= share && share <= high) covered += term
        term *= ((count - k) / (k + 1)) * (share / (1 - share))
      }
      return covered
    }
    for (const share of [0.01, 0.1, 0.37, 0.5, 0.9]) expect(coverage(25, share)).toBeGreaterThanOrEqual(0.9)
  })

  it('says nothing without trials, or of more successes than trials', () => {
    for (const method of ['wilson', 'beta', 'normal'] as const)
      expect(proportionInterval({ successes: 0, count: 0 }, 0.95, method)).toEqual({ low: NaN, high: NaN })
    for (const method of methods)
      expect(proportionInterval({ successes: 6, count: 5 }, 0.95, method)).toEqual({ low: NaN, high: NaN })
  })

  it('Newcombe turns its sign with the shares and never has no width', () => {
    fc.assert(
      fc.property(proportion, proportion, (a, b) => {
        const there = newcombeDifference(a, b, 0.95)
        const back = newcombeDifference(b, a, 0.95)
        expect(back.interval.low).toBeCloseTo(-there.interval.high, 12)
        expect(there.interval.low).toBeLessThanOrEqual(there.difference + 1e-12)
        expect(there.interval.high).toBeGreaterThanOrEqual(there.difference - 1e-12)
        expect(there.interval.high - there.interval.low).toBeGreaterThan(0)
      }),
    )
  })
})

describe('intervals of means and ratios', () => {
  it('are a point for a constant sample, and nothing for one value', () => {
    expect(meanInterval([0.1, 0.1, 0.1], 0.95)).toMatchObject({ standardError: 0, interval: { low: 0.1, high: 0.1 } })
    expect(meanInterval([5], 0.95).interval).toEqual({ low: NaN, high: NaN })
  })

  it('a ratio to ones is a mean, with the normal in place of t', () => {
    const { ratio, variance } = ratioInterval([1, 2, 6], [1, 1, 1], 0.95)
    expect([ratio, variance]).toEqual([3, 7 / 3])
    expect(ratioInterval([1, 2], [1, 0], 0.95).ratio).toBe(3)
    expect(() => ratioInterval([1, 2], [1], 0.95)).toThrow('expected pairs')
  })
})

describe('bootstrap intervals', () => {
  it('take the middle of the replicates', () => {
    const replicates = Array.from({ length: 101 }, (_, index) => 100 - index)
    const { low, high } = percentileInterval(replicates, 0.9)
    expect([low, high].map((value) => Number(value.toFixed(9)))).toEqual([5, 95])
    expect(bootstrapStandardError([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 14)
  })

  it('BCa without bias and skewness is the percentile interval', () => {
    const replicates = Array.from({ length: 999 }, (_, index) => index - 499)
    const bca = bcaInterval({ replicates, estimate: 0, jackknife: [-2, -1, 1, 2], confidence: 0.95 })
    const percentile = percentileInterval(replicates, 0.95)
    expect(bca.biasCorrection).toBe(0)
    expect(bca.interval.low).toBeCloseTo(percentile.low, 9)
    expect(bca.interval.high).toBeCloseTo(percentile.high, 9)
  })

  it('BCa is undefined with all replicates on one side, equal jackknife values, or NaN', () => {
    const given = { replicates: [1, 2, 3], estimate: 2, jackknife: [1, 2, 4], confidence: 0.9 }
    const nothing = { low: NaN, high: NaN }
    expect(bcaInterval({ ...given, estimate: 9 }).interval).toEqual(nothing)
    expect(bcaInterval({ ...given, jackknife: [1, 1, 1] }).interval).toEqual(nothing)
    expect(bcaInterval({ ...given, replicates: [1, NaN, 3] }).interval).toEqual(nothing)
    expect(percentileInterval([1, NaN], 0.9)).toEqual(nothing)
    expect(percentileInterval([], 0.9)).toEqual(nothing)
  })
})
