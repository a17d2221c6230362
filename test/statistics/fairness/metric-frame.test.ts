/** For decisions, a rate without a denominator is undefined and left out; Fairlearn's values are in reference/. */
import { describe, expect, it } from 'vitest'
import { attributeOf } from '../../../reconciler/statistics/fairness/attribute.ts'
import { groupDifference, groupRatio } from '../../../reconciler/statistics/fairness/group-comparison.ts'
import { groupDifferenceIntervals } from '../../../reconciler/statistics/fairness/group-difference-intervals.ts'
import { metricFrame } from '../../../reconciler/statistics/fairness/metric-frame.ts'
import { parityOf } from '../../../reconciler/statistics/fairness/parity.ts'

/** Group b has no positives; a finds 1 of 2, c 2 of 2. */
const decisions = {
  truth: Uint8Array.of(1, 0, 1, 0, 0, 0, 1, 1),
  predictions: Uint8Array.of(1, 0, 0, 1, 0, 0, 1, 1),
}
const sensitive = [attributeOf(['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c'])]

describe('a frame of rates', () => {
  const of = (withoutDenominator: 'zero' | 'undefined') => metricFrame({ decisions, sensitive, withoutDenominator })[0]!

  it('gives a rate without a denominator as NaN, and leaves the group out of comparisons', () => {
    const frame = of('undefined')
    expect(frame.groups.map(({ rates }) => rates.true_positive_rate)).toEqual([0.5, NaN, 1])
    expect(groupDifference(frame, 'between_groups').true_positive_rate).toBe(0.5)
    expect(groupRatio(frame, 'between_groups').true_positive_rate).toBe(0.5)
    expect(parityOf(frame, 'between_groups').equal_opportunity_difference).toBe(0.5)
  })

  it('gives 0 when asked to be as Fairlearn, and then that group decides', () => {
    const frame = of('zero')
    expect(frame.groups.map(({ rates }) => rates.true_positive_rate)).toEqual([0.5, 0, 1])
    expect(parityOf(frame, 'between_groups').equal_opportunity_difference).toBe(1)
  })

  it('compares nothing when no group has the rate', () => {
    const frame = metricFrame({
      decisions: { truth: Uint8Array.of(0, 0), predictions: Uint8Array.of(1, 0) },
      sensitive: [attributeOf(['a', 'b'])],
      withoutDenominator: 'undefined',
    })[0]!
    expect(groupDifference(frame, 'to_overall').true_positive_rate).toBeNaN()
    expect(parityOf(frame, 'between_groups').demographic_parity_difference).toBe(1)
  })

  it('keeps groups apart whose names hold the sign between them', () => {
    const [stratum] = metricFrame({
      decisions: { truth: Uint8Array.of(1, 1), predictions: Uint8Array.of(1, 0) },
      sensitive: [attributeOf(['a|b', 'a']), attributeOf(['c', 'b|c'])],
      withoutDenominator: 'undefined',
    })
    const there = stratum!.groups.filter(({ rates }) => rates.count === 1).map(({ levels }) => levels)
    expect(there).toEqual([
      ['a', 'b|c'],
      ['a|b', 'c'],
    ])
  })

  it.each([
    [{ ...decisions, predictions: Uint8Array.of(1) }, 'expected 8 predictions, one a row, found 1'],
    [
      { ...decisions, predictions: decisions.predictions.map((one) => 2 * one) },
      'expected 0 or 1 as predictions, found 2 in row 0',
    ],
  ])('refuses what are no decisions: %#', (wrong, message) => {
    expect(() => metricFrame({ decisions: wrong, sensitive, withoutDenominator: 'zero' })).toThrow(new RangeError(message))
  })

  it('refuses an attribute of other rows', () => {
    const other = { decisions, sensitive: [attributeOf(['a'])], withoutDenominator: 'zero' } as const
    expect(() => metricFrame(other)).toThrow('expected an attribute of 8 rows, found one of 1')
  })
})

describe('differences to a reference group', () => {
  it('are undefined where either rate is', () => {
    const got = groupDifferenceIntervals({ decisions, attribute: sensitive[0]!, reference: 'b', confidence: 0.95 })
    expect(got.true_positive_rate['a']).toMatchObject({ rate: 0.5, difference: NaN, difference_low: NaN })
    expect(got.true_positive_rate['b']).toMatchObject({ numerator: 0, denominator: 0, rate: NaN, low: NaN })
    expect(got.selection_rate['c']?.difference).toBeCloseTo(1 - 1 / 3, 12)
  })
})
