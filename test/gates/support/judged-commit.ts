/** The commit of the examples with a model that is judged, and versions with evidence. */
import type { Digest, Json } from '../../../reconciler/core/digest.ts'
import { digestEvidence } from '../../../reconciler/core/evidence-digest.ts'
import type { Evidence } from '../../../reconciler/core/evidence.ts'
import type { Measurement } from '../../../reconciler/core/measurement.ts'
import type { Resource } from '../../../reconciler/core/resource.ts'
import type { ModelVerdict } from '../../../reconciler/core/verdict.ts'
import { canaryExample, modelExample, versionExample } from '../../../reconciler/manifests/rules/examples.ts'
import { assembleWith, soundFiles } from '../../manifests/commit-of.ts'
import { evaluationOf } from '../../rules/support/evaluation-of.ts'

const digest: Digest = `sha256:${'1'.repeat(64)}`

export const nothingJudged: ModelVerdict = { verdict: 'passed', blocks: false, gates: [] }

export function evidenceOf(measurements: readonly Partial<Measurement>[], changes: Partial<Evidence> = {}): Evidence {
  const evidence: Omit<Evidence, 'digest'> = {
    evidenceVersion: 1,
    inputsDigest: digest,
    dataset: { digest, trainingInputs: digest, asOf: '2013-06-01T00:00:00Z', rows: { train: 800, test: 200 }, label: 'late' },
    training: { command: ['python3', 'train.py'], parameters: {}, seed: 7, files: digest, requirements: null },
    run: null,
    evaluation: evaluationOf(measurements),
    verdict: nothingJudged,
    ...changes,
  }
  return { ...evidence, digest: digestEvidence(evidence) }
}

export const gateText = (rules: readonly string[], enforcement = 'block') => `apiVersion: mainward.dev/v1alpha1
kind: Gate
metadata: { name: quality }
spec:
  enforcement: ${enforcement}
  rules:
${rules.map((rule) => `    - ${rule}\n`).join('')}`

export const waiverText = (until: string, more = '') => `apiVersion: mainward.dev/v1alpha1
kind: Waiver
metadata: { name: until-summer }
spec: { gate: quality, model: flight-delay, reason: Rows come with the summer., grantedBy: acme/model-risk, until: ${until}${more} }
`

export interface CommitParts {
  readonly rules?: readonly string[]
  readonly enforcement?: string
  /** Of version 3; null: it has none. */
  readonly evidence?: Readonly<Record<string, Json>> | Evidence | null
  readonly source?: 'trained' | 'imported'
  readonly waiver?: string
}

/** Its texts by path: versions 2 (imported, without evidence) and 3, of which the rollout names 3. */
export function judgedFiles({
  rules,
  enforcement,
  evidence = null,
  source = 'trained',
  waiver,
}: CommitParts): Readonly<Record<string, string>> {
  const written = evidence === null ? '' : `  evidence: ${JSON.stringify(evidence)}\n`
  return {
    ...soundFiles,
    'models/flight-delay.yaml': rules === undefined ? modelExample : `${modelExample}  gates: [quality]\n`,
    'models/flight-delay/versions/3.yaml': `${versionExample.replace('source: imported', `source: ${source}`)}${written}`,
    'rollouts/flight-delay.yaml': canaryExample,
    ...(rules === undefined ? {} : { 'models/policies/quality.yaml': gateText(rules, enforcement) }),
    ...(waiver === undefined ? {} : { 'models/policies/waiver.yaml': waiver }),
  }
}

export function judgedResources(parts: CommitParts): readonly Resource[] {
  const { resources, findings } = assembleWith(judgedFiles(parts))
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  return resources
}
