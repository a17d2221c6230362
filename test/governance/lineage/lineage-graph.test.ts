/** Lineage of a commit as far as manifests alone tell it: nodes, edges and columns, written down by hand. */
import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../reconciler/core/resource.ts'
import { buildLineage } from '../../../reconciler/governance/lineage/lineage-graph.ts'
import { listPlainOrigins } from '../../../reconciler/governance/lineage/plain-origins.ts'
import { selectLineage } from '../../../reconciler/governance/lineage/select-lineage.ts'
import { buildFeatureDefinitions } from '../../../reconciler/manifests/feature-definitions.ts'
import { edit, type Files, resourcesOf, weatherFiles } from '../support/weather-files.ts'

function lineageOf(resources: readonly Resource[]) {
  return buildLineage(resources, listPlainOrigins(buildFeatureDefinitions(resources), 'nobody follows SQL here'))
}

function edgesOf(files: Files, pattern: RegExp): readonly string[] {
  const { edges } = lineageOf(resourcesOf(files))
  const lines = edges.map(
    ({ upstream, downstream, label }) => `${upstream} > ${downstream}${label === null ? '' : ` (${label})`}`,
  )
  return lines.filter((line) => pattern.test(line))
}

const graph = lineageOf(resourcesOf())

describe('the lineage of a commit', () => {
  it('has what data come through, with what each is', () => {
    expect(graph.nodes.map(({ id, note }) => `${id}: ${note}`)).toEqual([
      'DataSource/flights: data/flights.parquet',
      'DataSource/weather_hourly: data/weather_hourly.parquet',
      'Feature/airport_weather:gustiness: float32, mph',
      'Feature/airport_weather:wind_max_6h: float32',
      'Feature/airport_weather:wind_speed: float32, mph',
      'Feature/calm:is_calm: bool',
      'Feature/carrier_delays:dep_delay: float32, min',
      'Feature/carrier_delays:departures_1d: int64',
      'FeatureView/airport_weather: every 15m, lag 1m',
      'FeatureView/calm: offline',
      'FeatureView/carrier_delays: offline',
      'Model/flight-delay: binary-classification',
      'ModelVersion/flight-delay-1: imported',
      'Rollout/flight-delay@production: ',
    ])
    expect(graph.nodes.find(({ kind }) => kind === 'Feature')).toEqual({
      id: 'Feature/airport_weather:gustiness',
      kind: 'Feature',
      name: 'airport_weather:gustiness',
      environment: null,
      file: 'features/airport_weather.yaml',
      line: 1,
      note: 'float32, mph',
    })
  })

  it('has an edge for everything that is made of something', () => {
    expect(edgesOf(weatherFiles, /./)).toEqual([
      'DataSource/flights > FeatureView/carrier_delays',
      'DataSource/flights > Model/flight-delay (label)',
      'DataSource/weather_hourly > FeatureView/airport_weather',
      'Feature/airport_weather:gustiness > FeatureView/calm (perhaps)',
      'Feature/airport_weather:wind_max_6h > Model/flight-delay',
      'Feature/airport_weather:wind_speed > FeatureView/calm (perhaps)',
      'Feature/airport_weather:wind_speed > Model/flight-delay',
      'Feature/airport_weather:wind_speed > Model/flight-delay (as again__wind_speed)',
      'Feature/calm:is_calm > Model/flight-delay',
      'FeatureView/airport_weather > Feature/airport_weather:gustiness',
      'FeatureView/airport_weather > Feature/airport_weather:wind_max_6h',
      'FeatureView/airport_weather > Feature/airport_weather:wind_speed',
      'FeatureView/airport_weather > FeatureView/calm',
      'FeatureView/calm > Feature/calm:is_calm',
      'FeatureView/carrier_delays > Feature/carrier_delays:dep_delay',
      'FeatureView/carrier_delays > Feature/carrier_delays:departures_1d',
      'Model/flight-delay > ModelVersion/flight-delay-1',
      'ModelVersion/flight-delay-1 > Rollout/flight-delay@production (canary)',
    ])
  })

  it('has every arm of a split, and its fallback', () => {
    const version = weatherFiles['models/flight-delay/versions/1.yaml'] ?? ''
    const second = version.replace('flight-delay-1', 'flight-delay-2').replace('version: 1', 'version: 2')
    const split = `split:
    seed: s
    variants:
      - { name: control, version: 1, weight: 60 }
      - { name: treatment, version: 2, weight: 40 }
  fallback: { version: 1 }`
    const files = edit(weatherFiles, 'rollouts/flight-delay.yaml', 'canary:\n    version: 1', split)
    expect(edgesOf({ ...files, 'models/flight-delay/versions/2.yaml': second }, /Rollout/)).toEqual([
      'ModelVersion/flight-delay-1 > Rollout/flight-delay@production (control 60 %)',
      'ModelVersion/flight-delay-1 > Rollout/flight-delay@production (fallback)',
      'ModelVersion/flight-delay-2 > Rollout/flight-delay@production (treatment 40 %)',
    ])
  })

  it('says of a version which definitions it embeds, and whether they are what they were', () => {
    const digests = { now: `sha256:${'1'.repeat(64)}`, gone: `sha256:${'2'.repeat(64)}` }
    const resources = resourcesOf().map((resource) => {
      if (resource.kind !== 'ModelVersion') return resource
      const views = [
        { view: 'calm', as: 'old', take: ['is_calm'], digest: digests.now },
        { view: 'winds', as: null, take: ['gust'], digest: digests.gone },
      ]
      return { ...resource, spec: { ...(resource.spec as object), views, evidence: { dataset: { digest: digests.now } } } }
    })
    const { nodes, edges } = lineageOf(resources)
    const current = /now (\w{12})/.exec(nodes.find(({ kind }) => kind === 'ModelVersion')?.note ?? '')?.[1]
    expect(nodes.find(({ kind }) => kind === 'ModelVersion')?.note).toBe(
      `imported, dataset sha256:111111111111, embeds calm 111111111111, now ${current}, embeds winds 222222222222, which is gone`,
    )
    expect(edges.filter(({ downstream }) => downstream.startsWith('ModelVersion/'))).toEqual([
      { upstream: 'Feature/calm:is_calm', downstream: 'ModelVersion/flight-delay-1', label: 'as old__is_calm' },
      { upstream: 'Model/flight-delay', downstream: 'ModelVersion/flight-delay-1', label: null },
    ])
  })

  it('is the same for resources in any order', () => {
    expect(JSON.stringify(lineageOf([...resourcesOf()].reverse()))).toBe(JSON.stringify(graph))
  })
})

describe('columns without SQL', () => {
  const plain = edit(weatherFiles, 'features/carrier_delays.yaml', ', where: dep_delay > 0', '')
  const above = `apiVersion: mainward.dev/v1alpha1
kind: FeatureView
metadata: { name: above }
spec:
  entities:
    - { name: carrier }
  source: { view: carrier_delays }
  features:
    - { name: dep_delay, dtype: float32 }
  aggregations:
    - { name: longest, column: dep_delay, function: max, window: 7d }
`
  const { columns, edges } = lineageOf(resourcesOf({ ...plain, 'features/above.yaml': above }))

  it('are those of the input, through views', () => {
    expect(columns.filter(({ feature }) => /above|carrier/.test(feature))).toEqual([
      { feature: 'Feature/above:dep_delay', columns: ['flights.dep_delay'], unresolved: null },
      { feature: 'Feature/above:longest', columns: ['flights.dep_delay'], unresolved: null },
      { feature: 'Feature/carrier_delays:dep_delay', columns: ['flights.dep_delay'], unresolved: null },
      { feature: 'Feature/carrier_delays:departures_1d', columns: [], unresolved: null },
    ])
    expect(edges.filter(({ upstream }) => upstream === 'Feature/carrier_delays:dep_delay')).toEqual([
      { upstream: 'Feature/carrier_delays:dep_delay', downstream: 'Feature/above:dep_delay', label: null },
      { upstream: 'Feature/carrier_delays:dep_delay', downstream: 'Feature/above:longest', label: null },
    ])
  })

  it('are said to be unknown behind SQL', () => {
    expect(columns.filter(({ feature }) => feature.startsWith('Feature/calm'))).toEqual([
      { feature: 'Feature/calm:is_calm', columns: [], unresolved: 'calm: nobody follows SQL here' },
    ])
    expect(graph.columns.filter(({ feature }) => feature.startsWith('Feature/carrier'))).toEqual([
      { feature: 'Feature/carrier_delays:dep_delay', columns: ['flights.dep_delay'], unresolved: null },
      {
        feature: 'Feature/carrier_delays:departures_1d',
        columns: [],
        unresolved: 'carrier_delays: the condition of departures_1d is not followed',
      },
    ])
  })
})

describe('the lineage of something', () => {
  const idsOf = (id: string) => selectLineage(graph, [id]).nodes.map((node) => node.id)

  it.each([
    ['DataSource/flights', ['DataSource/flights', 'Feature/carrier_delays:dep_delay', 'Feature/carrier_delays:departures_1d', 'FeatureView/carrier_delays', 'Model/flight-delay', 'ModelVersion/flight-delay-1', 'Rollout/flight-delay@production']],
    ['Feature/airport_weather:wind_max_6h', ['DataSource/weather_hourly', 'Feature/airport_weather:wind_max_6h', 'FeatureView/airport_weather', 'Model/flight-delay', 'ModelVersion/flight-delay-1', 'Rollout/flight-delay@production']],
    ['Feature/carrier_delays:dep_delay', ['DataSource/flights', 'Feature/carrier_delays:dep_delay', 'FeatureView/carrier_delays']],
  ])('%s is what it is made of and what is made of it, and nothing beside', (id, ids) => expect(idsOf(id)).toEqual(ids)) // prettier-ignore

  it('has only edges between what is on one side', () => {
    const { edges, columns } = selectLineage(graph, ['Feature/airport_weather:wind_max_6h'])
    expect(edges.map(({ upstream, downstream }) => `${upstream} > ${downstream}`)).toEqual([
      'DataSource/weather_hourly > FeatureView/airport_weather',
      'Feature/airport_weather:wind_max_6h > Model/flight-delay',
      'FeatureView/airport_weather > Feature/airport_weather:wind_max_6h',
      'Model/flight-delay > ModelVersion/flight-delay-1',
      'ModelVersion/flight-delay-1 > Rollout/flight-delay@production',
    ])
    expect(columns.map(({ feature }) => feature)).toEqual(['Feature/airport_weather:wind_max_6h'])
  })

  it('leads from an on-demand feature to its model and to the versions that embed it, not to the others', () => {
    const onDemand = `  onDemand:
    - { name: windy, dtype: bool, cel: wind_speed > 20.0 }
  label: {`
    const resources = resourcesOf(edit(weatherFiles, 'models/flight-delay.yaml', '  label: {', onDemand))
    const embedding = resources.flatMap((resource) => {
      if (resource.kind !== 'ModelVersion') return []
      const windy = { name: 'windy', dtype: 'bool', cel: 'wind_speed > 20.0' }
      const spec = { ...(resource.spec as object), version: 2, onDemand: [windy] }
      return [{ ...resource, metadata: { name: 'flight-delay-2' }, spec }]
    })
    const idsIn = (all: readonly Resource[], id: string) => selectLineage(lineageOf(all), [id]).nodes.map((node) => node.id)
    const made = [
      'DataSource/weather_hourly',
      'Feature/airport_weather:wind_speed',
      'FeatureView/airport_weather',
      'Model/flight-delay',
    ]
    expect(idsIn(resources, 'OnDemand/flight-delay:windy')).toEqual([...made, 'OnDemand/flight-delay:windy'])
    expect(idsIn([...resources, ...embedding], 'OnDemand/flight-delay:windy')).toEqual([
      ...made,
      'ModelVersion/flight-delay-2',
      'OnDemand/flight-delay:windy',
    ])
    expect(idsIn([...resources, ...embedding], 'Model/flight-delay')).toContain('OnDemand/flight-delay:windy')
    expect(idsIn(resources, 'ModelVersion/flight-delay-1')).not.toContain('OnDemand/flight-delay:windy')
    expect(idsIn([...resources, ...embedding], 'ModelVersion/flight-delay-2')).toContain('OnDemand/flight-delay:windy')
  })

  it('is found in long chains of views', () => {
    const calm = resourcesOf().find(({ metadata }) => metadata.name === 'calm')
    if (calm === undefined) throw new Error('no view')
    const base = resourcesOf().filter(({ kind }) => kind !== 'Model' && kind !== 'ModelVersion' && kind !== 'Rollout')
    const chain = Array.from({ length: 2_000 }, (_, index) => ({
      ...calm,
      metadata: { name: `v${index}` },
      spec: {
        ...(calm.spec as object),
        transform: null,
        features: [{ name: 'dep_delay', dtype: 'float32' }],
        inputs: [{ kind: 'FeatureView', name: index === 0 ? 'carrier_delays' : `v${index - 1}` }],
      },
    }))
    const long = lineageOf([...base, ...chain])
    expect(selectLineage(long, ['DataSource/flights']).nodes.length).toBe(2 * 2_000 + 4)
    expect(long.columns.find(({ feature }) => feature === 'Feature/v1999:dep_delay')?.columns).toEqual(['flights.dep_delay'])
  })
})
