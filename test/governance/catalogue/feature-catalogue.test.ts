/** The catalogue of a commit, against what its manifests say, written down by hand. */
import { describe, expect, it } from 'vitest'
import { buildCatalogue } from '../../../reconciler/governance/catalogue/feature-catalogue.ts'
import { filterCatalogue, findEntry } from '../../../reconciler/governance/catalogue/select-entries.ts'
import { digestFeatures } from '../../../reconciler/manifests/features/feature-digests.ts'
import { edit, resourcesOf, weatherFiles } from '../support/weather-files.ts'

const catalogue = buildCatalogue(resourcesOf())
const [weather, calm, carriers] = catalogue.views

describe('the catalogue', () => {
  it('has the views by name', () => {
    expect(catalogue.views.map(({ name }) => name)).toEqual(['airport_weather', 'calm', 'carrier_delays'])
  })

  it('has everything that a manifest tells of a view', () => {
    expect(weather).toEqual({
      name: 'airport_weather',
      owner: 'team-flightops',
      description: 'Hourly weather at an airport',
      tags: ['weather', 'hourly'],
      file: 'features/airport_weather.yaml',
      line: 1,
      digest: digestFeatures(resourcesOf()).views.get('airport_weather'),
      entities: [{ name: 'airport', description: 'FAA code', keys: [{ name: 'airport', dtype: 'string', column: 'origin' }] }],
      inputs: [{ kind: 'DataSource', name: 'weather_hourly' }],
      sources: ['weather_hourly'],
      transform: expect.stringMatching(/^SELECT origin, [^]*NULL\n$/) as string,
      eventTime: 'observed_at',
      createdTime: 'recorded_at',
      ttlMs: 3 * 3_600_000,
      online: { type: 'grid', refreshMs: 900_000, lagMs: 60_000 },
      features: [
        {
          id: 'airport_weather:wind_speed',
          name: 'wind_speed',
          dtype: 'float32',
          unit: 'mph',
          description: 'Mean over two minutes',
          aggregation: null,
          takenBy: [
            { model: 'flight-delay', as: 'again__wind_speed' },
            { model: 'flight-delay', as: 'wind_speed' },
          ],
        },
        {
          id: 'airport_weather:gustiness',
          name: 'gustiness',
          dtype: 'float32',
          unit: 'mph',
          description: null,
          aggregation: null,
          takenBy: [],
        },
        {
          id: 'airport_weather:wind_max_6h',
          name: 'wind_max_6h',
          dtype: 'float32',
          unit: null,
          description: null,
          aggregation: { function: 'max', column: 'wind_speed', windowMs: 6 * 3_600_000, where: null, quantile: null },
          takenBy: [{ model: 'flight-delay', as: 'wind_max_6h' }],
        },
      ],
      models: ['flight-delay'],
      readers: ['calm'],
      expectations: [
        {
          name: 'expect_column_values_to_be_between',
          arguments: expect.objectContaining({ column: 'wind_speed', min_value: 0, max_value: 150 }) as object,
          mostly: 0.999,
          rowCondition: null,
          severity: 'critical',
        },
      ],
      tests: [],
    })
  })

  it('fills what a view leaves to its input, and names the sources behind it', () => {
    expect(calm).toMatchObject({
      inputs: [{ kind: 'FeatureView', name: 'airport_weather' }],
      sources: ['weather_hourly'],
      eventTime: 'observed_at',
      createdTime: 'recorded_at',
      ttlMs: null,
      online: null,
      tests: ['a breeze is calm'],
    })
  })

  it('knows the dtype of a count, and keys in a column of their own name', () => {
    expect(carriers).toMatchObject({
      entities: [{ name: 'carrier', description: null, keys: [{ name: 'carrier', column: 'carrier' }] }],
      createdTime: null,
      models: [],
      readers: [],
    })
    expect(carriers?.features[1]).toMatchObject({
      dtype: 'int64',
      aggregation: { function: 'count', column: null, windowMs: 86_400_000, where: 'dep_delay > 0' },
    })
  })

  it('is plain JSON, and the same for resources in any order', () => {
    expect(JSON.parse(JSON.stringify(catalogue))).toEqual(catalogue)
    expect(JSON.stringify(buildCatalogue([...resourcesOf()].reverse()))).toBe(JSON.stringify(catalogue))
  })
})

describe('a filter', () => {
  it.each([
    [{ tag: 'hourly' }, ['airport_weather', 'carrier_delays']],
    [{ owner: 'team-flightops' }, ['airport_weather', 'calm']],
    [{ tag: 'hourly', owner: 'team-carriers' }, ['carrier_delays']],
    [{ view: 'calm', tag: 'hourly' }, []],
    [{}, ['airport_weather', 'calm', 'carrier_delays']],
  ])('%j takes %j', (filter, names) => {
    const { views } = filterCatalogue(catalogue, { view: null, tag: null, owner: null, ...filter })
    expect(views.map(({ name }) => name)).toEqual(names)
  })

  it.each([
    [{ view: 'airport_wether' }, 'there is no view airport_wether', 'did you mean airport_weather?'],
    [{ tag: 'wheather' }, 'no view has the tag wheather', 'did you mean weather?'],
    [{ owner: 'nobody' }, 'no view has the owner nobody', 'there are team-flightops, team-carriers'],
  ])('%j says what there is', (filter, message, hint) => {
    const run = () => filterCatalogue(catalogue, { view: null, tag: null, owner: null, ...filter })
    expect(run).toThrow(expect.objectContaining({ code: 'not-found', message, hint }) as Error)
  })
})

describe('a name', () => {
  it('is that of a view, or of one of its features', () => {
    expect(findEntry(catalogue, 'calm')).toEqual({ view: calm, feature: null })
    expect(findEntry(catalogue, 'calm:is_calm')).toEqual({ view: calm, feature: calm?.features[0] })
  })

  it.each([
    ['clam', 'there is no view clam', 'did you mean calm?'],
    ['is_calm', 'there is no view is_calm', 'did you mean calm:is_calm?'],
    ['calm:is_clam', 'the view calm has no feature is_clam', 'did you mean is_calm?'],
    ['airport_weather:x', 'the view airport_weather has no feature x', 'it has wind_speed, gustiness, wind_max_6h'],
    ['nothing', 'there is no view nothing', 'there are airport_weather, calm, carrier_delays'],
  ])('that is none is answered with the nearest: %s', (name, message, hint) => {
    expect(() => findEntry(catalogue, name)).toThrow(expect.objectContaining({ code: 'not-found', message, hint }) as Error)
  })
})

describe('an on-demand feature', () => {
  const onDemand = `  onDemand:
    - { name: windy, dtype: bool, cel: wind_speed > 20.0 }
    - dtype: float32
      name: far
      cel: distance / 2.0
  label: {`
  const own = buildCatalogue(resourcesOf(edit(weatherFiles, 'models/flight-delay.yaml', '  label: {', onDemand)))
  const lines =
    edit(weatherFiles, 'models/flight-delay.yaml', '  label: {', onDemand)['models/flight-delay.yaml']?.split('\n') ?? []

  it('stands at the line of its entry in the list', () => {
    const places = own.onDemand.map(({ id, file, line }) => [id, file, lines[line - 1]])
    expect(places).toEqual([
      ['flight-delay:windy', 'models/flight-delay.yaml', '    - { name: windy, dtype: bool, cel: wind_speed > 20.0 }'],
      ['flight-delay:far', 'models/flight-delay.yaml', '    - dtype: float32'],
    ])
  })

  it.each([
    ['flight-delay:windi', 'the model flight-delay has no on-demand feature windi', 'did you mean windy?'],
    ['flight-delay:nothing', 'the model flight-delay has no on-demand feature nothing', 'it has windy, far'],
    ['flight-dely:windy', 'there is no view flight-dely', 'did you mean flight-delay:windy?'],
  ])('that is none is answered with the nearest: %s', (name, message, hint) => {
    expect(() => findEntry(own, name)).toThrow(expect.objectContaining({ code: 'not-found', message, hint }) as Error)
  })
})
