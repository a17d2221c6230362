/** Rules on versions that read views, and on what else may name the features of views: each finding with its place and text. */
import { describe, expect, it } from 'vitest'
import { trainingExample } from '../../../reconciler/manifests/rules/examples.ts'
import { secondVersionExample } from '../commit-of.ts'
import { type Change, changeText, reportFeatures } from '../feature-commit.ts'

const parts = trainingExample.split('---\n')
const [version = ''] = parts.filter((part) => part.includes('kind: ModelVersion'))
const [model = ''] = parts.filter((part) => part.includes('kind: Model\n'))

/** Changes of the version; places count from its first line. */
function report(...changes: readonly Change[]): string {
  const first = trainingExample.slice(0, trainingExample.indexOf(version)).split('\n').length
  const found = reportFeatures([[version, changeText(version, changes)]])
  return found.replace(/^\d+/gm, (line) => String(Number(line) - first + 1))
}

describe('a version that reads views', () => {
  it.each<[string, string, Change]>([
    [
      'a view that is not embedded',
      '29:13 version-views  expected a view of definitions (airport_weather), found airport_wether\n    did you mean airport_weather?\n',
      ['view: airport_weather\n', 'view: airport_wether\n'],
    ],
    [
      'a feature that the view has not',
      '22:13 signature-features  expected a feature that requestFeatures or views name, found "dest_weather__wind_speed"',
      ['        - wind_speed\n        - wind_max_6h\n', '        - wind_sped\n        - wind_max_6h\n'],
    ],
    [
      'another key',
      '31:7 version-views  expected a field for the key airport of airport_weather, found none\n31:15 version-views  expected a key of airport_weather (airport), found "airprt"\n',
      ['join: { airport: dest }', 'join: { airprt: dest }'],
    ],
    [
      'a source that is missing',
      '58:13 version-views  expected the definition of the DataSource weather, found none\n',
      ['kind: DataSource, name: weather_hourly', 'kind: DataSource, name: weather'],
    ],
    [
      'a view that reads itself',
      '52:5 version-views  expected views that do not read each other in a circle, found airport_weather\n',
      ['kind: DataSource, name: weather_hourly', 'kind: FeatureView, name: airport_weather'],
    ],
    [
      'a request feature under the name of a joined one',
      '33:11 feature-clash  expected every name once among the features of the version, found "wind_speed" again\n',
      ['      as: dest_weather\n', ''],
    ],
    [
      'a key field of another dtype than the request feature',
      '31:24 key-clash  expected the field "distance" of a request as float32, as the request feature, found string for the key airport of airport_weather\n',
      ['join: { airport: dest }', 'join: { airport: distance }'],
    ],
    [
      'a key field with the name of a joined feature',
      `31:24 key-clash  expected another name than that of a view's feature, found the field "dest_weather__wind_speed" of a request for the key airport\n`,
      ['join: { airport: dest }', 'join: { airport: dest_weather__wind_speed }'],
    ],
    [
      'a datatype that does not hold a joined feature',
      '15:19 signature-datatype  expected a datatype that holds "dest_weather__wind_max_6h" (string), found FP32\n',
      ['window: 6h, dtype: float32', 'window: 6h, dtype: string'],
    ],
    [
      'no joined feature in its signature',
      `34:11 signature-features  expected every feature of a view in the signature's inputs, found none that takes "dest_weather__wind_max_6h"`,
      ['          - dest_weather__wind_max_6h\n', ''],
    ],
    [
      'a digest that is none',
      '30:15 invalid-value  expected sha256: and 64 lower-case hex digits, found "419bade4"\n',
      [/sha256:419bade[0-9a-f]*/.exec(version)?.[0] ?? '', '419bade4'],
    ],
  ])('and has %s is refused', (_, expected, change) => {
    expect(report(change)).toContain(expected)
  })

  it('may have a key in the field of a request feature of its dtype, and in no other', () => {
    const of = (dtype: string): Change => ['{ name: distance, dtype: float32, unit: mi }', `{ name: distance, dtype: ${dtype} }`]
    const field: Change = ['join: { airport: dest }', 'join: { airport: distance }']
    expect(report(of('string'), field)).not.toContain('key-clash')
    expect(report(of('int64'), field)).toContain('key-clash')
  })
})

describe('the null policy', () => {
  const nulls: Change = ['features: { wind_speed: 0 }', 'features: { wind_speed: 0, dest_weather__wind_max_6h: reject }']

  it('of a model and of a version may name features of views', () => {
    expect(
      reportFeatures([
        [model, changeText(model, [nulls])],
        [version, changeText(version, [nulls])],
      ]),
    ).toBe('')
  })

  it('may not name what no view gives', () => {
    const wrong: Change = ['features: { wind_speed: 0 }', 'features: { wind_max_6h: 0 }']
    expect(reportFeatures([[model, changeText(model, [wrong])]])).toContain(
      'null-rule  expected a request feature or a feature of a view, found "wind_max_6h"',
    )
  })
})

describe('recording and fallbacks', () => {
  it('know features of views, and the fields that hold keys', () => {
    const drop = (names: string): Change => [
      '  serving: { budget: 50ms }',
      `  serving: { budget: 50ms }\n  recording: { drop: [${names}] }`,
    ]
    expect(reportFeatures([drop('dest, dest_weather__wind_speed, distance')])).toBe('')
    expect(reportFeatures([drop('wind_max_6h')])).toContain('recording-drop  expected unit or an input of the model')
  })

  it('need keys only that the served version takes', () => {
    const second = changeText(version, [
      ['name: flight-delay-3', 'name: flight-delay-2'],
      ['version: 3', 'version: 2'],
      ['versions/3.onnx', 'versions/2.onnx'],
    ])
    const fallback = (text: string): readonly Change[] => [['      - { weight: 100 }\n', `      - { weight: 100 }\n  fallback: { version: 2 }\n---\n${text}`]] // prettier-ignore
    expect(reportFeatures(fallback(second))).toBe('')
    expect(reportFeatures(fallback(secondVersionExample))).toBe('')
    expect(reportFeatures(fallback(changeText(second, [['join: { airport: dest }', 'join: { airport: origin }']])))).toContain(
      'fallback-features  expected a version that needs only what version 3 takes, found 2, which also needs origin',
    )
  })
})
