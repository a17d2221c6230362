/** Metrics of regressions and of several classes where the reference cases do not reach: weights, no rows, wrong rows. */
import { describe, expect, it } from 'vitest'
import { multiclassMetrics } from '../../../reconciler/statistics/metrics/multiclass-metrics.ts'
import { regressionMetrics } from '../../../reconciler/statistics/metrics/regression-metrics.ts'

describe('regression metrics', () => {
  it('have the weighted median of scikit-learn 1.9.1', () => {
    const medianOf = (errors: readonly number[], weights: readonly number[]) =>
      regressionMetrics({
        truth: new Float64Array(errors.length),
        predictions: Float64Array.from(errors),
        weights: Float64Array.from(weights),
      }).median_absolute_error
    expect(medianOf([1, -4, 0, 1, 4], [1, 0.5, 2, 1, 3])).toBe(1)
    expect(medianOf([1, 2, 3, 4], [1, 1, 1, 1])).toBe(2.5)
    expect(medianOf([1, 2, 3, 4], [1, 1, 0, 2])).toBe(3)
  })

  it('know a constant truth, whatever its mean is rounded to', () => {
    const metrics = regressionMetrics({ truth: Float64Array.of(0.1, 0.1, 0.1), predictions: Float64Array.of(0.1, 0.2, 0.3) })
    expect(metrics.r2).toBe(0)
  })

  it('are all NaN of no rows', () => {
    const metrics = regressionMetrics({ truth: new Float64Array(0), predictions: new Float64Array(0) })
    expect(Object.values(metrics).every(Number.isNaN)).toBe(true)
  })

  it('refuse what is not finite', () => {
    const given = { truth: Float64Array.of(1, 2), predictions: Float64Array.of(1, Infinity) }
    expect(() => regressionMetrics(given)).toThrow('expected a finite prediction, found Infinity in row 1')
  })
})

describe('metrics of several classes', () => {
  const given = {
    classes: 3,
    truth: Uint32Array.of(0, 1, 2, 1, 2, 0),
    probabilities: Float64Array.of(0.5, 0.3, 0.2, 0.2, 0.5, 0.3, 0.1, 0.2, 0.7, 0.6, 0.3, 0.1, 0.3, 0.3, 0.4, 0.2, 0.6, 0.2),
  }

  it('take weights as scikit-learn 1.9.1 does', () => {
    const metrics = multiclassMetrics({ ...given, weights: Float64Array.of(1, 2, 0.5, 1, 3, 1) })
    expect(metrics.log_loss).toBeCloseTo(0.9200072854154945, 12)
    expect(metrics.matthews_corrcoef).toBeCloseTo(0.6382978723404256, 12)
    expect(metrics.roc_auc_ovr_macro).toBeCloseTo(0.7451437451437452, 12)
    expect(metrics.roc_auc_ovr_weighted).toBeCloseTo(0.7844508432743726, 12)
    expect(metrics.f1_macro).toBeCloseTo(0.7222222222222222, 12)
  })

  it('have no area when a class is absent, and no loss when a value is no probability', () => {
    const metrics = multiclassMetrics({
      ...given,
      truth: Uint32Array.of(0, 1, 0, 1, 0, 0),
      probabilities: given.probabilities.map((p) => 2 * p),
    })
    expect([metrics.roc_auc_ovr_macro, metrics.roc_auc_ovo_macro, metrics.log_loss, metrics.brier]).toEqual([NaN, NaN, NaN, NaN])
    expect(metrics.accuracy).toBeGreaterThan(0)
  })

  it('are NaN of no rows', () => {
    const { accuracy, log_loss, f1_macro } = multiclassMetrics({
      classes: 3,
      truth: new Uint32Array(0),
      probabilities: new Float64Array(0),
    })
    expect([accuracy, log_loss, f1_macro]).toEqual([NaN, NaN, NaN])
  })

  it('refuse a truth that is no class', () => {
    expect(() => multiclassMetrics({ ...given, truth: Uint32Array.of(0, 1, 3, 1, 2, 0) })).toThrow(
      'expected a class below 3 as the truth, found 3 in row 2',
    )
  })
})
