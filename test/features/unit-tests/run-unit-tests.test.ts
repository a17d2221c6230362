/** Unit tests of views in the real engine, with values that were worked out by hand. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ViewTest } from '../../../reconciler/core/feature-definition.ts'
import { runUnitTests, type UnitTestReport } from '../../../reconciler/features/unit-tests/run-unit-tests.ts'
import type { FeatureDefinitions } from '../../../reconciler/manifests/feature-definitions.ts'
import { prepareEngines, type TestEngines } from '../engine/support/test-engine.ts'
import { definitionsOf, manifest } from './support/definitions.ts'

let engines: TestEngines
let opened: number

beforeEach(() => {
  engines = prepareEngines()
  opened = 0
})
afterEach(() => engines.close())

async function run(definitions: FeatureDefinitions, wanted?: readonly string[], timeLimitMs = 20_000): Promise<UnitTestReport> {
  const open = async () => {
    opened += 1
    const engine = await engines.open({ threads: 1, timeLimitMs })
    await engine.lock()
    return engine
  }
  return runUnitTests(open, definitions, wanted ?? [...definitions.views.keys()])
}

/** One line a test, and one for each problem or difference. */
function tell({ results }: UnitTestReport): readonly string[] {
  return results.flatMap(({ test, verdict, problems, differences }) => [
    `${verdict}: ${test}`,
    ...problems,
    ...differences.map(({ row, column, asOf, expected, found, isRowFound }) => {
      const value = isRowFound ? JSON.stringify(found) : `${JSON.stringify(found)}, no row`
      return `row ${row} ${column} as of ${asOf}: expected ${JSON.stringify(expected)}, found ${value}`
    }),
  ])
}

const airport = manifest('Entity airport', 'keys: [{ name: airport, dtype: string }]')

const weather = manifest(
  'DataSource weather',
  `
file: w.parquet
eventTime: observed_at
createdTime: recorded_at
rowKey: [origin, observed_at]
columns:
  - { name: origin, dtype: string }
  - { name: observed_at, dtype: timestamp }
  - { name: recorded_at, dtype: timestamp }
  - { name: wind, dtype: float32 }
  - { name: hits, dtype: int64 }`,
)

/** The view of most tests: its own tests are put in from outside, also ones that a manifest could not have. */
function weatherView(more = ''): string {
  return manifest(
    'FeatureView airport_weather',
    `
entities: [{ name: airport, columns: { airport: origin } }]
source: weather
ttl: 3h
transform: SELECT * REPLACE (CASE WHEN wind < 150 THEN wind END AS wind) FROM {{ source }}
features:
  - { name: wind, dtype: float32 }
  - { name: hits, dtype: int64 }
aggregations:
  - { name: wind_max_6h, column: wind, function: max, window: 6h }
  - { name: windy_1d, function: count, window: 1d, where: wind > 25 }
  - { name: hits_1d, column: hits, function: sum, window: 1d, dtype: int64 }
${more}`,
  )
}

function withTests(definitions: FeatureDefinitions, view: string, tests: readonly ViewTest[]): FeatureDefinitions {
  return { ...definitions, viewRules: new Map([...definitions.viewRules, [view, { expectations: [], tests }]]) }
}

const hour = (time: string): string => `2013-01-01T${time}:00Z`
const row = (observed: string, recorded: string, wind: number | null, origin = 'JFK') => {
  return { origin, observed_at: hour(observed), recorded_at: hour(recorded), wind }
}
const weatherTest = (name: string, given: ViewTest['given'][string], expected: ViewTest['expect']): ViewTest => {
  return { name, given: { weather: given }, expect: expected }
}

describe('values', () => {
  const exact = definitionsOf(airport, weather, weatherView())

  it('are those that were known at the time, of any age where nothing limits it, with windows', async () => {
    const given = [row('05:00', '06:00', 10), row('07:00', '07:30', 30), row('02:00', '02:00', 12)]
    const report = await run(
      withTests(exact, 'airport_weather', [
        // At 07:29 the row of 07:00 is not known yet; the window holds 05:00 and 02:00.
        weatherTest('before the last was known', given, [
          { airport: 'JFK', at: hour('07:29'), wind: 10, wind_max_6h: 12, windy_1d: 0 },
          { airport: 'JFK', at: hour('07:30'), wind: 30, wind_max_6h: 30, windy_1d: 1 },
          // (02:00, 08:00]: the row of 02:00 has left the window.
          { airport: 'JFK', at: hour('08:00'), wind_max_6h: 30, windy_1d: 1 },
          // Three hours old, both ends included; then too old.
          { airport: 'JFK', at: hour('10:00'), wind: 30 },
          { airport: 'JFK', at: '2013-01-01T10:00:00.000001Z', wind: null },
          { airport: 'LGA', at: hour('08:00'), wind: null, wind_max_6h: null, windy_1d: 0 },
        ]),
      ]),
    )
    expect(tell(report)).toEqual(['passed: before the last was known'])
  })

  it('of a view on a grid are those of its last point', async () => {
    const grid = definitionsOf(airport, weather, weatherView('online: { refresh: 15m, lag: 1m }'))
    const given = [row('07:00', '07:00', 10), row('07:50', '07:50', 20)]
    const report = await run(
      withTests(grid, 'airport_weather', [
        weatherTest('between points', given, [
          { airport: 'JFK', at: hour('08:00'), wind: 10 },
          { airport: 'JFK', at: hour('08:01'), wind: 20 },
        ]),
        weatherTest('as if there were none', given, [{ airport: 'JFK', at: hour('08:00'), wind: 20, wind_max_6h: 10 }]),
      ]),
    )
    expect(tell(report)).toEqual([
      'passed: between points',
      'failed: as if there were none',
      'row 0 wind as of 2013-01-01T07:45:00Z: expected 20, found 10',
    ])
  })

  it('that differ are told with the row, the column and both values; a null is told from no row', async () => {
    const tests = [
      weatherTest('three wrong', [row('05:00', '05:00', null)], [
        { airport: 'JFK', at: hour('06:00'), wind: 10, windy_1d: 0, wind_max_6h: 3 },
        { airport: 'LGA', at: hour('06:00'), wind: 'NaN' },
      ]),
    ] // prettier-ignore
    const { results } = await run(withTests(exact, 'airport_weather', tests))
    const place = {
      row: 0,
      keys: { airport: 'JFK' },
      at: hour('06:00'),
      asOf: hour('06:00'),
      found: null,
      isRowFound: true,
      whyNoRow: null,
    }
    expect(results).toEqual([
      {
        view: 'airport_weather',
        test: 'three wrong',
        verdict: 'failed',
        problems: [],
        differences: [
          { ...place, column: 'wind', expected: 10 },
          { ...place, column: 'wind_max_6h', expected: 3 },
          {
            ...place,
            row: 1,
            keys: { airport: 'LGA' },
            column: 'wind',
            expected: 'NaN',
            isRowFound: false,
            whyNoRow: 'the view has no row of this key',
          },
        ],
      },
    ])
  })

  it('that are missing are told with the reason', async () => {
    const tests = [
      weatherTest('missing', [row('05:00', '05:30', 1)], [
        { airport: 'JFK', at: hour('05:29'), wind: 1 },
        { airport: 'JFK', at: '2013-01-01T08:00:01Z', wind: 1 },
        { airport: 'LGA', at: hour('06:00'), wind: 1 },
      ]),
    ] // prettier-ignore
    const { results } = await run(withTests(exact, 'airport_weather', tests))
    expect(results[0]?.differences.map(({ whyNoRow }) => whyNoRow)).toEqual([
      'the first row of this key is known from 2013-01-01T05:30:00Z on',
      'the rows of this key that are known are older than 3h, or were replaced by rows of their row key',
      'the view has no row of this key',
    ])
  })

  it('of one test do not see rows of another, nor replace them', async () => {
    const restated = [row('05:00', '05:10', 1), row('05:00', '05:20', 2)]
    const tests = [
      weatherTest('one', restated, [{ airport: 'JFK', at: hour('06:00'), wind: 2, wind_max_6h: 2 }]),
      weatherTest('two', [row('05:00', '05:15', 7)], [{ airport: 'JFK', at: hour('06:00'), wind: 7, wind_max_6h: 7 }]),
      weatherTest('none', [], [{ airport: 'JFK', at: hour('06:00'), wind: null, windy_1d: 0 }]),
    ]
    expect(tell(await run(withTests(exact, 'airport_weather', tests)))).toEqual(['passed: one', 'passed: two', 'passed: none'])
  })

  it('come through transforms over several sources, one of them without times', async () => {
    const definitions = definitionsOf(
      airport,
      weather,
      manifest('DataSource airports', 'file: a.csv\ncolumns: [{ name: faa, dtype: string }, { name: metres, dtype: float64 }]'),
      manifest(
        'FeatureView both',
        `
entities: [{ name: airport, columns: { airport: faa } }]
sources: [weather, airports]
eventTime: observed_at
createdTime: recorded_at
transform: |
  SELECT faa, observed_at, recorded_at, wind / metres AS ratio, count(*) OVER () AS rows
  FROM {{ airports }} LEFT JOIN {{ weather }} ON origin = faa
features: [{ name: ratio, dtype: float64 }, { name: rows, dtype: int64 }]
tests:
  - name: a third
    given:
      weather: [{ origin: JFK, observed_at: 2013-01-01T05:00:00Z, recorded_at: 2013-01-01T05:00:00Z, wind: 1 }]
      airports: [{ faa: JFK, metres: 3 }, { faa: LGA, metres: 7 }]
    expect:
      - { airport: JFK, at: 2013-01-01T05:00:00Z, ratio: 0.3333333333, rows: 2 }`,
      ),
    )
    expect(tell(await run(definitions))).toEqual(['passed: a third'])
  })

  it('of a view over a view come from rows of the view above', async () => {
    const definitions = definitionsOf(
      airport,
      weather,
      weatherView(),
      manifest(
        'FeatureView doubled',
        `
entities: [{ name: airport, columns: { airport: origin } }]
source: { view: airport_weather }
transform: SELECT origin, observed_at, recorded_at, 2 * wind AS twice FROM {{ source }}
features: [{ name: twice, dtype: float32 }]
tests:
  - name: beyond what the view above lets through
    given: [{ origin: JFK, observed_at: 2013-01-01T05:00:00Z, recorded_at: 2013-01-01T05:00:00Z, wind: 200 }]
    expect: [{ airport: JFK, at: 2013-01-01T05:00:00Z, twice: 400 }]`,
      ),
    )
    const report = await run(definitions)
    expect(tell(report)).toEqual(['passed: beyond what the view above lets through'])
    expect(report.untested).toEqual(['airport_weather'])
  })

  it.each([
    ['of the first row, where rows are equal in time', '', 9],
    ['of the first row, where a transform keeps their order', 'transform: SELECT *, 1 AS x FROM {{ source }}', 9],
    [
      'of the smallest row, where it keeps none',
      'transform: SELECT origin, observed_at, recorded_at, wind, hits, count(*) OVER () AS x FROM {{ source }}',
      4,
    ],
  ])('are those %s', async (_, transform, wind) => {
    const twice = [row('05:00', '05:00', 9), row('05:00', '05:00', 4)]
    const source = weather.replace(/\n *rowKey.*/, '')
    const definitions = definitionsOf(airport, source, weatherView().replace(/transform.*/, transform))
    const tests = [weatherTest('equal', twice, [{ airport: 'JFK', at: hour('06:00'), wind }])]
    expect(tell(await run(withTests(definitions, 'airport_weather', tests)))).toEqual(['passed: equal'])
  })

  it('come from rows with an event time alone, as from a real source', async () => {
    const view = weatherView().replace(/transform.*/, 'transform: SELECT * REPLACE (count(*) OVER () AS hits) FROM {{ source }}')
    const given = [row('05:00', '05:00', 9), { origin: 'JFK', recorded_at: hour('05:00'), wind: 1 }]
    const tests = [weatherTest('timeless', given, [{ airport: 'JFK', at: hour('06:00'), hits: 1 }])]
    expect(tell(await run(withTests(definitionsOf(airport, weather, view), 'airport_weather', tests)))).toEqual([
      'passed: timeless',
    ])
  })

  it('of static rows have no time', async () => {
    const definitions = definitionsOf(
      airport,
      manifest('DataSource airports', 'file: a.csv\ncolumns: [{ name: faa, dtype: string }, { name: big, dtype: bool }]'),
      manifest(
        'FeatureView sizes',
        `
entities: [{ name: airport, columns: { airport: faa } }]
source: airports
features: [{ name: big, dtype: bool }]
tests:
  - name: one is
    given: [{ faa: JFK, big: true }, { faa: LGA, big: false }]
    expect: [{ airport: JFK, big: true }, { airport: LGA, big: true }, { airport: XXX, big: null }]`,
      ),
    )
    expect(tell(await run(definitions))).toEqual(['failed: one is', 'row 1 big as of null: expected true, found false'])
  })

  it('keep whole numbers beyond 2^53 and times to the microsecond', async () => {
    const definitions = definitionsOf(
      airport,
      weather,
      manifest(
        'FeatureView exact',
        `
entities: [{ name: airport, columns: { airport: origin } }]
source: weather
features: [{ name: hits, dtype: int64 }, { name: recorded_at, dtype: timestamp }]
tests:
  - name: to the last digit
    given: [{ origin: JFK, observed_at: 2013-01-01T05:00:00Z, recorded_at: "2013-01-01T07:00:00.000001+02:00", hits: "9007199254740993" }]
    expect:
      - { airport: JFK, at: "2013-01-01T05:00:00.000001Z", hits: "9007199254740993", recorded_at: "2013-01-01T05:00:00.000001Z" }
      - { airport: JFK, at: "2013-01-01T06:00:00Z", hits: "9007199254740992", recorded_at: "2013-01-01T05:00:00Z" }`,
      ),
    )
    expect(tell(await run(definitions))).toEqual([
      'failed: to the last digit',
      'row 1 hits as of 2013-01-01T06:00:00Z: expected "9007199254740992", found "9007199254740993"',
      'row 1 recorded_at as of 2013-01-01T06:00:00Z: expected "2013-01-01T05:00:00Z", found "2013-01-01T05:00:00.000001Z"',
    ])
  })
})

describe('what cannot be run', () => {
  const definitions = definitionsOf(airport, weather, weatherView())
  const good = weatherTest('good', [row('05:00', '05:00', 1)], [{ airport: 'JFK', at: hour('06:00'), wind: 1 }])

  it('is told by input, row and column, all of it, and keeps no other from being run', async () => {
    const bad = weatherTest(
      'bad',
      [row('05:00', '05:00', 1), { origin: 'JFK', observed_at: '2013-01-01T05:00:00', wnd: 3, wind: 'strong', hits: 1.5 }],
      [{ airport: 'JFK', wind: 1, wind_max: 2 }, { airport: 7, at: '2013-01-01T05:00:00', wind: 1 }],
    ) // prettier-ignore
    expect(tell(await run(withTests(definitions, 'airport_weather', [bad, good])))).toEqual([
      'not-run: bad',
      'given weather, row 1: expected one of origin, observed_at, recorded_at, wind, hits, found "wnd": did you mean wind?',
      'given weather, row 1, column observed_at: expected a time such as 2013-01-01T05:00:00Z (timestamp), found "2013-01-01T05:00:00"',
      'given weather, row 1, column wind: expected a number (float32), found "strong"',
      'given weather, row 1, column hits: expected a whole number (int64), found 1.5',
      'expect, row 0: expected one of airport, at, wind, hits, wind_max_6h, windy_1d, hits_1d, found "wind_max"',
      'expect, row 0: expected a value for at, found none',
      'expect, row 1, column airport: expected a text (string), found 7',
      'expect, row 1, column at: expected a time such as 2013-01-01T05:00:00Z (timestamp), found "2013-01-01T05:00:00"',
      'passed: good',
    ])
    expect(opened).toBe(1)
  })

  it('because the transform fails on its rows, or a sum is too great, is told of that test alone', async () => {
    const cast = weatherView().replace('SELECT * REPLACE (', `SELECT * REPLACE (CASE WHEN hits = 7 THEN CAST(origin AS BIGINT) ELSE hits END AS hits, `) // prettier-ignore
    const tests = [
      weatherTest('no number', [{ ...row('05:00', '05:00', 1), hits: 7 }], [{ airport: 'JFK', at: hour('06:00'), hits: 0 }]),
      weatherTest('too great', Array.from({ length: 2 }, (_, at) => ({ ...row(`05:0${at}`, '05:10', 1), hits: '9223372036854775807' })), [
        { airport: 'JFK', at: hour('06:00'), hits_1d: 0 },
      ]),
      good,
    ] // prettier-ignore
    const lines = tell(await run(withTests(definitionsOf(airport, weather, cast), 'airport_weather', tests)))
    expect(lines).toEqual([
      'not-run: no number',
      expect.stringMatching(/^Conversion Error: .*JFK/),
      'not-run: too great',
      expect.stringMatching(/^its rows cannot be joined: .*18446744073709551614/),
      'passed: good',
    ])
  })

  it('because its view has problems, with what checking the view says', async () => {
    const view = weatherView().replace('SELECT *', 'SELECT random() AS x, *')
    expect(tell(await run(withTests(definitionsOf(airport, weather, view), 'airport_weather', [good])))).toEqual([
      'not-run: good',
      expect.stringContaining('view airport_weather: random is not allowed'),
    ])
  })

  it('because the view above cannot have such a value', async () => {
    const above = weatherView().replace('AS wind)', 'AS wind, CAST(hits AS INTEGER) AS hits)')
    const below = manifest(
      'FeatureView below',
      `
entities: [{ name: airport, columns: { airport: origin } }]
source: { view: airport_weather }
features: [{ name: hits, dtype: int64 }]
tests:
  - name: too large for it
    given: [{ origin: JFK, observed_at: 2013-01-01T05:00:00Z, recorded_at: 2013-01-01T05:00:00Z, hits: 3000000000 }]
    expect: [{ airport: JFK, at: 2013-01-01T05:00:00Z, hits: 3000000000 }]
  - name: small enough
    given: [{ origin: JFK, observed_at: 2013-01-01T05:00:00Z, recorded_at: 2013-01-01T05:00:00Z, hits: 3 }]
    expect: [{ airport: JFK, at: 2013-01-01T05:00:00Z, hits: 3 }]`,
    )
    expect(tell(await run(definitionsOf(airport, weather, above, below), ['below']))).toEqual([
      'not-run: too large for it',
      'given airport_weather, row 0, column hits: expected a value that the view airport_weather can have (INTEGER), found 3000000000',
      'passed: small enough',
    ])
  })

  it('because it never ends, and the others still are', async () => {
    // Goes on for ever as soon as there is a row of XXX.
    const endless = weatherView().replace(
      'transform: SELECT',
      "transform: WITH RECURSIVE more AS (SELECT 1 AS n FROM {{ source }} WHERE origin = 'XXX' UNION ALL SELECT n % 7 FROM more) " +
        'SELECT (SELECT count(*) FROM more) AS n,',
    )
    const tests = [weatherTest('endless', [{ ...row('05:00', '05:00', 1, 'XXX'), hits: 1 }], [{ airport: 'XXX', at: hour('06:00'), wind: 1 }]), good] // prettier-ignore
    const report = await run(withTests(definitionsOf(airport, weather, endless), 'airport_weather', tests), undefined, 1500)
    expect(tell(report)).toEqual(['not-run: endless', expect.stringContaining('1500'), 'passed: good'])
  })

  it('because there is no such view', async () => {
    await expect(run(definitions, ['nope'])).rejects.toMatchObject({ code: 'not-found', message: 'there is no view nope' })
  })
})

it('thousands of tests go through one engine', async () => {
  const definitions = definitionsOf(airport, weather, weatherView())
  const tests = Array.from({ length: 1500 }, (_, at) =>
    weatherTest(`test ${at}`, [row('05:00', '05:00', at % 150), row('04:00', '05:00', 140)], [
      { airport: 'JFK', at: hour('06:00'), wind: at === 1234 ? 3 : at % 150, wind_max_6h: Math.max(140, at % 150) },
    ]),
  ) // prettier-ignore
  const { results } = await run(withTests(definitions, 'airport_weather', tests))
  expect(results.filter(({ verdict }) => verdict !== 'passed').map(({ test }) => test)).toEqual(['test 1234'])
  expect(opened).toBe(1)
}, 120_000)
