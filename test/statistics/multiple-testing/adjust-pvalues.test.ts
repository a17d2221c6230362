/** Laws of adjusted p-values. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adjustPvalues } from '../../../reconciler/statistics/multiple-testing/adjust-pvalues.ts'

const methods = ['bonferroni', 'holm', 'benjamini_hochberg', 'benjamini_yekutieli'] as const
const pvalues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 })

describe('adjusted p-values', () => {
  it('never fall below the p-value, and are ordered: Holm below Bonferroni, Hochberg below Yekutieli and below Holm', () => {
    fc.assert(
      fc.property(pvalues, (given) => {
        const [bonferroni, holm, hochberg, yekutieli] = methods.map((method) => adjustPvalues(given, method, 0.05).adjusted)
        const slack = 1 + 1e-12
        given.forEach((pvalue, index) => {
          const at = (values: Float64Array | undefined): number => values?.[index] ?? NaN
          expect(at(hochberg) * slack).toBeGreaterThanOrEqual(pvalue)
          expect(at(hochberg)).toBeLessThanOrEqual(at(holm) * slack)
          expect(at(holm)).toBeLessThanOrEqual(at(bonferroni) * slack)
          expect(at(hochberg)).toBeLessThanOrEqual(at(yekutieli) * slack)
        })
      }),
    )
  })

  it.each(methods)('%s moves with the order of the input, and rejects what its adjusted value says', (method) => {
    fc.assert(
      fc.property(pvalues, (given) => {
        const there = adjustPvalues(given, method, 0.05)
        const back = adjustPvalues(given.toReversed(), method, 0.05)
        expect([...back.adjusted].toReversed()).toEqual([...there.adjusted])
        there.adjusted.forEach((value, index) => {
          if (Math.abs(value - 0.05) > 1e-12) expect(there.rejected[index]).toBe(value <= 0.05)
        })
      }),
    )
  })

  it('leave tests that could not be made out of the family', () => {
    for (const method of methods) {
      const { adjusted, rejected } = adjustPvalues([0.01, NaN, 0.04], method, 0.05)
      const alone = adjustPvalues([0.01, 0.04], method, 0.05)
      expect([adjusted[0], adjusted[1], adjusted[2]]).toEqual([alone.adjusted[0], NaN, alone.adjusted[1]])
      expect(rejected).toEqual([alone.rejected[0], false, alone.rejected[1]])
      expect(adjustPvalues([], method, 0.05)).toEqual({ adjusted: new Float64Array(), rejected: [] })
    }
  })
})
