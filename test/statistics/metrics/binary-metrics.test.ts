/** Binary metrics obey their laws for any rows, and are undefined rather than wrong. Numbers of libraries are in reference/. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binaryMetrics } from '../../../reconciler/statistics/metrics/binary-metrics.ts'
import { calibrationSlope } from '../../../reconciler/statistics/metrics/calibration-slope.ts'
import { delongAuc, delongTest } from '../../../reconciler/statistics/metrics/delong.ts'
import { orderScores } from '../../../reconciler/statistics/metrics/score-order.ts'
import { expectClose } from '../support/expect-close.ts'

interface Row {
  readonly label: number
  readonly score: number
  readonly weight: number
}

const row = fc.record({
  label: fc.integer({ min: 0, max: 1 }),
  score: fc.oneof(
    fc.integer({ min: 0, max: 8 }).map((step) => step / 8),
    fc.double({ min: 0, max: 1, noNaN: true }),
  ),
  weight: fc.integer({ min: 0, max: 3 }),
})
const rows = fc.array(row, { minLength: 1, maxLength: 40 })

const outcomesOf = (given: readonly Row[]) => ({
  truth: Uint8Array.from(given, ({ label }) => label),
  scores: Float64Array.from(given, ({ score }) => score),
})

/** Share of pairs in which the positive is above, ties half: the definition, pair by pair. */
function areaByPairs(given: readonly Row[]): number {
  const pairs = given.flatMap((a) => given.filter((b) => a.label === 1 && b.label === 0).map((b) => [a, b] as const))
  const won = pairs.map(([a, b]) => (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0) * a.weight * b.weight)
  const all = pairs.map(([a, b]) => a.weight * b.weight)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  return sum(won) / sum(all)
}

describe('the order of scores', () => {
  it('is that of a stable sort, for any doubles', () => {
    const doubles = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 1, -1, 5e-324, -5e-324)))
    fc.assert(
      fc.property(doubles, (given) => {
        const expected = given.map((_, index) => index).sort((a, b) => given[a]! - given[b]! || a - b)
        const finite = given.every(Number.isFinite)
        const { rows: order, sorted } = orderScores(Float64Array.from(given))
        if (finite) expect([...order]).toEqual(expected)
        expect([...sorted]).toEqual([...order].map((index) => given[index]! + 0))
      }),
    )
  })
})

describe('binary metrics', () => {
  it('have the area of the definition', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const weights = Float64Array.from(given, ({ weight }) => weight)
        expectClose(binaryMetrics({ ...outcomesOf(given), weights }, 0.5).roc_auc, areaByPairs(given), 'roc_auc')
      }),
    )
  })

  it('count a row of weight 3 as three rows, and one of weight 0 not at all', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const weighted = binaryMetrics({ ...outcomesOf(given), weights: Float64Array.from(given, ({ weight }) => weight) }, 0.5)
        const repeated = given.flatMap((one) => Array.from({ length: one.weight }, () => one))
        const { confusion_matrix: _, ece_equal_mass: __, ...expected } = binaryMetrics(outcomesOf(repeated), 0.5)
        for (const [name, value] of Object.entries(expected)) {
          expectClose(weighted[name as keyof typeof expected], value, name)
        }
      }),
    )
  })

  it('rank alike after a growing function of the scores', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const moved = given.map((one) => ({ ...one, score: one.score * 2 ** 40 }))
        const [a, b] = [binaryMetrics(outcomesOf(given), 0.5), binaryMetrics(outcomesOf(moved), 0.5)]
        expect([b.roc_auc, b.average_precision]).toEqual([a.roc_auc, a.average_precision])
      }),
    )
  })

  it('are all NaN of no rows', () => {
    const { confusion_matrix: matrix, ...metrics } = binaryMetrics(outcomesOf([]), 0.5)
    expect([...Object.values(metrics)].every(Number.isNaN)).toBe(true)
    expect([...Array.from(matrix.counts)]).toEqual([0, 0, 0, 0])
  })

  it('are undefined without the class that they need, also when it weighs nothing', () => {
    const one = (weights?: Float64Array) =>
      binaryMetrics({ truth: Uint8Array.of(1, 0), scores: Float64Array.of(0.9, 0.2), weights }, 0.5)
    expect(one().roc_auc).toBe(1)
    const { roc_auc, average_precision, balanced_accuracy, cohen_kappa } = one(Float64Array.of(0, 1))
    expect([roc_auc, average_precision, balanced_accuracy, cohen_kappa]).toEqual([NaN, NaN, NaN, NaN])
  })

  it('have a correlation with weights of any size, where products of them would vanish or overflow', () => {
    const scores = Float64Array.of(0.2, 0.7, 0.6, 0.4)
    for (const size of [1, 1e-300, 1e200]) {
      const weights = Float64Array.of(1, 1, 3, 1).map((weight) => weight * size)
      const metrics = binaryMetrics({ truth: Uint8Array.of(0, 1, 0, 1), scores, weights }, 0.5)
      // (1 * 1 - 3 * 1) / sqrt(4 * 2 * 4 * 2), and 1 - 4/6 / (20/36).
      expect(metrics.matthews_corrcoef).toBeCloseTo(-2 / 8, 12)
      expect(metrics.cohen_kappa).toBeCloseTo(-0.2, 12)
      expect(metrics.roc_auc).toBeCloseTo(0.625, 12)
    }
  })

  it.each([
    [Uint8Array.of(0, 2), Float64Array.of(0, 1), undefined, 'expected 0 or 1 as the truth, found 2 in row 1'],
    [Uint8Array.of(0, 1), Float64Array.of(0, NaN), undefined, 'expected a finite score, found NaN in row 1'],
    [Uint8Array.of(0, 1), Float64Array.of(0), undefined, 'expected 2 scores, one a row, found 1'],
    [Uint8Array.of(0, 1), Float64Array.of(0, 1), Float64Array.of(1, -1), 'expected no negative weight, found -1 in row 1'],
  ])('refuse what is no outcome: %#', (truth, scores, weights, message) => {
    expect(() => binaryMetrics({ truth, scores, weights }, 0.5)).toThrow(new RangeError(message))
  })
})

describe('DeLong', () => {
  it('sees no difference between models that rank alike, and gives no p-value', () => {
    const truth = Uint8Array.of(0, 1, 0, 1, 1, 0)
    const scoresA = Float64Array.of(0.1, 0.9, 0.4, 0.35, 0.8, 0.6)
    const { difference, statistic, pvalue } = delongTest({ truth, scoresA, scoresB: scoresA.map(Math.exp) }, 0.95)
    expect([difference, statistic, pvalue]).toEqual([0, NaN, NaN])
  })

  it('gives no p-value either where all rows differ by the same', () => {
    const pair = { scoresA: Float64Array.of(0, 0.1, 0.8, 0.9), scoresB: Float64Array.of(0.9, 0.8, 0.1, 0) }
    const { difference, pvalue } = delongTest({ truth: Uint8Array.of(0, 0, 1, 1), ...pair }, 0.95)
    expect([difference, pvalue]).toEqual([1, NaN])
  })

  it('has no variance with one row of a class', () => {
    const { auc, variance, low } = delongAuc({ truth: Uint8Array.of(0, 0, 1), scores: Float64Array.of(0.1, 0.6, 0.5) }, 0.95)
    expect([auc, variance, low]).toEqual([0.5, NaN, NaN])
  })
})

describe('the calibration slope', () => {
  const slopeOf = (truth: readonly number[], scores: readonly number[]) =>
    calibrationSlope({ truth: Uint8Array.from(truth), scores: Float64Array.from(scores) })

  it.each([
    ['a cut parts the classes', [0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4]],
    ['a cut parts them but for a tie', [0, 0, 1, 1], [0.1, 0.3, 0.3, 0.4]],
    ['there is one score alone', [0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5]],
    ['there is one class', [0, 0, 0], [0.1, 0.2, 0.3]],
    ['a score is certain', [0, 1, 0, 1], [0, 0.5, 0.6, 0.3]],
  ])('is undefined where %s', (_, truth, scores) => {
    expect(slopeOf(truth, scores).slope).toBeNaN()
  })

  it('is a root of the likelihood equations, for any rows that have one', () => {
    const spread = fc.array(fc.record({ label: fc.integer({ min: 0, max: 1 }), step: fc.integer({ min: 1, max: 99 }) }), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(spread, (given) => {
        const logits = given.map(({ step }) => Math.log(step / (100 - step)))
        const { intercept, slope, calibrationInTheLarge } = slopeOf(
          given.map(({ label }) => label),
          given.map(({ step }) => step / 100),
        )
        const residuals = (a: number, b: number) =>
          given.map(({ label }, row) => label - 1 / (1 + Math.exp(-(a + b * logits[row]!))))
        const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
        if (!Number.isNaN(slope)) {
          expect(sum(residuals(intercept, slope))).toBeCloseTo(0, 8)
          expect(sum(residuals(intercept, slope).map((residual, row) => residual * logits[row]!))).toBeCloseTo(0, 8)
        }
        if (!Number.isNaN(calibrationInTheLarge)) expect(sum(residuals(calibrationInTheLarge, 1))).toBeCloseTo(0, 8)
      }),
    )
  })
})
