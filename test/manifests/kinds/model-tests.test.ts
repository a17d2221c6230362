/** Behaviour tests in a Model: what is refused of them, and what they are with every default filled. */
import { describe, expect, it } from 'vitest'
import type { ModelSpec } from '../../../reconciler/manifests/kinds/model.ts'
import { assembleFeatures, reportFeatures, type Change } from '../feature-commit.ts'

const withTests = (test: string, ...others: Change[]): Change[] => [
  ['  label: {', `  tests:\n    - name: it\n      ${test}\n  label: {`],
  ...others,
]

/** The task is another: no decision, no test of the version. */
const task = (name: string): Change[] => [
  ['binary-classification', name],
  ['  decision: { threshold: 0.5 }\n', ''],
]

const row = '{ dest_weather__wind_speed: 3, dest_weather__wind_max_6h: 5, distance: 200, wind_speed: 4 }'

/** Messages only: the places are those of the text. */
function messages(changes: readonly Change[]): readonly string[] {
  return reportFeatures(
    changes,
    {},
    /^(?:behaviour-test|test-|invalid-value|unknown-field|missing-field|wrong-type|size|duration)/,
  )
    .split('\n')
    .filter((line) => line !== '')
}

describe('a behaviour test is refused', () => {
  it.each<[name: string, test: string, expected: readonly string[], others?: Change[]]>([
    ['without a type', 'golden: {}', ['89:7 missing-field  expected the field row in spec.tests[0].golden, found none']],
    [
      'of two types',
      `golden: { row: ${row}, score: 0.3 }\n      size: { atMost: 1Mi }`,
      [
        '88:7 behaviour-test  expected exactly one of golden, invariance, directional, range, missing, latency, size, found golden and size',
      ],
    ],
    [
      'that expects nothing, but with a tolerance',
      `golden: { row: ${row}, tolerance: 0.2 }`,
      [
        '89:7 behaviour-test  expected exactly one of score, decision, label, found none',
        '89:126 behaviour-test  expected a score beside tolerance, found none',
      ],
    ],
    [
      'with a label where a decision is made',
      `golden: { row: ${row}, label: late }`,
      [
        '89:122 behaviour-test  expected no label for the task binary-classification, found one',
        '    write decision: true or false',
      ],
    ],
    [
      'with a decision where none is made',
      `golden: { row: ${row}, decision: true }`,
      ['88:125 behaviour-test  expected no decision for the task regression, found one', '    write the value in score'],
      task('regression'),
    ],
    [
      'without the class that is meant',
      'range: { min: 0.1 }',
      ['88:7 behaviour-test  expected class: which of the probabilities is meant, found none'],
      task('multiclass-classification'),
    ],
    [
      'with a class where there are none',
      'range: { min: 0.1, class: late }',
      ['89:33 behaviour-test  expected no class for the task binary-classification, found one'],
    ],
    ['without bounds', 'range: {}', ['89:7 behaviour-test  expected at least one of min and max, found none']],
    [
      'with bounds that exclude each other',
      'range: { min: 0.7, max: 0.2 }',
      ['89:21 behaviour-test  expected a min of at most 0.2, which is max, found 0.7'],
    ],
    ['without a time', 'latency: {}', ['89:7 behaviour-test  expected at least one of p50 and p99, found none']],
    [
      'with a time that is none',
      'latency: { p50: 3 }',
      ['89:23 duration  expected a text for spec.tests[0].latency.p50, found 3', '    write a unit, such as 3s'],
    ],
    [
      'with a size that is none',
      'size: { atMost: 3 MB }',
      ['89:23 size  expected a size such as 512Ki, 20Mi or 4Gi, found "3 MB"'],
    ],
    [
      'whose rows are of no part',
      'range: { max: 0.9 }',
      [
        '89:7 behaviour-test  expected training.data.test beside a test of the type range, found none: its rows are of the test part',
      ],
      [[', validation: 14d, test: 14d }', ' }']],
    ],
    [
      'of a feature that does not exist',
      'invariance: { feature: distence, tolerance: 0.1 }',
      ['89:30 test-feature  expected a feature that is sent or read from a view, found "distence"', '    did you mean distance?'],
    ],
    [
      'of features that are missing from it',
      'golden: { row: { distance: 200, wind_spede: 4 }, score: 0.3 }',
      [
        '89:17 test-feature  expected a value for each of 4 features, found none for wind_speed and 2 more',
        '    write null for what is not known',
        '89:39 test-feature  expected a feature that is sent or read from a view, found "wind_spede"',
        '    did you mean wind_speed?',
      ],
    ],
    [
      'of values of another dtype, sent or of a view',
      `golden: { row: ${row.replace('200', 'far').replace('wind_max_6h: 5', 'wind_max_6h: true')}, score: 0.3 }`,
      [
        '89:80 test-feature  expected a number for dest_weather__wind_max_6h, found true',
        '89:96 test-feature  expected a number for distance, found "far"',
      ],
    ],
    [
      'of a value of a view of another dtype',
      `golden: { row: ${row.replace('wind_max_6h: 5', 'wind_max_6h: true')}, score: 0.3 }`,
      ['89:80 test-feature  expected a number for dest_weather__wind_max_6h, found true'],
    ],
    [
      'that adds a part to whole numbers',
      'directional: { feature: distance, add: 0.5, score: up }',
      ['89:46 test-feature  expected a whole number for distance, which is an int32, found 0.5'],
      [['requestFeatures:\n    - { name: distance, dtype: float32', 'requestFeatures:\n    - { name: distance, dtype: int32']],
    ],
    [
      'that adds to a text',
      'directional: { feature: distance, add: 1, score: up }',
      ['89:46 test-feature  expected set for distance, which is a string, found add', '    write set with the value'],
      [['requestFeatures:\n    - { name: distance, dtype: float32', 'requestFeatures:\n    - { name: distance, dtype: string']],
    ],
    [
      'of what is computed',
      'invariance: { feature: far, tolerance: 0.1 }',
      [
        '91:30 test-feature  expected a feature that is sent or read from a view, found "far", which is computed of others',
        '    name what it is computed of: distance',
      ],
      [
        [
          '  tests:\n    - name: it',
          '  onDemand:\n    - { name: far, dtype: bool, cel: distance > 700 }\n  tests:\n    - name: it',
        ],
      ],
    ],
    [
      'that moves a probability by as much as it can',
      'invariance: { feature: distance, tolerance: 1 }',
      ['89:51 test-cannot-fail  expected less than 1, found 1: no probability moves further'],
    ],
    [
      'with a tolerance that every probability is within',
      `golden: { row: ${row}, score: 0.3, tolerance: 0.7 }`,
      ['89:138 test-cannot-fail  expected less than 0.7, found 0.7: every probability is within it'],
    ],
    [
      'with bounds that every probability is within',
      'range: { min: 0, max: 1 }',
      ['89:7 test-cannot-fail  expected bounds within 0 and 1, found none: every probability is within these'],
    ],
    [
      'that changes nothing',
      'directional: { feature: distance, multiply: 1, score: not-up }',
      ['89:51 test-cannot-fail  expected another number than 1, which changes nothing'],
    ],
    [
      'of no row',
      'range: { max: 0.9, mostly: 0 }',
      ['89:34 invalid-value  expected more than 0 for spec.tests[0].range.mostly, found 0'],
    ],
  ])('%s', (_, test, expected, others = []) => {
    expect(messages(withTests(test, ...others))).toEqual(expected)
  })

  it('where a value that it changes can not be computed again of the training set', () => {
    const onDemand =
      '  onDemand:\n    - { name: far, dtype: bool, cel: distance * wind_speed > 700 }\n  onDemandOnly:\n    - wind_speed\n'
    const found = messages(
      withTests('invariance: { feature: distance, tolerance: 0.1 }', [
        '  tests:\n    - name: it',
        `${onDemand}  tests:\n    - name: it`,
      ]),
    )
    expect(found[0]).toContain('found "distance": wind_speed is in onDemandOnly')
  })

  it('where a name was there before', () => {
    const found = messages(withTests('size: { atMost: 1Mi }\n    - name: it\n      range: { max: 0.9 }'))
    expect(found).toEqual(['90:13 behaviour-test  expected the name of every test once, found "it" again'])
  })
})

describe('a behaviour test', () => {
  it('has every default filled', () => {
    const text = [
      `golden: { row: ${row}, score: 0.3 }`,
      `- name: b\n      golden: { row: ${row}, decision: false }`,
      '- name: c\n      invariance: { feature: distance, tolerance: 0.1 }',
      '- name: d\n      directional: { feature: distance, multiply: 2, score: not-down }',
      '- name: e\n      directional: { feature: distance, set: null, score: up, tolerance: 0.1, rows: 7, mostly: 0.5 }',
      '- name: f\n      range: { min: 0.1 }',
      '- name: g\n      missing: {}',
      '- name: h\n      latency: { p99: 1s }',
      '- name: i\n      size: { atMost: 2Ki }',
    ].join('\n    ')
    const { resources, findings } = assembleFeatures(withTests(text))
    expect(findings).toEqual([])
    const inputs = { dest_weather__wind_speed: 3, dest_weather__wind_max_6h: 5, distance: 200, wind_speed: 4 }
    const { tests } = resources.find(({ kind }) => kind === 'Model')?.spec as ModelSpec
    expect(tests).toEqual([
      { type: 'golden', name: 'it', row: inputs, expected: { type: 'score', score: 0.3, tolerance: 0.01, class: null } },
      { type: 'golden', name: 'b', row: inputs, expected: { type: 'decision', decision: false } },
      { type: 'invariance', name: 'c', feature: 'distance', values: null, tolerance: 0.1, rows: 200, mostly: 1 },
      { type: 'directional', name: 'd', feature: 'distance', change: { type: 'multiply', by: 2 }, score: 'not-down', tolerance: 0, class: null, rows: 200, mostly: 1 },
      { type: 'directional', name: 'e', feature: 'distance', change: { type: 'set', to: null }, score: 'up', tolerance: 0.1, class: null, rows: 7, mostly: 0.5 },
      { type: 'range', name: 'f', min: 0.1, max: null, class: null, rows: 200, mostly: 1 },
      { type: 'missing', name: 'g', features: null, together: false, expect: 'score', rows: 200 },
      { type: 'latency', name: 'h', p50Ms: null, p99Ms: 1000, runs: 500 },
      { type: 'size', name: 'i', bytes: 2048 },
    ]) // prettier-ignore
  })

  it('means the same in another unit', () => {
    const digestOf = (test: string) => assembleFeatures(withTests(test)).resources.find(({ kind }) => kind === 'Model')?.digest
    expect(digestOf('latency: { p99: 1s }')).toBe(digestOf('latency: { p99: 1000ms }'))
    expect(digestOf('size: { atMost: 1Mi }')).toBe(digestOf('size: { atMost: 1024Ki }'))
    expect(digestOf('size: { atMost: 1Mi }')).not.toBe(digestOf('size: { atMost: 1023Ki }'))
  })
})
