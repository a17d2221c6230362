/** The example's flight model with a gate and evidence as `train` writes it, so that one commit after another can be judged. Runs nothing. */
import { parse } from 'yaml'
import type { Evidence } from '../../../reconciler/core/evidence.ts'
import type { RuleSet } from '../../../reconciler/core/rule.ts'
import { judgeVersion } from '../../../reconciler/gates/judge-version.ts'
import type { ModelVersionSpec } from '../../../reconciler/manifests/kinds/model-version.ts'
import { parseFile } from '../../../reconciler/manifests/parse-file.ts'
import { ruleSetsOf } from '../../../reconciler/manifests/rule-sets.ts'
import type { Resource } from '../../../reconciler/core/resource.ts'
import { evidenceOf, gateText } from '../../gates/support/judged-commit.ts'
import { commitFiles, createRepository } from '../../support/git-repositories.ts'
import { copyPlainExample, readPlainExample } from '../../support/plain-example.ts'
import { flightRollout, type FlightVersion, loanRollout } from './example.ts'

const modelFile = 'models/flight-delay/model.yaml'
const gateFile = 'policies/quality.yaml'
const waiverFile = 'policies/waiver.yaml'
const versionFile = (version: FlightVersion): string => `models/flight-delay/versions/${version}.yaml`

type Files = Readonly<Record<string, string>>

/** An area under the curve, .02 to both sides of it. */
export interface Measured {
  readonly auc: number
}

/** A repository that serves version 1 by a gate that asks for an area of .6; the loans have no rollout yet. */
export function createJudgedExample(folder: string): void {
  createRepository(folder)
  copyPlainExample(folder)
  const model = `${readPlainExample(modelFile).trimEnd()}\n  gates: [quality]\n`
  const versions = { ...judgedVersion(1, { auc: 0.7 }), ...judgedVersion(2, { auc: 0.7 }), ...judgedVersion(3, { auc: 0.7 }) }
  const files = { [modelFile]: model, ...gateAtLeast(0.6), ...versions, ...serveAtOnce(1) }
  commitFiles(folder, { ...files, [loanRollout]: '# The loans are not rolled out yet.\n' }, 'Serve version 1')
}

export function gateAtLeast(auc: number): Files {
  return { [gateFile]: gateText([`{ metric: roc_auc, atLeast: ${auc} }`]) }
}

export function serveAtOnce(version: FlightVersion): Files {
  const text = readPlainExample(flightRollout).replace('version: 1', `version: ${version}`)
  return { [flightRollout]: text.replace(/ +- \{ weight: \d+, hold: 20s \}\n/g, '') }
}

export function serveLoans(): Files {
  return { [loanRollout]: readPlainExample(loanRollout) }
}

/** The version with evidence whose digest and verdict follow from what was measured. */
export function judgedVersion(version: FlightVersion, measured: Measured): Files {
  return {
    [versionFile(version)]:
      `${readPlainExample(versionFile(version)).trimEnd()}\n  evidence: ${JSON.stringify(evidence(version, measured))}\n`,
  }
}

/** What somebody writes who wants the bad version through: another number in the file, and nothing else. */
export function editedVersion(version: FlightVersion, measured: Measured, claimed: Measured): Files {
  const { [versionFile(version)]: text = '' } = judgedVersion(version, measured)
  const edited = text.replace(`"estimate":${measured.auc},`, `"estimate":${claimed.auc},`)
  if (edited === text) throw new Error('the evidence has its estimate')
  return { [versionFile(version)]: edited }
}

export function unprovenVersion(version: FlightVersion): Files {
  return { [versionFile(version)]: readPlainExample(versionFile(version)) }
}

/** Evidence of wrong types, and members of every object. */
export function hostileVersion(version: FlightVersion): Files {
  const text =
    '{ evidenceVersion: 1, digest: [1], __proto__: { digest: x }, dataset: { rows: -1 }, evaluation: { measurements: { length: 9 } } }'
  return { [versionFile(version)]: `${readPlainExample(versionFile(version)).trimEnd()}\n  evidence: ${text}\n` }
}

export function waiveUntil(until: string): Files {
  const spec = `{ gate: quality, model: flight-delay, version: 2, reason: Rows come with the summer., grantedBy: acme/model-risk, until: ${until} }`
  return { [waiverFile]: `apiVersion: mainward.dev/v1alpha1\nkind: Waiver\nmetadata: { name: until-summer }\nspec: ${spec}\n` }
}

function evidence(version: FlightVersion, { auc }: Measured): Evidence {
  const { spec } = parse(readPlainExample(versionFile(version))) as { readonly spec: ModelVersionSpec }
  const measurements = [{ estimate: auc, low: Number((auc - 0.02).toFixed(2)), high: Number((auc + 0.02).toFixed(2)) }]
  const changes = { artifactSha256: spec.artifact.sha256 }
  const { evaluation, dataset } = evidenceOf(measurements, changes)
  const judged = { evaluation, dataset, artifact: spec.artifact }
  const verdict = judgeVersion({ ruleSets: ruleSets(), waivers: [], judged, model: 'flight-delay', version, nowMicros: 0n })
  return evidenceOf(measurements, { ...changes, verdict })
}

function ruleSets(): readonly RuleSet[] {
  const text = new TextEncoder().encode(gateAtLeast(0.6)[gateFile])
  const [gate] = parseFile(text).documents
  return ruleSetsOf({ gates: ['quality'], fairness: [] }, [gate as unknown as Resource])
}
