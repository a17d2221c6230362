/** Evidence that was written to do harm: refused with one line each, whatever it holds; and rules by the hundred stay fast. */
import { describe, expect, it } from 'vitest'
import type { Json } from '../../reconciler/core/digest.ts'
import { digestEvidence } from '../../reconciler/core/evidence-digest.ts'
import type { Evidence } from '../../reconciler/core/evidence.ts'
import type { Measurement } from '../../reconciler/core/measurement.ts'
import { judgeVersion } from '../../reconciler/gates/judge-version.ts'
import { refuseVersion } from '../../reconciler/gates/refuse-version.ts'
import type { ModelSpec } from '../../reconciler/manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../reconciler/manifests/kinds/model-version.ts'
import { ruleSetsOf, waiversOf } from '../../reconciler/manifests/rule-sets.ts'
import { assembleWith } from '../manifests/commit-of.ts'
import { evidenceOf, judgedFiles, judgedResources, waiverText } from './support/judged-commit.ts'

type Members = Readonly<Record<string, unknown>>

const rules = [
  '{ metric: roc_auc, atLeast: 0.6 }',
  '{ tests: all }',
  '{ expectations: all }',
  '{ metric: roc_auc, by: carrier, atLeast: 0.5, severity: warn }',
]
const [measured] = evidenceOf([{ estimate: 0.7, low: 0.65, high: 0.75 }]).evaluation.measurements as [Measurement]
const sound = evidenceOf([measured])
const noText = { toString: 1, valueOf: 1 }

/** The sound evidence with members of its evaluation in place of others, and the digest that it then has. */
function evaluated(changes: Members): Evidence {
  return sealed({ ...sound, evaluation: { ...sound.evaluation, ...changes } })
}

function sealed(evidence: Evidence): Evidence {
  return { ...evidence, digest: digestEvidence(evidence) }
}

function withMeasurement(changes: Members): Evidence {
  return evaluated({ measurements: [{ ...measured, ...changes }] })
}

function inputOf(evidence: Evidence, more: readonly string[] = rules) {
  const resources = judgedResources({ rules: more })
  const specOf = (kind: string, name: string) => resources.find((each) => each.kind === kind && each.metadata.name === name)?.spec
  const spec = { ...(specOf('ModelVersion', 'flight-delay-3') as ModelVersionSpec), evidence: evidence as unknown as Readonly<Record<string, Json>> } // prettier-ignore
  return { spec, ruleSets: ruleSetsOf(specOf('Model', 'flight-delay') as ModelSpec, resources), waivers: waiversOf(resources) }
}

const refuse = (evidence: Evidence) => refuseVersion(inputOf(evidence))
const ownProto = (value: unknown): Members => Object.defineProperty({}, '__proto__', { value, enumerable: true })

describe('evidence that is whole', () => {
  it('goes on, so that what follows is refused for what it changes', () => expect(refuse(sound)).toBeNull())

  it('may have members that nobody knows, also those of every object', () => {
    const strange = { ...sound, constructor: 1, ...ownProto({ verdict: 1 }), toString: 'x', later: { nested: [[{}]] } } as unknown
    expect(refuse(sealed(strange as Evidence))).toBeNull()
  })
})

describe('evidence that was written to do harm is refused', () => {
  it.each<[string, unknown, RegExp]>([
    ['a list', [], /^$/],
    ['a version of another type', { evidenceVersion: { deep: [1] } }, /expected evidenceVersion 1, found \{"deep":\[1\]\}/],
    ['a number that is none', withMeasurement({ estimate: NaN }), /expected evaluation\.measurements\[0\]/],
    ['an end that is endless', withMeasurement({ high: Infinity }), /evaluation\.measurements\[0\]/],
    ['an end that is no number', withMeasurement({ low: '0.65' }), /evaluation\.measurements\[0\]/],
    ['ends in the wrong order', withMeasurement({ low: 0.75, high: 0.65 }), /evaluation\.measurements\[0\]/],
    ['degrees of freedom that have no quantile', withMeasurement({ degreesOfFreedom: 1e-300 }), /evaluation\.measurements\[0\]/],
    ['a reason that is no text', withMeasurement({ estimate: null, low: null, high: null, because: noText }), /evaluation\.measurements\[0\]/],
    ['clusters that are no number', withMeasurement({ low: 0.59, clusters: noText }), /evaluation\.measurements\[0\]/],
    ['rows that are none', withMeasurement({ rows: -1 }), /evaluation\.measurements\[0\]/],
    ['a group that is no text', withMeasurement({ group: { carrier: noText } }), /evaluation\.measurements\[0\]/],
    ['groups left out that are no text', withMeasurement({ across: { columns: [], how: 'ratio', leftOut: [{ carrier: noText }] } }), /evaluation\.measurements\[0\]/],
    ['production without a reason', evaluated({ production: { version: null } }), /expected evaluation\.production/],
    ['production with a reason that is no text', evaluated({ production: { version: 2, because: noText } }), /evaluation\.production/],
    ['a confidence of everything', evaluated({ confidence: 1 }), /evaluation\.confidence/],
    ['a status that nobody counts', evaluated({ tests: [{ name: 'a', status: 'fine', message: '' }] }), /evaluation\.tests\[0\]/],
    ['a severity that hides what failed', evaluated({ expectations: [{ name: 'a', severity: 'none', status: 'failed', message: '' }] }), /evaluation\.expectations\[0\]/],
    ['no rows of the training set', sealed({ ...sound, dataset: { rows: { train: 0.5 } } } as unknown as Evidence), /expected dataset\.rows/],
    ['members of a prototype', Object.create(sound), /^$/],
    ['a digest of the prototype', sealed({ ...sound, verdict: ownProto([]) } as unknown as Evidence), /expected verdict\.gates/],
  ])('%s', (_, evidence, message) => {
    const refusal = refuse(evidence as Evidence)
    if (message.source === '^$') expect(refusal).toMatchObject({ reason: 'EvidenceMissing' })
    else expect(refusal).toMatchObject({ reason: 'EvidenceMismatch', message: expect.stringMatching(message) as unknown })
    expect(refusal?.message).not.toMatch(/\n/)
  }) // prettier-ignore

  it.each<[string, string, RegExp]>([
    ['moves the cursor', '\u001b[2J\n\u202eevil', /\\u001b\[2J\\u000a\\u202eevil/],
    ['is long', 'x'.repeat(500_000), /^.{1000} … \(\d+ more characters\)$/],
    ['is of halves of characters', `x${'😀'.repeat(2000)}`, /^[^\ud800-\udfff]*(?:[\ud800-\udbff][\udc00-\udfff])* … \(\d+ more characters\)$/],
  ])('with one line where its text %s', (_, text, message) => {
    const refusal = refuse(evaluated({ tests: [{ name: text, status: 'failed', message: text }] }))
    expect(refusal).toMatchObject({ reason: 'GateFailed', message: expect.stringMatching(message) as unknown })
  }) // prettier-ignore
})

describe('evidence in a file', () => {
  const findingsOf = (text: string) => assembleWith(judgedFiles({ rules, evidence: text as never })).findings.filter(({ severity }) => severity === 'error') // prettier-ignore
  const inYaml = (text: string) =>
    assembleWith({ 'models/flight-delay/versions/3.yaml': `${judgedFiles({})['models/flight-delay/versions/3.yaml'] ?? ''}  evidence: ${text}\n` }).findings // prettier-ignore

  it.each([
    ['NaN', '{ evaluation: .nan }', 'number-precision'],
    ['infinity', '{ evaluation: -.inf }', 'number-precision'],
    ['500 levels', `${'['.repeat(500)}${']'.repeat(500)}`, 'document-too-deep'],
    ['100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'document-too-deep'],
    ['2 MiB', JSON.stringify({ note: 'x'.repeat(2 * 1024 * 1024) }), 'document-too-large'],
    ['a list', '[1, 2]', 'wrong-type'],
    ['an alias to itself', '&a { b: *a }', 'anchor'],
  ])('with %s has a finding', (_, text, rule) => {
    const found = inYaml(text).filter(({ severity }) => severity === 'error')
    expect(found.map((finding) => finding.rule)).toContain(rule)
  })

  it('of another type than a map has one, too', () => expect(findingsOf('text')).not.toEqual([]))
})

describe('a hundred rules on a hundred groups', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index)
  const groups = hundred.map((index): Measurement => ({ ...measured, group: { carrier: `C${index}` }, degreesOfFreedom: 13 }))
  const many = hundred.map(
    (index) => `{ name: r${index}, metric: roc_auc, by: carrier, atLeast: 0.${600 + index}, severity: warn }`,
  )

  it('are judged in less than a second, whatever waivers there are', () => {
    const { spec, ruleSets } = inputOf(evaluated({ measurements: groups }), many)
    const resources = judgedResources({ rules: many, waiver: waiverText('2027-03-01') })
    const [waiver] = waiversOf(resources)
    if (waiver === undefined) throw new Error('there is a waiver')
    const waivers = Array.from({ length: 500 }, (_, index) => ({ ...waiver, name: `w${index}`, untilMicros: BigInt(index + 1) }))
    const before = process.cpuUsage()
    expect(refuseVersion({ spec, ruleSets, waivers })).toBeNull()
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(1)
    const judged = { evaluation: evaluated({ measurements: groups }).evaluation, artifact: spec.artifact, dataset: null }
    const verdict = judgeVersion({ ruleSets, waivers, judged, model: 'flight-delay', version: 3, nowMicros: 0n })
    expect(verdict.gates[0]?.rules.map(({ groups: found }) => found?.length)).toEqual(hundred.map(() => 100))
  })
})
