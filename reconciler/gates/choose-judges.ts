/** Whose rules judge a model of a change: its own, or those of the base where the change loosens any. Pure. */
import { isLooser, type Loosening } from '../core/loosening.ts'
import type { Resource } from '../core/resource.ts'
import type { RuleSet } from '../core/rule.ts'
import type { ModelSpec } from '../manifests/kinds/model.ts'
import { ruleSetsOf } from '../manifests/rule-sets.ts'

export interface Judges {
  /** The model of the change, with the gates, policies and behaviour tests that judge it. */
  readonly spec: ModelSpec
  /** Gates, policies and waivers that judge are among them. */
  readonly resources: readonly Resource[]
  /** Rules of the change that do not judge: they are measured too, since they will once it is merged. */
  readonly besides: readonly RuleSet[]
}

export interface ChangedRules {
  readonly after: readonly Resource[]
  /** Null: there is no base, or its rules are the same. */
  readonly base: { readonly before: readonly Resource[]; readonly loosening: Loosening } | null
}

/**
 * One rule that is loosened brings back all rules and waivers of the base. A model that the base does not have names its own gates; of those
 * that the base has, the base's count. Behaviour tests that a change adds are run beside those of the base.
 */
export function chooseJudges({ after, base }: ChangedRules, name: string, spec: ModelSpec): Judges {
  if (base === null || !base.loosening.changes.some(isLooser)) return { spec, resources: after, besides: [] }
  const { before } = base
  const model = before.find(({ kind, metadata }) => kind === 'Model' && metadata.name === name)
  const old = model === undefined ? spec : (model.spec as ModelSpec)
  const names = new Set(old.tests.map((test) => test.name))
  const tests = [...old.tests, ...spec.tests.filter((test) => !names.has(test.name))]
  const judged = { ...spec, gates: old.gates, fairness: old.fairness, tests }
  const resources = [...before.filter(isJudging), ...after.filter((resource) => isNewRuleSet(resource, before))]
  const judging = ruleSetsOf(judged, resources)
  return {
    spec: judged,
    resources,
    besides: ruleSetsOf(spec, after).filter((set) => !judging.some((other) => isSame(set, other))),
  }
}

function isSame(set: RuleSet, other: RuleSet): boolean {
  return set.kind === other.kind && set.name === other.name && set.digest === other.digest
}

function isJudging({ kind }: Resource): boolean {
  return kind === 'Gate' || kind === 'FairnessPolicy' || kind === 'Waiver'
}

/** A waiver is never taken from the change. */
function isNewRuleSet({ kind, metadata }: Resource, before: readonly Resource[]): boolean {
  if (kind !== 'Gate' && kind !== 'FairnessPolicy') return false
  return !before.some((other) => other.kind === kind && other.metadata.name === metadata.name)
}
