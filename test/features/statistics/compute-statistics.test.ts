/** Profiles from real DuckDB, against numpy, scipy and pandas (make-reference.py). */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckedRelation } from '../../../reconciler/features/expectations/checked-relation.ts'
import { computeStatistics } from '../../../reconciler/features/statistics/compute-statistics.ts'
import { readExpectations } from '../../../reconciler/manifests/expectation-checks.ts'
import { logBinsQuantile, relativeError } from '../../../reconciler/profiles/log-bins.ts'
import { excessKurtosisOf, skewnessOf, varianceOf } from '../../../reconciler/profiles/moments.ts'
import { openTestEngine, type TestEngine } from '../expectations/support/duckdb-engine.ts'

interface ColumnReference {
  readonly mean: number
  readonly variance: number
  readonly skewness: number
  readonly excess_kurtosis: number
  readonly min: number
  readonly max: number
  readonly quantiles: readonly number[]
  readonly counts: readonly number[]
  readonly underflow: number
  readonly overflow: number
}

const reference = JSON.parse(readFileSync(new URL('statistics.json', import.meta.url), 'utf8')) as {
  readonly columns: Readonly<Record<string, ColumnReference>>
  readonly words: readonly (readonly [string, number])[]
}

const edges = [-50, 0, 25, 100, 212]
const relation: CheckedRelation = {
  name: 'view:made',
  columns: new Map([
    ['plain', 'float64'], ['far', 'float64'], ['whole', 'int64'], ['word', 'string'], ['odd', 'float32'], ['at', 'timestamp'], ['ok', 'bool'],
  ]), // prettier-ignore
  identity: ['__row'],
  sequence: '__row',
}
let engine: TestEngine

beforeAll(async () => {
  engine = await openTestEngine()
  await engine.query(`CREATE TABLE "view:made" AS
    SELECT r AS "__row", (m % 20011)::DOUBLE / 64 - 100 AS plain, 1e9::DOUBLE + (m % 1009)::DOUBLE / 16 AS far, (m % 3001)::BIGINT - 1500 AS whole,
      'w' || CASE WHEN m % 3 <> 0 THEN m % 97 ELSE m % 5 END AS word,
      CASE WHEN r < 10 THEN NULL WHEN r < 13 THEN 'nan'::FLOAT WHEN r < 15 THEN 'inf'::FLOAT WHEN r = 15 THEN '-inf'::FLOAT ELSE 2.5 END AS odd,
      make_timestamp(1_000_000_000_000_001 + r) AS "at", r % 4 = 0 AS ok
    FROM (SELECT range AS r, (range * 2654435761) % 4294967296 AS m FROM range(5000))`)
})
afterAll(() => engine.close())

describe('statistics', () => {
  it('are those of numpy, scipy and pandas, and come with the expectations from one statement', async () => {
    const before = engine.statements.length
    const { profiles, results } = await computeStatistics(engine, relation, {
      expectations: readExpectations([{ expect_table_row_count_to_equal: { value: 5000 } }]),
      columns: [...relation.columns.keys()],
      edges: new Map(Object.keys(reference.columns).map((name) => [name, edges])),
    })
    expect(engine.statements.length - before).toBe(1)
    expect(results[0]?.verdict).toBe('passed')
    for (const [name, wanted] of Object.entries(reference.columns)) {
      const profile = profiles.get(name)
      if (profile === undefined || profile.moments === null || profile.bins === null) throw new Error(`no profile of ${name}`)
      expect(profile).toMatchObject({ rows: 5000, nulls: 0, nans: 0 })
      expect(profile.moments.mean / wanted.mean).toBeCloseTo(1, 12)
      expect((varianceOf(profile.moments) ?? NaN) / wanted.variance).toBeCloseTo(1, 9)
      expect(skewnessOf(profile.moments)).toBeCloseTo(wanted.skewness, 7)
      expect(excessKurtosisOf(profile.moments)).toBeCloseTo(wanted.excess_kurtosis, 7)
      expect([Number(profile.smallest), Number(profile.greatest)]).toEqual([wanted.min, wanted.max])
      const { counts, underflow, overflow } = wanted
      expect(profile.histogram).toEqual({ edges, counts, underflow, overflow })
      for (const [index, q] of [0.01, 0.25, 0.5, 0.75, 0.99].entries()) {
        const exact = wanted.quantiles[index] ?? NaN
        expect(Math.abs((logBinsQuantile(profile.bins, q) ?? NaN) - exact)).toBeLessThanOrEqual(
          relativeError * Math.abs(exact) * (1 + 1e-9),
        )
      }
    }
    const words = profiles.get('word')?.categories
    expect(words?.categories.map(({ value, count }) => [value, count])).toEqual(reference.words.slice(0, 50))
    expect(words?.unlistedAtMost).toBe(reference.words[50]?.[1])
  })

  it('tell null, NaN and the infinities apart, and keep microseconds', async () => {
    const { profiles } = await computeStatistics(engine, relation, {
      expectations: [],
      columns: ['odd', 'at', 'ok'],
      edges: new Map(),
    })
    expect(profiles.get('odd')).toMatchObject({
      rows: 5000, nulls: 10, nans: 3, positiveInfinities: 2, negativeInfinities: 1, smallest: 2.5, greatest: 2.5,
      moments: { count: 4984, mean: 2.5, m2: 0 },
    }) // prettier-ignore
    expect(profiles.get('at')).toMatchObject({
      smallest: 1_000_000_000_000_001n,
      greatest: 1_000_000_000_005_000n,
      moments: null,
    })
    expect(profiles.get('ok')?.categories?.categories).toEqual([
      { value: 'false', count: 3750, error: 0 },
      { value: 'true', count: 1250, error: 0 },
    ])
  })

  it('of an empty relation are zeros and nulls', async () => {
    await engine.query('CREATE TABLE "view:empty" AS SELECT * FROM "view:made" WHERE FALSE')
    const { profiles } = await computeStatistics(
      engine,
      { ...relation, name: 'view:empty' },
      { expectations: [], columns: ['plain', 'word'], edges: new Map() },
    )
    expect(profiles.get('plain')).toMatchObject({ rows: 0, smallest: null, moments: { count: 0 } })
    expect(profiles.get('word')?.categories).toEqual({ limit: 50, categories: [], unlistedAtMost: 0 })
  })
})
