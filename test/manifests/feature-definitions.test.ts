/** From manifests to definitions: every default filled, what inputs tell taken over. */
import { describe, expect, it } from 'vitest'
import { buildFeatureDefinitions } from '../../reconciler/manifests/feature-definitions.ts'
import { trainingExample } from '../../reconciler/manifests/rules/examples.ts'
import { assembleFeatures, untransformed, type Change } from './feature-commit.ts'

function define(...changes: readonly Change[]) {
  const { findings, resources } = assembleFeatures(changes)
  expect(findings).toEqual([])
  return buildFeatureDefinitions(resources)
}

/** Adds documents before the model's. */
function documents(text: string): Change {
  return ['---\n', `---\n${text}---\n`]
}

describe('definitions', () => {
  it('of a commit have everything that is written, and every default', () => {
    const { entities, sources, sourceRules, views, viewRules, training } = define()
    expect([...entities]).toEqual([['airport', { name: 'airport', keys: [{ name: 'airport', dtype: 'string' }] }]])
    expect(sources.get('weather_hourly')).toEqual({
      name: 'weather_hourly',
      place: { type: 'files', format: 'parquet', pattern: 'data/weather_hourly.parquet', partitions: [] },
      columns: [
        { name: 'origin', dtype: 'string' },
        { name: 'observed_at', dtype: 'timestamp' },
        { name: 'recorded_at', dtype: 'timestamp' },
        { name: 'wind_speed', dtype: 'float32', unit: 'mph' },
      ],
      eventTime: 'observed_at',
      createdTime: 'recorded_at',
      timeZone: null,
      rowKey: [],
    })
    expect(sourceRules.get('weather_hourly')).toEqual({
      expectations: [],
      freshness: { maxAgeMs: 7_200_000, severity: 'critical' },
      volume: { windowMs: 86_400_000, minRows: 60, maxRows: null, severity: 'critical' },
    })
    expect(views.get('airport_weather')).toEqual({
      name: 'airport_weather',
      entities: [{ name: 'airport', columns: { airport: 'origin' } }],
      inputs: [{ kind: 'DataSource', name: 'weather_hourly' }],
      transform: expect.stringContaining('FROM {{ source }}') as unknown,
      eventTime: 'observed_at',
      createdTime: 'recorded_at',
      rowKey: [],
      ttlMs: 10_800_000,
      features: [{ name: 'wind_speed', dtype: 'float32', unit: 'mph' }],
      aggregations: [
        {
          name: 'wind_max_6h',
          function: 'max',
          column: 'wind_speed',
          windowMs: 21_600_000,
          where: null,
          quantile: null,
          dtype: 'float32',
        },
      ],
      online: { type: 'grid', refreshMs: 900_000, lagMs: 60_000 },
    })
    expect(viewRules.get('airport_weather')?.tests).toEqual([
      {
        name: 'max over the last six hours',
        given: {
          weather_hourly: [
            { origin: 'JFK', observed_at: '2013-01-01T05:00:00Z', recorded_at: '2013-01-01T06:00:00Z', wind_speed: 10 },
          ],
        },
        expect: [{ airport: 'JFK', at: '2013-01-01T08:00:00Z', wind_max_6h: 10 }],
      },
    ])
    expect(training.get('flight-delay')).toEqual({
      model: 'flight-delay',
      onDemand: [],
      onDemandOnly: [],
      features: [{ view: 'airport_weather', as: 'dest_weather', join: { airport: 'dest' }, take: ['wind_speed', 'wind_max_6h'] }],
      requestFeatures: [
        { name: 'distance', dtype: 'float32', unit: 'mi' },
        { name: 'wind_speed', dtype: 'float32', unit: 'mph' },
      ],
      label: { source: 'flights', column: 'arr_delayed', predictAt: 'predict_at', knownAt: 'arrived_at' },
      split: {
        fromMicros: 1_358_208_000_000_000n,
        untilMicros: 1_370_044_800_000_000n,
        splitBy: 'sched_dep',
        validationMs: 1_209_600_000,
        testMs: 1_209_600_000,
      },
      evaluation: { resampleBy: { type: 'day' }, slices: [{ by: 'carrier', minGroup: null }], besides: [] },
      weights: null,
    })
  })

  it('of expectations are those of Great Expectations with their defaults', () => {
    const { sourceRules } = define([
      '  freshness: { maxAge: 2h }\n',
      '  expectations:\n    - expect_column_values_to_be_between: { column: wind_speed, max_value: 150, mostly: 0.999, severity: warning }\n',
    ])
    expect(sourceRules.get('weather_hourly')?.expectations).toMatchObject([
      { name: 'expect_column_values_to_be_between', mostly: 0.999, rowCondition: null, severity: 'warning' },
    ])
  })

  it('of a view that says nothing of its keys take columns of their names', () => {
    const rename: Change[] = [
      ['    - { name: origin, dtype: string }\n', '    - { name: airport, dtype: string }\n'],
      ['\n      columns: { airport: origin }', ''],
      ['SELECT origin', 'SELECT airport'],
      ['{ origin: JFK', '{ airport: JFK'],
      ['      join: { airport: dest }\n', ''],
      ['    - { name: dest, dtype: string }\n', '    - { name: airport, dtype: string }\n'],
    ]
    const { views, training } = define(...rename)
    expect(views.get('airport_weather')?.entities).toEqual([{ name: 'airport', columns: { airport: 'airport' } }])
    expect(training.get('flight-delay')?.features[0]?.join).toEqual({ airport: 'airport' })
  })

  it.each([
    ['count', null, 'int64'],
    ['count_distinct', 'origin', 'int64'],
    ['sum', 'gusts', 'int64'],
    ['sum', 'wind_speed', 'float64'],
    ['mean', 'gusts', 'float64'],
    ['stddev', 'wind_speed', 'float64'],
    ['quantile', 'gusts', 'float64'],
    ['min', 'gusts', 'int32'],
    ['first', 'origin', 'string'],
    ['last', 'observed_at', 'timestamp'],
  ])('of %s of %s have the dtype %s where none is written', (call, column, dtype) => {
    const { views } = define(
      untransformed,
      [
        '    - { name: wind_speed, dtype: float32, unit: mph }\n  freshness',
        '    - { name: gusts, dtype: int32 }\n    - { name: wind_speed, dtype: float32 }\n  freshness',
      ],
      [
        'column: wind_speed, function: max',
        `${column === null ? '' : `column: ${column}, `}function: ${call}${call === 'quantile' ? ', quantile: 0.9' : ''}`,
      ],
      [', wind_max_6h: 10', ', wind_speed: 10'],
      // No model takes it: a tensor holds no timestamps.
      ['        - wind_max_6h\n', ''],
    )
    expect(views.get('airport_weather')?.aggregations[0]?.dtype).toBe(dtype)
  })

  it('of a view of a view have the times of the source behind it, and its own first', () => {
    const daily = (more: string) =>
      documents(`apiVersion: mainward.dev/v1alpha1
kind: FeatureView
metadata: { name: windy }
spec:
  entities:
    - { name: airport, columns: { airport: origin } }
  source: { view: airport_weather }
${more}  features:
    - { name: wind_speed, dtype: float32 }
`)
    expect(define(daily('')).views.get('windy')).toMatchObject({
      eventTime: 'observed_at',
      createdTime: 'recorded_at',
      rowKey: [],
    })
    const own = '  transform: SELECT *, observed_at AS seen FROM {{ source }}\n  eventTime: seen\n'
    expect(define(daily(own)).views.get('windy')).toMatchObject({ eventTime: 'seen', createdTime: 'recorded_at' })
  })

  it('of a model without parts or a role are whole, and named by the view alone', () => {
    const { training } = define(
      ['      as: dest_weather\n', ''],
      ['        - wind_speed\n', ''],
      [/ {2}training:\n.*\n/.exec(trainingExample)?.[0] ?? '', ''],
      [/ {2}evaluation:\n(?: {4}.*\n)+/.exec(trainingExample)?.[0] ?? '', ''],
      [', knownAt: arrived_at', ''],
    )
    expect(training.get('flight-delay')).toMatchObject({
      features: [{ as: null, take: ['wind_max_6h'] }],
      label: { knownAt: null },
      split: null,
      weights: null,
      evaluation: { resampleBy: null, slices: [], besides: [] },
    })
  })
})
