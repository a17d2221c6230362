/** Curves of a few rows by hand, and of many: thinned, and never beside the curve. */
import { describe, expect, it } from 'vitest'
import { drawCurves } from '../../../reconciler/evaluation/measuring/draw-curves.ts'
import type { ScoredRows } from '../../../reconciler/evaluation/measuring/scored-rows.ts'
import { seededRandom } from '../../../reconciler/statistics/random/seeded-random.ts'

const rowsOf = (truth: readonly number[], scores: readonly number[], weights: readonly number[] | null = null): ScoredRows => ({
  rows: truth.length,
  truth: Float64Array.from(truth),
  classes: ['0', '1'],
  candidate: Float64Array.from(scores),
  production: null,
  weights: weights === null ? null : Float64Array.from(weights),
  clusters: null,
  columns: new Map(),
})

const asked = { task: 'binary-classification', threshold: 0.5 } as const

describe('curves', () => {
  it('are by hand those of six rows, with a tie', () => {
    const curves = drawCurves(rowsOf([1, 0, 1, 0, 1, 0], [0.9, 0.8, 0.8, 0.4, 0.35, 0.1]), asked)
    expect(curves?.roc).toEqual([
      { of: 'candidate', points: [[0, 0], [0, 0.333333], [0.333333, 0.666667], [0.666667, 0.666667], [0.666667, 1], [1, 1]] }, // prettier-ignore
    ])
    expect(curves?.calibration).toEqual([
      {
        of: 'candidate',
        bins: [
          { score: 0.1, share: 0, rows: 1 },
          { score: 0.35, share: 1, rows: 1 },
          { score: 0.4, share: 0, rows: 1 },
          { score: 0.8, share: 0.5, rows: 2 },
          { score: 0.9, share: 1, rows: 1 },
        ],
      },
    ])
    expect(curves?.confusion).toEqual([[2, 1], [1, 2]]) // prettier-ignore
  })

  it('count weights', () => {
    const curves = drawCurves(rowsOf([1, 0, 0], [0.9, 0.95, 0.2], [2, 1, 3]), asked)
    expect(curves?.roc[0]?.points).toEqual([[0, 0], [0.25, 0], [0.25, 1], [1, 1]]) // prettier-ignore
    expect(curves?.confusion).toEqual([[3, 1], [0, 2]]) // prettier-ignore
  })

  it('have 101 points at most, each of them on the curve, and one class has none', () => {
    const random = seededRandom(3, 0)
    const uniform = (): number => random() / 2 ** 32
    const scores = Array.from({ length: 5000 }, uniform)
    const truth = scores.map((score) => (uniform() < score ? 1 : 0))
    const points = drawCurves(rowsOf(truth, scores), asked)?.roc[0]?.points ?? []
    expect(points.length).toBeLessThanOrEqual(101)
    expect(points.length).toBeGreaterThan(90)
    const rates = (cut: number, label: number): number => {
      const own = scores.filter((_, row) => truth[row] === label)
      return own.filter((score) => score >= cut).length / own.length
    }
    const all = new Set(scores.map((cut) => [rates(cut, 0), rates(cut, 1)].map((rate) => rate.toPrecision(6)).map(Number).join(' '))) // prettier-ignore
    for (const point of points.slice(1, -1)) expect(all).toContain(point.join(' '))
    expect(drawCurves(rowsOf([1, 1], [0.2, 0.3]), asked)?.roc).toEqual([])
  }, 60_000)
})
