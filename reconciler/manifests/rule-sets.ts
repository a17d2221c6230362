/** From the resources of a valid commit to its rule sets and waivers: what judging applies. */
import { parseInstant } from '../core/instant.ts'
import type { Resource } from '../core/resource.ts'
import type { RuleSet, Waiver } from '../core/rule.ts'
import type { FairnessPolicySpec } from './kinds/fairness-policy.ts'
import type { GateSpec } from './kinds/gate.ts'
import type { ModelSpec } from './kinds/model.ts'
import type { WaiverSpec } from './kinds/waiver.ts'

/** The gates of a model, then its fairness policies, as it names them. A name that is not there is a bug: validation has found it. */
export function ruleSetsOf(model: Pick<ModelSpec, 'gates' | 'fairness'>, resources: readonly Resource[]): readonly RuleSet[] {
  const find = (kind: RuleSet['kind'], name: string): RuleSet => {
    const found = resources.find((resource) => resource.kind === kind && resource.metadata.name === name)
    if (found === undefined) throw new Error(`a valid commit has the ${kind} ${name}`)
    const { enforcement, rules } = found.spec as GateSpec | FairnessPolicySpec
    return { kind, name, enforcement, rules, digest: found.digest }
  }
  return [...model.gates.map((name) => find('Gate', name)), ...model.fairness.map((name) => find('FairnessPolicy', name))]
}

/** All waivers of the commit, sorted by name as resources are by file. */
export function waiversOf(resources: readonly Resource[]): readonly Waiver[] {
  return resources.flatMap(({ kind, metadata: { name }, spec }) => {
    if (kind !== 'Waiver') return []
    const { until, ...waiver } = spec as WaiverSpec
    const untilMicros = parseInstant(until)
    if (untilMicros === null) throw new Error(`a valid waiver has a time that exists: ${until}`)
    return [{ name, ...waiver, untilMicros }]
  })
}

/** Columns of the label source that the rules of a model group rows by, each once. A gate that is not there has none. */
export function ruleColumns(model: ModelSpec, resources: readonly Resource[]): readonly string[] {
  const columns = new Set<string>()
  for (const { kind, metadata, spec } of resources) {
    const named = kind === 'Gate' ? model.gates : kind === 'FairnessPolicy' ? model.fairness : []
    if (!named.includes(metadata.name)) continue
    for (const rule of (spec as GateSpec | FairnessPolicySpec).rules) {
      if (rule.type === 'metric') for (const column of rule.by) columns.add(column)
    }
  }
  return [...columns]
}
