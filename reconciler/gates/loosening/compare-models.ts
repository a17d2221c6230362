/** Models and waivers of two commits: gates that a model no longer names, behaviour tests, how it is judged, and permissions to go on. */
import { countNoun } from '../../core/count-noun.ts'
import { canonicalJson } from '../../core/digest.ts'
import { formatInstant } from '../../core/instant.ts'
import type { RuleChange } from '../../core/loosening.ts'
import type { Waiver } from '../../core/rule.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import { compareJudging } from './compare-judging.ts'
import { directionOf } from './compare-rules.ts'

export type NamedModels = ReadonlyMap<string, ModelSpec>

/** A new one has no rules to loosen; one that is gone may be there under another name, with rules of its own choice. */
export function compareModels(before: NamedModels, after: NamedModels): readonly RuleChange[] {
  return [...before].flatMap(([name, model]) => {
    const next = after.get(name)
    if (next === undefined) return describeGone(name, model)
    return [...compareLists(name, model, next), ...compareTests(name, model, next), ...compareJudging(name, model, next)]
  })
}

/** Empty where nothing judged it. */
function describeGone(name: string, { gates, fairness, tests }: ModelSpec): readonly RuleChange[] {
  const judges = [...gates, ...fairness, ...(tests.length === 0 ? [] : [countNoun(tests.length, 'behaviour test')])]
  if (judges.length === 0) return []
  return [{ kind: 'Model', name, rule: null, direction: 'removed', before: `judged by ${judges.join(', ')}`, after: null }]
}

function compareLists(name: string, before: ModelSpec, after: ModelSpec): readonly RuleChange[] {
  return (['gates', 'fairness'] as const).flatMap((list) => {
    const words = list === 'gates' ? 'gate' : 'fairness policy'
    const change = { kind: 'Model', name, rule: null } as const
    const gone = before[list].filter((each) => !after[list].includes(each))
    const added = after[list].filter((each) => !before[list].includes(each))
    return [
      ...gone.map((each): RuleChange => ({ ...change, direction: 'removed', before: `${words} ${each}`, after: null })),
      ...added.map((each): RuleChange => ({ ...change, direction: 'added', before: null, after: `${words} ${each}` })),
    ]
  })
}

/** Tests are told by their names; of one that changed nobody can say which way. */
function compareTests(name: string, before: ModelSpec, after: ModelSpec): readonly RuleChange[] {
  const names = new Set([...before.tests, ...after.tests].map((test) => test.name))
  return [...names].flatMap((rule): readonly RuleChange[] => {
    const [old, next] = [before, after].map(({ tests }) => tests.find((test) => test.name === rule))
    const change = {
      kind: 'Model',
      name,
      rule,
      before: old ? `${old.type} test` : null,
      after: next ? `${next.type} test` : null,
    } as const
    if (old === undefined) return [{ ...change, direction: 'added' }]
    if (next === undefined) return [{ ...change, direction: 'removed' }]
    const isSame = canonicalJson(old) === canonicalJson(next)
    return isSame ? [] : [{ ...change, direction: 'changed' }]
  })
}

/** A new waiver loosens what it is about; one that is gone makes it strict again. */
export function compareWaivers(before: readonly Waiver[], after: readonly Waiver[]): readonly RuleChange[] {
  const names = new Set([...before, ...after].map(({ name }) => name))
  return [...names].flatMap((name): readonly RuleChange[] => {
    const [old, next] = [before, after].map((waivers) => waivers.find((waiver) => waiver.name === name))
    const change = {
      kind: 'Waiver',
      name,
      rule: null,
      before: old ? describe(old) : null,
      after: next ? describe(next) : null,
    } as const
    if (old === undefined) return [{ ...change, direction: 'loosened' }]
    if (next === undefined) return [{ ...change, direction: 'tightened' }]
    const direction = directionOf([
      compareTargets(old, next),
      Number(old.untilMicros > next.untilMicros) - Number(old.untilMicros < next.untilMicros),
    ])
    return direction === null ? [] : [{ ...change, direction }]
  })
}

/** Wider: any version where one was named, all rules where one was. */
function compareTargets(before: Waiver, after: Waiver): number | null {
  if (before.gate !== after.gate || before.model !== after.model) return null
  const steps = (['rule', 'version'] as const).map((part) => {
    if (before[part] === after[part]) return 0
    return after[part] === null ? -1 : before[part] === null ? 1 : null
  })
  const direction = directionOf(steps)
  return direction === null ? 0 : direction === 'changed' ? null : direction === 'tightened' ? 1 : -1
}

function describe({ gate, rule, model, version, untilMicros }: Waiver): string {
  const what = rule === null ? gate : `${gate}, ${rule}`
  return `${what} of ${model}${version === null ? '' : ` version ${version}`} until ${formatInstant(untilMicros)}`
}
