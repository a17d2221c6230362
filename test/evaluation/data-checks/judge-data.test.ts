/** Judgements of facts, at their limits. */
import { describe, expect, it } from 'vitest'
import type { DataFacts, FeatureFacts } from '../../../reconciler/core/data-facts.ts'
import { correctedStability, judgeData } from '../../../reconciler/evaluation/data-checks/judge-data.ts'
import { randomBelow, seededRandom } from '../../../reconciler/statistics/random/seeded-random.ts'

const feature: FeatureFacts = {
  name: 'wind',
  dtype: 'float32',
  isConstant: false,
  newCategories: null,
  bins: { train: [500, 500], judged: [50, 50] },
  association: 0.6,
}

const facts: DataFacts = {
  task: 'binary-classification',
  judgedPart: 'test',
  trainRows: 1000,
  judgedRows: 100,
  sampledRows: { train: 1000, judged: 100 },
  sharedRows: 0,
  labels: [
    { value: '0', train: 700, judged: 70 },
    { value: '1', train: 300, judged: 30 },
  ],
  features: [feature],
}

const judge = (name: string, change: Partial<DataFacts>) =>
  judgeData({ ...facts, ...change }).find((outcome) => outcome.name === name)

describe('judgements', () => {
  it('pass where nothing is odd, with what was measured', () => {
    expect(judgeData(facts)).toEqual([
      { name: 'shared-rows', columns: [], status: 'passed', value: 0, limit: 0.05, message: 'expected at most 5 % of the rows of the test part in the training part, found 0 of 100' },
      { name: 'label-balance', columns: [], status: 'passed', value: 0.3, limit: null, message: 'the rarest of 2 classes in the training part is 1, 30 % of the rows' },
      { name: 'constant-feature', columns: [], status: 'passed', value: 0, limit: 0, message: 'expected more than one value in each of 1 feature of the training part, found none with one value' },
      { name: 'new-category', columns: [], status: 'passed', value: null, limit: 0.01, message: 'nothing to look at: there is no text feature' },
      { name: 'train-test-drift', columns: [], status: 'passed', value: 0, limit: 0.2, message: 'expected a population stability index between the training and the test part of at most 0.2, found 0 of wind at most' },
      { name: 'single-feature-predicts', columns: [], status: 'passed', value: 0.6, limit: 0.95, message: 'expected an area under the ROC curve of less than 0.95 of each feature alone, found 0.600 of wind at most' },
    ]) // prettier-ignore
  })

  it.each([
    ['shared-rows', { sharedRows: 5 }, 'passed', 0.05],
    ['shared-rows', { sharedRows: 6 }, 'failed', 0.06],
    ['single-feature-predicts', { features: [{ ...feature, association: 0.949 }] }, 'passed', 0.949],
    ['single-feature-predicts', { features: [{ ...feature, association: 0.95 }] }, 'failed', 0.95],
    ['single-feature-predicts', { task: 'regression', features: [{ ...feature, association: 0.98 }] }, 'passed', 0.98],
    ['single-feature-predicts', { task: 'regression', features: [{ ...feature, association: 0.99 }] }, 'failed', 0.99],
    ['new-category', { features: [{ ...feature, newCategories: { kinds: 1, rows: 1, examples: ['VX'] } }] }, 'passed', 0.01],
    ['new-category', { features: [{ ...feature, newCategories: { kinds: 1, rows: 2, examples: ['VX'] } }] }, 'failed', 0.02],
    ['constant-feature', { features: [{ ...feature, isConstant: true }] }, 'failed', 1],
    ['label-balance', { labels: [{ value: '0', train: 1000, judged: 100 }] }, 'failed', 0],
    ['label-balance', { task: 'regression', labels: [{ value: '0.5', train: 1000, judged: 100 }] }, 'failed', 0],
    ['label-balance', { labels: [] }, 'error', null],
  ] as const)('%s %o: %s', (name, change, status, value) => {
    expect(judge(name, change)).toMatchObject({ status, value })
  })

  it('tell a class of which there are few, which fails nothing', () => {
    const labels = [
      { value: '0', train: 991, judged: 99 },
      { value: '1', train: 9, judged: 1 },
    ]
    expect(judge('label-balance', { labels })).toMatchObject({
      status: 'passed',
      message: 'the rarest of 2 classes in the training part is 1, 0.9 % of the rows: that is few to learn from',
    })
  })

  it('say why nothing could be looked at', () => {
    const features = [{ ...feature, association: null, because: 'the training part has one class' }]
    expect(judge('single-feature-predicts', { features })).toMatchObject({
      value: null,
      message: 'nothing to look at: the training part has one class',
    })
    expect(correctedStability({ train: [0, 0], judged: [1, 2] })).toBeNull()
  })
})

describe('the corrected stability index', () => {
  it('is that of the shares, less what chance makes of it', () => {
    // 0.6 against 0.5: 0.1 ln(0.6 / 0.5) + (-0.1) ln(0.4 / 0.5) = 0.0405465; two bins: 1 / 1000 + 1 / 100 less.
    expect(correctedStability({ train: [500, 500], judged: [60, 40] })).toBeCloseTo(0.0405465 - 0.011, 6)
    expect(correctedStability({ train: [500, 500], judged: [51, 49] })).toBe(0)
  })

  it('is about 0 where small samples are of one population, where the index itself is not', () => {
    const random = seededRandom(7, 1)
    const draw = (rows: number) => {
      const counts = new Array<number>(10).fill(0)
      for (let row = 0; row < rows; row += 1) {
        const bin = randomBelow(random, 10)
        counts[bin] = (counts[bin] ?? 0) + 1
      }
      return counts
    }
    const values = Array.from({ length: 500 }, () => correctedStability({ train: draw(2000), judged: draw(200) }) ?? NaN)
    // Nine degrees of freedom: the index is 0.0495 in the mean, and above that plus 0.06 in less than 1 of 1000.
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeLessThan(0.015)
    expect(Math.max(...values)).toBeLessThan(0.12)
  })
})
