/** Points and intervals of all tasks against scikit-learn, scipy, and resamples that numpy draws row by row. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Measurement, Subject } from '../../../reconciler/core/measurement.ts'
import type { ScoredEvaluation } from '../../../reconciler/evaluation/evaluation-request.ts'
import { measureRows, type MeasuringRequest } from '../../../reconciler/evaluation/measuring/measure-rows.ts'
import type { ScoredRows } from '../../../reconciler/evaluation/measuring/scored-rows.ts'
import { seededRandom } from '../../../reconciler/statistics/random/seeded-random.ts'
import { clustersOf } from '../../../reconciler/statistics/metrics/clusters.ts'
import { makingTimeoutMs } from '../../support/python-environment.ts'
import { binaryRequest, binaryRows, codesOf, makeReference, type Reference } from '../support/reference-rows.ts'

let reference: Reference

beforeAll(async () => {
  reference = await makeReference()
}, makingTimeoutMs)

function find({ measurements }: ScoredEvaluation, metric: string, of: Subject = 'candidate', group?: string | null): Measurement {
  const found = measurements.filter((each) => each.metric === metric && each.of === of && each.across === undefined && each.group?.['group'] === group) // prettier-ignore
  expect(found, `${metric} of ${of}`).toHaveLength(1)
  return found[0]!
}

/** Six digits are kept. */
function expectNear(got: number | null, wanted: number | undefined, name: string, within = 1e-5): void {
  expect(wanted, name).toBeDefined()
  expect(Math.abs((got ?? NaN) - wanted!), `${name}: ${got} instead of ${wanted}`).toBeLessThanOrEqual(within * Math.max(Math.abs(wanted!), 1e-3)) // prettier-ignore
}

/** The spread of the resamples; what noise adds to a calibration error is below its estimate alone. `t`: Student's quantile. */
function upperError({ estimate, high }: Measurement, t: number): number {
  return (high! - estimate!) / t
}

describe('a binary model', () => {
  it('has the points of scikit-learn, with and without weights, also of production and of groups', () => {
    const { points, production, weighted, groups } = reference.binary
    const request = { ...binaryRequest, metrics: Object.keys(points), slices: [{ by: 'group', minGroup: null }], replicates: 100 }
    const all = measureRows(binaryRows(reference.binary), request)
    const light = measureRows(binaryRows(reference.binary, { isWeighted: true }), { ...request, weights: 'weights' })
    for (const [metric, value] of Object.entries(points)) {
      expectNear(find(all, metric).estimate, value, metric)
      expectNear(find(all, metric, 'production').estimate, production[metric], `production ${metric}`)
      expectNear(find(all, metric, 'difference-to-production').estimate, value - production[metric]!, `difference ${metric}`)
      for (const group of ['a', 'b', 'c']) {
        expectNear(find(all, metric, 'candidate', group).estimate, groups[group]![metric], `${group} ${metric}`)
      }
      if (!metric.startsWith('ece')) expectNear(find(light, metric).estimate, weighted[metric], `weighted ${metric}`)
    }
    expect(light.weights).toBe('weights')
  })

  it('has intervals of scipy where a formula is known', () => {
    const { intervals } = reference.binary
    const found = measureRows(binaryRows(reference.binary), { ...binaryRequest, metrics: Object.keys(intervals) })
    const methods = { accuracy: 'clopper-pearson', recall: 'clopper-pearson', precision: 'clopper-pearson', roc_auc: 'delong', log_loss: 'mean-t', brier: 'mean-t' } // prettier-ignore
    for (const [metric, [low, high, error]] of Object.entries(intervals)) {
      const { method, ...measured } = find(found, metric)
      expect(method).toBe(methods[metric as keyof typeof methods])
      expectNear(measured.low, low, `${metric} low`)
      expectNear(measured.high, high, `${metric} high`)
      if (error !== undefined) expectNear(measured.standardError, error, `${metric} error`)
      expect(measured.degreesOfFreedom).toBe(method === 'mean-t' ? 899 : undefined)
    }
  })

  it('has paired differences of scipy', () => {
    const { differences, accuracyDifference } = reference.binary
    const found = measureRows(binaryRows(reference.binary), { ...binaryRequest, metrics: ['roc_auc', 'log_loss', 'accuracy'] })
    for (const [metric, [estimate, low, high, error]] of Object.entries(differences)) {
      const measured = find(found, metric, 'difference-to-production')
      expectNear(measured.estimate, estimate, metric)
      expectNear(measured.low, low, `${metric} low`, 1e-4)
      expectNear(measured.high, high, `${metric} high`, 1e-4)
      expectNear(measured.standardError, error, `${metric} error`)
    }
    // Agresti and Min (2005), by hand; 900 rows.
    const { only, onlyOther } = accuracyDifference
    const measured = find(found, 'accuracy', 'difference-to-production')
    expectNear(measured.estimate, (only - onlyOther) / 900, 'accuracy')
    expectNear(measured.standardError, Math.sqrt(only + onlyOther + 1 - (only - onlyOther) ** 2 / 902) / 902, 'accuracy error')
  })

  it('spreads as resamples of whole clusters do, and says so', () => {
    const { clusterErrors } = reference.binary
    const metrics = ['roc_auc', 'average_precision', 'log_loss', 'f1', 'ece', 'ece_equal_mass']
    const found = measureRows(binaryRows(reference.binary, { isClustered: true }), {
      ...binaryRequest,
      metrics,
      clustersBy: 'day',
    })
    expect(found.clusters).toEqual({ by: 'day', count: 12 })
    for (const metric of metrics) {
      const [own, apart] = [find(found, metric), find(found, metric, 'difference-to-production')]
      // Both draw by chance: 2,000 and 3,000 times, each within 2 %.
      expectNear(upperError(own, 2.200985), clusterErrors[metric], metric, 0.08)
      if (!metric.startsWith('ece'))
        expectNear(apart.standardError, clusterErrors[`difference ${metric}`], `difference ${metric}`, 0.08)
      expect(own).toMatchObject({ method: 'cluster-bootstrap-t', degreesOfFreedom: 11, clusters: 12 })
      // t of 11 degrees of freedom.
      if (!metric.startsWith('ece')) expectNear(own.estimate! - own.low!, 2.200985 * own.standardError!, `${metric} reach`, 1e-3)
    }
  })

  it('spreads as resamples of rows do where no formula is known', () => {
    const { rowErrors } = reference.binary
    const found = measureRows(binaryRows(reference.binary), {
      ...binaryRequest,
      metrics: ['average_precision', 'f1', 'ece', 'ece_equal_mass'],
    })
    for (const metric of ['average_precision', 'f1', 'ece', 'ece_equal_mass']) {
      const [own, apart] = [find(found, metric), find(found, metric, 'difference-to-production')]
      // The standard error of 250 groups is itself within 4.5 %; three times that.
      expectNear(upperError(own, 1.969537), rowErrors[metric], metric, 0.15)
      if (!metric.startsWith('ece'))
        expectNear(apart.standardError, rowErrors[`difference ${metric}`], `difference ${metric}`, 0.15)
      expect(own).toMatchObject({ method: 'group-bootstrap-t', degreesOfFreedom: 249 })
      expect(own.clusters).toBeUndefined()
    }
  })

  it('never takes a formula for rows that have weights or belong together', () => {
    const metrics = ['roc_auc', 'log_loss', 'accuracy']
    const weighted = measureRows(binaryRows(reference.binary, { isWeighted: true }), { ...binaryRequest, metrics })
    const clustered = measureRows(binaryRows(reference.binary, { isClustered: true }), { ...binaryRequest, metrics })
    const methods = ({ measurements }: ScoredEvaluation) => [...new Set(measurements.map(({ method }) => method))]
    expect(methods(weighted)).toEqual(['group-bootstrap-t'])
    expect(methods(clustered)).toEqual(['cluster-bootstrap-t'])
  })

  it('is the same, byte by byte, when it is measured again; another seed moves only resamples', () => {
    const request = { ...binaryRequest, metrics: ['roc_auc', 'f1'], slices: [{ by: 'group', minGroup: 100 }] }
    const first = measureRows(binaryRows(reference.binary), request)
    expect(JSON.stringify(measureRows(binaryRows(reference.binary), request))).toBe(JSON.stringify(first))
    const other = measureRows(binaryRows(reference.binary), { ...request, seed: 8 })
    expect(find(other, 'roc_auc')).toEqual(find(first, 'roc_auc'))
    expect(find(other, 'f1').estimate).toBe(find(first, 'f1').estimate)
    expect(find(other, 'f1').standardError).not.toBe(find(first, 'f1').standardError)
  })

  it('measures a baseline that guesses', () => {
    const found = measureRows(binaryRows(reference.binary), { ...binaryRequest, metrics: ['roc_auc', 'brier', 'precision'] })
    const share = reference.binary.rows.truth.reduce((sum, label) => sum + label, 0) / 900
    expect(find(found, 'roc_auc', 'baseline').estimate).toBe(0.5)
    expectNear(find(found, 'brier', 'baseline').estimate, share * 0.49 + (1 - share) * 0.09, 'brier')
    expect(find(found, 'precision', 'baseline')).toMatchObject({
      estimate: null,
      low: null,
      because: 'nothing is predicted positive',
    })
    expect(find(found, 'precision', 'difference-to-baseline')).toMatchObject({
      estimate: null,
      because: 'nothing is predicted positive (baseline)',
    })
  })
})

describe('what is undefined', () => {
  const rowsOf = (truth: readonly number[], scores: readonly number[], groups: readonly (string | null)[] = []): ScoredRows => ({
    rows: truth.length,
    truth: Float64Array.from(truth),
    classes: ['0', '1'],
    candidate: Float64Array.from(scores),
    production: null,
    weights: null,
    clusters: null,
    columns: new Map([['group', codesOf(groups)]]),
  })
  const alone: MeasuringRequest = { ...binaryRequest, production: { version: null, because: 'nothing is rolled out' } }

  it('is null with a reason: a group of one class, a rate without a denominator', () => {
    const scored = rowsOf([1, 0, 1, 1, 0, 1], [0.9, 0.2, 0.7, 0.8, 0.1, 0.6], ['x', 'x', null, null, 'x', null])
    const request = { ...alone, metrics: ['roc_auc', 'false_positive_rate', 'recall'], slices: [{ by: 'group', minGroup: 3 }] }
    const found = measureRows(scored, request)
    const undefinedOne = {
      estimate: null,
      low: null,
      high: null,
      standardError: null,
      because: 'all rows are of the positive class',
    }
    expect(find(found, 'roc_auc', 'candidate', null)).toMatchObject({ ...undefinedOne, rows: 3 })
    expect(find(found, 'false_positive_rate', 'candidate', null)).toMatchObject(undefinedOne)
    expect(find(found, 'recall', 'candidate', null)).toMatchObject({ estimate: 1, high: 1 })
    // 0.025^(1/3): Clopper and Pearson of three out of three.
    expect(find(found, 'recall', 'candidate', null).low).toBeCloseTo(0.2924, 4)
  })

  it('has no interval where the classes are separated, or one cluster is all there is', () => {
    const scored = rowsOf([1, 0, 1, 0], [0.9, 0.2, 0.8, 0.3])
    expect(find(measureRows(scored, alone), 'roc_auc')).toMatchObject({
      estimate: 1,
      low: null,
      because: 'no interval: the scores separate the classes completely, so that nothing varies',
    })
    const together = { ...scored, clusters: { ids: new Uint32Array(4), count: 1 } }
    expect(find(measureRows(together, { ...alone, metrics: ['log_loss'] }), 'log_loss')).toMatchObject({
      low: null,
      clusters: 1,
      because: 'no interval: one cluster says nothing about the others',
    })
  })

  it('names scores that are no probabilities', () => {
    const found = measureRows(rowsOf([1, 0, 1, 0], [2.5, -1, 0.2, 0.3]), { ...alone, metrics: ['log_loss', 'ece', 'roc_auc'] })
    const because = 'the scores are no probabilities: some are outside of 0 to 1'
    expect(find(found, 'log_loss')).toMatchObject({ estimate: null, because })
    expect(find(found, 'ece')).toMatchObject({ estimate: null, because })
    expect(find(found, 'roc_auc').estimate).toBe(0.75)
    expect(found.curves?.calibration).toEqual([])
  })

  it('leaves out groups that are too small, and all of production where nothing is there', () => {
    const scored = rowsOf([1, 0, 1, 0, 1], [0.9, 0.2, 0.1, 0.3, 0.5], ['x', 'x', 'y', 'x', 'y'])
    const found = measureRows(scored, { ...alone, slices: [{ by: 'group', minGroup: 3 }] })
    expect([...new Set(found.measurements.map(({ group }) => group?.['group']))]).toEqual([undefined, 'x'])
    expect(found.measurements.filter(({ of }) => of.includes('production'))).toEqual([])
    expect(found.production).toEqual({ version: null, because: 'nothing is rolled out' })
  })

  it('refuses metrics of another task, and of none', () => {
    expect(() => measureRows(rowsOf([1, 0], [1, 0]), { ...alone, metrics: ['r2'] })).toThrow(
      'r2 is a metric of regression, the model is one of binary-classification',
    )
    expect(() => measureRows(rowsOf([1, 0], [1, 0]), { ...alone, metrics: ['auc'] })).toThrow(
      '"auc" is no metric of the catalogue',
    )
  })
})

describe('models of other tasks', () => {
  it('have the points and intervals of scikit-learn and scipy: several classes', () => {
    const { rows, classes, points, intervals, confusion, rowErrors, clusterErrors } = reference.multiclass
    const scored: ScoredRows = {
      ...binaryRows(reference.binary),
      rows: rows.truth.length,
      truth: Float64Array.from(rows.truth, (label) => classes.indexOf(label)),
      classes,
      candidate: Float64Array.from(rows.scores),
      production: null,
    }
    const request: MeasuringRequest = {
      ...binaryRequest,
      task: 'multiclass-classification',
      production: { version: null, because: 'none' },
      baseline: { kind: 'prior', values: [0.5, 0.3, 0.2] },
      replicates: 1000,
      metrics: [...new Set([...Object.keys(points), 'roc_auc_ovr_macro', 'roc_auc_ovr_weighted'])],
    }
    const found = measureRows(scored, request)
    for (const [metric, value] of Object.entries(points)) expectNear(find(found, metric).estimate, value, metric)
    for (const [metric, [low, high]] of Object.entries(intervals)) {
      expectNear(find(found, metric).low, low, `${metric} low`)
      expectNear(find(found, metric).high, high, `${metric} high`)
    }
    expect(find(found, 'f1_macro').method).toBe('group-bootstrap-t')
    for (const metric of ['roc_auc_ovr_macro', 'roc_auc_ovr_weighted', ...Object.keys(rowErrors)]) {
      const { estimate, low, high, standardError } = find(found, metric)
      // The baseline ranks nothing: its area is a half on every draw, and adds nothing to the error.
      const difference = find(found, metric, 'difference-to-baseline')
      expectNear(difference.estimate, estimate! - 0.5, metric)
      expectNear(difference.standardError, standardError!, metric)
      expectNear(Math.min(1, difference.high! + 0.5), high!, metric)
      expect(low).toBeLessThan(estimate!)
    }
    const clustered = measureRows(
      { ...scored, clusters: clustersOf(rows.clusters, scored.rows) },
      { ...request, clustersBy: 'day' },
    )
    for (const [metric, error] of Object.entries(rowErrors)) {
      expectNear(find(found, metric).standardError, error, metric, 0.15)
      expectNear(find(clustered, metric).standardError, clusterErrors[metric], `${metric} of clusters`, 0.1)
    }
    expect(found.curves?.confusion).toEqual(confusion)
    expect(found.classes).toEqual(classes)
  })

  it('have the points and intervals of scikit-learn and scipy: regression', () => {
    const { rows, points, intervals, rowErrors } = reference.regression
    const scored: ScoredRows = {
      ...binaryRows(reference.binary),
      rows: rows.truth.length,
      truth: Float64Array.from(rows.truth),
      classes: [],
      candidate: Float64Array.from(rows.scores),
      production: null,
    }
    const request: MeasuringRequest = {
      ...binaryRequest,
      task: 'regression',
      threshold: null,
      production: { version: null, because: 'none' },
      baseline: { kind: 'mean', values: [6] },
      metrics: Object.keys(points),
    }
    const found = measureRows(scored, request)
    for (const [metric, value] of Object.entries(points)) expectNear(find(found, metric).estimate, value, metric)
    for (const [metric, [low, high]] of Object.entries(intervals)) {
      expectNear(find(found, metric).low, low, `${metric} low`)
      expectNear(find(found, metric).high, high, `${metric} high`)
    }
    for (const [metric, error] of Object.entries(rowErrors)) expectNear(find(found, metric).standardError, error, metric, 0.15)
    const median = find(found, 'median_absolute_error')
    expect(median.low).toBeLessThan(median.estimate!)
    expect(median).toMatchObject({ method: 'group-bootstrap-t', degreesOfFreedom: 249 })
    expect(find(found, 'max_error')).toMatchObject({
      low: null,
      because:
        'no interval: no row of a resample has an error above the largest one, so that resamples can not tell how far the true one is',
    })
    expect([found.threshold, found.curves]).toEqual([undefined, undefined])
  })
})

describe('a calibration error', () => {
  it('has an interval that holds 0 for a model that is calibrated, though chance makes every error larger than 0', () => {
    const random = seededRandom(5, 0)
    const uniform = (): number => random() / 2 ** 32
    const request: MeasuringRequest = { ...binaryRequest, production: { version: null, because: 'none' }, metrics: ['ece'], replicates: 300 } // prettier-ignore
    let [held, above] = [0, 0]
    for (let sample = 0; sample < 100; sample += 1) {
      const scores = Array.from({ length: 150 }, uniform)
      const scored: ScoredRows = {
        rows: 150,
        truth: Float64Array.from(scores, (score) => (uniform() < score ? 1 : 0)),
        classes: ['0', '1'],
        candidate: Float64Array.from(scores),
        production: null,
        weights: null,
        clusters: null,
        columns: new Map(),
      }
      const { estimate, low, standardError } = find(measureRows(scored, { ...request, seed: sample }), 'ece')
      if (low === 0) held += 1
      if (estimate! > 0.05) above += 1
      expect(estimate! - 1.98 * standardError!).toBeLessThanOrEqual((low ?? NaN) + 0.01)
    }
    // Most of them look badly calibrated by the number alone.
    expect(above / 100).toBeGreaterThan(0.8)
    // Without what noise adds it is 11 of 100.
    expect(held / 100).toBeGreaterThan(0.88)
  })

  it('differs by nothing, and surely, between two versions that score alike', () => {
    const rows = binaryRows(reference.binary)
    const request = { ...binaryRequest, metrics: ['ece', 'mce', 'ece_equal_mass'], replicates: 100 }
    const alike = measureRows({ ...rows, production: rows.candidate }, request)
    const other = measureRows(rows, request)
    for (const metric of request.metrics) {
      expect(find(alike, metric, 'difference-to-production')).toMatchObject({ estimate: 0, low: 0, high: 0 })
      const { low, high } = find(other, metric, 'difference-to-production')
      expect(high! - low!).toBeGreaterThan(0.01)
    }
  })
})
