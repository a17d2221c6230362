/** How far groups are apart: values by hand, intervals against formulas written otherwise, and how often they hold the truth. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Measurement } from '../../../reconciler/core/measurement.ts'
import { measureRows, type MeasuringRequest } from '../../../reconciler/evaluation/measuring/measure-rows.ts'
import type { ScoredRows } from '../../../reconciler/evaluation/measuring/scored-rows.ts'
import { shareRatioInterval } from '../../../reconciler/evaluation/measuring/share-ratio.ts'
import { seededRandom } from '../../../reconciler/statistics/random/seeded-random.ts'
import { binaryRequest, codesOf } from '../support/reference-rows.ts'

interface Group {
  readonly name: string | null
  readonly other?: string
  readonly rows: number
  readonly selected: number
}

/** Positives are selected first: `selected` of the rows, and half of the rows are positive. */
function rowsOf(groups: readonly Group[], clusterOf: ((row: number) => number) | null = null): ScoredRows {
  const rows = groups.flatMap(({ name, other, rows: count, selected }) =>
    Array.from({ length: count }, (_, row) => ({
      name,
      other: other ?? null,
      score: row < selected ? 0.9 : 0.1,
      truth: row % 2,
    })),
  )
  return {
    rows: rows.length,
    truth: Float64Array.from(rows, ({ truth }) => truth),
    classes: ['0', '1'],
    candidate: Float64Array.from(rows, ({ score }) => score),
    production: null,
    weights: null,
    clusters: clusterOf === null ? null : { ids: Uint32Array.from(rows, (_, row) => clusterOf(row)), count: Math.max(...rows.map((_, row) => clusterOf(row))) + 1 }, // prettier-ignore
    columns: new Map([
      ['race', codesOf(rows.map(({ name }) => name))],
      ['age', codesOf(rows.map(({ other }) => other))],
    ]),
  }
}

function across(
  scored: ScoredRows,
  request: Partial<MeasuringRequest['requests'][number]>,
  changes: Partial<MeasuringRequest> = {},
): Measurement {
  const asked = { metric: 'selection_rate', of: 'candidate', by: ['race'], across: 'ratio', minGroup: null, ...request } as const
  const { measurements } = measureRows(scored, {
    ...binaryRequest,
    production: { version: null, because: 'none' },
    metrics: [],
    requests: [asked],
    ...changes,
  })
  expect(measurements).toHaveLength(1)
  return measurements[0]!
}

const groups: readonly Group[] = [
  { name: 'white', rows: 500, selected: 400 },
  { name: 'black', rows: 60, selected: 33 },
  { name: 'hispanic', rows: 28, selected: 10 },
]

describe('groups', () => {
  it('are compared by the least and the greatest value, small ones left out and named', () => {
    const found = across(rowsOf(groups), { minGroup: 50 })
    // 33/60 over 400/500.
    expect(found.estimate).toBeCloseTo(0.6875, 6)
    expect(found.across).toEqual({
      columns: ['race'],
      how: 'ratio',
      minGroup: 50,
      groups: 2,
      leftOut: [{ race: 'hispanic' }],
      lowest: { race: 'black' },
      highest: { race: 'white' },
    })
    expect(found).toMatchObject({ method: 'newcombe', rows: 560 })
    // 1.96 standard errors of the logarithm, sqrt(1/33 - 1/60 + 1/400 - 1/500) = 0.1188 (Katz): 0.545 to 0.868.
    expect(found.low).toBeCloseTo(0.545, 1)
    expect(found.high).toBeCloseTo(0.868, 1)
  })

  it('have a difference with the interval of Newcombe', () => {
    const found = across(rowsOf(groups), { across: 'difference', minGroup: 50 })
    expect(found.estimate).toBeCloseTo(0.25, 6)
    // By hand: Wilson of 400/500 is 0.7628 to 0.8327, of 33/60 0.4249 to 0.6691.
    expect(found.low).toBeCloseTo(0.25 - Math.hypot(0.8 - 0.7628, 0.6691 - 0.55), 3)
    expect(found.high).toBeCloseTo(0.25 + Math.hypot(0.55 - 0.4249, 0.8327 - 0.8), 3)
  })

  it('are intersections where several columns are named', () => {
    const mixed = [
      { name: 'a', other: 'old', rows: 50, selected: 10 },
      { name: 'a', other: 'young', rows: 50, selected: 40 },
      { name: 'b', other: 'old', rows: 50, selected: 30 },
      { name: null, other: 'young', rows: 50, selected: 20 },
    ]
    const found = across(rowsOf(mixed), { by: ['race', 'age'] })
    expect(found).toMatchObject({ estimate: 0.25, across: { groups: 4, lowest: { race: 'a', age: 'old' }, highest: { race: 'a', age: 'young' } } }) // prettier-ignore
    const nobody = across(rowsOf(mixed), { minGroup: 51 })
    expect(nobody).toMatchObject({ estimate: null, across: { groups: 1, leftOut: [{ race: 'b' }, { race: null }] } })
  })

  it('have no value where fewer than two are left, or a rate has no denominator', () => {
    const found = across(rowsOf(groups), { minGroup: 100 })
    expect(found).toMatchObject({ estimate: null, low: null, because: 'only 1 of 3 groups can be compared' })
    // Nobody of the second group is selected: it has no predictive value, which is not 0.
    const silent = rowsOf([groups[0]!, { name: 'black', rows: 60, selected: 0 }])
    expect(across(silent, { metric: 'positive_predictive_value' })).toMatchObject({
      estimate: null,
      across: { groups: 1, leftOut: [{ race: 'black' }] },
    })
    expect(across(silent, {})).toMatchObject({ estimate: 0, low: 0 })
    expect(across(silent, {}).high).toBeGreaterThan(0)
  })

  it('say so where all have the same value', () => {
    const alike = [{ name: 'a', rows: 40, selected: 20 }, { name: 'b', rows: 80, selected: 40 }] // prettier-ignore
    expect(across(rowsOf(alike), {})).toMatchObject({
      estimate: 1,
      low: null,
      because: 'no interval: all groups have the same value',
    })
  })

  it('are drawn together by cluster, with wider intervals where clusters are alike', () => {
    // Five rows of one household each are all the same.
    const households: Group[] = Array.from({ length: 80 }, (_, index) => ({ name: index % 2 === 0 ? 'a' : 'b', rows: 5, selected: [0, 1, 3, 4, 5].includes(index % 8) ? 5 : 0 })) // prettier-ignore
    const independent = across(rowsOf(households), {})
    const clustered = across(
      rowsOf(households, (row) => Math.floor(row / 5)),
      {},
      { clustersBy: 'household' },
    )
    expect(clustered.method).toBe('cluster-bootstrap-t')
    expect(clustered).toMatchObject({ estimate: independent.estimate, clusters: 80, degreesOfFreedom: 79 })
    // A fifth of the information: about the square root of five times as wide.
    expect(clustered.standardError! / independent.standardError!).toBeGreaterThan(1.9)
    expect(clustered.standardError! / independent.standardError!).toBeLessThan(2.7)
  })

  it('are resampled for metrics that are no shares', () => {
    expect(across(rowsOf(groups), { metric: 'f1', across: 'difference', minGroup: 50 }).method).toBe('group-bootstrap-t')
  })
})

const proportion = fc
  .record({ count: fc.integer({ min: 5, max: 400 }), part: fc.integer({ min: 0, max: 100 }) })
  .map(({ count, part }) => ({ count, successes: Math.max(1, Math.round((part / 100) * count)) }))

describe('the interval of a ratio of shares', () => {
  it('turns over when the shares are exchanged', () => {
    fc.assert(
      fc.property(proportion, proportion, (a, b) => {
        const [forth, back] = [shareRatioInterval(a, b, 0.95), shareRatioInterval(b, a, 0.95)]
        const ratio = a.successes / a.count / (b.successes / b.count)
        expect(forth.low).toBeLessThanOrEqual(ratio)
        expect(forth.high).toBeGreaterThanOrEqual(ratio)
        expect(forth.low * back.high).toBeCloseTo(1, 6)
        expect(forth.high * back.low).toBeCloseTo(1, 6)
      }),
    )
  })

  it('is that of Katz where there are many rows', () => {
    const [a, b] = [
      { successes: 3000, count: 10_000 },
      { successes: 4200, count: 10_000 },
    ]
    const error = Math.sqrt(1 / 3000 - 1 / 10_000 + 1 / 4200 - 1 / 10_000)
    const { low, high } = shareRatioInterval(a, b, 0.95)
    expect(low).toBeCloseTo((3000 / 4200) * Math.exp(-1.959964 * error), 3)
    expect(high).toBeCloseTo((3000 / 4200) * Math.exp(1.959964 * error), 3)
  })

  it('holds the truth in about 95 of 100 samples, of shares near the end, too', () => {
    const random = seededRandom(11, 0)
    const draw = (share: number, count: number): number => {
      let successes = 0
      for (let row = 0; row < count; row += 1) if (random() / 2 ** 32 < share) successes += 1
      return successes
    }
    for (const [p, n, q, m] of [
      [0.7, 60, 0.9, 500],
      [0.95, 60, 0.97, 300],
      [0.1, 100, 0.2, 100],
    ] as const) {
      // prettier-ignore
      let held = 0
      for (let sample = 0; sample < 2000; sample += 1) {
        const { low, high } = shareRatioInterval({ successes: draw(p, n), count: n }, { successes: draw(q, m), count: m }, 0.95)
        if (low <= p / q && p / q <= high) held += 1
      }
      expect(held / 2000, `${p} of ${n} over ${q} of ${m}`).toBeGreaterThan(0.935)
      expect(held / 2000, `${p} of ${n} over ${q} of ${m}`).toBeLessThan(0.975)
    }
  })
})
