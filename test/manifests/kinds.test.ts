/** The rules within one manifest: rule, place and text. */
import { describe, expect, it } from 'vitest'
import { renderFindings } from '../../reconciler/manifests/findings-text.ts'
import {
  canaryExample,
  modelExample,
  projectExample,
  splitExample,
  versionExample,
} from '../../reconciler/manifests/rules/examples.ts'
import { parse } from './commit-of.ts'

type Change = readonly [from: string, to: string]

/** The findings of a text with some pieces replaced, without the file's name. */
function report(text: string, ...changes: readonly Change[]): string {
  const changed = changes.reduce((current, [from, to]) => {
    if (!current.includes(from)) throw new Error(`nothing to replace: ${from}`)
    return current.replace(from, to)
  }, text)
  const findings = parse(changed).findings.map((finding) => ({ file: 'f', ...finding }))
  return renderFindings(findings, 'text').replace(/^f:/gm, '')
}

const splitPart = splitExample.slice(splitExample.indexOf('  split:'))

describe('a canary', () => {
  it.each<[string, string, Change[]]>([
    ['one step', '', [['      - { weight: 5, hold: 10m }\n      - { weight: 25, hold: 1h }\n', '']]],
    ['no steps', '', [[canaryExample.slice(canaryExample.indexOf('    steps:')), '']]],
    [
      'a step that stays',
      '10:19 steps-order  weights of steps must grow, expected more than 5, found 5\n',
      [['weight: 25', 'weight: 5']],
    ],
    [
      'an end below 100',
      '11:19 steps-order  expected 100 as the weight of the last step, found 99\n    add a last step { weight: 100 }\n',
      [['weight: 100', 'weight: 99']],
    ],
    [
      'a weight over 100',
      '11:19 percent  expected at most 100 for spec.canary.steps[2].weight, found 101\n',
      [['weight: 100', 'weight: 101']],
    ],
    [
      'a weight of 0',
      '9:19 percent  expected at least 1 for spec.canary.steps[0].weight, found 0\n',
      [['weight: 5,', 'weight: 0,']],
    ],
    [
      'a weight with %',
      '9:19 percent  expected a whole number for spec.canary.steps[0].weight, found "5%"\n    write the number without %\n',
      [['weight: 5,', 'weight: 5%,']],
    ],
    [
      'an empty list of steps',
      '8:5 invalid-value  expected at least 1 entry for spec.canary.steps, found an empty list\n',
      [[canaryExample.slice(canaryExample.indexOf('    steps:')), '    steps: []\n']],
    ],
    ['a hold of 0', '', [['hold: 10m', 'hold: 0s']]],
    ['a hold until a person resumes', '', [['hold: 10m', 'hold: manual']]],
    [
      'a hold with a fraction',
      '9:28 duration  expected a duration such as 50ms, 90s, 15m, 3h or 7d, or manual, found "1.5h"\n',
      [['hold: 10m', 'hold: 1.5h']],
    ],
    [
      'a hold without a unit',
      '9:28 duration  expected a text for spec.canary.steps[0].hold, found 600\n    write a unit, such as 600s\n',
      [['hold: 10m', 'hold: 600']],
    ],
  ])('with %s', (_, expected, changes) => expect(report(canaryExample, ...changes)).toBe(expected))

  it('is not together with a split, and one of them is there', () => {
    expect(report(canaryExample + splitPart)).toBe('12:3 canary-or-split  expected exactly one of canary and split, found both\n')
    expect(report(canaryExample, [canaryExample.slice(canaryExample.indexOf('  canary:')), ''])).toBe(
      '4:1 canary-or-split  expected exactly one of canary and split, found neither\n',
    )
  })
})

describe('a fallback', () => {
  const text = `${canaryExample}  fallback: { version: 2 }\n`
  it.each<[string, string, Change[]]>([
    ['another version', '', []],
    ['a constant', '', [['version: 2', 'constant: 0.2']]],
    ['a constant of every class', '', [['version: 2', 'constant: [0.2, 0.3, 0.5]']]],
    [
      'neither of them',
      '12:3 fallback-choice  expected exactly one of version and constant, found neither\n',
      [['{ version: 2 }', '{}']],
    ],
    [
      'both of them',
      '12:3 fallback-choice  expected exactly one of version and constant, found both\n',
      [['version: 2', 'version: 2, constant: 0.2']],
    ],
    [
      'the version that is served',
      '12:24 fallback-version (warning)  expected another version than the served one, found 3 for both\n' +
        '    a version that fails can not answer for itself: name an older one, or a constant\n',
      [['version: 2', 'version: 3']],
    ],
    [
      'a text as version',
      '12:24 wrong-type  expected a whole number for spec.fallback.version, found "2"\n    write the number without quotes\n',
      [['version: 2', 'version: "2"']],
    ],
    [
      'a text as constant',
      '12:25 wrong-type  expected a number or a list of at least 2 numbers for spec.fallback.constant, found "0.2"\n',
      [['version: 2', 'constant: "0.2"']],
    ],
    [
      'one class',
      '12:15 wrong-type  expected a number or a list of at least 2 numbers for spec.fallback.constant, found a list of 1 entry\n',
      [['version: 2', 'constant: [1]']],
    ],
    [
      'a number that is none',
      '12:25 number-precision  expected a number that 64-bit floating point holds, found .inf\n    write null for a missing value\n' +
        '12:25 wrong-type  expected a number or a list of at least 2 numbers for spec.fallback.constant, found null\n',
      [['version: 2', 'constant: .inf']],
    ],
  ])('with %s', (_, expected, changes) => expect(report(text, ...changes)).toBe(expected))

  it('may be one of several versions of a split, whose other units it helps', () => {
    expect(report(`${splitExample}  fallback: { version: 2 }\n`)).toBe('')
  })
})

describe('recording', () => {
  it.each<[string, string]>([
    ['recording: { percent: 10, drop: [distance, unit] }', ''],
    ['recording: { percent: 0 }', ''],
    ['recording: { percent: 101 }', '17:25 percent  expected at most 100 for spec.recording.percent, found 101\n'],
    ['recording: { percent: 2.5 }', '17:25 percent  expected a whole number for spec.recording.percent, found 2.5\n'],
    [
      'recording: { drop: [distance, unit, distance] }',
      '17:39 duplicate-feature  expected every name once, found "distance" again\n',
    ],
  ])('as %s', (written, expected) => expect(report(`${modelExample}  ${written}\n`)).toBe(expected))
})

describe('a split', () => {
  it.each<[string, string, Change[]]>([
    [
      'weights of 0 and 100',
      '',
      [
        ['version: 2, weight: 50', 'version: 2, weight: 0'],
        ['version: 3, weight: 50', 'version: 3, weight: 100'],
      ],
    ],
    [
      'a sum of 95',
      '8:5 weights-sum  weights must sum to 100, found 95\n',
      [['version: 3, weight: 50', 'version: 3, weight: 45']],
    ],
    [
      'a sum of 150',
      '8:5 weights-sum  weights must sum to 100, found 150\n',
      [['version: 3, weight: 50', 'version: 3, weight: 100']],
    ],
    [
      'no control',
      '8:5 control-variant  expected one variant named control, found cntrol, treatment\n    rename cntrol to control\n',
      [['name: control', 'name: cntrol']],
    ],
    [
      'nothing like a control',
      '8:5 control-variant  expected one variant named control, found a, treatment\n    name the variant that the others are compared with control\n',
      [['name: control', 'name: a']],
    ],
    [
      'one name twice',
      '10:17 duplicate-variant  expected every variant name once, found control again\n',
      [['name: treatment', 'name: control']],
    ],
    [
      'no seed',
      '5:3 missing-field  expected the field seed in spec.split, found none\n',
      [['    seed: flight-delay-2026q4\n', '']],
    ],
    [
      'an empty seed',
      '6:11 invalid-value  expected at least 1 character for spec.split.seed, found ""\n',
      [['seed: flight-delay-2026q4', 'seed: ""']],
    ],
    [
      'a seed that is a number',
      '6:11 wrong-type  expected a text for spec.split.seed, found 2026\n    put the value in quotes\n',
      [['seed: flight-delay-2026q4', 'seed: 2026']],
    ],
    ['no coverage', '', [['    coverage: 100\n', '']]],
    ['a coverage of 0', '', [['coverage: 100', 'coverage: 0']]],
    [
      'a coverage over 100',
      '7:15 percent  expected at most 100 for spec.split.coverage, found 110\n',
      [['coverage: 100', 'coverage: 110']],
    ],
    [
      'a coverage of a half',
      '7:15 percent  expected a whole number for spec.split.coverage, found 50.5\n',
      [['coverage: 100', 'coverage: 50.5']],
    ],
    [
      'one variant',
      '8:5 invalid-value  expected at least 2 entries for spec.split.variants, found a list of 1 entry\n',
      [
        ['      - { name: treatment, version: 3, weight: 50 }\n', ''],
        ['weight: 50', 'weight: 100'],
      ],
    ],
  ])('with %s', (_, expected, changes) => expect(report(splitExample, ...changes)).toBe(expected))
})

describe('a model', () => {
  it.each<[string, string, Change[]]>([
    [
      'a decision that is none of its task',
      '16:3 decision-task  expected no decision for the task regression, found one\n    remove decision, or set task: binary-classification\n',
      [['binary-classification', 'regression']],
    ],
    [
      'a null rule for a feature it has not',
      '14:17 null-rule  expected one of the request features, found "wind_sped"\n    did you mean wind_speed?\n',
      [['{ wind_speed: 0 }', '{ wind_sped: 0 }']],
    ],
    [
      'a null rule that is a word',
      '13:14 wrong-type  expected model, reject or a number for spec.nulls.default, found "median"\n',
      [['default: model', 'default: median']],
    ],
    [
      'a threshold over 1',
      '16:26 invalid-value  expected at most 1 for spec.decision.threshold, found 1.5\n',
      [['threshold: 0.5', 'threshold: 1.5']],
    ],
    [
      'an unknown dtype',
      '10:32 invalid-value  expected one of bool, int32, int64, float32, float64, string, timestamp, found "flot32"\n    did you mean float32?\n',
      [['dtype: float32, unit: mi', 'dtype: flot32, unit: mi']],
    ],
    [
      'a tag twice',
      '6:3 invalid-value  expected entries of metadata.tags that differ, found two that are the same\n    entries 1 and 3\n',
      [['  description:', '  tags: [a, b, a]\n  description:']],
    ],
  ])('with %s', (_, expected, changes) => expect(report(modelExample, ...changes)).toBe(expected))
})

describe('a model version', () => {
  it.each<[string, string, Change[]]>([
    [
      'a name of another number',
      '3:19 version-name  expected the name flight-delay-4, found flight-delay-3\n',
      [['version: 3', 'version: 4']],
    ],
    [
      'a feature that nobody sends',
      '21:13 signature-features  expected a feature that requestFeatures names, found "wind_sped"\n    did you mean wind_speed?\n' +
        `25:15 signature-features  expected every request feature in the signature's inputs, found none that takes "wind_speed"\n    did you mean wind_sped?\n`,
      [['          - wind_speed', '          - wind_sped']],
    ],
    [
      'a shape of other length',
      '16:9 signature-shape  expected 2 (the number of features) as the last dimension, found [-1, 3]\n',
      [['          - 2\n', '          - 3\n']],
    ],
    [
      'a fixed batch',
      '16:9 signature-shape  expected -1 (the batch) as the first dimension, found [1, 2]\n',
      [['          - -1\n', '          - 1\n']],
    ],
    [
      'an empty dimension',
      '16:9 signature-shape  expected no dimension of size 0, found [-1, 0, 2]\n',
      [['          - 2\n', '          - 0\n          - 2\n']],
    ],
    [
      'floats in whole numbers',
      '15:19 signature-datatype  expected a datatype that holds "distance" (float32), found INT32\n' +
        '15:19 signature-datatype  expected a datatype that holds "wind_speed" (float32), found INT32\n',
      [['datatype: FP32', 'datatype: INT32']],
    ],
    [
      'texts in a text tensor',
      '',
      [
        ['datatype: FP32', 'datatype: BYTES'],
        ['dtype: float32, unit: mi ', 'dtype: string '],
        ['dtype: float32, unit: mph ', 'dtype: string '],
      ],
    ],
    [
      'a golden row without a value',
      '31:7 golden-row  expected a value for every input, found none for "distance"\n',
      [['distance: 733, wind', 'wind']],
    ],
    [
      'a golden row with a strange value',
      '31:17 golden-row  expected an input of the signature, found "distanc"\n    did you mean distance?\n',
      [['{ distance: 733,', '{ distanc: 1, distance: 733,']],
    ],
    ['a golden row of missing values', '', [['distance: 733', 'distance: null']]],
    ['no golden rows', '', [[versionExample.slice(versionExample.indexOf('  goldenRows')), '']]],
    [
      'neither path nor uri',
      '8:3 artifact-place  expected exactly one of path and uri, found neither\n',
      [['    path: models/flight-delay/versions/3.onnx\n', '']],
    ],
    [
      'both path and uri',
      '8:3 artifact-place  expected exactly one of path and uri, found both\n',
      [['    path:', '    uri: folder:sha256/9f\n    path:']],
    ],
    [
      'an artifact of another store',
      '9:10 not-supported  expected folder:PLACE, found "s3:models/9f": this store is not supported by this version\n',
      [['path: models/flight-delay/versions/3.onnx', 'uri: s3:models/9f']],
    ],
    ...['../3.onnx', '/tmp/3.onnx', 'a//3.onnx', './3.onnx', 'a\\3.onnx', 'a/../../3.onnx'].map(
      (path): [string, string, Change[]] => [
        `the path ${path}`,
        `9:11 artifact-place  expected a path inside the repository such as models/m/versions/1.onnx, found ${JSON.stringify(path)}\n`,
        [['path: models/flight-delay/versions/3.onnx', `path: ${path}`]],
      ],
    ),
    [
      'a short digest',
      `10:13 invalid-value  expected 64 lower-case hex digits, found "9f2c"\n`,
      [['9f2c3d5e'.repeat(8), '9f2c']],
    ],
    [
      'evidence of any shape',
      '',
      [['  goldenRows:', '  evidence: { metrics: { auc: [0.7, 0.69, 0.71] }, note: null }\n  goldenRows:']],
    ],
  ])('with %s', (_, expected, changes) => expect(report(versionExample, ...changes)).toBe(expected))

  it('may leave the columns of its matrix unnamed', () => {
    const text = versionExample
      .replace('        features:\n          - distance\n          - wind_speed\n', '')
      .replace(/ {2}requestFeatures:\n(?: {4}.*\n)+/, '')
      .replace('    features: { wind_speed: 0 }\n', '')
      .replace('{ distance: 733, wind_speed: 12.5 }', '{ input: [733, 12.5] }')
    expect(report(text)).toBe('')
    expect(report(text, ['{ input: [', '{ other: ['])).toBe(
      '24:7 golden-row  expected a value for every input, found none for "input"\n' +
        '24:17 golden-row  expected an input of the signature, found "other"\n',
    )
  })
})

describe('a project', () => {
  it.each<[string, string, Change[]]>([
    ['a folder as store', '', [['  include:', '  artifacts: { store: folder:/srv/models }\n  include:']]],
    [
      'a store of later versions',
      '5:23 not-supported  expected folder:PATH, found "oci:registry/models": this store is not supported by this version\n',
      [['  include:', '  artifacts: { store: "oci:registry/models" }\n  include:']],
    ],
    [
      'an environment with settings',
      '5:33 not-supported  spec.environments.production.after is not supported by this version\n',
      [['  include:', '  environments: { production: { after: staging } }\n  include:']],
    ],
    [
      'a name of an environment in capitals',
      '5:19 name-format  expected lower-case letters, digits and dashes (at most 63), found "Prod"\n',
      [['  include:', '  environments: { Prod: {} }\n  include:']],
    ],
    [
      'no environment',
      '5:3 invalid-value  expected at least 1 entry for spec.environments, found an empty map\n',
      [['  include:', '  environments: {}\n  include:']],
    ],
  ])('with %s', (_, expected, changes) => expect(report(projectExample, ...changes)).toBe(expected))
})

describe('what looks like ours', () => {
  const kinds = 'Project, Entity, DataSource, FeatureView, Model, ModelVersion, Rollout, Gate, FairnessPolicy, Waiver'
  it.each<[string, string, Change]>([
    [
      'a misspelt kind',
      `2:7 unknown-kind  expected one of ${kinds}, found Rolout\n    did you mean Rollout?\n`,
      ['kind: Rollout', 'kind: Rolout'],
    ],
    [
      'a kind in small letters',
      `2:7 unknown-kind  expected one of ${kinds}, found rollout\n    did you mean Rollout?\n`,
      ['kind: Rollout', 'kind: rollout'],
    ],
    ['a kind of nobody', `2:7 unknown-kind  expected one of ${kinds}, found Deployment\n`, ['kind: Rollout', 'kind: Deployment']],
    [
      'a kind of a later version',
      '2:7 not-supported  the kind Monitor is not supported by this version\n',
      ['kind: Rollout', 'kind: Monitor'],
    ],
    [
      'a kind of Object.prototype',
      `2:7 unknown-kind  expected one of ${kinds}, found constructor\n`,
      ['kind: Rollout', 'kind: constructor'],
    ],
    [
      'an apiVersion of a later version',
      '1:13 api-version  expected mainward.dev/v1alpha1, found "mainward.dev/v1"\n    write mainward.dev/v1alpha1\n',
      ['v1alpha1', 'v1'],
    ],
    [
      'a misspelt apiVersion',
      '1:13 api-version  expected mainward.dev/v1alpha1, found "mainwrad.dev/v1alpha1"\n    write mainward.dev/v1alpha1\n',
      ['mainward', 'mainwrad'],
    ],
    [
      'an apiVersion without a version',
      '1:13 api-version  expected mainward.dev/v1alpha1, found "mainward.dev"\n    write mainward.dev/v1alpha1\n',
      ['/v1alpha1', ''],
    ],
    [
      'a misspelt key apiVersion',
      '1:1 missing-field  expected the field apiVersion in the manifest, found none\n' +
        '1:1 unknown-field  expected one of apiVersion, kind, metadata, spec, found apiversion\n    did you mean apiVersion?\n',
      ['apiVersion', 'apiversion'],
    ],
    [
      'no apiVersion',
      '1:1 missing-field  expected the field apiVersion in the manifest, found none\n',
      ['apiVersion: mainward.dev/v1alpha1\n', ''],
    ],
    ['no kind', '1:1 missing-field  expected the field kind in the manifest, found none\n', ['kind: Rollout\n', '']],
    [
      'a misspelt key kind',
      '1:1 missing-field  expected the field kind in the manifest, found none\n    write kind instead of knd\n',
      ['kind:', 'knd:'],
    ],
    [
      'no spec',
      '1:1 missing-field  expected the field spec in the manifest, found none\n',
      [canaryExample.slice(canaryExample.indexOf('spec:')), ''],
    ],
  ])('and has %s is a finding', (_, expected, change) => expect(report(canaryExample, change)).toBe(expected))
})
