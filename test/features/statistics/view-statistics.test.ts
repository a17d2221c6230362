/** Statistics of views on real files, against numbers that were worked out by hand. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { computeViewStatistics, edgesOf } from '../../../reconciler/features/statistics/compute-view-statistics.ts'
import { varianceOf } from '../../../reconciler/profiles/moments.ts'
import { summarizeProfile } from '../../../reconciler/profiles/summarize-profile.ts'
import { readViewStatistics, writeViewStatistics, type ViewStatistics } from '../../../reconciler/profiles/view-statistics.ts'
import { fileKeeper } from '../engine/support/test-engine.ts'
import { micros, noQueries, noSecrets, SourceLab } from '../sources/support/source-lab.ts'
import { definitionsOf, manifest } from '../unit-tests/support/definitions.ts'

let lab: SourceLab

beforeEach(() => {
  lab = new SourceLab()
})
afterEach(() => lab.close())

const definitions = definitionsOf(
  manifest('Entity airport', 'keys: [{ name: airport, dtype: string }]'),
  manifest(
    'DataSource weather',
    `
file: weather.csv
eventTime: observed_at
columns:
  - { name: origin, dtype: string }
  - { name: observed_at, dtype: timestamp }
  - { name: wind, dtype: float32 }
  - { name: sky, dtype: string }`,
  ),
  manifest(
    'FeatureView sky',
    `
entities: [{ name: airport, columns: { airport: origin } }]
source: weather
features: [{ name: wind, dtype: float32 }, { name: sky, dtype: string }]
aggregations: [{ name: rows_2h, function: count, window: 2h }]`,
  ),
)

const rows = `origin,observed_at,wind,sky
JFK,2013-01-01T00:00:00Z,10,clear
JFK,2013-01-01T01:00:00Z,30,rain
JFK,2013-01-01T03:00:00Z,20,clear
LGA,2013-01-01T02:00:00Z,,clear
LGA,2013-01-01T09:00:00Z,90,rain
`

async function compute(asOf: string, edges = new Map<string, ReadonlyMap<string, readonly number[]>>()): Promise<ViewStatistics> {
  const [found] = await computeViewStatistics({
    materials: definitions,
    views: ['sky'],
    digests: new Map([['sky', `sha256:${'a'.repeat(64)}` as const]]),
    commit: null,
    asOf: micros(asOf),
    nowMs: 0,
    edges,
    ports: { files: lab.files, queries: noQueries, secrets: noSecrets },
    engine: { spillFolder: lab.at('spill'), keeper: fileKeeper },
  })
  if (found === undefined) throw new Error('one view was asked for')
  return found
}

const profileOf = ({ features }: ViewStatistics, name: string) => {
  const found = features.find((feature) => feature.name === name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

describe('statistics of a view', () => {
  it('count what had happened by then, and nothing later', async () => {
    lab.write('weather.csv', rows)
    const found = await compute('2013-01-01T03:30:00Z')
    expect(found.features.map(({ name, of }) => [name, of])).toEqual([
      ['wind', 'rows'],
      ['sky', 'rows'],
      ['rows_2h', 'keys'],
    ])
    const wind = profileOf(found, 'wind').profile
    // 10, 30, 20 and a null: mean 20, squares (100 + 100 + 0) over 2.
    expect([wind.rows, wind.nulls, wind.smallest, wind.greatest, wind.moments?.mean]).toEqual([4, 1, 10, 30, 20])
    expect(wind.moments && varianceOf(wind.moments)).toBeCloseTo(100, 12)
    expect(wind.histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(3)
    expect(profileOf(found, 'sky').profile.categories?.categories).toEqual([
      { value: 'clear', count: 3, error: 0 },
      { value: 'rain', count: 1, error: 0 },
    ])
    // At 03:30 the window reaches back to 01:30: one row of JFK, one of LGA.
    const { profile } = profileOf(found, 'rows_2h')
    expect([profile.rows, profile.smallest, profile.greatest]).toEqual([2, 1n, 1n])
    expect(profile.histogram).toEqual({ edges: [0.5, 1.5], counts: [2], underflow: 0, overflow: 0 })
  })

  it('say what lay in the sources, in whatever order the rows come', async () => {
    lab.write('weather.csv', rows)
    const first = await compute('2013-01-01T10:00:00Z')
    expect(first.sources).toMatchObject([{ name: 'weather', rows: 5, lastEvent: '2013-01-01T09:00:00Z' }])
    const [head = '', ...lines] = rows.trimEnd().split('\n')
    lab.write('weather.csv', `${[head, ...lines.reverse()].join('\n')}\n`)
    expect((await compute('2013-01-01T10:00:00Z')).sources).toEqual(first.sources)
    lab.write('weather.csv', rows.replace('90', '91'))
    expect((await compute('2013-01-01T10:00:00Z')).sources).not.toEqual(first.sources)
  })

  it('take the edges of earlier ones', async () => {
    lab.write('weather.csv', rows)
    const before = await compute('2013-01-01T03:30:00Z')
    const after = await compute('2013-01-01T10:00:00Z', new Map(edgesOf([before])))
    expect(profileOf(after, 'wind').profile.histogram?.edges).toEqual(profileOf(before, 'wind').profile.histogram?.edges)
    // 90 is beyond the greatest edge, which is 30.
    expect(profileOf(after, 'wind').profile.histogram?.overflow).toBe(1)
  })

  it('are read as they were written', async () => {
    lab.write('weather.csv', rows)
    const found = await compute('2013-01-01T10:00:00Z')
    expect(readViewStatistics(JSON.parse(JSON.stringify(writeViewStatistics(found))) as never)).toEqual(found)
    expect(summarizeProfile(profileOf(found, 'wind').profile)).toMatchObject({ rows: 5, count: 4, min: 10, max: 90, mean: 37.5 })
    expect(() => readViewStatistics({ version: 1, view: 'sky' })).toThrow('digest: expected a text, found nothing')
  })

  it('are of nothing before the first row', async () => {
    lab.write('weather.csv', rows)
    const { features } = await compute('2012-01-01T00:00:00Z')
    expect(features.map(({ profile }) => [profile.rows, profile.histogram])).toEqual([
      [0, null],
      [0, null],
      [0, null],
    ])
  })
})
