/** A resample of clusters gives what the metrics of the repeated rows give, and intervals as wide as theory says. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attributeOf } from '../../../reconciler/statistics/fairness/attribute.ts'
import { binaryMetrics } from '../../../reconciler/statistics/metrics/binary-metrics.ts'
import { clustersOf } from '../../../reconciler/statistics/metrics/clusters.ts'
import { delongAuc, delongTest } from '../../../reconciler/statistics/metrics/delong.ts'
import { multiclassMetrics } from '../../../reconciler/statistics/metrics/multiclass-metrics.ts'
import { regressionMetrics } from '../../../reconciler/statistics/metrics/regression-metrics.ts'
import { seededRandom } from '../../../reconciler/statistics/random/seeded-random.ts'
import { binaryByCluster, binaryClusterNames } from '../../../reconciler/statistics/resampling/binary-by-cluster.ts'
import { clusterBootstrap, drawClusters } from '../../../reconciler/statistics/resampling/cluster-bootstrap.ts'
import { differenceOf, valuesAtEach } from '../../../reconciler/statistics/resampling/cluster-statistics.ts'
import { dealClusters, dealRows } from '../../../reconciler/statistics/resampling/deal-clusters.ts'
import { groupRatesByCluster, parityByCluster } from '../../../reconciler/statistics/resampling/fairness-by-cluster.ts'
import { multiclassByCluster } from '../../../reconciler/statistics/resampling/multiclass-by-cluster.ts'
import { regressionByCluster } from '../../../reconciler/statistics/resampling/regression-by-cluster.ts'
import { expectClose } from '../support/expect-close.ts'

const truth = Uint8Array.of(0, 1, 1, 0, 1, 0, 1, 1, 0, 1)
const scores = Float64Array.of(0.1, 0.4, 0.35, 0.8, 0.9, 0.2, 0.6, 0.4, 0.4, 0.7)
const weights = Float64Array.of(1, 2, 0.5, 1, 1, 3, 1, 0.25, 1, 2)
const clusters = { ids: Uint32Array.of(0, 0, 1, 1, 1, 2, 2, 3, 3, 3), count: 4 }

describe('metrics of drawn clusters', () => {
  const names = ['roc_auc', 'average_precision', 'log_loss', 'brier', 'f1', 'matthews_corrcoef'] as const

  // Numbers of scikit-learn 1.9.1 on the repeated rows.
  it.each([
    [[1, 1, 1, 1], undefined, [0.7083333333333334, 0.7658730158730159, 0.6304032274781665, 0.22525, 0.6, 0.25]],
    [
      [1, 1, 1, 1],
      weights,
      [0.8179012345679012, 0.7985569985569986, 0.5342083091818052, 0.18049019607843142, 0.6808510638297872, 0.435437406256083],
    ],
    [[2, 0, 1, 1], undefined, [0.925, 0.9, 0.5067847744136711, 0.17222222222222222, 0.5714285714285714, 0.47809144373375745]],
    [
      [2, 0, 1, 1],
      weights,
      [0.9511494252873564, 0.928944618599791, 0.491274598576067, 0.16377358490566038, 0.5853658536585366, 0.4921588699170372],
    ],
    [
      [0, 3, 1, 0],
      weights,
      [0.7727272727272727, 0.8258212375859435, 0.6869030216289057, 0.24902173913043482, 0.64, 0.2326210525996177],
    ],
  ])('are those of scikit-learn: %j', (counts, weighted, expected) => {
    const outcomes = { truth, scores, weights: weighted }
    const got = binaryByCluster({ outcomes, threshold: 0.5, clusters, names }).valuesAt(counts)
    for (const [index, value] of expected.entries()) expect(got[index], names[index]).toBeCloseTo(value, 12)
  })

  const row = fc.record({
    label: fc.integer({ min: 0, max: 1 }),
    score: fc.integer({ min: 0, max: 12 }).map((step) => step / 12),
    cluster: fc.integer({ min: 0, max: 3 }),
  })
  const drawn = fc.record({
    rows: fc.array(row, { maxLength: 30 }),
    counts: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
  })

  it('are the metrics of the repeated rows, for any rows and draws', () => {
    fc.assert(
      fc.property(drawn, ({ rows, counts }) => {
        const outcomesOf = (given: typeof rows) => ({
          truth: Uint8Array.from(given, ({ label }) => label),
          scores: Float64Array.from(given, ({ score }) => score),
        })
        const ids = Uint32Array.from(rows, ({ cluster }) => cluster)
        const given = { outcomes: outcomesOf(rows), threshold: 0.4, clusters: { ids, count: 4 }, names: binaryClusterNames }
        const got = binaryByCluster(given).valuesAt(counts)
        const repeated = rows.flatMap((one) => Array.from({ length: counts[one.cluster]! }, () => one))
        const expected = binaryMetrics(outcomesOf(repeated), 0.4)
        for (const [index, name] of binaryClusterNames.entries()) expectClose(got[index], expected[name], name)
      }),
    )
  })

  it('are the metrics of the repeated rows, for draws at once: more than one walk serves, and fewer', () => {
    const random = seededRandom(12, 0)
    const rows = 400
    const outcomes = {
      truth: Uint8Array.from({ length: rows }, () => random() % 2),
      scores: Float64Array.from({ length: rows }, () => (random() % 90) / 89),
    }
    const ids = Uint32Array.from({ length: rows }, () => random() % 25)
    const draws = Array.from({ length: 19 }, (_, replicate) => drawClusters(25, 5, replicate))
    const statistics = binaryByCluster({ outcomes, threshold: 0.5, clusters: { ids, count: 25 }, names: ['average_precision'] })
    const got = valuesAtEach(statistics, draws)
    expect(got).toHaveLength(19)
    for (const [replicate, counts] of draws.entries()) {
      const drawn = [...ids.keys()].flatMap((at) => Array.from({ length: counts[ids[at]!]! }, () => at))
      const repeated = {
        truth: Uint8Array.from(drawn, (at) => outcomes.truth[at]!),
        scores: Float64Array.from(drawn, (at) => outcomes.scores[at]!),
      }
      expectClose(got[replicate]![0], binaryMetrics(repeated, 0.5)['average_precision'], `replicate ${replicate}`)
    }
  })

  it('are right for draws of more rows than two counts in one double can hold', () => {
    const given = { outcomes: { truth, scores }, threshold: 0.5, clusters, names: ['average_precision'] } as const
    const statistics = binaryByCluster(given)
    // Multiplicities of all clusters times one number: nothing changes but the numbers of rows.
    expect(statistics.valuesAt([2 ** 27, 0, 2 ** 26, 2 ** 26])[0]).toBeCloseTo(0.9, 12)
    expect(
      valuesAtEach(statistics, [
        [2, 0, 1, 1],
        [2 ** 27, 0, 2 ** 26, 2 ** 26],
      ]).map(([value]) => value),
    ).toEqual([expect.closeTo(0.9, 12), expect.closeTo(0.9, 12)])
  })

  it('are those of the repeated rows for regressions and several classes, too', () => {
    const counts = [2, 0, 1, 3]
    const rows = [...clusters.ids.keys()].flatMap((at) => Array.from({ length: counts[clusters.ids[at]!]! }, () => at))
    const predictions = scores.map((score, at) => score + (at % 3))
    const pick = (values: Float64Array) => Float64Array.from(rows, (at) => values[at]!)
    const regression = regressionByCluster({ truth: scores, predictions }, clusters)
    const expected = regressionMetrics({ truth: pick(scores), predictions: pick(predictions) })
    for (const [index, name] of regression.names.entries()) {
      expect(regression.valuesAt(counts)[index], name).toBeCloseTo(expected[name as 'r2'], 10)
    }
    const three = {
      classes: 2,
      truth: Uint32Array.from(truth),
      probabilities: Float64Array.from([...scores].flatMap((p) => [1 - p, p])),
    }
    const several = multiclassByCluster(three, clusters)
    const repeated = multiclassMetrics({
      classes: 2,
      truth: Uint32Array.from(rows, (at) => truth[at]!),
      probabilities: Float64Array.from(rows.flatMap((at) => [1 - scores[at]!, scores[at]!])),
    })
    for (const [index, name] of several.names.entries()) {
      expect(several.valuesAt(counts)[index], name).toBeCloseTo(repeated[name as 'brier'], 10)
    }
  })

  it('are rates of groups', () => {
    const given = {
      decisions: { truth, predictions: scores.map((score) => (score >= 0.5 ? 1 : 0)) as unknown as Uint8Array },
      sensitive: [attributeOf([...'aabbabbaab'])],
      clusters,
      withoutDenominator: 'undefined',
    } as const
    const rates = groupRatesByCluster({
      ...given,
      decisions: { truth, predictions: Uint8Array.from(given.decisions.predictions) },
    })
    const at = rates.valuesAt([0, 1, 1, 0])
    // Rows 2 to 6: a has row 4 (selected); b has rows 2, 3, 5, 6, of which 3 and 6 are selected.
    expect([at[rates.names.indexOf('selection_rate|a')], at[rates.names.indexOf('selection_rate|b')]]).toEqual([1, 0.5])
    const parity = parityByCluster(
      { ...given, decisions: { truth, predictions: Uint8Array.from(given.decisions.predictions) } },
      'between_groups',
    )
    expect(parity.valuesAt([0, 1, 1, 0])[parity.names.indexOf('demographic_parity_ratio')]).toBe(0.5)
  })
})

/** Normal numbers, by Box and Muller. */
function normals(seed: number): () => number {
  const random = seededRandom(seed, 0)
  const uniform = () => (random() + 0.5) / 2 ** 32
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

describe('the cluster bootstrap', () => {
  const meanOf = (values: readonly number[]) => ({
    clusters: values.length,
    names: ['mean'],
    valuesAt: (counts: ArrayLike<number>) => [values.reduce((sum, value, at) => sum + value * counts[at]!, 0) / values.length],
  })

  it('gives a mean the interval of Student’s t, up to the chance of drawing', () => {
    const normal = normals(3)
    const values = Array.from({ length: 14 }, () => 10 + normal())
    const { mean } = clusterBootstrap({ statistics: meanOf(values), replicates: 20_000, seed: 1, confidence: 0.95 })
    const average = values.reduce((sum, value) => sum + value, 0) / 14
    const error = Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / 13 / 14)
    // t(13) at 0.975 is 2.160368656461 (scipy 1.17.1). The error of a standard deviation of 20,000 draws is 0.5 %.
    expect(mean!.standardError / error).toBeGreaterThan(0.98)
    expect(mean!.standardError / error).toBeLessThan(1.02)
    expect((mean!.interval.high - mean!.estimate) / mean!.standardError).toBeCloseTo(2.160368656461, 8)
    expect(mean!.percentiles.high - mean!.percentiles.low).toBeLessThan(mean!.interval.high - mean!.interval.low)
  })

  it('covers the truth of 12 clusters about as often as it says, where percentiles do not', () => {
    const normal = normals(5)
    const trials = 600
    let [covered, byPercentiles] = [0, 0]
    for (let trial = 0; trial < trials; trial += 1) {
      const values = Array.from({ length: 12 }, normal)
      const { mean } = clusterBootstrap({ statistics: meanOf(values), replicates: 300, seed: trial, confidence: 0.95 })
      if (mean!.interval.low <= 0 && mean!.interval.high >= 0) covered += 1
      if (mean!.percentiles.low <= 0 && mean!.percentiles.high >= 0) byPercentiles += 1
    }
    // Three standard deviations of 600 trials are 2.7 points.
    expect(covered / trials).toBeGreaterThan(0.92)
    expect(covered / trials).toBeLessThan(0.98)
    expect(byPercentiles).toBeLessThan(covered)
  })

  it('agrees with DeLong on independent rows that are dealt to groups, for an area and for a paired difference', () => {
    const normal = normals(9)
    const rows = 6000
    const labels = Uint8Array.from({ length: rows }, () => (normal() > 0.4 ? 1 : 0))
    const first = Float64Array.from(labels, (label) => 1 / (1 + Math.exp(-(label + normal()))))
    const second = first.map((score) => Math.min(1, Math.max(0, score + 0.1 * normal())))
    const groups = dealRows(rows, 150, 4)
    const of = (scored: Float64Array) =>
      binaryByCluster({ outcomes: { truth: labels, scores: scored }, threshold: 0.5, clusters: groups, names: ['roc_auc'] })
    const settings = { replicates: 1000, seed: 2, confidence: 0.95 }
    const area = clusterBootstrap({ statistics: of(first), ...settings })['roc_auc']!
    const delong = delongAuc({ truth: labels, scores: first }, 0.95)
    expect(area.estimate).toBeCloseTo(delong.auc, 12)
    expect(Math.abs(area.standardError / delong.standardError - 1)).toBeLessThan(0.15)
    const difference = clusterBootstrap({ statistics: differenceOf(of(first), of(second)), ...settings })['roc_auc']!
    const paired = delongTest({ truth: labels, scoresA: first, scoresB: second }, 0.95)
    expect(difference.estimate).toBeCloseTo(paired.difference, 12)
    expect(Math.abs(difference.standardError / (paired.difference / paired.statistic) - 1)).toBeLessThan(0.15)
  })

  it('is the same for the same seed, and draws each replicate for itself', () => {
    const given = { statistics: meanOf([1, 2, 3, 5]), replicates: 50, confidence: 0.9 }
    expect(clusterBootstrap({ ...given, seed: 7 })).toEqual(clusterBootstrap({ ...given, seed: 7 }))
    expect(clusterBootstrap({ ...given, seed: 7 })).not.toEqual(clusterBootstrap({ ...given, seed: 8 }))
    expect(drawClusters(4, 7, 3).reduce((sum, count) => sum + count, 0)).toBe(4)
  })

  it('has no interval of one cluster, nor where most replicates are undefined', () => {
    const one = clusterBootstrap({ statistics: meanOf([1]), replicates: 10, seed: 1, confidence: 0.95 })['mean']!
    expect([one.estimate, one.standardError, one.interval.low, one.percentiles.low]).toEqual([1, NaN, NaN, NaN])
    const rare = binaryByCluster({
      outcomes: { truth: Uint8Array.of(1, 0, 0, 0), scores: Float64Array.of(0.9, 0.2, 0.3, 0.4) },
      threshold: 0.5,
      clusters: { ids: Uint32Array.of(0, 1, 2, 3), count: 4 },
      names: ['roc_auc'],
    })
    const { estimate, interval, replicates } = clusterBootstrap({ statistics: rare, replicates: 200, seed: 1, confidence: 0.95 })[
      'roc_auc'
    ]!
    expect([estimate, interval.low]).toEqual([1, NaN])
    expect(replicates).toBeLessThan(190)
  })
})

describe('clusters', () => {
  it('are numbered by key, in the order in which they appear', () => {
    expect(clustersOf(['b', 'a', 'b'], 3)).toEqual({ ids: Uint32Array.of(0, 1, 0), count: 2 })
    expect(() => clustersOf(['b'], 2)).toThrow('expected 2 keys of clusters, one a row, found 1')
  })

  it('are dealt whole, to groups of as many clusters each', () => {
    const ids = Uint32Array.from({ length: 90 }, (_, at) => at % 30)
    const dealt = dealClusters({ ids, count: 30 }, 7, 1)
    const groupOf = new Map([...ids].map((id, at) => [id, dealt.ids[at]]))
    expect([...ids].every((id, at) => groupOf.get(id) === dealt.ids[at])).toBe(true)
    const sizes = Array.from({ length: 7 }, (_, group) => [...groupOf.values()].filter((one) => one === group).length)
    expect(sizes.toSorted()).toEqual([4, 4, 4, 4, 4, 5, 5])
    expect(dealClusters({ ids, count: 30 }, 30, 1)).toEqual({ ids, count: 30 })
  })

  it('are refused when an id is none, and when there are too many for a table', () => {
    const given = { outcomes: { truth, scores }, threshold: 0.5, names: ['roc_auc'] } as const
    expect(() => binaryByCluster({ ...given, clusters: { ids: clusters.ids, count: 3 } })).toThrow(
      'expected a cluster below 3, found 3 in row 7',
    )
    expect(() => binaryByCluster({ ...given, clusters: { ids: clusters.ids, count: 2001 } })).toThrow(
      'expected at most 2000 clusters, found 2001; deal them into fewer groups',
    )
  })
})
