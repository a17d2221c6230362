/** The rules on one FeatureView: rule, place and text. */
import { describe, expect, it } from 'vitest'
import { reportFeatures, untransformed, type Change } from '../feature-commit.ts'

/** What it has, what is found, the change that brings it, and (where others follow from it) which findings are meant. */
type Case = [name: string, expected: string, changes: Change[], only?: RegExp]

describe('a view', () => {
  it.each<Case>([
    [
      'no source',
      '26:1 source-or-sources  expected exactly one of source and sources, found neither\n',
      [['  source: weather_hourly\n', '']],
    ],
    [
      'source and sources',
      '31:3 source-or-sources  expected exactly one of source and sources, found both\n',
      [['  source: weather_hourly\n', '  source: weather_hourly\n  sources:\n    - weather_hourly\n    - flights\n']],
    ],
    [
      'a number as source',
      '30:11 wrong-type  expected the name of a DataSource, or { view: NAME }, for spec.source, found 7\n',
      [['  source: weather_hourly\n', '  source: 7\n']],
    ],
    [
      'a source that does not exist',
      '30:11 unresolved-reference  expected the name of a DataSource, found weather_hourle\n' +
        '    did you mean weather_hourly?\n',
      [['  source: weather_hourly\n', '  source: weather_hourle\n']],
    ],
    [
      'a view as source that does not exist',
      '30:19 unresolved-reference  expected the name of a FeatureView, found weather_hourly\n',
      [['  source: weather_hourly\n', '  source: { view: weather_hourly }\n']],
    ],
    [
      'itself as source',
      '23:1 reference-cycle  expected no circle, found FeatureView/airport_weather → FeatureView/airport_weather\n',
      [['  source: weather_hourly\n', '  source: { view: airport_weather }\n']],
      /cycle/,
    ],
    [
      'an entity that does not exist',
      '28:13 unresolved-reference  expected the name of an Entity, found airpot\n' + '    did you mean airport?\n',
      [['- name: airport\n', '- name: airpot\n']],
    ],
    [
      'a placeholder that is misspelt',
      '32:14 transform-source  expected one of {{ source }}, found {{ sorce }}\n' +
        '    did you mean source?\n' +
        '32:14 transform-source  expected {{ source }} in the transform, found none\n',
      [['{{ source }}', '{{ sorce }}']],
    ],
    [
      'no placeholder',
      '32:14 transform-source  expected {{ source }} in the transform, found none\n',
      [['{{ source }}', 'weather_hourly']],
    ],
    [
      'several sources without a transform',
      '30:3 source-or-sources  expected a transform that makes one table of 2 sources, found none\n' +
        '30:3 view-time  expected createdTime in the view, since sources of it have one (weather_hourly), found none\n' +
        '    let the transform give the latest of them a name\n' +
        '30:3 view-time  expected eventTime in the view, since sources of it have one (weather_hourly, flights), found none\n' +
        '    let the transform give the latest of them a name\n' +
        '40:7 unit-test  expected rows by the name of their source (weather_hourly, flights), found a list\n',
      [['  source: weather_hourly\n', '  sources:\n    - weather_hourly\n    - flights\n'], untransformed],
    ],
    [
      'an aggregation named like a feature',
      '38:15 duplicate-feature  expected every name once, found "Wind_Speed" again\n' +
        '    SQL takes wind_speed and Wind_Speed for the same name\n' +
        '44:11 unit-test  expected at least one feature or aggregation (wind_speed, Wind_Speed), found none\n' +
        '44:11 unit-test-row  expected a key, at or a value of the view (airport, at, wind_speed, Wind_Speed), found "wind_max_6h"\n' +
        '78:11 unknown-feature  expected a feature or aggregation of airport_weather (wind_speed, Wind_Speed), found "wind_max_6h"\n',
      [['name: wind_max_6h, column', 'name: Wind_Speed, column']],
    ],
    [
      'an aggregation without a column',
      '38:7 aggregation-column  expected a column for max, found none\n',
      [['column: wind_speed, function: max', 'function: max']],
    ],
    [
      'a quantile without which',
      '38:7 aggregation-column  expected which quantile, 0 to 1, found none\n' + '    write quantile: 0.5 for the median\n',
      [['function: max', 'function: quantile']],
    ],
    [
      'a quantile of a maximum',
      '38:73 aggregation-column  expected no quantile for max, found 0.5\n',
      [['function: max', 'function: max, quantile: 0.5']],
    ],
    [
      'a quantile over 1',
      '38:78 invalid-value  expected at most 1 for spec.aggregations[0].quantile, found 1.5\n',
      [['function: max', 'function: quantile, quantile: 1.5']],
    ],
    [
      'a sum as whole number',
      '38:70 aggregation-column  expected float64 or float32 as dtype of a sum, found int64\n',
      [['function: max', 'function: sum, dtype: int64']],
    ],
    [
      'a window of no length',
      '38:71 positive-duration  expected a duration longer than 0, found 0s\n',
      [['window: 6h', 'window: 0s']],
    ],
    [
      'an aggregated column that is no feature, without dtype',
      '38:7 aggregation-column  expected a dtype, since "gust" is no feature of the view, found none\n' +
        '    write dtype, or name the column among the features\n',
      [['column: wind_speed', 'column: gust']],
    ],
    [
      'a ttl of 0',
      '31:8 positive-duration  expected a duration longer than 0, found 0s\n' + '    leave ttl out for values of any age\n',
      [['ttl: 3h', 'ttl: 0s']],
    ],
    [
      'refresh and freshness',
      '45:3 refresh-or-exact  expected exactly one of refresh and freshness, found both\n',
      [['lag: 1m', 'freshness: exact']],
      /^refresh/,
    ],
    [
      'a lag of what is pushed',
      '45:36 refresh-or-exact  expected no lag beside freshness: exact, found one\n',
      [['refresh: 15m', 'freshness: exact']],
      /^refresh/,
    ],
    [
      'windows of what is pushed',
      '37:3 pushed-aggregation  expected no aggregations in a view that is pushed, found 1: a push brings values, not the rows of windows\n' +
        '    give the view online: { refresh: 15m }, or push the values as features\n',
      [['{ refresh: 15m, lag: 1m }', '{ freshness: exact }']],
    ],
    [
      'a refresh of 0',
      '45:22 positive-duration  expected a duration longer than 0, found 0m\n',
      [['refresh: 15m', 'refresh: 0m']],
    ],
    [
      'rows of a test by source although there is one',
      '41:7 unit-test  expected a list of rows, since weather_hourly is the only source, found a map\n',
      [['      given:\n        -', '      given:\n        weather_hourly:\n         -']],
    ],
    [
      'a test without a value',
      '44:11 unit-test  expected at least one feature or aggregation (wind_speed, wind_max_6h), found none\n',
      [[', wind_max_6h: 10', '']],
    ],
    [
      'a test that expects a text',
      '44:66 unit-test  expected a number for wind_max_6h, found "ten"\n',
      [['wind_max_6h: 10', 'wind_max_6h: ten']],
    ],
    [
      'a test with a time that does not exist',
      '44:31 unit-test  expected a time such as 2013-01-01T05:00:00Z for at, found "2013-02-30T08:00:00Z"\n',
      [['at: 2013-01-01T08:00:00Z', 'at: 2013-02-30T08:00:00Z']],
    ],
    [
      'a value of a test that is a list',
      '44:53 wrong-type  expected a text, a number, true, false or null for spec.tests[0].expect[0].wind_max_6h, found a list of 1 entry\n',
      [['wind_max_6h: 10 }', 'wind_max_6h: [10] }']],
    ],
    [
      'onDemand',
      '32:3 unknown-field  expected one of entities, source, sources, ttl, transform, eventTime, createdTime, rowKey, features, aggregations, expectations, tests, online, found onDemand\n',
      [['  ttl: 3h', '  ttl: 3h\n  onDemand: []']],
    ],
  ])('with %s', (_, expected, changes, only) => expect(reportFeatures(changes, {}, only)).toBe(expected))
})
