/** What may not be rolled out: every sort of evidence that is missing, changed, or does not bear its verdict. */
import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../reconciler/core/evidence.ts'
import { judgeVersion } from '../../reconciler/gates/judge-version.ts'
import { refuseVersion } from '../../reconciler/gates/refuse-version.ts'
import type { ModelSpec } from '../../reconciler/manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../reconciler/manifests/kinds/model-version.ts'
import { ruleSetsOf, waiversOf } from '../../reconciler/manifests/rule-sets.ts'
import { type CommitParts, evidenceOf, judgedResources, waiverText } from './support/judged-commit.ts'

const good = evidenceOf([{ estimate: 0.7, low: 0.65, high: 0.75 }])
const atLeast = (value: number): readonly string[] => [`{ metric: roc_auc, atLeast: ${value} }`]

function inputOf(parts: CommitParts) {
  const resources = judgedResources(parts)
  const specOf = (kind: string, name: string) => resources.find((each) => each.kind === kind && each.metadata.name === name)?.spec
  const spec = specOf('ModelVersion', 'flight-delay-3') as ModelVersionSpec
  return { spec, ruleSets: ruleSetsOf(specOf('Model', 'flight-delay') as ModelSpec, resources), waivers: waiversOf(resources) }
}

const refuse = (parts: CommitParts) => refuseVersion(inputOf(parts))

/** The evidence with the verdict that the rules give, as `train` writes it. */
function judgedEvidence(rules: readonly string[], evidence: Evidence): Evidence {
  const { spec, ruleSets } = inputOf({ rules, evidence })
  const judged = { evaluation: evidence.evaluation, artifact: spec.artifact, dataset: evidence.dataset }
  const verdict = judgeVersion({ ruleSets, waivers: [], judged, model: 'flight-delay', version: 3, nowMicros: 0n })
  return evidenceOf(evidence.evaluation.measurements, { verdict })
}

describe('a version goes on', () => {
  it.each<[string, CommitParts]>([
    ['without gates and evidence', {}],
    ['imported, without gates', { source: 'imported' }],
    ['whose measurements pass', { rules: atLeast(0.6), evidence: good }],
    ['with the verdict that they bear', { rules: atLeast(0.6), evidence: judgedEvidence(atLeast(0.6), good) }],
    ['imported, where its gate only warns', { rules: atLeast(0.6), enforcement: 'warn', source: 'imported' }],
    ['imported, where its gate asks nothing that must be measured', { rules: ['{ cel: artifact.sizeBytes < 1000000 }'], source: 'imported' }],
    ['whose rules are stricter than those of its verdict, and passes', { rules: atLeast(0.65), evidence: judgedEvidence(atLeast(0.6), good) }],
    ['whose stored verdict is worse than its measurements', { rules: atLeast(0.6), evidence: judgedEvidence(atLeast(0.72), good) }],
  ])('%s', (_, parts) => expect(refuse(parts)).toBeNull()) // prettier-ignore
})

describe('a version is refused', () => {
  const changed = { ...good, inputsDigest: `sha256:${'2'.repeat(64)}` as const }
  const lied = evidenceOf([{ estimate: 0.55, low: 0.5, high: 0.59 }], { verdict: judgedEvidence(atLeast(0.6), good).verdict })
  it.each<[string, CommitParts, string, RegExp]>([
    ['trained, without evidence', { rules: atLeast(0.6) }, 'EvidenceMissing', /no evidence that quality could be judged by/],
    ['trained, without evidence, where a gate only measures', { rules: atLeast(0.6), enforcement: 'measure' }, 'EvidenceMissing', /quality/],
    ['imported, with a gate that blocks', { rules: atLeast(0.6), source: 'imported' }, 'GateFailed', /quality, roc_auc at least: inconclusive: this version has no evidence/],
    ['whose evidence was changed', { rules: atLeast(0.6), evidence: changed }, 'EvidenceMismatch', /changed after it was made/],
    ['whose evidence was changed, without gates', { evidence: changed }, 'EvidenceMismatch', /changed after it was made/],
    ['whose evidence is of another file', { evidence: evidenceOf([], { artifactSha256: '00' }) }, 'EvidenceMismatch', /another model file: expected the sha256 00/],
    ['whose evidence lacks a part', { evidence: { evidenceVersion: 1 } }, 'EvidenceMismatch', /can not be read: expected digest/],
    ['whose evidence is of a later format', { evidence: { evidenceVersion: 2 } }, 'EvidenceMismatch', /expected evidenceVersion 1, found 2/],
    ['whose verdict its measurements do not bear', { rules: atLeast(0.6), evidence: lied }, 'EvidenceMismatch', /says of quality, roc_auc at least, what its measurements do not bear: by them it is failed/],
    ['that fails by the rules of the commit', { rules: atLeast(0.8), evidence: judgedEvidence(atLeast(0.6), good) }, 'GateFailed', /roc_auc is 0.7 \(0.65 to 0.75\): beyond >= 0.8/],
    ['that is not decided', { rules: atLeast(0.7), evidence: good }, 'GateFailed', /inconclusive/],
    ['by what a new rule asks and nobody measured', { rules: ['{ metric: ece, atMost: 0.1 }'], evidence: good }, 'GateFailed', /ece was not measured/],
  ])('%s', (_, parts, ...[reason, message]) => {
    const refusal = refuse(parts)
    expect(refusal).toMatchObject({ reason, from: null })
    expect(refusal?.message).toMatch(message)
  }) // prettier-ignore
})

describe('a waiver', () => {
  const failing = { rules: atLeast(0.8), evidence: good }
  it('lets a version go on until it ends', () => {
    const refusal = refuse({ ...failing, waiver: waiverText('2027-03-01T12:00:00Z') })
    expect(refusal).toMatchObject({ reason: 'GateFailed', from: '2027-03-01T12:00:00Z' })
    expect(refusal?.message).toContain('; the waiver until-summer ended at 2027-03-01T12:00:00Z')
  })

  it.each([
    ['of another version', ', version: 2'],
    ['of this version', ', version: 3'],
    ['of the rule', ', rule: roc_auc at least'],
  ])('%s', (name, more) => {
    const refusal = refuse({ ...failing, waiver: waiverText('2027-03-01', more) })
    expect(refusal?.from).toBe(name === 'of another version' ? null : '2027-03-01T00:00:00Z')
  })

  it('is needed for each rule that blocks', () => {
    const rules = [...atLeast(0.8), '{ name: other, metric: roc_auc, atLeast: 0.9 }']
    expect(refuse({ rules, evidence: good, waiver: waiverText('2027-03-01', ', rule: other') })).toMatchObject({ from: null })
    expect(refuse({ rules, evidence: good, waiver: waiverText('2027-03-01') })).toMatchObject({ from: '2027-03-01T00:00:00Z' })
  })

  it('excuses no evidence that was changed', () => {
    const evidence = { ...good, inputsDigest: `sha256:${'2'.repeat(64)}` as const }
    expect(refuse({ rules: atLeast(0.6), evidence, waiver: waiverText('2027-03-01') })).toMatchObject({
      reason: 'EvidenceMismatch',
    })
  })
})
