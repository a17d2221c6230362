/** Whether a version may be rolled out: its evidence is whole, bears its verdict, and the rules of the commit let it go on. */
import type { Instant } from '../core/clock.ts'
import { digestEvidence } from '../core/evidence-digest.ts'
import type { Evidence } from '../core/evidence.ts'
import { formatInstant } from '../core/instant.ts'
import type { RuleSet, Waiver } from '../core/rule.ts'
import type { GateVerdict, ModelVerdict, Verdict } from '../core/verdict.ts'
import { printable } from '../core/printable.ts'
import type { ModelVersionSpec } from '../manifests/kinds/model-version.ts'
import { judgeRules } from '../rules/judge-rules.ts'
import { isAbout } from './apply-waivers.ts'
import { waiveGates } from './judge-version.ts'
import { type EvidenceReading, readEvidence } from './read-evidence.ts'

export interface VersionRefusal {
  readonly reason: 'EvidenceMissing' | 'EvidenceMismatch' | 'GateFailed'
  readonly message: string
  /** From then on, when a waiver has ended; null: always. */
  readonly from: Instant | null
}

export interface RefusalInput {
  readonly spec: ModelVersionSpec
  /** What the model of the version names in the same commit. */
  readonly ruleSets: readonly RuleSet[]
  readonly waivers: readonly Waiver[]
}

/** Null: it may go on, whatever the time. The message has one line, whatever the evidence says. */
export function refuseVersion(input: RefusalInput): VersionRefusal | null {
  const refusal = findRefusal(input)
  return refusal === null ? null : { ...refusal, message: bounded(printable(refusal.message)) }
}

/** In characters: names in evidence may be of any length, and a condition is kept, sent and shown in a line of a table. */
const maximumMessage = 1000

function bounded(message: string): string {
  const left = message.length - maximumMessage
  return left <= 0 ? message : `${message.slice(0, maximumMessage).replace(/[\uD800-\uDBFF]$/, '')} … (${left} more characters)`
}

function findRefusal({ spec, ruleSets, waivers }: RefusalInput): VersionRefusal | null {
  const reading = readEvidence(spec.evidence)
  const problem = evidenceProblem(spec, reading, ruleSets)
  if (problem !== null) return { ...problem, from: null }
  const evidence = reading.type === 'evidence' ? reading.evidence : null
  const { model, version, artifact } = spec
  const judged = { evaluation: evidence?.evaluation ?? null, artifact, dataset: evidence?.dataset ?? null }
  const gates = ruleSets.map((ruleSet) => judgeRules(ruleSet, judged))
  const judgeAt = (nowMicros: bigint): ModelVerdict => waiveGates(gates, { waivers, model, version, nowMicros })
  const ends = waivers.filter((waiver) => isAbout(waiver, spec)).map(({ untilMicros }) => untilMicros)
  // Before any waiver has ended: what blocks then blocks always.
  const verdict = judgeAt(ends.reduce((first, end) => (end < first ? end : first), 0n) - 1n)
  const contradiction = evidence === null ? null : findContradiction(evidence, verdict)
  if (contradiction !== null) return { reason: 'EvidenceMismatch', message: contradiction, from: null }
  if (verdict.blocks) return gateFailed(verdict, null)
  const end = ends.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).find((until) => judgeAt(until).blocks)
  return end === undefined ? null : gateFailed(judgeAt(end), formatInstant(end))
}

type Problem = Omit<VersionRefusal, 'from'>

/** An imported version need not have evidence: its gates then find nothing measured. */
function evidenceProblem(
  { source, artifact }: ModelVersionSpec,
  reading: EvidenceReading,
  ruleSets: readonly RuleSet[],
): Problem | null {
  switch (reading.type) {
    case 'broken':
      return { reason: 'EvidenceMismatch', message: `its evidence can not be read: ${reading.message}` }
    case 'none': {
      if (source === 'imported' || ruleSets.length === 0) return null
      const names = ruleSets.map(({ name }) => name).join(', ')
      return { reason: 'EvidenceMissing', message: `it was trained, and has no evidence that ${names} could be judged by` }
    }
    case 'evidence':
      return digestProblem(reading.evidence, artifact.sha256)
  }
}

function digestProblem(evidence: Evidence, sha256: string): Problem | null {
  const reason = 'EvidenceMismatch'
  const digest = digestEvidence(evidence)
  if (digest !== evidence.digest) {
    const message = `its evidence was changed after it was made: expected the digest ${evidence.digest}, found ${digest}`
    return { reason, message }
  }
  const { artifactSha256 = sha256 } = evidence
  if (artifactSha256 === sha256) return null
  return { reason, message: `its evidence is of another model file: expected the sha256 ${artifactSha256}, found ${sha256}` }
}

const order: readonly Verdict[] = ['failed', 'inconclusive', 'passed']

/** Only where the same rules were applied; a stored verdict that is worse than its measurements harms nobody. */
function findContradiction({ verdict: stored }: Evidence, found: ModelVerdict): string | null {
  for (const gate of stored.gates) {
    const again = found.gates.find(({ kind, name, digest }) => kind === gate.kind && name === gate.name && digest === gate.digest)
    const rule = again?.rules.find((each) => saysBetter(gate, each.rule, each.verdict))
    if (rule === undefined) continue
    return `its evidence says of ${gate.name}, ${rule.rule}, what its measurements do not bear: by them it is ${rule.verdict}: ${rule.message}`
  }
  return null
}

function saysBetter({ rules }: GateVerdict, name: string, verdict: Verdict): boolean {
  const stored = rules.find(({ rule }) => rule === name)
  return stored !== undefined && order.indexOf(stored.verdict) > order.indexOf(verdict)
}

function gateFailed({ gates }: ModelVerdict, from: Instant | null): VersionRefusal {
  const blocking = gates.flatMap(({ name, rules }) => rules.filter(({ blocks }) => blocks).map((rule) => ({ name, rule })))
  const [first] = blocking
  if (first === undefined) throw new Error('a verdict that blocks has a rule that does')
  const { rule, name } = first
  const expired = rule.waiver === undefined ? '' : `; the waiver ${rule.waiver.name} ended at ${rule.waiver.until}`
  const more = blocking.length === 1 ? '' : ` (and ${blocking.length - 1} more)`
  return { reason: 'GateFailed', message: `${name}, ${rule.rule}: ${rule.verdict}: ${rule.message}${expired}${more}`, from }
}
