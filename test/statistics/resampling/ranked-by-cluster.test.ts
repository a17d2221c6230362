/** Medians, and areas of several classes, of drawn clusters: what the repeated rows give, by brute force; and as wide as theory says. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../reconciler/statistics/random/seeded-random.ts'
import { clusterBootstrap } from '../../../reconciler/statistics/resampling/cluster-bootstrap.ts'
import { dealRows } from '../../../reconciler/statistics/resampling/deal-clusters.ts'
import { medianErrorByCluster } from '../../../reconciler/statistics/resampling/median-error-by-cluster.ts'
import { multiclassRocAucByCluster } from '../../../reconciler/statistics/resampling/multiclass-roc-auc-by-cluster.ts'
import { expectClose } from '../support/expect-close.ts'

const row = fc.record({
  label: fc.nat(2),
  values: fc.tuple(fc.nat(5), fc.nat(5), fc.nat(5)),
  weight: fc.nat(2),
  cluster: fc.nat(3),
})
const given = fc.record({
  rows: fc.array(row, { maxLength: 25 }),
  counts: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
})

interface Row {
  readonly label: number
  readonly values: readonly [number, number, number]
  readonly weight: number
  readonly cluster: number
}

function repeated(rows: readonly Row[], timesOf: (row: Row) => number): readonly Row[] {
  return rows.flatMap((one) => Array.from({ length: timesOf(one) }, () => one))
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  if (sorted.length === 0) return NaN
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.floor(sorted.length / 2)]!) / 2
}

/** Over all pairs of a row of the class and one that is not. */
function areaAgainstRest(rows: readonly Row[], label: number): number {
  const pairs = rows.filter((one) => one.label === label).flatMap((own) => rows.filter((one) => one.label !== label).map((other) => own.values[label]! - other.values[label]!)) // prettier-ignore
  return pairs.reduce((sum, apart) => sum + (apart > 0 ? 1 : apart === 0 ? 0.5 : 0), 0) / pairs.length
}

describe.each([false, true])('of drawn clusters, with weights: %s', (isWeighted) => {
  it('the median error is that of the repeated rows', () => {
    fc.assert(
      fc.property(given, ({ rows, counts }) => {
        const statistics = medianErrorByCluster(
          {
            truth: Float64Array.from(rows, ({ values }) => values[0]),
            predictions: Float64Array.from(rows, ({ values }) => values[1]),
            weights: isWeighted ? Float64Array.from(rows, ({ weight }) => weight) : undefined,
          },
          { ids: Uint32Array.from(rows, ({ cluster }) => cluster), count: 4 },
        )
        const drawn = repeated(rows, ({ cluster, weight }) => counts[cluster]! * (isWeighted ? weight : 1))
        const expected = middle(drawn.map(({ values }) => Math.abs(values[0] - values[1])))
        expectClose(statistics.valuesAt(counts)[0], expected, 'median')
      }),
    )
  })

  it('areas of each class against the rest are those of the repeated rows', () => {
    fc.assert(
      fc.property(given, ({ rows, counts }) => {
        const statistics = multiclassRocAucByCluster(
          {
            classes: 3,
            truth: Uint32Array.from(rows, ({ label }) => label),
            probabilities: Float64Array.from(rows.flatMap(({ values }) => values.map((value) => value / 8))),
            weights: isWeighted ? Float64Array.from(rows, ({ weight }) => weight) : undefined,
          },
          { ids: Uint32Array.from(rows, ({ cluster }) => cluster), count: 4 },
        )
        const drawn = repeated(rows, ({ cluster, weight }) => counts[cluster]! * (isWeighted ? weight : 1))
        const areas = [0, 1, 2].map((label) => areaAgainstRest(drawn, label))
        const shares = [0, 1, 2].map((label) => drawn.filter((one) => one.label === label).length / drawn.length)
        const [macro, weighted] = statistics.valuesAt(counts)
        expectClose(macro, (areas[0]! + areas[1]! + areas[2]!) / 3, 'macro')
        expectClose(
          weighted,
          areas.reduce((sum, area, label) => sum + area * shares[label]!, 0),
          'weighted',
        )
      }),
    )
  })
})

it('the standard error of a median is the one of theory, for rows that are independent', () => {
  const random = seededRandom(4, 0)
  const rows = 20_000
  // Errors of an exponential distribution: the median is ln 2, where the density is 1/2; so `1 / (2 f sqrt(n))` is `1 / sqrt(n)`.
  const predictions = Float64Array.from({ length: rows }, () => -Math.log((random() + 0.5) / 2 ** 32))
  const statistics = medianErrorByCluster({ truth: new Float64Array(rows), predictions }, dealRows(rows, 250, 3))
  const { median_absolute_error: found } = clusterBootstrap({ statistics, replicates: 1000, seed: 1, confidence: 0.95 })
  expect(Math.abs(found!.estimate - Math.LN2)).toBeLessThan(4 / Math.sqrt(rows))
  expect(Math.abs(found!.standardError * Math.sqrt(rows) - 1)).toBeLessThan(0.2)
})
