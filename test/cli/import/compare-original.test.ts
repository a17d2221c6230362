/** How far a converted model is from its original: hand-made rows. */
import { describe, expect, it } from 'vitest'
import { assertFaithful, compareOriginal } from '../../../reconciler/cli/import/compare-original.ts'
import type { GoldenRow, Signature } from '../../../reconciler/core/release.ts'

const signature: Signature = { inputs: [], outputs: { score: 'p', label: 'label' } }

function rows(scores: readonly (number | null)[], labels: readonly (number | string)[] = []): readonly GoldenRow[] {
  return scores.map((score, index) => ({ inputs: {}, outputs: { p: [score], label: labels[index] ?? 0 } }))
}

describe('compareOriginal', () => {
  it('counts rows beyond the tolerance, and names the farthest', () => {
    const original = { scores: [[0.5], [0.25], [0.75]], labels: [0, 0, 1] }
    expect(compareOriginal(original, rows([0.500009, 0.25, 0.7499], [0, 0, 1]), signature)).toEqual({
      rows: 3,
      tolerance: 1e-5,
      rowsBeyond: 1,
      largestDifference: expect.closeTo(1e-4, 10) as number,
      otherLabels: 0,
      farthestRow: 3,
    })
  })

  it('measures large scores by their size', () => {
    const { rowsBeyond, largestDifference } = compareOriginal(
      { scores: [[20_000], [-20_000]], labels: null },
      rows([20_000.1, -20_001]),
      signature,
    )
    expect([rowsBeyond, largestDifference]).toEqual([1, 5e-5])
  })

  it('takes labels of other kinds as equal by their texts', () => {
    const { otherLabels } = compareOriginal(
      { scores: [[0], [0], [0]], labels: ['a', 1, '2'] },
      rows([0, 0, 0], ['a', '1', 3]),
      signature,
    )
    expect(otherLabels).toBe(1)
  })

  it('takes two rows without a number as equal', () => {
    const { farthestRow, largestDifference } = compareOriginal({ scores: [[null]], labels: null }, rows([null]), signature)
    expect([farthestRow, largestDifference]).toEqual([null, 0])
  })
})

describe('assertFaithful', () => {
  const difference = { rows: 400, tolerance: 1e-5, rowsBeyond: 2, largestDifference: 0.02, otherLabels: 2, farthestRow: 7 }

  it('allows half a percent of the rows', () => {
    expect(() => assertFaithful(difference)).not.toThrow()
    expect(() => assertFaithful({ ...difference, rowsBeyond: 3 })).toThrow(
      '3 of 400 rows of the sample differ by more than 0.00001, row 7 by 0.0200',
    )
    expect(() => assertFaithful({ ...difference, otherLabels: 3 })).toThrow('3 have another label; at most 0.5 % may')
    expect(() => assertFaithful({ ...difference, rows: 5, rowsBeyond: 1, otherLabels: 0 })).toThrow('1 of 5 rows')
  })

  it('allows no row where one of the two has no number', () => {
    const converted = rows([...new Array<number>(399).fill(0), null])
    const original = { scores: new Array<readonly number[]>(400).fill([0]), labels: null }
    expect(() => assertFaithful(compareOriginal(original, converted, signature))).toThrow(
      'row 400 where one of them has no number',
    )
  })
})
