/** The rules on what a Model learns from: rule, place and text. */
import { describe, expect, it } from 'vitest'
import { reportFeatures, type Change } from '../feature-commit.ts'

/** What it has, what is found, the change that brings it, and (where others follow from it) which findings are meant. */
type Case = [name: string, expected: string, changes: Change[], only?: RegExp]

describe('a model', () => {
  it.each<Case>([
    [
      'a view that does not exist',
      '73:13 unresolved-reference  expected the name of a FeatureView, found airport_wether\n' +
        '    did you mean airport_weather?\n',
      [['view: airport_weather\n', 'view: airport_wether\n']],
    ],
    [
      'a feature that the view has not',
      '78:11 unknown-feature  expected a feature or aggregation of airport_weather (wind_speed, wind_max_6h), found "wind_max_7h"\n' +
        '    did you mean wind_max_6h?\n',
      [['        - wind_max_6h\n', '        - wind_max_7h\n']],
    ],
    [
      'points in time, a feature and the greatest of them in a window',
      '77:11 timestamp-feature  expected a feature that a tensor can hold, found the timestamp "wind_speed" of airport_weather\n' +
        '    make a number of it in the transform of the view, for example date_part with hour\n' +
        '78:11 timestamp-feature  expected a feature that a tensor can hold, found the timestamp "wind_max_6h" of airport_weather\n' +
        '    make a number of it in the transform of the view, for example date_part with hour\n',
      [
        [
          '    - { name: wind_speed, dtype: float32, unit: mph }\n  aggregations:',
          '    - { name: wind_speed, dtype: timestamp }\n  aggregations:',
        ],
      ],
      /^timestamp-feature/,
    ],
    [
      'a feature twice',
      '76:7 invalid-value  expected entries of spec.features[0].take that differ, found two that are the same\n' +
        '    entries 1 and 2\n',
      [['        - wind_max_6h\n', '        - wind_speed\n']],
    ],
    [
      'a feature named like one of the request',
      '76:11 feature-clash  expected every name once among the features of the model, found "wind_speed" again\n' +
        '    give the view a role with as: its features are then named AS__FEATURE\n',
      [['      as: dest_weather\n', '']],
    ],
    [
      'no label',
      '72:3 label-missing  expected label beside features, found none: it names the rows that the model learns from\n' +
        '87:3 label-missing  expected label beside training, found none: it names the rows that the model learns from\n' +
        '89:3 label-missing  expected label beside evaluation, found none: it names the rows that the model learns from\n',
      [['  label: { source: flights, column: arr_delayed, predictAt: predict_at, knownAt: arrived_at }\n', '']],
    ],
    [
      'a label source that does not exist',
      '87:20 unresolved-reference  expected the name of a DataSource, found flight\n' + '    did you mean flights?\n',
      [['label: { source: flights', 'label: { source: flight']],
    ],
    [
      'a key that no column is joined to',
      '73:13 join-column  expected a column of flights of the dtype string for the key airport, found "airport"\n' +
        '    write join: { airport: COLUMN }\n',
      [['      join: { airport: dest }\n', '']],
    ],
    [
      'a key joined to a column that is not there',
      '75:24 join-column  expected a column of flights of the dtype string for the key airport, found "dst"\n' +
        '    did you mean dest?\n',
      [['join: { airport: dest }', 'join: { airport: dst }']],
    ],
    [
      'a key joined to a column of another dtype',
      '75:24 join-column  expected a column of flights of the dtype string for the key airport, found "distance" (float32)\n',
      [['join: { airport: dest }', 'join: { airport: distance }']],
    ],
    [
      'a key that the view has not',
      '75:38 join-column  expected a key of the view airport_weather (airport), found "airprt"\n' + '    did you mean airport?\n',
      [['join: { airport: dest }', 'join: { airport: dest, airprt: origin }']],
    ],
    [
      'a label of floats for two classes',
      '85:37 label-column  expected a column of the dtype bool or int32 or int64, found "wind_speed" (float32)\n',
      [
        ['column: arr_delayed', 'column: wind_speed'],
        [
          '    - { name: wind_speed, dtype: float32, unit: mph }\n  nulls:\n    default: model\n    features: { wind_speed: 0 }',
          '  nulls:\n    default: model',
        ],
      ],
      /label/,
    ],
    [
      'the label among the request features',
      `82:15 feature-clash  expected what is known at the time of a prediction, found the label's own column "arr_delayed"
`,
      [
        [
          '    - { name: distance, dtype: float32, unit: mi }\n    - { name: wind_speed, dtype: float32, unit: mph }\n  nulls',
          '    - { name: distance, dtype: float32, unit: mi }\n    - { name: wind_speed, dtype: float32, unit: mph }\n    - { name: arr_delayed, dtype: bool }\n  nulls',
        ],
      ],
      /clash/,
    ],
    [
      'a time that is a text',
      '87:61 label-column  expected a column of the dtype timestamp, found "origin" (string)\n',
      [['predictAt: predict_at', 'predictAt: origin']],
    ],
    [
      'a time of parts that is not there',
      '89:59 label-column  expected a column of flights (sched_dep, predict_at, arrived_at, origin, dest, carrier, distance, wind_speed, arr_delayed), found "sched_arr"\n' +
        '    did you mean sched_dep?\n',
      [['splitBy: sched_dep', 'splitBy: sched_arr']],
    ],
    [
      'a slice of a column that is not there',
      '93:15 label-column  expected a column of flights (sched_dep, predict_at, arrived_at, origin, dest, carrier, distance, wind_speed, arr_delayed), found "carier"\n' +
        '    did you mean carrier?\n',
      [['by: carrier', 'by: carier']],
    ],
    [
      'a column of resampling that is not there',
      '91:17 label-column  expected a column of flights (sched_dep, predict_at, arrived_at, origin, dest, carrier, distance, wind_speed, arr_delayed), found "tailnum"\n',
      [['resampleBy: day', 'resampleBy: tailnum']],
    ],
    [
      'a slice twice',
      '94:15 duplicate-feature  expected every column once, found "carrier" again\n',
      [['      - { by: carrier }', '      - { by: carrier }\n      - { by: carrier }']],
    ],
    [
      'a request feature that is no column',
      '80:15 label-column  expected a column of flights (sched_dep, predict_at, arrived_at, origin, dest, carrier, distanc, wind_speed, arr_delayed), found "distance"\n' +
        '    did you mean distanc?\n',
      [
        [
          'name: distance, dtype: float32, unit: mi }\n    - { name: wind',
          'name: distanc, dtype: float32, unit: mi }\n    - { name: wind',
        ],
      ],
      /label/,
    ],
    [
      'a day that does not exist',
      '89:38 split-time  expected a day or an instant that exists, found "2013-06-31"\n',
      [['until: 2013-06-01', 'until: 2013-06-31']],
    ],
    [
      'an end before its beginning',
      '89:38 split-time  expected a time after from (2013-01-15), found 2013-01-01\n',
      [['until: 2013-06-01', 'until: 2013-01-01']],
    ],
    [
      'no time for training',
      '89:5 split-time  expected time for training before validation (14d) and test (14d), found none between 2013-01-15 and 2013-02-12\n',
      [['until: 2013-06-01', 'until: 2013-02-12']],
    ],
    [
      'a time without a zone',
      '89:38 invalid-value  expected a day or an instant such as 2013-06-01 or 2013-06-01T06:00:00Z, found "2013-06-01T12:00"\n',
      [['until: 2013-06-01', 'until: 2013-06-01T12:00']],
    ],
    [
      'a seed without a command',
      '89:11 command-missing  expected command beside seed, found none: it is the program that trains\n' +
        '    for example command: [python3, training/train.py]\n',
      [['  training:\n', '  training:\n    seed: 7\n']],
    ],
    [
      'a group of no rows',
      '93:34 invalid-value  expected at least 1 for spec.evaluation.slices[0].minGroup, found 0\n',
      [['by: carrier }', 'by: carrier, minGroup: 0 }']],
    ],
    [
      'weights of a column that is not there',
      '89:14 label-column  expected a column of flights (sched_dep, predict_at, arrived_at, origin, dest, carrier, distance, wind_speed, arr_delayed), found "distanc"\n' +
        '    did you mean distance?\n',
      [['  training:\n', '  training:\n    weights: distanc\n']],
    ],
    [
      'weights that are texts',
      '89:14 label-column  expected a column of the dtype int32 or int64 or float32 or float64, found "carrier" (string)\n',
      [['  training:\n', '  training:\n    weights: carrier\n']],
    ],
    [
      'weights in a map',
      '89:5 wrong-type  expected a text for spec.training.weights, found a map\n' +
        '    write weights: COLUMN, with the name of a column of the label source\n',
      [['  training:\n', '  training:\n    weights: { by: distance }\n']],
    ],
  ])('with %s', (_, expected, changes, only) => expect(reportFeatures(changes, {}, only)).toBe(expected))
})
