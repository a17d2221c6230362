/** Search by words: what is found, in which order, and what is offered when nothing is. */
import { describe, expect, it } from 'vitest'
import { buildCatalogue } from '../../../reconciler/governance/catalogue/feature-catalogue.ts'
import { searchCatalogue } from '../../../reconciler/governance/catalogue/search-catalogue.ts'
import { resourcesOf, weatherFiles } from '../support/weather-files.ts'

const catalogue = buildCatalogue(resourcesOf())

function find(text: string): readonly string[] {
  return searchCatalogue(catalogue, text.split(' ')).hits.map(({ id }) => id)
}

describe('a search', () => {
  it.each([
    ['a name', 'calm', ['calm', 'calm:is_calm']],
    ['an id', 'calm:is_calm', ['calm:is_calm']],
    ['a word of names', 'wind', ['airport_weather:wind_max_6h', 'airport_weather:wind_speed']],
    ['a part of a word', 'ustines', ['airport_weather:gustiness']],
    ['a tag: the views that have it', 'hourly', ['airport_weather', 'carrier_delays']],
    ['an owner', 'team-carriers', ['carrier_delays']],
    ['a unit', 'mph', ['airport_weather:gustiness', 'airport_weather:wind_speed']],
    ['a description', 'departure', ['carrier_delays:departures_1d', 'carrier_delays:dep_delay']],
    ['words in any order, in upper case', 'SPEED Wind', ['airport_weather:wind_speed']],
    ['a word of the view beside one of the feature', 'weather wind_max_6h', ['airport_weather:wind_max_6h']],
    ['words that nothing has together', 'calm min', []],
    ['a word that nothing has', 'humidity', []],
    ['a name before a word of a name before a description', 'airport', ['airport_weather', 'calm']],
  ])('finds %s', (_, text, ids) => expect(find(text)).toEqual(ids))

  it('offers the nearest words when nothing is found', () => {
    expect(searchCatalogue(catalogue, ['wnid'])).toEqual({ hits: [], nearest: ['wind'] })
    expect(searchCatalogue(catalogue, ['hourly', 'carier'])).toEqual({ hits: [], nearest: ['carrier'] })
    expect(searchCatalogue(catalogue, ['temperature'])).toEqual({ hits: [], nearest: [] })
  })

  it('has the same order for views in any order', () => {
    const turned = { ...catalogue, views: [...catalogue.views].reverse() }
    for (const word of ['hourly', 'mph', 'a', 'team']) {
      expect(searchCatalogue(turned, [word]).hits.map(({ id }) => id)).toEqual(find(word))
    }
  })

  it('gives programs what they need to choose', () => {
    const [hit] = searchCatalogue(catalogue, ['gustiness']).hits
    expect(hit).toEqual({
      type: 'feature',
      id: 'airport_weather:gustiness',
      score: 1000,
      owner: 'team-flightops',
      tags: ['weather', 'hourly'],
      description: null,
      dtype: 'float32',
      unit: 'mph',
    })
  })
})

describe('a search for on-demand features', () => {
  const model = weatherFiles['models/flight-delay.yaml'] ?? ''
  const computed = `  onDemand:
    - { name: is_far, dtype: bool, cel: distance > 500.0, description: Beyond the reach of a turboprop }
    - { name: headwind, dtype: float32, unit: kn, cel: wind_speed * 0.869 }
`
  const { hits: none } = searchCatalogue(catalogue, ['is_far'])
  const own = buildCatalogue(resourcesOf({ ...weatherFiles, 'models/flight-delay.yaml': model + computed }))
  const ids = (text: string) => searchCatalogue(own, text.split(' ')).hits.map(({ id }) => id)

  it.each([
    ['a name', 'is_far', ['flight-delay:is_far']],
    ['an id', 'flight-delay:headwind', ['flight-delay:headwind']],
    ['a description', 'turboprop', ['flight-delay:is_far']],
    ['a unit', 'kn', ['flight-delay:headwind']],
    ['a word beside one of the model', 'delay headwind', ['flight-delay:headwind']],
    ['a word beside the owner of the model', 'flightops far', ['flight-delay:is_far']],
    ['a word that features of views have too', 'wind', ['airport_weather:wind_max_6h', 'airport_weather:wind_speed', 'flight-delay:headwind']],
    ["nothing by the model's words alone", 'flight-delay', []],
  ])('finds %s', (_, text, expected) => expect(ids(text)).toEqual(expected)) // prettier-ignore

  it('says what was found, and offers a near name', () => {
    expect(none).toEqual([])
    const { hits } = searchCatalogue(own, ['headwind'])
    expect(hits).toEqual([
      { type: 'on-demand', id: 'flight-delay:headwind', score: 1000, owner: 'team-flightops', tags: [], description: null, dtype: 'float32', unit: 'kn' },
    ]) // prettier-ignore
    expect(searchCatalogue(own, ['haedwind']).nearest).toEqual(['headwind'])
  })
})
