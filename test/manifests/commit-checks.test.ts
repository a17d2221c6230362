/** The rules between manifests: rule, place and text, as `mainward validate` prints them. */
import { describe, expect, it } from 'vitest'
import { artifactPaths, assembleCommit } from '../../reconciler/manifests/assemble.ts'
import { renderFindings } from '../../reconciler/manifests/findings-text.ts'
import { canaryExample, modelExample, splitExample, versionExample } from '../../reconciler/manifests/rules/examples.ts'
import { assembleWith, parse, soundFiles, type CommitOptions, type FileTexts } from './commit-of.ts'

const rollout = 'rollouts/flight-delay.yaml'
const model = 'models/flight-delay.yaml'
const version = 'models/flight-delay/versions/3.yaml'
const artifact = 'models/flight-delay/versions/3.onnx'
const sha256 = '9f2c3d5e'.repeat(8)

function report(files: FileTexts, options: CommitOptions = {}): string {
  return renderFindings(assembleWith(files, options).findings, 'text')
}

describe('names', () => {
  it('that are used twice are found at both places', () => {
    expect(report({ 'again.yaml': modelExample })).toBe(
      'again.yaml:4:9 duplicate-name  expected the name of Model flight-delay once, found it also in models/flight-delay.yaml:4\n' +
        'models/flight-delay.yaml:4:9 duplicate-name  expected the name of Model flight-delay once, found it also in again.yaml:4\n',
    )
  })

  it('that are used three times are told against the first', () => {
    const text = `${canaryExample}---\n${canaryExample}---\n${canaryExample}`
    const lines = report({ [rollout]: text })
      .trimEnd()
      .split('\n')
    expect(lines.map((line) => line.replace(/ .*found it also in/, ' also'))).toEqual([
      `${rollout}:3:19 also ${rollout}:15`,
      `${rollout}:3:19 also ${rollout}:27`,
      `${rollout}:15:19 also ${rollout}:3`,
      `${rollout}:27:19 also ${rollout}:3`,
    ])
  })

  it('may be used once in every environment, and by every kind', () => {
    const files = {
      'mainward.yaml': `${soundFiles['mainward.yaml']}  environments: { production: {}, staging: {} }\n`,
      'rollouts/staging.yaml': canaryExample.replace('environment: production', 'environment: staging'),
    }
    expect(report(files)).toBe('')
  })

  it('of an environment that is not written are those of production', () => {
    expect(report({ 'again.yaml': canaryExample.replace(', environment: production', '') })).toContain(
      'again.yaml:3:19 duplicate-name  expected the name of Rollout flight-delay@production once, ' +
        'found it also in rollouts/flight-delay.yaml:3\n',
    )
  })

  it('are compared also in documents that are wrong elsewhere', () => {
    expect(report({ 'again.yaml': modelExample.replace('budget: 50ms', 'budget: 50') })).toContain('duplicate-name')
  })
})

describe('references', () => {
  it('to a model that does not exist name the nearest one', () => {
    expect(report({ [rollout]: canaryExample.replace('name: flight-delay', 'name: fligth-delay') })).toBe(
      `models/flight-delay.yaml:4:9 model-without-rollout (warning)  expected a Rollout named flight-delay, found none: the model is not served\n` +
        `${rollout}:3:19 unresolved-reference  expected the name of a Model, found fligth-delay\n    did you mean flight-delay?\n` +
        `${rollout}:7:14 version-pending  expected a version of fligth-delay that exists (none), found 3\n    mainward train fligth-delay or mainward import fligth-delay makes one\n`,
    )
  })

  it('from a version to a model that does not exist stand at the name of the model', () => {
    const text = versionExample.replaceAll('flight-delay', 'loan')
    expect(report({ 'loan.yaml': text })).toBe('loan.yaml:5:10 unresolved-reference  expected the name of a Model, found loan\n')
  })

  it('to a version that does not exist are errors when reconciled', () => {
    expect(report({ [rollout]: canaryExample.replace('version: 3', 'version: 7') })).toBe(
      `${rollout}:7:14 version-pending  expected a version of flight-delay that exists (2, 3), found 7\n` +
        '    name one of 2, 3, or train or import version 7\n',
    )
  })

  it('to a version that does not exist are warnings when proposed', () => {
    const { findings } = assembleWith({ [rollout]: canaryExample.replace('version: 3', 'version: 7') }, { mode: 'proposed' })
    expect(findings).toMatchObject([{ rule: 'version-pending', severity: 'warning' }])
  })

  it('of every arm of a split are checked', () => {
    const text = splitExample.replace('version: 2', 'version: 8').replace('version: 3', 'version: 9')
    expect(report({ [rollout]: text }).match(/:\d+:\d+ version-pending/g)).toEqual([
      ':9:35 version-pending',
      ':10:37 version-pending',
    ])
  })

  it('to a version of another model do not count', () => {
    const files = {
      'other.yaml': versionExample.replaceAll('flight-delay', 'loan').replace('loan-3', 'loan-9').replace('n: 3', 'n: 9'),
    }
    expect(report({ ...files, [rollout]: canaryExample.replace('version: 3', 'version: 9') })).toContain('(2, 3), found 9')
  })

  it('to one of many versions list ten of them', () => {
    const many = Array.from({ length: 14 }, (_, index) => {
      const number = index + 10
      return versionExample.replace('flight-delay-3', `flight-delay-${number}`).replace('version: 3', `version: ${number}`)
    })
    const text = report({ 'many.yaml': many.join('---\n'), [rollout]: canaryExample.replace('version: 3', 'version: 99') })
    expect(text).toContain('that exists (2, 3, 10, 11, 12, 13, 14, 15, 16, 17 and 6 more), found 99\n')
  })

  it('to an environment that the Project does not name tell the nearest one', () => {
    expect(report({ [rollout]: canaryExample.replace('production', 'prodution') })).toBe(
      `${rollout}:3:46 unknown-environment  expected an environment of the Project (production), found prodution\n` +
        '    did you mean production?\n',
    )
  })
})

describe('artifacts', () => {
  const check = (stored: CommitOptions['artifacts'], text = versionExample): string =>
    report({ [version]: text }, { artifacts: stored ?? {} })

  it('must be in the commit', () => {
    expect(check({ [artifact]: null })).toBe(
      `${version}:9:11 artifact-missing  expected the model file ${artifact}, found no such file in the commit\n`,
    )
  })

  it('must have the digest and the size of the version', () => {
    expect(check({ [artifact]: { sha256: '0'.repeat(64), sizeBytes: 7 } })).toBe(
      `${version}:10:13 artifact-mismatch  expected the sha256 of ${artifact}, ${'0'.repeat(64)}, found ${sha256}\n` +
        `${version}:11:16 artifact-mismatch  expected the size of ${artifact}, 7, found 128233\n`,
    )
  })

  it.each([
    [1_048_576, ''],
    [
      1_048_577,
      `${version}:9:11 artifact-too-large  expected a model file of at most 1048576 bytes in git, found 1048577\n    mainward import stores it\n`,
    ],
  ])('have at most 1 MiB: %i bytes', (sizeBytes, expected) => {
    const text = versionExample.replace('sizeBytes: 128233', `sizeBytes: ${sizeBytes}`)
    expect(check({ [artifact]: { sha256, sizeBytes } }, text)).toBe(expected)
  })

  it('in a store are not looked for in the commit', () => {
    const text = versionExample.replace(/path: .*/, `uri: folder:sha256/${sha256}`)
    expect(check({ [artifact]: null }, text)).toBe('')
    expect(artifactPaths([{ path: version, parsed: parse(text) }])).toEqual([])
  })

  it('are named once each, sorted', () => {
    const files = Object.entries(soundFiles).map(([path, text]) => ({ path, parsed: parse(text) }))
    expect(artifactPaths([...files, ...files])).toEqual([2, 3].map((number) => artifact.replace('3', `${number}`)))
  })
})

describe('a model and its newest version', () => {
  it.each([
    ['requestFeatures', 'unit: mi }', 'unit: km }', '9:3'],
    ['requestFeatures', 'name: distance, dtype: float32', 'name: distance, dtype: float64', '9:3'],
    ['nulls', 'default: model', 'default: reject', '12:3'],
    ['decision', 'threshold: 0.5', 'threshold: 0.4', '16:3'],
  ])('must agree on %s (%s)', (field, from, to, place) => {
    expect(report({ [model]: modelExample.replace(from, to) })).toBe(
      `${model}:${place} version-behind (warning)  expected ${field} as version 3 has it, found a change that no version has yet\n` +
        '    mainward import flight-delay again makes version 4\n',
    )
  })

  it('need not agree on what is for people or for serving alone', () => {
    const text = modelExample.replace('unit: mi }', 'unit: mi, description: of the flight }').replace('50ms', '90ms')
    expect(report({ [model]: text })).toBe('')
  })

  it('are compared with the newest one only', () => {
    const older = soundFiles['models/flight-delay/versions/2.yaml'].replace('threshold: 0.5', 'threshold: 0.1')
    expect(report({ 'models/flight-delay/versions/2.yaml': older })).toBe('')
  })

  it('agree when neither writes the default threshold', () => {
    const without = (text: string): string => text.replace('  decision: { threshold: 0.5 }\n', '')
    expect(report({ [model]: without(modelExample) })).toBe('')
    expect(report({ [version]: without(versionExample) })).toBe('')
  })
})

describe('the Project', () => {
  it('is missing when there is no mainward.yaml', () => {
    expect(report({ 'mainward.yaml': null })).toBe(
      'mainward.yaml:1:1 missing-project  expected a Project in mainward.yaml, found no such file\n' +
        '    mainward init writes one; or is the path wrong?\n',
    )
  })

  it('is missing when mainward.yaml holds something else', () => {
    const text = canaryExample.replace('name: flight-delay', 'name: other')
    expect(report({ 'mainward.yaml': text })).toContain('missing-project  expected a Project in mainward.yaml, found none in it')
  })

  it('is not called missing when it is broken', () => {
    expect(report({ 'mainward.yaml': soundFiles['mainward.yaml'].replace('include', 'inclde') })).toBe(
      'mainward.yaml:5:3 unknown-field  expected one of include, environments, artifacts, allowEmpty, found inclde\n' +
        '    did you mean include?\n',
    )
  })

  it('is in mainward.yaml only', () => {
    expect(report({ 'deep/mainward.yaml': soundFiles['mainward.yaml'].replace('flights', 'more') })).toBe(
      'deep/mainward.yaml:1:1 project-file  expected one Project, in mainward.yaml, found another\n',
    )
  })
})

describe('all findings', () => {
  it('of all files come at once, sorted by file, line and column', () => {
    const { findings, resources } = assembleWith({
      'z.yaml': 'kind: Model\nspec: {}\n',
      'a.yaml': canaryExample.replace('unit:', 'unti:').replace('hold: 10m', 'hold: 10'),
      [rollout]: null,
      [model]: modelExample.replace('name: wind_speed', 'name: distance'),
      [version]: versionExample.replace('sizeBytes: 128233', 'sizeBytes: 1Ki').replace('version: 3', 'version: 0'),
    })
    const places = findings.map(({ file, line, column, rule }) => `${file}:${line}:${column} ${rule}`)
    expect(places).toEqual([
      'a.yaml:5:3 unknown-field',
      'a.yaml:9:28 duration',
      `${model}:11:15 duplicate-feature`,
      `${model}:14:17 null-rule`,
      `${version}:6:12 invalid-value`,
      `${version}:11:16 size`,
      'z.yaml:1:1 missing-field',
      'z.yaml:1:1 missing-field',
      'z.yaml:2:1 missing-field',
    ])
    expect(resources.map(({ file }) => file)).toEqual(['mainward.yaml', 'models/flight-delay/versions/2.yaml'])
  })

  it('do not depend on the order of the files', () => {
    const changes = { 'again.yaml': modelExample, [version]: versionExample.replace('model: flight', 'model: fligt') }
    const parsed = Object.entries({ ...soundFiles, ...changes }).map(([path, text]) => ({ path, parsed: parse(text) }))
    const assemble = (files: typeof parsed) => assembleCommit({ files, artifacts: new Map() }, { mode: 'reconciled' })
    expect(assemble(parsed.toReversed())).toEqual(assemble(parsed))
    expect(assemble(parsed).findings).not.toEqual([])
  })
})
