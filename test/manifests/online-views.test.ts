/** What serving and the store know of a view, and everything that views are made of: from manifests, as people write them. */
import { describe, expect, it } from 'vitest'
import { buildFeatureDefinitions } from '../../reconciler/manifests/feature-definitions.ts'
import { digestFeatures } from '../../reconciler/manifests/features/feature-digests.ts'
import { featureClosure, onlineView } from '../../reconciler/manifests/online-views.ts'
import { assembleFeatures, type Change } from './feature-commit.ts'

function define(...changes: readonly Change[]) {
  const { findings, resources } = assembleFeatures(changes)
  expect(findings).toEqual([])
  return { ...buildFeatureDefinitions(resources), digests: digestFeatures(resources).views }
}

function online(name: string, ...changes: readonly Change[]) {
  const { views, entities, digests } = define(...changes)
  const [view, digest] = [views.get(name), digests.get(name)]
  if (view === undefined || digest === undefined) throw new Error(`there is no view ${name}`)
  return onlineView(view, entities, digest)
}

/** Adds documents before the model's. */
function documents(text: string): Change {
  return ['---\n', `---\n${text}---\n`]
}

const fleet = documents(`apiVersion: mainward.dev/v1alpha1
kind: Entity
metadata: { name: aircraft }
spec:
  keys:
    - { name: operator, dtype: string }
    - { name: serial, dtype: int64 }
---
apiVersion: mainward.dev/v1alpha1
kind: DataSource
metadata: { name: landings }
spec:
  file: data/landings.csv
  eventTime: landed_at
  columns:
    - { name: operator, dtype: string }
    - { name: serial, dtype: int64 }
    - { name: airport, dtype: string }
    - { name: landed_at, dtype: timestamp }
    - { name: hard, dtype: bool }
---
apiVersion: mainward.dev/v1alpha1
kind: FeatureView
metadata: { name: landing_history }
spec:
  entities:
    - { name: aircraft }
    - { name: airport }
  source: landings
  features:
    - { name: hard, dtype: bool, description: Was the last landing hard? }
    - { name: landed_at, dtype: timestamp }
  online: { freshness: exact }
---
apiVersion: mainward.dev/v1alpha1
kind: FeatureView
metadata: { name: calm }
spec:
  entities:
    - { name: airport, columns: { airport: origin } }
  sources:
    - { view: airport_weather }
    - landings
  eventTime: observed_at
  createdTime: recorded_at
  transform: SELECT w.origin, w.observed_at, w.recorded_at, w.wind_speed < 5 AS calm FROM {{ airport_weather }} w ANTI JOIN {{ landings }} l ON l.airport = w.origin
  features:
    - { name: calm, dtype: bool }
`)

describe('an online view', () => {
  it('on a grid has its features, then its windows, and says which is which', () => {
    expect(online('airport_weather')).toEqual({
      name: 'airport_weather',
      digest: define().digests.get('airport_weather'),
      keys: [{ name: 'airport', dtype: 'string' }],
      features: [
        { name: 'wind_speed', dtype: 'float32' },
        { name: 'wind_max_6h', dtype: 'float32' },
      ],
      ttlMs: 10_800_000,
      aggregations: ['wind_max_6h'],
      isPushed: false,
    })
  })

  it('that is pushed has the keys of all entities in the order of the view, and any age', () => {
    expect(online('landing_history', fleet)).toMatchObject({
      keys: [
        { name: 'operator', dtype: 'string' },
        { name: 'serial', dtype: 'int64' },
        { name: 'airport', dtype: 'string' },
      ],
      features: [
        { name: 'hard', dtype: 'bool' },
        { name: 'landed_at', dtype: 'timestamp' },
      ],
      ttlMs: null,
      aggregations: [],
      isPushed: true,
    })
  })

  it('is not made of a view that is offline only', () => {
    expect(() => online('calm', fleet)).toThrow('the view calm is not online')
  })
})

describe('the closure of views', () => {
  it('has what they read, directly and through others, and nothing else, by name', () => {
    const definitions = define(fleet)
    const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name)
    const closure = featureClosure(['calm'], definitions)
    expect(names(closure.views)).toEqual(['airport_weather', 'calm'])
    expect(names(closure.sources)).toEqual(['landings', 'weather_hourly'])
    expect(names(closure.entities)).toEqual(['airport'])
    expect(closure.views[1]).toEqual(definitions.views.get('calm'))
    const all = featureClosure(['landing_history', 'calm', 'airport_weather', 'calm'], definitions)
    expect(names(all.views)).toEqual(['airport_weather', 'calm', 'landing_history'])
    expect(names(all.entities)).toEqual(['aircraft', 'airport'])
  })

  it('of nothing is empty, and of a name that is not there a bug', () => {
    expect(featureClosure([], define())).toEqual({ entities: [], sources: [], views: [] })
    expect(() => featureClosure(['wether'], define())).toThrow('a valid commit has the view wether')
  })
})
