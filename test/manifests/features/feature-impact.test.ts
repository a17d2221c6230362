/** Which changes of features reach which values and models, and which reach none. */
import { describe, expect, it } from 'vitest'
import { digestFeatures } from '../../../reconciler/manifests/features/feature-digests.ts'
import { assessFeatureImpact } from '../../../reconciler/manifests/features/feature-impact.ts'
import { canaryExample, splitExample, trainingExample } from '../../../reconciler/manifests/rules/examples.ts'
import { assembleFeatures, type Change } from '../feature-commit.ts'

/** A view of the view, which the model takes too. */
const upper: Change[] = [
  [
    '---\n',
    `---
apiVersion: mainward.dev/v1alpha1
kind: FeatureView
metadata: { name: windy }
spec:
  entities:
    - { name: airport, columns: { airport: origin } }
  source: { view: airport_weather }
  features:
    - { name: wind_speed, dtype: float32 }
---
`,
  ],
  [
    '  requestFeatures:\n',
    '    - { view: windy, as: windy, join: { airport: origin }, take: [wind_speed] }\n  requestFeatures:\n',
  ],
]

function resourcesOf(...changes: readonly Change[]) {
  const { findings, resources } = assembleFeatures([...upper, ...changes])
  expect(findings.filter(({ rule }) => rule !== 'model-without-rollout')).toEqual([])
  return resources
}

const model = 'Model/flight-delay'
const version = 'ModelVersion/flight-delay-3'
const [weather, windy] = ['FeatureView/airport_weather', 'FeatureView/windy']

describe('a change', () => {
  it.each<[string, string, string[], Change]>([
    ['of a source', 'DataSource/weather_hourly', [weather, windy], ['data/weather_hourly.parquet', 'data/weather.parquet']],
    ['of a zone', 'DataSource/weather_hourly', [weather, windy], ['  createdTime: recorded_at\n', '  createdTime: recorded_at\n  timeZone: America/New_York\n']],
    ['of an entity', 'Entity/airport', [weather, windy], ['    - { name: airport, dtype: string }\n', '    - { name: airport, dtype: string }\n    - { name: origin, dtype: string }\n']],
    ['of a view that another reads', weather, [windy], ['ttl: 3h', 'ttl: 4h']],
    ['of the SQL of a view', weather, [windy], ['< 150', '< 100']],
    ['of the grid of a view', weather, [windy], ['refresh: 15m', 'refresh: 30m']],
    ['of the upper view', windy, [], ['  source: { view: airport_weather }', '  source: { view: airport_weather }\n  ttl: 1h']],
    ['of the label source', 'DataSource/flights', [], ['data/flights.parquet', 'data/flights.csv']],
    ['of the end of training', model, [], ['until: 2013-06-01', 'until: 2013-07-01']],
    ['of what is taken', model, [], ['        - wind_max_6h\n', '']],
  ])('%s makes the training inputs of the model stale', (_, id, views, change) => {
    const more: Change[] = id === 'Entity/airport' ? [['airport: JFK, at', 'airport: JFK, origin: JFK, at'], ['join: { airport: dest }', 'join: { airport: dest, origin: origin }']] : [] // prettier-ignore
    const after = resourcesOf(change, ...more)
    const found = assessFeatureImpact(resourcesOf(), after)
    const embedded = ['DataSource/weather_hourly', 'Entity/airport', weather].includes(id)
    const online = embedded ? { recomputed: [weather], keeping: [version] } : { recomputed: [], keeping: [] }
    expect(found.find((part) => part.id === id)).toEqual({ id, change: 'changed', views, models: [model], ...online })
    expect(digestFeatures(after).trainingInputs).not.toEqual(digestFeatures(resourcesOf()).trainingInputs)
  }) // prettier-ignore

  it.each<[string, Change]>([
    ['of words', ['description: FAA code', 'description: Three letters']],
    ['of an owner', ['owner: team-flightops }', 'owner: others, tags: [weather] }']],
    ['of layout', ['    FROM {{ source }}', '      -- all of it\n      FROM   {{ source }}']],
    ['of a test', ['wind_max_6h: 10 }', 'wind_max_6h: 11 }']],
    ['of freshness and volume', ['  freshness: { maxAge: 2h }\n', '']],
    [
      'of expectations',
      ['  online:', '  expectations:\n    - expect_column_values_to_not_be_null: { column: wind_speed }\n  online:'],
    ],
    ['of the order of members', ['{ name: origin, dtype: string }', '{ dtype: string, name: origin }']],
    ['of a threshold', ['threshold: 0.5 }\n  label', 'threshold: 0.4 }\n  label']],
    ['of the time budget', ['budget: 50ms', 'budget: 60ms']],
  ])('%s makes nothing stale', (_, change) => {
    const { resources } = assembleFeatures([...upper, change])
    expect(assessFeatureImpact(resourcesOf(), resources)).toEqual([])
    expect(digestFeatures(resources)).toEqual(digestFeatures(resourcesOf()))
  })

  it('of a view that no model takes reaches none', () => {
    const untaken: Change = ['    - { view: windy, as: windy, join: { airport: origin }, take: [wind_speed] }\n', '']
    const ttl: Change = ['  source: { view: airport_weather }', '  source: { view: airport_weather }\n  ttl: 1h']
    expect(assessFeatureImpact(resourcesOf(untaken), resourcesOf(untaken, ttl))).toMatchObject([
      { id: windy, change: 'changed', views: [], models: [], recomputed: [], keeping: [] },
    ])
  })

  it('that adds views makes stale only what takes them now', () => {
    const before = assembleFeatures().resources
    expect(assessFeatureImpact(before, resourcesOf())).toMatchObject([
      { id: windy, change: 'added', views: [], models: [model] },
      { id: model, change: 'changed', views: [], models: [model] },
    ])
    expect(assessFeatureImpact(resourcesOf(), before)).toMatchObject([
      { id: windy, change: 'removed', views: [], models: [model] },
      { id: model, change: 'changed', views: [], models: [model] },
    ])
  })

  it('of on-demand features names each of them, of which model, and nothing that means the same', () => {
    const at = '  requestFeatures:\n'
    const declared = (...features: readonly string[]): Change => [at, `  onDemand:\n${features.map((feature) => `    - ${feature}\n`).join('')}${at}`] // prettier-ignore
    const impact = (before: Change, after: Change) => assessFeatureImpact(resourcesOf(before), resourcesOf(after))
    const [calm, gone] = ['{ name: calm, dtype: bool, cel: distance > 5.0 }', '{ name: gone, dtype: bool, cel: distance > 9.0 }']
    const other = '{ name: calm, dtype: bool, cel: distance > 6.0 }'
    const typed = '{ name: typed, dtype: float64, cel: distance * 2.0 }'
    const found = impact(declared(calm, gone, typed), declared(other, '{ name: new, dtype: bool, cel: "!calm" }', typed.replace('64', '32'))) // prettier-ignore
    expect(found).toEqual([
      {
        ...{ id: model, change: 'changed', views: [], models: [model], recomputed: [], keeping: [] },
        onDemand: [
          { name: 'calm', change: 'expression' },
          { name: 'gone', change: 'removed' },
          { name: 'new', change: 'added' },
          { name: 'typed', change: 'declaration' },
        ],
      },
    ])
    expect(impact(declared(calm), declared('{ name: calm, dtype: bool, cel: (distance  > 5.0), description: Near }'))).toEqual([])
  })

  it('is kept by the versions that rollouts name, until one that embeds it is there', () => {
    const ttl: Change = ['ttl: 3h', 'ttl: 4h']
    const digest = digestFeatures(resourcesOf(ttl)).views.get('airport_weather') ?? ''
    const keeping = (...changes: readonly Change[]) =>
      assessFeatureImpact(resourcesOf(), resourcesOf(ttl, ...changes)).find(({ id }) => id === weather)?.keeping
    expect(keeping()).toEqual([version])
    expect(keeping([/digest: (sha256:\S+)/.exec(trainingExample)?.[1] ?? '', digest])).toEqual([])
    expect(keeping([canaryExample, splitExample.replace(/version: 2/, 'version: 3')])).toEqual([version])
    expect(keeping([`---\n${canaryExample}`, ''])).toEqual([])
  })

  it('that makes a pushed view of a computed one computes no rows', () => {
    // What is pushed has no windows.
    const windowless: readonly Change[] = [
      [/ {2}aggregations:\n.*wind_max_6h.*\n/.exec(trainingExample)?.[0] ?? 'none', ''],
      ['wind_max_6h: 10', 'wind_speed: 10'],
      ['        - wind_max_6h\n', ''],
    ]
    const pushed: Change = ['{ refresh: 15m, lag: 1m }', '{ freshness: exact }']
    const found = assessFeatureImpact(resourcesOf(...windowless), resourcesOf(...windowless, pushed))
    expect(found).toMatchObject([{ id: weather, recomputed: [], keeping: [version] }])
  })

  it('from nothing makes nothing stale', () => {
    const found = assessFeatureImpact([], resourcesOf())
    expect(found.map(({ id, change }) => `${id} ${change}`)).toEqual([
      'DataSource/flights added',
      'DataSource/weather_hourly added',
      'Entity/airport added',
      `${weather} added`,
      `${windy} added`,
    ])
    expect(found.flatMap(({ views, models }) => [...views, ...models])).toEqual([])
  })
})

describe('digests of views', () => {
  it('are taken of chains that are longer than the call stack', () => {
    const [first] = resourcesOf().filter(({ metadata }) => metadata.name === 'windy')
    if (first === undefined) throw new Error('no view')
    const base = resourcesOf().filter(({ kind }) => kind !== 'Model')
    const chain = Array.from({ length: 20_000 }, (_, index) => ({
      ...first,
      metadata: { name: `v${index}` },
      spec: { ...(first.spec as object), inputs: [{ kind: 'FeatureView', name: index === 19_999 ? 'windy' : `v${index + 1}` }] },
    }))
    expect(digestFeatures([...chain, ...base]).views.size).toBe(20_002)
  })
})
