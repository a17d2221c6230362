/** The rules on a FeatureView and what it reads: rule, place and text. */
import { describe, expect, it } from 'vitest'
import { reportFeatures, untransformed, type Change } from '../feature-commit.ts'

/** What it has, what is found, the change that brings it, and (where others follow from it) which findings are meant. */
type Case = [name: string, expected: string, changes: Change[], only?: RegExp]

describe('a view and its source', () => {
  it.each<Case>([
    [
      'a feature that is no column',
      '33:15 view-column  expected one of the columns of weather_hourly (origin, observed_at, recorded_at, wind_speed), found "wind_sped"\n' +
        '    did you mean wind_speed?\n',
      [
        untransformed,
        [
          '- { name: wind_speed, dtype: float32, unit: mph }\n  aggregations',
          '- { name: wind_sped, dtype: float32 }\n    - { name: wind_speed, dtype: float32 }\n  aggregations',
        ],
      ],
    ],
    [
      'a feature of another dtype',
      '33:15 view-column  expected "wind_speed" as float64, found it as float32 among the columns of weather_hourly\n' +
        '    take the dtype of the source, or cast in a transform\n',
      [
        untransformed,
        [
          '- { name: wind_speed, dtype: float32, unit: mph }\n  aggregations',
          '- { name: wind_speed, dtype: float64 }\n  aggregations',
        ],
      ],
    ],
    [
      'an aggregated column that is not there',
      '35:36 view-column  expected one of the columns of weather_hourly (origin, observed_at, recorded_at, wind_speed), found "gust"\n',
      [untransformed, ['column: wind_speed', 'column: gust']],
    ],
    [
      'the mean of a text',
      '35:36 aggregation-column  expected a column of numbers for mean, found "origin" (string)\n',
      [untransformed, ['column: wind_speed, function: max', 'column: origin, function: mean']],
    ],
    [
      'a key that the entity has not',
      '29:26 entity-key  expected a key of the entity airport (airport), found "airprt"\n' + '    did you mean airport?\n',
      [['columns: { airport: origin }', 'columns: { airprt: origin }']],
    ],
    [
      'a column of a key that is not there',
      '29:27 entity-key  expected one of the columns of weather_hourly (origin, observed_at, recorded_at, wind_speed), found "orign"\n' +
        '    did you mean origin?\n',
      [untransformed, ['columns: { airport: origin }', 'columns: { airport: orign }']],
    ],
    [
      'a key in a column of its own name that is not there',
      '28:13 entity-key  expected one of the columns of weather_hourly (origin, observed_at, recorded_at, wind_speed), found "airport"\n',
      [untransformed, ['\n      columns: { airport: origin }', '']],
    ],
    [
      'an expectation without its arguments',
      '46:7 expectation-argument  expected at least one of min_value and max_value, found neither\n' +
        '46:7 expectation-argument  expected the argument column, found none\n',
      [['  online:', '  expectations:\n    - expect_column_values_to_be_between: {}\n  online:']],
    ],
    [
      'a key of another dtype',
      '29:27 entity-key  expected "wind_speed" as string, found it as float32 among the columns of weather_hourly\n' +
        '    take the dtype of the source, or cast in a transform\n',
      [untransformed, ['columns: { airport: origin }', 'columns: { airport: wind_speed }']],
    ],
    [
      'a feature that is a key of another dtype',
      '29:27 entity-key  expected "wind_speed" as string, found it as float32 among the features\n',
      [['columns: { airport: origin }', 'columns: { airport: wind_speed }']],
    ],
    [
      'a feature named like a key',
      '36:15 entity-key  expected another name than that of a key, found "airport"\n',
      [['  features:\n    - { name: wind', '  features:\n    - { name: airport, dtype: string }\n    - { name: wind']],
    ],
    [
      'two entities with a key of one name',
      '37:13 entity-key  expected keys of different names, found "airport" in airport and airfield\n' +
        '    a model tells two roles of an entity apart, with as\n',
      [
        [
          '- name: airport\n      columns: { airport: origin }',
          '- name: airport\n      columns: { airport: origin }\n    - name: airfield',
        ],
        [
          '---\n',
          '---\napiVersion: mainward.dev/v1alpha1\nkind: Entity\nmetadata: { name: airfield }\nspec:\n  keys:\n    - { name: airport, dtype: string }\n---\n',
        ],
      ],
    ],
    [
      'aggregations over static rows',
      '33:3 time-column  expected rows with an event time for aggregations, found static rows\n' +
        '    write eventTime in the source, or in the view\n',
      [
        ['  eventTime: observed_at\n  createdTime: recorded_at\n', ''],
        ['  freshness: { maxAge: 2h }\n  volume: { window: 1d, minRows: 60 }\n', ''],
      ],
    ],
    [
      'a row of a test with a column that is not there',
      '42:11 unit-test-row  expected a column of weather_hourly (origin, observed_at, recorded_at, wind_speed), found "orign"\n' +
        '    did you mean origin?\n',
      [['{ origin: JFK, obs', '{ orign: JFK, obs']],
    ],
    [
      'a row of a test with a value of another dtype',
      '42:11 unit-test-row  expected a number for wind_speed, found "calm"\n',
      [['wind_speed: 10 }', 'wind_speed: calm }']],
    ],
    [
      'an expected row without a key',
      '44:11 unit-test-row  expected a value for airport, found none\n',
      [['airport: JFK, at', 'at']],
    ],
    [
      'an expected row without its time',
      '44:11 unit-test-row  expected a value for at, found none\n',
      [['at: 2013-01-01T08:00:00Z, ', '']],
    ],
    [
      'an expected value that is misspelt',
      '44:11 unit-test-row  expected a key, at or a value of the view (airport, at, wind_speed, wind_max_6h), found "wind_max_7h"\n' +
        '    did you mean wind_max_6h?\n',
      [['wind_max_6h: 10 }', 'wind_max_6h: 10, wind_max_7h: 10 }']],
    ],
    [
      'an expectation of a value of a window',
      '46:54 expectation-column  expected a column (wind_speed, origin, observed_at, recorded_at), found "wind_max_6h"\n',
      [['  online:', '  expectations:\n    - expect_column_values_to_not_be_null: { column: wind_max_6h }\n  online:']],
    ],
    [
      'times of several sources that are not told',
      '30:3 view-time  expected createdTime in the view, since sources of it have one (weather_hourly), found none\n' +
        '    let the transform give the latest of them a name\n' +
        '30:3 view-time  expected eventTime in the view, since sources of it have one (weather_hourly, flights), found none\n' +
        '    let the transform give the latest of them a name\n',
      [
        ['  source: weather_hourly\n', '  sources:\n    - weather_hourly\n    - flights\n'],
        ['{{ source }}', '{{ weather_hourly }}, {{ flights }}'],
        ['      given:\n        -', '      given:\n        weather_hourly:\n         -'],
      ],
    ],
  ])('with %s', (_, expected, changes, only) => expect(reportFeatures(changes, {}, only)).toBe(expected))
})
