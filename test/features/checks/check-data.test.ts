/** Checks of sources and views on real files: verdicts that were counted by hand, and sources that changed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkData } from '../../../reconciler/features/checks/check-data.ts'
import { isSound, type ChecksReport, type RelationChecks } from '../../../reconciler/features/checks/checks-report.ts'
import { fileKeeper } from '../engine/support/test-engine.ts'
import { micros, noQueries, noSecrets, SourceLab } from '../sources/support/source-lab.ts'
import { definitionsOf, manifest } from '../unit-tests/support/definitions.ts'

let lab: SourceLab

beforeEach(() => {
  lab = new SourceLab()
})
afterEach(() => lab.close())

const airport = manifest('Entity airport', 'keys: [{ name: airport, dtype: string }]')

const weather = (rules: string) =>
  manifest(
    'DataSource weather',
    `
file: weather.csv
eventTime: observed_at
columns:
  - { name: origin, dtype: string }
  - { name: observed_at, dtype: timestamp }
  - { name: wind, dtype: float32 }
${rules}`,
  )

const planes = manifest('DataSource planes', 'file: planes.csv\ncolumns: [{ name: tail, dtype: string }, { name: seats, dtype: int32 }]\nexpectations:\n  - expect_table_row_count_to_equal: { value: 2 }') // prettier-ignore

const gusts = (rules = '') =>
  manifest(
    'FeatureView gusts',
    `
entities: [{ name: airport, columns: { airport: origin } }]
source: weather
transform: SELECT origin, observed_at, CASE WHEN wind > 20 THEN wind END AS gust, CAST(hour(observed_at) AS INTEGER) AS hour FROM {{ source }}
features: [{ name: gust, dtype: float32 }, { name: hour, dtype: float64 }]
${rules}`,
  )

const rows = `origin,observed_at,wind
JFK,2013-01-01T00:00:00Z,10
JFK,2013-01-01T01:00:00Z,30
LGA,2013-01-01T02:00:00Z,40
XXX,2013-01-01T03:00:00Z,
,2013-01-01T04:00:00Z,20
`

function write(weatherRows = rows): void {
  lab.write('weather.csv', weatherRows)
  lab.write('planes.csv', 'tail,seats\nN1,100\nN2,200\n')
}

async function check(manifests: readonly string[], now = '2013-01-01T05:00:00Z', withProfiles = false): Promise<ChecksReport> {
  const definitions = definitionsOf(...manifests)
  return checkData({
    definitions,
    wanted: { views: [...definitions.views.keys()], sources: [...definitions.sources.keys()] },
    ports: { files: lab.files, queries: noQueries, secrets: noSecrets },
    nowMicros: micros(now),
    readersOf: (id) => [`Model/reads-${id.split('/')[1]}`],
    withProfiles,
    engine: { spillFolder: lab.at('spill'), threads: 1, keeper: fileKeeper },
  })
}

const find = ({ relations }: ChecksReport, name: string): RelationChecks => {
  const found = relations.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}
const tell = ({ results }: RelationChecks) =>
  results.map((result) => [result.check === 'expectation' ? result.expectation.name : result.check, result.severity, result.verdict, result.reason]) // prettier-ignore

describe('a source', () => {
  it('has a verdict for each expectation, with counts and the rows that are to blame', async () => {
    write()
    const report = await check([
      airport,
      weather(`expectations:
  - expect_column_values_to_be_in_set: { column: origin, value_set: [JFK, LGA, EWR] }
  - expect_column_values_to_not_be_null: { column: wind, mostly: 0.8, severity: warning }
  - expect_column_values_to_be_between: { column: wind, min_value: 0, max_value: 35, row_condition: origin = 'JFK' }`),
    ])
    const found = find(report, 'weather')
    expect(tell(found)).toEqual([
      ['expect_column_values_to_be_in_set', 'critical', 'failed', 'expected none unexpected, found 1 of 4 unexpected'],
      ['expect_column_values_to_not_be_null', 'warning', 'passed', null],
      ['expect_column_values_to_be_between', 'critical', 'passed', null],
    ])
    expect(found).toMatchObject({ kind: 'DataSource', rows: 5, problem: null, readers: ['Model/reads-weather'] })
    expect(found.results[0]).toMatchObject({
      elementCount: 5, missingCount: 1, unexpectedCount: 1, unexpectedPercent: 25,
      examples: [{ row: { __row: 3 }, values: { origin: 'XXX' } }],
    }) // prettier-ignore
    expect(found.results[2]).toMatchObject({ elementCount: 2, unexpectedCount: 0 })
    expect(isSound(report)).toBe(false)
  })

  it.each([
    ['2013-01-01T05:00:00Z', [['freshness', 'critical', 'passed', null, 3_600_000], ['volume', 'warning', 'passed', null, 2]]],
    ['2013-01-01T04:30:00Z', [['freshness', 'critical', 'passed', null, 1_800_000], ['volume', 'warning', 'passed', null, 2]]],
    ['2013-01-01T06:00:00.000Z', [['freshness', 'critical', 'failed', 'expected a row of the last 1h 30m, found the newest 2h old', 7_200_000], ['volume', 'warning', 'failed', 'expected at least 2 rows, found 0 rows', 0]]],
    ['2012-12-31T00:00:00Z', [['freshness', 'critical', 'not-evaluated', 'no row has happened yet', null], ['volume', 'warning', 'failed', 'expected at least 2 rows, found 0 rows', 0]]],
  ] as const)('is fresh and full by the data clock: %s', async (now, wanted) => {
    write()
    // (03:00, 05:00] holds 04:00 alone; (02:30, 04:30] holds 03:00 and 04:00: of 2h30m the bounds are (02:30, 05:00].
    const window = now === '2013-01-01T05:00:00Z' ? '150m' : '2h'
    const report = await check([airport, weather(`freshness: { maxAge: 90m }\nvolume: { window: ${window}, minRows: 2, severity: warning }`)], now) // prettier-ignore
    const { results } = find(report, 'weather')
    expect(results.map((result) => [result.check, result.severity, result.verdict, result.reason, result.observed])).toEqual(wanted)
  }) // prettier-ignore

  it('whose row condition is no mere condition on the row is not evaluated, which is not passed; the others are', async () => {
    write()
    const report = await check([
      airport,
      weather(`expectations:
  - expect_column_values_to_not_be_null: { column: origin, row_condition: "random() < 2" }
  - expect_column_values_to_not_be_null: { column: observed_at }
  - expect_column_values_to_not_be_null: { column: origin, row_condition: "wnd > 3", severity: info }`),
    ])
    expect(tell(find(report, 'weather')).map(([, severity, verdict, reason]) => [severity, verdict, reason])).toEqual([
      ['critical', 'not-evaluated', expect.stringContaining('row_condition: random is not allowed')],
      ['critical', 'passed', null],
      ['info', 'not-evaluated', expect.stringContaining('wnd')],
    ])
    expect(isSound(report)).toBe(false)
  })

  it('is sound when only what is no more than a warning is not passed', async () => {
    write()
    const report = await check([airport, weather('expectations:\n  - expect_column_values_to_not_be_null: { column: wind, severity: warning }'), planes]) // prettier-ignore
    expect(tell(find(report, 'weather'))).toHaveLength(1)
    expect([find(report, 'weather').results[0]?.verdict, isSound(report)]).toEqual(['failed', true])
  })

  it('is read once for everything, profiles too', async () => {
    write()
    const report = await check([airport, weather('freshness: { maxAge: 90m }'), gusts()], undefined, true)
    expect(find(report, 'weather').profiles.get('wind')).toMatchObject({ rows: 5, nulls: 1, smallest: 10, greatest: 40 })
    expect(find(report, 'gusts').profiles.get('gust')).toMatchObject({ rows: 5, nulls: 3, smallest: 30 })
  })
})

describe('a view', () => {
  it('is asked for its features, keys and times, with declared dtypes; also in rows that joins leave out', async () => {
    write()
    const report = await check([
      airport,
      weather(''),
      gusts(`expectations:
  - expect_column_values_to_be_between: { column: gust, min_value: 31 }
  - expect_column_values_to_not_be_null: { column: origin }
  - expect_column_values_to_be_of_type: { column: hour, type_: float64 }
  - expect_column_values_to_be_between: { column: hour, min_value: 0.5, row_condition: "observed_at > TIMESTAMP '2013-01-01 00:30:00'" }`),
    ])
    const { results, rows: count } = find(report, 'gusts')
    expect(results.map(({ verdict }) => verdict)).toEqual(['failed', 'failed', 'passed', 'passed'])
    expect(count).toBe(5)
    const time = (text: string) => `2013-01-01T${text}:00Z`
    expect(results[0]).toMatchObject({ missingCount: 3, unexpectedCount: 1, examples: [{ row: { origin: 'JFK', observed_at: time('01:00') }, values: { gust: 30 } }] }) // prettier-ignore
    expect(results[1]).toMatchObject({ unexpectedCount: 1, examples: [{ row: { origin: null, observed_at: time('04:00') }, values: { origin: null } }] }) // prettier-ignore
  })
})

describe('a source that changed', () => {
  const all = [
    airport,
    weather(
      'expectations:\n  - expect_column_values_to_not_be_null: { column: wind }\nfreshness: { maxAge: 1d, severity: info }',
    ),
    gusts('expectations:\n  - expect_column_values_to_not_be_null: { column: origin, severity: warning }'),
    planes,
  ]

  it.each([
    ['a column is gone', 'origin,observed_at\nJFK,2013-01-01T00:00:00Z\n', /^source weather: .*wind/],
    ['a dtype is another one', rows.replace(',40', ',strong'), /^source weather: row 2 .*column wind: "strong" is no float32/],
    ['a time lost its zone', rows.replace('02:00:00Z', '02:00:00'), /^source weather: row 2 .*observed_at.*without a zone/],
  ])(
    '(%s) is told with those that read it; nothing of it passes, and what does not read it is checked',
    async (_, text, problem) => {
      write(text)
      const report = await check(all)
      const found = find(report, 'weather')
      expect(found).toMatchObject({
        problem: expect.stringMatching(problem) as string,
        rows: null,
        readers: ['Model/reads-weather'],
      })
      expect(found.results.map(({ check: kind, verdict }) => [kind, verdict])).toEqual([
        ['expectation', 'not-evaluated'],
        ['freshness', 'not-evaluated'],
      ])
      const view = find(report, 'gusts')
      expect(view.problem).toBe('it reads DataSource/weather, whose rows cannot be had')
      expect(view.results.map(({ verdict }) => verdict)).toEqual(['not-evaluated'])
      expect(find(report, 'planes').results.map(({ verdict }) => verdict)).toEqual(['passed'])
      expect(isSound(report)).toBe(false)
    },
  )

  it('(its file is gone) is told too', async () => {
    lab.write('planes.csv', 'tail,seats\nN1,100\n')
    const report = await check(all)
    expect(find(report, 'weather').problem).toContain('no file matches weather.csv')
    expect(find(report, 'planes').results[0]).toMatchObject({ verdict: 'failed', observed: 1 })
  })

  it('(a transform fails on its rows) is told of the view', async () => {
    write()
    const cast = gusts().replace('CASE WHEN wind > 20 THEN wind END AS gust', 'CAST(origin AS FLOAT) AS gust')
    const report = await check([airport, weather(''), cast])
    expect(find(report, 'weather').problem).toBeNull()
    expect(find(report, 'gusts').problem).toMatch(/^view gusts: Conversion Error: .*'(JFK|LGA|XXX)'/)
  })
})
