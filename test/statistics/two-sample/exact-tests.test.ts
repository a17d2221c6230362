/** Exact tests against counting by brute force in whole numbers, and what no data at all may say. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contingencyTest } from '../../../reconciler/statistics/two-sample/contingency.ts'
import { fisherExact } from '../../../reconciler/statistics/two-sample/fisher-exact.ts'
import {
  kolmogorovSmirnovOfBins,
  kolmogorovSmirnovTest,
} from '../../../reconciler/statistics/two-sample/kolmogorov-smirnov-test.ts'
import { mannWhitneyTest } from '../../../reconciler/statistics/two-sample/mann-whitney.ts'
import { mcnemarAsymptotic, mcnemarExact } from '../../../reconciler/statistics/two-sample/mcnemar.ts'
import { drawnPermutationTest, exactPermutationTest } from '../../../reconciler/statistics/two-sample/permutation-test.ts'

function choose(n: number, k: number): bigint {
  let result = 1n
  for (let i = 1; i <= k; i += 1) result = (result * BigInt(n - k + i)) / BigInt(i)
  return result
}

const ratio = (above: bigint, below: bigint): number => Number((above * 10n ** 30n) / below) / 1e30
const count = fc.integer({ min: 0, max: 40 })
const alternatives = ['two-sided', 'less', 'greater'] as const

/** Every way to choose `size` of the values 0 … total - 1. */
function subsets(total: number, size: number): readonly (readonly number[])[] {
  if (size === 0) return [[]]
  if (total < size) return []
  return [...subsets(total - 1, size), ...subsets(total - 1, size - 1).map((chosen) => [...chosen, total - 1])]
}

describe('Fisher', () => {
  it('sums whole-number tables', () => {
    fc.assert(
      fc.property(count, count, count, count, (a, b, c, d) => {
        fc.pre(a + b > 0 && c + d > 0 && a + c > 0 && b + d > 0)
        const [row, column, total] = [a + b, a + c, a + b + c + d]
        const weight = (x: number): bigint => choose(row, x) * choose(total - row, column - x)
        const cells = Array.from({ length: row + 1 }, (_, x) => x).filter((x) => column - x >= 0 && column - x <= total - row)
        const p = (keep: (x: number) => boolean): number =>
          ratio(
            cells.filter(keep).reduce((sum, x) => sum + weight(x), 0n),
            choose(total, column),
          )
        const expected = { 'two-sided': p((x) => weight(x) <= weight(a)), less: p((x) => x <= a), greater: p((x) => x >= a) }
        for (const alternative of alternatives) {
          const got = fisherExact({ a, b, c, d }, alternative).pvalue
          expect(Math.abs(got - expected[alternative])).toBeLessThanOrEqual(1e-11 * expected[alternative] + 1e-25)
        }
      }),
    )
  })
})

describe('McNemar', () => {
  it('doubles a binomial tail in whole numbers, at most 1', () => {
    fc.assert(
      fc.property(count, count, (onlyFirst, onlySecond) => {
        const [n, k] = [onlyFirst + onlySecond, Math.min(onlyFirst, onlySecond)]
        const tail = Array.from({ length: k + 1 }, (_, i) => choose(n, i)).reduce((sum, term) => sum + term, 0n)
        const expected = Math.min(1, ratio(2n * tail, 2n ** BigInt(n)))
        expect(mcnemarExact({ onlyFirst, onlySecond }).pvalue).toBeCloseTo(expected, 12)
      }),
    )
  })

  it('is undefined without discordant rows, with the correction too', () => {
    for (const corrected of [true, false])
      expect(mcnemarAsymptotic({ onlyFirst: 0, onlySecond: 0 }, corrected)).toEqual({ statistic: NaN, pvalue: NaN })
  })
})

describe('Mann-Whitney', () => {
  it('counts every assignment of ranks', () => {
    for (const [n, m] of [
      [1, 1],
      [2, 5],
      [4, 4],
      [5, 3],
    ] as const) {
      // prettier-ignore
      const all = subsets(n + m, n)
      const uOf = (chosen: readonly number[]): number => chosen.reduce((sum, rank) => sum + rank, 0) - (n * (n - 1)) / 2
      for (const chosen of all) {
        const rest = Array.from({ length: n + m }, (_, rank) => rank).filter((rank) => !chosen.includes(rank))
        const u = uOf(chosen)
        const share = all.filter((other) => uOf(other) >= u).length / all.length
        const { pvalue, statistic } = mannWhitneyTest(chosen, rest, { alternative: 'greater', method: 'exact', continuity: true })
        expect(statistic).toBe(u)
        expect(pvalue).toBeCloseTo(share, 13)
      }
    }
  })
})

describe('Kolmogorov-Smirnov', () => {
  it('counts every order of two samples', () => {
    const farthest = (chosen: readonly number[], n: number, m: number, sign: 1 | -1 | 0): number => {
      let [i, j, most] = [0, 0, 0]
      for (let rank = 0; rank < n + m; rank += 1) {
        if (chosen.includes(rank)) i += 1
        else j += 1
        const difference = i * m - j * n
        most = Math.max(most, sign === 0 ? Math.abs(difference) : sign * difference)
      }
      return most
    }
    for (const [n, m] of [
      [1, 2],
      [3, 3],
      [4, 5],
      [6, 4],
    ] as const) {
      // prettier-ignore
      const all = subsets(n + m, n)
      for (const chosen of all.filter((_, index) => index % 7 === 0)) {
        const rest = Array.from({ length: n + m }, (_, rank) => rank).filter((rank) => !chosen.includes(rank))
        for (const [alternative, sign] of [
          ['two-sided', 0],
          ['greater', 1],
          ['less', -1],
        ] as const) {
          // prettier-ignore
          const far = farthest(chosen, n, m, sign)
          const got = kolmogorovSmirnovTest(chosen, rest, { alternative, method: 'exact' })
          expect(got.statistic).toBeCloseTo(far / (n * m), 14)
          expect(got.pvalue).toBeCloseTo(all.filter((other) => farthest(other, n, m, sign) >= far).length / all.length, 13)
        }
      }
    }
  })

  it('is exact where the whole set of paths is too large to count as numbers', () => {
    // Equal sizes: P(D+ >= h/n) = C(2n, n - h) / C(2n, n) (Gnedenko & Korolyuk 1951).
    const [n, h] = [900, 50]
    const a = Array.from({ length: n }, (_, i) => i)
    const b = a.map((value) => value + h - 0.5)
    const { pvalue } = kolmogorovSmirnovTest(a, b, { alternative: 'greater', method: 'exact' })
    const expected = ratio(choose(2 * n, n - h), choose(2 * n, n))
    expect(Math.abs(pvalue / expected - 1)).toBeLessThan(1e-11)
  })

  it('leaves the exact p-value out where it would take too long', () => {
    expect(kolmogorovSmirnovOfBins([4000, 4000], [3000, 3000]).exactPvalue).toBeUndefined()
  })
})

describe('permutations', () => {
  it('are all visited once, equal differences counted although rounding tells them apart', () => {
    const result = exactPermutationTest([0.1, 0.2], [0.15, 0.15])
    // 6 choices: sums .3, .25, .25, .35, .35, .3 against .3.
    expect(result).toMatchObject({ permutations: 6, pvalueTwoSidedBySize: 1 })
    expect(result.pvalueGreater).toBeCloseTo(4 / 6, 15)
    expect(result.pvalueLess).toBeCloseTo(4 / 6, 15)
  })

  it('never give 0 when they are drawn', () => {
    expect(drawnPermutationTest([9, 9], [0, 0], []).pvalue).toBe(1)
    expect(drawnPermutationTest([9, 9], [0, 0], [[0, 2, 1, 3], [2, 3, 0, 1]])).toEqual({ statistic: 9, exceed: 1, pvalue: 2 / 3 }) // prettier-ignore
  })
})

describe('tests of nothing', () => {
  it('are undefined, never passed', () => {
    for (const alternative of alternatives)
      for (const [a, b] of [
        [[], [1]],
        [[1], []],
        [[NaN, 1], [2]],
        [[1], [NaN]],
      ] as const) {
        // prettier-ignore
        for (const method of ['exact', 'asymptotic'] as const) {
          expect(kolmogorovSmirnovTest(a, b, { alternative, method })).toEqual({ statistic: NaN, pvalue: NaN })
          expect(mannWhitneyTest(a, b, { alternative, method, continuity: true }).pvalue).toBeNaN()
        }
        expect(exactPermutationTest(a, b).pvalueTwoSided).toBeNaN()
      }
    expect(kolmogorovSmirnovOfBins([0, 0], [1, 2]).statistic).toBeNaN()
    expect(contingencyTest([[0, 0], [0, 0]], true).pvalue).toBeNaN() // prettier-ignore
    expect(contingencyTest([], true).pvalue).toBeNaN()
  })
})
