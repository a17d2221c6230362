/** The rules on fallbacks and recording that need more than one manifest: rule, place and text. */
import { describe, expect, it } from 'vitest'
import { renderFindings } from '../../reconciler/manifests/findings-text.ts'
import { canaryExample, modelExample, splitExample, versionExample } from '../../reconciler/manifests/rules/examples.ts'
import { assembleWith, secondVersionExample, type FileTexts } from './commit-of.ts'

const rollout = 'rollouts/flight-delay.yaml'
const second = 'models/flight-delay/versions/2.yaml'

function report(files: FileTexts): string {
  return renderFindings(assembleWith(files).findings, 'text')
}

function withFallback(written: string, files: FileTexts = {}): string {
  return report({ [rollout]: `${canaryExample}  fallback: { ${written} }\n`, ...files })
}

function edit(text: string, ...changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((current, [from, to]) => {
    if (!current.includes(from)) throw new Error(`nothing to replace: ${from}`)
    return current.replaceAll(from, to)
  }, text)
}

describe('a fallback version', () => {
  it('is one that exists', () => {
    expect(withFallback('version: 1')).toBe(
      `${rollout}:12:24 version-pending  expected a version of flight-delay that exists (2, 3), found 1\n` +
        '    name one of 2, 3, or train or import version 1\n',
    )
  })

  it('is a dependency of the rollout', () => {
    const { graph } = assembleWith({ [rollout]: `${canaryExample}  fallback: { version: 2 }\n` })
    expect(graph.edges).toContainEqual({ from: 'Rollout/flight-delay@production', to: 'ModelVersion/flight-delay-2' })
  })

  it('needs no feature that the served version does not take', () => {
    const wider = edit(
      secondVersionExample,
      ['          - 2\n', '          - 3\n'],
      ['          - wind_speed\n', '          - wind_speed\n          - gust\n'],
      ['  nulls:', '    - { name: gust, dtype: float32 }\n  nulls:'],
      ['inputs: { distance: 733,', 'inputs: { gust: 1, distance: 733,'],
    )
    expect(withFallback('version: 2', { [second]: wider })).toBe(
      `${rollout}:12:24 fallback-features  expected a version that needs only what version 3 takes, found 2, which also needs gust\n` +
        '    name a version with the same request features, or a constant\n',
    )
  })

  it('may need fewer, and wider numbers', () => {
    const narrow = edit(
      secondVersionExample,
      ['          - 2\n', '          - 1\n'],
      ['          - wind_speed\n', ''],
      ['    - { name: wind_speed, dtype: float32, unit: mph }\n', ''],
      ['    features: { wind_speed: 0 }\n', ''],
      [', wind_speed: 12.5', ''],
      ['distance, dtype: float32', 'distance, dtype: float64'],
    )
    expect(withFallback('version: 2', { [second]: narrow })).toBe('')
  })

  it('takes values of the same sort', () => {
    const texts = edit(secondVersionExample, ['wind_speed, dtype: float32', 'wind_speed, dtype: bool'])
    expect(withFallback('version: 2', { [second]: texts })).toContain(
      'found 2, which also needs wind_speed as bool (not float32)\n',
    )
  })

  it('takes the same tensors, where a model has no named features', () => {
    const unnamed = (text: string, shape: string): string =>
      edit(
        text,
        ['        shape:\n          - -1\n          - 2\n        features:\n          - distance\n          - wind_speed\n', `        shape: ${shape}\n`],
        ['    - { name: distance, dtype: float32, unit: mi }\n', ''],
        ['    - { name: wind_speed, dtype: float32, unit: mph }\n', ''],
        ['  requestFeatures:\n', ''],
        ['    features: { wind_speed: 0 }\n', ''],
        ['{ distance: 733, wind_speed: 12.5 }', '{ input: [733, 12.5] }'],
      ) // prettier-ignore
    const found = withFallback('version: 2', {
      'models/flight-delay/versions/3.yaml': unnamed(versionExample, '[-1, 2]'),
      [second]: unnamed(secondVersionExample, '[-1, 4]'),
    })
    expect(found).toContain('found 2, which also needs input as FP32 [-1, 4] (not FP32 [-1, 2])\n')
  })

  it('is held against every variant of a split', () => {
    const first = edit(secondVersionExample, ['flight-delay-2', 'flight-delay-1'], ['version: 2', 'version: 1'], ['wind_speed, dtype: float32', 'wind_speed, dtype: bool']) // prettier-ignore
    const found = report({
      [rollout]: `${splitExample}  fallback: { version: 1 }\n`,
      'models/flight-delay/versions/1.yaml': first,
    })
    expect(found.match(/fallback-features .* what version \d takes/g)).toEqual([
      'fallback-features  expected a version that needs only what version 2 takes',
      'fallback-features  expected a version that needs only what version 3 takes',
    ])
  })
})

describe('a constant fallback', () => {
  const task = (name: string): FileTexts => ({
    'models/flight-delay.yaml': edit(modelExample, ['binary-classification', name], ['  decision: { threshold: 0.5 }\n', '']),
  })
  const classes: FileTexts = {
    ...task('multiclass-classification'),
    'models/flight-delay/versions/3.yaml': edit(versionExample, ['{ label: 1 }', '{ label: 1, probabilities: [0.1, 0.2, 0.7] }']),
  }

  it.each<[string, FileTexts, string]>([
    ['0', {}, ''],
    ['1', {}, ''],
    ['1.01', {}, 'a probability, 0 to 1, for a binary-classification, found 1.01'],
    ['-0.1', {}, 'a probability, 0 to 1, for a binary-classification, found -0.1'],
    ['[0.5, 0.5]', {}, 'a probability, 0 to 1, for a binary-classification, found [0.5,0.5]'],
    ['-273.15', task('regression'), ''],
    ['[1, 2]', task('regression'), 'a number for a regression, found [1,2]'],
    ['[0.3, 0.3, 0.4]', classes, ''],
    ['[0.333, 0.333, 0.333]', classes, ''],
    ['[0.3, 0.7]', classes, 'a list with the probability of each of the 3 classes for a multiclass-classification, found [0.3,0.7]'],
    ['[0.3, 0.3, 0.3]', classes, 'a list with the probability of each of the 3 classes, which sum to 1, for a multiclass-classification, found [0.3,0.3,0.3]'],
    ['[1.5, -0.5, 0]', classes, 'a list with the probability of each of the 3 classes, which sum to 1, for a multiclass-classification, found [1.5,-0.5,0]'],
    ['0.3', task('multiclass-classification'), 'a list with the probability of every class for a multiclass-classification, found 0.3'],
    ['[0.3, 0.7]', task('multiclass-classification'), ''],
  ])('of %s is a score of the task', (written, files, expected) => {
    // Of a list the place is its key.
    const column = written.startsWith('[') ? 15 : 25
    const line = `${rollout}:12:${column} fallback-constant  expected ${expected}\n`
    expect(withFallback(`constant: ${written}`, files)).toBe(expected === '' ? '' : line)
  }) // prettier-ignore
})

describe('what recording drops', () => {
  const dropping = (names: string): string =>
    report({ 'models/flight-delay.yaml': `${modelExample}  recording: { drop: [${names}] }\n` })
  const known = 'expected unit or an input of the model (distance, wind_speed)'

  it('is an input of the model, or the unit', () => {
    expect(dropping('wind_speed, unit')).toBe('')
    expect(dropping('distance, wind_sped')).toBe(
      `models/flight-delay.yaml:17:33 recording-drop  ${known}, found "wind_sped"\n    did you mean wind_speed?\n`,
    )
  })

  it('is said to be the unit where it is the field that holds it', () => {
    expect(dropping('flight_id')).toBe(
      `models/flight-delay.yaml:17:23 recording-drop  ${known}, found "flight_id"\n` +
        '    flight_id is the unit of the rollout: write unit\n',
    )
  })

  it('may be an input that only an old version has', () => {
    const older = edit(secondVersionExample, ['wind_speed', 'gust'])
    const files = { [second]: older, 'models/flight-delay.yaml': `${modelExample}  recording: { drop: [gust] }\n` }
    expect(report(files)).toBe('')
  })
})
