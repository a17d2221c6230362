/** What a change does to the rules that judge, and what that would have meant for the versions that there are. */
import { compareText } from '../../core/finding.ts'
import { isLooser, type Loosening, type PastVerdict, type RuleChange } from '../../core/loosening.ts'
import type { Resource } from '../../core/resource.ts'
import type { RuleSet } from '../../core/rule.ts'
import type { Verdict } from '../../core/verdict.ts'
import type { FairnessPolicySpec } from '../../manifests/kinds/fairness-policy.ts'
import type { GateSpec } from '../../manifests/kinds/gate.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'
import { ruleSetsOf, waiversOf } from '../../manifests/rule-sets.ts'
import { judgeVersion } from '../judge-version.ts'
import { readEvidence } from '../read-evidence.ts'
import { compareModels, compareWaivers, type NamedModels } from './compare-models.ts'
import { compareRuleSets } from './compare-rule-sets.ts'
import { compareExpectations, compareLabelSources } from './compare-sources.ts'

export interface LooseningInput {
  /** Resources of the valid commit that the change starts from, and of the change. */
  readonly before: readonly Resource[]
  readonly after: readonly Resource[]
  /** Ids; null: a working tree. */
  readonly commits: { readonly before: string; readonly after: string | null }
}

/** Who loosens a rule is judged by the rules as they were: `judgedBy` is that commit then, else the change's own. */
export function assessLoosening({ before, after, commits }: LooseningInput): Loosening {
  const changes: readonly RuleChange[] = [
    ...compareRuleSets(allRuleSets(before), allRuleSets(after)),
    ...compareModels(modelsOf(before), modelsOf(after)),
    ...compareLabelSources(labelSources(before, after), before, after),
    ...compareExpectations(before, after),
    ...compareWaivers(waiversOf(before), waiversOf(after)),
  ]
  return {
    judgedBy: changes.some(isLooser) ? commits.before : commits.after,
    changes,
    pastVersions: changes.length === 0 ? [] : pastVerdicts(before, after),
  }
}

/** Every version with evidence, by the rules of its model before and after. Waivers are no matter of a verdict. */
function pastVerdicts(before: readonly Resource[], after: readonly Resource[]): readonly PastVerdict[] {
  const [old, next] = [modelsOf(before), modelsOf(after)]
  const versions = after.filter(({ kind }) => kind === 'ModelVersion').map(({ spec }) => spec as ModelVersionSpec)
  return versions
    .flatMap((version): readonly PastVerdict[] => {
      const [then, now] = [old.get(version.model), next.get(version.model)]
      if (then === undefined || now === undefined) return []
      const [first, second] = [verdictBy(version, ruleSetsOf(then, before)), verdictBy(version, ruleSetsOf(now, after))]
      if (first === null || second === null || first === second) return []
      return [{ model: version.model, version: version.version, before: first, after: second }]
    })
    .sort((a, b) => compareText(a.model, b.model) || a.version - b.version)
}

function verdictBy(
  { model, version, artifact, evidence: written }: ModelVersionSpec,
  ruleSets: readonly RuleSet[],
): Verdict | null {
  const reading = readEvidence(written)
  if (reading.type !== 'evidence') return null
  const { evaluation, dataset } = reading.evidence
  const judged = { evaluation, dataset, artifact }
  return judgeVersion({ ruleSets, waivers: [], judged, model, version, nowMicros: 0n }).verdict
}

function allRuleSets(resources: readonly Resource[]): readonly RuleSet[] {
  return resources.flatMap(({ kind, metadata: { name }, spec, digest }): readonly RuleSet[] => {
    if (kind !== 'Gate' && kind !== 'FairnessPolicy') return []
    const { enforcement, rules } = spec as GateSpec | FairnessPolicySpec
    return [{ kind, name, enforcement, rules, digest }]
  })
}

/** Of models that are in both, and have the same one. */
function labelSources(before: readonly Resource[], after: readonly Resource[]): ReadonlySet<string> {
  const next = modelsOf(after)
  return new Set(
    [...modelsOf(before)].flatMap(([name, { label }]) => {
      return label !== null && next.get(name)?.label?.source === label.source ? [label.source] : []
    }),
  )
}

function modelsOf(resources: readonly Resource[]): NamedModels {
  const models = resources.filter(({ kind }) => kind === 'Model')
  return new Map(models.map(({ metadata, spec }) => [metadata.name, spec as ModelSpec]))
}
