/** The rules on on-demand features: rule, place inside of the expression, and text; in models with and without views, and in versions. */
import { describe, expect, it } from 'vitest'
import { renderFindings } from '../../../reconciler/manifests/findings-text.ts'
import { onDemandExample } from '../../../reconciler/manifests/rules/examples.ts'
import { parse } from '../commit-of.ts'
import { reportFeatures, type Change } from '../feature-commit.ts'

const model = onDemandExample.slice(0, onDemandExample.indexOf('---\n'))
const version = onDemandExample.split('---\n')[1] ?? ''

function report(text: string, ...changes: readonly Change[]): string {
  const changed = changes.reduce((current, [from, to]) => {
    if (!current.includes(from)) throw new Error(`nothing to replace: ${from}`)
    return current.replace(from, to)
  }, text)
  const findings = parse(changed).findings.map((finding) => ({ file: 'f', ...finding }))
  return renderFindings(findings, 'text').replace(/^f:/gm, '')
}

/** The text from a place on, to see what a finding points at. */
function pointedAt(text: string, finding: string): string {
  const [, line, column] = /^(\d+):(\d+) /.exec(finding) ?? []
  return (text.split('\n')[Number(line) - 1] ?? '').slice(Number(column) - 1)
}

describe('an expression', () => {
  it.each<[string, string, string]>([
    ['plain', 'cel: wind_sped > 25 }', 'wind_sped > 25 }'],
    ['in quotes', 'cel: "wind_speed > 25 && wind_sped > 1" }', 'wind_sped > 1" }'],
    ['in single quotes', "cel: 'wind_speed > 25 && wind_sped > 1' }", "wind_sped > 1' }"],
  ])('is pointed into: %s', (_, cel, place) => {
    const text = model.replace('cel: wind_speed > 25 }', cel)
    const [finding = ''] = report(text).split('\n')
    expect(finding).toContain('on-demand-name  expected an input of the model')
    expect(pointedAt(text, finding)).toBe(place)
  })

  it.each<[string, string]>([
    ['a block', '|\n        // Strong wind.\n        wind_speed > 25\n          && wind_sped > 1\n'],
    ['a folded block', '>-\n        wind_speed > 25\n        && wind_sped > 1\n'],
    ['several lines without a mark', 'wind_speed > 25\n        && wind_sped > 1\n'],
  ])('is pointed into, in %s', (_, cel) => {
    const text = model
      .replace('cel: "windy ? distance : 0.0"\n', `cel: ${cel}`)
      .replace('dtype: float32\n      unit: mi\n', 'dtype: bool\n      unit: mi\n')
    const [finding = ''] = report(text).split('\n')
    expect(finding).toContain('on-demand-name')
    expect(pointedAt(text, finding)).toBe('wind_sped > 1')
  })

  it('points at the text where characters are not written as they read', () => {
    const text = model.replace('cel: wind_speed > 25 }', 'cel: "\\x77ind_sped > 25" }')
    expect(pointedAt(text, report(text))).toBe('"\\x77ind_sped > 25" }')
  })
})

describe('a model', () => {
  it.each<[string, string, ...Change[]]>([
    ['is right', ''],
    [
      'two of one name',
      '15:13 feature-clash  expected every name once among the features of the model, found "Windy" again\n',
      ['name: miles_in_wind', 'name: Windy'],
    ],
    [
      'the name of a request feature',
      '14:15 feature-clash  expected every name once among the features of the model, found "distance" again\n',
      ['name: windy, dtype', 'name: distance, dtype'],
      ['windy ? distance : 0.0', 'wind_speed'],
    ],
    [
      'a name that no expression can have',
      '14:15 name-format  expected letters, digits and underscores',
      ['name: windy, dtype', 'name: very windy, dtype'],
    ],
    [
      'a time that the model takes',
      '12:15 on-demand-only  expected a time that on-demand features alone read, found "scheduled", which the model takes, too\n    name scheduled in onDemandOnly, and give the model a number that an on-demand feature makes of it\n',
      ['  onDemandOnly:\n    - scheduled\n', ''],
    ],
    [
      'what nothing reads',
      '21:7 on-demand-only  expected a feature that an on-demand feature reads, found "scheduled": nothing reads it\n',
      ['cel: scheduled.getHours()', 'cel: "17"'],
    ],
    [
      'a null rule for what it does not take',
      '24:17 null-rule  expected a feature that the model takes, found "scheduled"\n    only on-demand features read it: they see that it is null\n',
      ['features: { wind_speed: 0 }', 'features: { scheduled: 0 }'],
    ],
    ['a null rule for an on-demand feature', '', ['features: { wind_speed: 0 }', 'features: { windy: 0 }']],
    ['a timestamp', '19:34 invalid-value', ['name: sched_hour, dtype: int32', 'name: sched_hour, dtype: timestamp']],
    [
      'no label is needed, but another name than its column',
      '14:15 feature-clash  expected another name than that of the label, found "windy"\n',
      ['  nulls:', '  label: { source: flights, column: windy, predictAt: at }\n  nulls:'],
    ],
  ])('%s', (_, expected, ...changes) => {
    const found = report(model, ...changes)
    if (expected === '') expect(found).toBe('')
    else expect(found).toContain(expected)
  })
})

describe('a model with views', () => {
  const requested = '    - { name: wind_speed, dtype: float32, unit: mph }\n  nulls:'
  const withFeature = (cel: string, more = ''): Change => [
    requested,
    requested.replace('  nulls:', `  onDemand:\n    - { name: calmer, dtype: bool, cel: "${cel}" }\n${more}  nulls:`),
  ]

  it.each<[string, string, string, string?]>([
    ['a feature of a view by its name in the model', 'dest_weather__wind_speed < wind_speed', ''],
    [
      'its name in the view, where it has a role',
      'wind_max_6h < wind_speed',
      '42 on-demand-name  expected an input of the model (dest_weather__wind_speed, dest_weather__wind_max_6h, distance, wind_speed), found "wind_max_6h"',
    ],
    [
      'types that do not fit',
      'wind_speed > 1 && dest_weather__wind_speed == true',
      '60 on-demand-type  expected two values of one type for ==, found double == bool',
    ],
    ['a syntax that is none, once', 'wind_speed >', '54 on-demand-syntax  expected an expression in CEL, which ends too early'],
  ])('%s', (_, cel, expected) => {
    const found = reportFeatures([withFeature(cel)])
      .split('\n')
      .filter((line) => line.includes(' on-demand-'))
    if (expected === '') expect(found).toEqual([])
    else expect(found).toEqual([expect.stringContaining(`:${expected}`)])
  })

  it('may read a timestamp of a view that it does not take', () => {
    const times: Change = [
      '    - { name: wind_speed, dtype: float32, unit: mph }\n  aggregations:',
      '    - { name: wind_speed, dtype: timestamp }\n  aggregations:',
    ]
    const only = '  onDemandOnly:\n    - dest_weather__wind_speed\n    - dest_weather__wind_max_6h\n'
    const changes = [times, withFeature('dest_weather__wind_speed < dest_weather__wind_max_6h', only)]
    expect(reportFeatures(changes)).not.toMatch(/timestamp-feature|on-demand/)
  })
})

describe('a version', () => {
  it.each<[string, string, ...Change[]]>([
    ['is right', ''],
    [
      'a feature that no tensor takes and nothing reads',
      'signature-features  expected every on-demand feature in the signature\'s inputs, found none that takes "sched_hour"',
      ['          - sched_hour\n', ''],
      ['          - 5\n', '          - 4\n'],
      [', sched_hour: 17', ''],
    ],
    ['an expression that reads what it has not', 'on-demand-name', ['cel: wind_speed > 25', 'cel: gust > 25']],
    [
      'a text in a tensor of numbers',
      'signature-datatype  expected a datatype that holds "sched_hour" (string), found FP32',
      [
        'name: sched_hour, dtype: int32, cel: scheduled.getHours()',
        'name: sched_hour, dtype: string, cel: string(scheduled.getHours())',
      ],
    ],
    ['no value in a golden row', 'golden-row  expected a value for every input, found none for "windy"', [' windy: false,', '']],
  ])('%s', (_, expected, ...changes) => {
    const found = report(version, ...changes)
    if (expected === '') expect(found).toBe('')
    else expect(found).toContain(expected)
  })
})
