/** The rules on one Entity and one DataSource: rule, place and text. */
import { describe, expect, it } from 'vitest'
import { reportFeatures, type Change } from '../feature-commit.ts'

/** What it has, what is found, the change that brings it, and (where others follow from it) which findings are meant. */
type Case = [name: string, expected: string, changes: Change[], only?: RegExp]

describe('an entity', () => {
  it.each<Case>([
    [
      'a key twice',
      '7:15 duplicate-feature  expected every name once, found "Airport" again\n' +
        '    SQL takes airport and Airport for the same name\n',
      [['- { name: airport, dtype: string }', '- { name: airport, dtype: string }\n    - { name: Airport, dtype: int32 }']],
      /duplicate/,
    ],
    [
      'a float as key',
      '6:31 invalid-value  expected one of bool, int32, int64, string, timestamp, found "float32"\n',
      [['- { name: airport, dtype: string }', '- { name: airport, dtype: float32 }']],
    ],
    [
      'a name of a key that is no word',
      '6:15 name-format  expected letters, digits and underscores that begin with a letter (at most 127), found "air port"\n',
      [['- { name: airport, dtype: string }', '- { name: air port, dtype: string }']],
    ],
    [
      'capitals in its name',
      '3:19 name-format  expected lower-case letters, digits, dashes and underscores (at most 63), found "Airport"\n' +
        '28:13 unresolved-reference  expected the name of an Entity, found airport\n' +
        '    did you mean Airport?\n',
      [['metadata: { name: airport, desc', 'metadata: { name: Airport, desc']],
    ],
  ])('with %s', (_, expected, changes, only) => expect(reportFeatures(changes, {}, only)).toBe(expected))
})

describe('a source', () => {
  it.each<Case>([
    [
      'no place',
      '50:1 source-place  expected exactly one of file and postgres, found neither\n',
      [['  file: data/flights.parquet\n', '']],
    ],
    [
      'two places',
      '52:3 source-place  expected exactly one of file and postgres, found both\n',
      [
        [
          '  file: data/flights.parquet\n',
          '  file: data/flights.parquet\n  postgres: { query: select 1, connection: { secretRef: { env: A } } }\n',
        ],
      ],
    ],
    [
      'a path that leaves the repository',
      '51:9 source-place  expected a path inside the repository such as data/weather.parquet, found "../flights.parquet"\n',
      [['data/flights.parquet', '../flights.parquet']],
    ],
    [
      'an absolute path',
      '51:9 source-place  expected a path inside the repository such as data/weather.parquet, found "/data/flights.parquet"\n',
      [['data/flights.parquet', '/data/flights.parquet']],
    ],
    [
      'a folder as file',
      '51:9 source-place  expected the name of a .parquet or .csv file, found "data/flights/*"\n' +
        '    write data/flights/*.parquet\n',
      [['data/flights.parquet', 'data/flights/*']],
    ],
    [
      'two places of a secret',
      '51:46 source-place  expected exactly one of env and file, found both\n',
      [['file: data/flights.parquet', 'postgres: { query: select 1, connection: { secretRef: { env: A, file: /b } } }']],
    ],
    [
      'partitions beside postgres',
      '52:3 source-place  expected no partitions beside postgres: they are names of folders\n',
      [
        [
          'file: data/flights.parquet',
          'postgres: { query: select 1, connection: { secretRef: { env: A } } }\n  partitions:\n    - origin',
        ],
      ],
    ],
    [
      'a column that begins with two underscores',
      '57:15 name-format  expected a name of a column that does not begin with two underscores, found "__row"\n',
      [
        [
          '- { name: origin, dtype: string }\n    - { name: dest',
          '- { name: __row, dtype: string }\n    - { name: origin, dtype: string }\n    - { name: dest',
        ],
      ],
    ],
    [
      'a column twice in other letters',
      '58:15 duplicate-feature  expected every name once, found "Origin" again\n' +
        '    SQL takes origin and Origin for the same name\n',
      [['    - { name: dest, dtype: string }', '    - { name: Origin, dtype: string }\n    - { name: dest, dtype: string }']],
    ],
    [
      'a time that is no column',
      '52:14 source-column  expected one of the columns (sched_dep, predict_at, arrived_at, origin, dest, carrier, distance, wind_speed, arr_delayed), found "sched_dp"\n' +
        '    did you mean sched_dep?\n',
      [['eventTime: sched_dep', 'eventTime: sched_dp']],
    ],
    [
      'a time that is a text',
      '52:14 source-column  expected a column of the dtype timestamp, found "origin" (string)\n',
      [['eventTime: sched_dep', 'eventTime: origin']],
    ],
    [
      'a created time without an event time',
      '52:16 time-column  expected eventTime beside createdTime, found none: static rows have no time\n',
      [['eventTime: sched_dep', 'createdTime: sched_dep']],
    ],
    [
      'one column for both times',
      '14:16 time-column  expected another column than eventTime, found observed_at for both\n' +
        '    leave createdTime out: a row can then be read as soon as it happened\n',
      [['createdTime: recorded_at', 'createdTime: observed_at']],
    ],
    [
      'a row key without a created time',
      '53:3 time-column  expected createdTime beside rowKey, found none: it says which of the rows is the newer one\n',
      [['eventTime: sched_dep', 'eventTime: sched_dep\n  rowKey:\n    - origin']],
    ],
    [
      'a row key that is no column',
      '16:7 source-column  expected one of the columns (origin, observed_at, recorded_at, wind_speed), found "orign"\n' +
        '    did you mean origin?\n',
      [['createdTime: recorded_at', 'createdTime: recorded_at\n  rowKey:\n    - orign']],
    ],
    [
      'a time zone that is misspelt',
      '53:13 time-zone  expected an IANA name of a time zone such as America/New_York, found "America/New_Yrk"\n' +
        '    did you mean America/New_York?\n',
      [['eventTime: sched_dep', 'eventTime: sched_dep\n  timeZone: America/New_Yrk']],
    ],
    [
      'an offset as time zone',
      '53:13 time-zone  expected an IANA name of a time zone such as America/New_York, found "+01:00"\n',
      [['eventTime: sched_dep', 'eventTime: sched_dep\n  timeZone: "+01:00"']],
    ],
    [
      'no time for freshness and volume',
      '18:3 time-column  expected eventTime beside freshness, found none\n' +
        '19:3 time-column  expected eventTime beside volume, found none\n',
      [['  eventTime: observed_at\n  createdTime: recorded_at\n', '']],
      /volume|fresh/,
    ],
    [
      'a volume without bounds',
      '21:3 volume-bounds  expected at least one of minRows and maxRows, found neither\n',
      [['window: 1d, minRows: 60', 'window: 1d']],
    ],
    [
      'bounds of volume that exclude each other',
      '21:47 volume-bounds  expected maxRows of at least minRows (60), found 59\n',
      [['minRows: 60', 'minRows: 60, maxRows: 59']],
    ],
    [
      'a severity of nobody',
      '20:38 invalid-value  expected one of critical, warning, info, found "fatal"\n',
      [['maxAge: 2h', 'maxAge: 2h, severity: fatal']],
    ],
    [
      'an age without a unit',
      '20:24 duration  expected a text for spec.freshness.maxAge, found 7200\n' + '    write a unit, such as 7200s\n',
      [['maxAge: 2h', 'maxAge: 7200']],
    ],
    [
      'an expectation that is misspelt',
      '21:7 expectation-name  expected the name of an expectation, found "expect_column_values_to_not_be_nul"\n' +
        '    did you mean expect_column_values_to_not_be_null?\n',
      [['  freshness: { maxAge: 2h }', '  expectations:\n    - expect_column_values_to_not_be_nul: { column: origin }']],
    ],
    [
      'two expectations in one entry',
      '21:7 invalid-value  expected at most 1 entry for spec.expectations[0], found a map\n',
      [['  freshness: { maxAge: 2h }', '  expectations:\n    - { expect_a: {}, expect_b: {} }']],
    ],
    [
      'an expectation of a column that is not there',
      '21:54 expectation-column  expected a column (origin, observed_at, recorded_at, wind_speed), found "orign"\n' +
        '    did you mean origin?\n',
      [['  freshness: { maxAge: 2h }', '  expectations:\n    - expect_column_values_to_not_be_null: { column: orign }']],
    ],
  ])('with %s', (_, expected, changes, only) => expect(reportFeatures(changes, {}, only)).toBe(expected))
})
