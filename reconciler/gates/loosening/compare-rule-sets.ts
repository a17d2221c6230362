/** Gates and fairness policies of two commits: which of their rules are gone, new, looser or stricter. */
import type { RuleChange } from '../../core/loosening.ts'
import type { Rule, RuleSet } from '../../core/rule.ts'
import { describeRule } from '../../rules/describe-rule.ts'
import { compareRanks, compareRule, directionOf } from './compare-rules.ts'

export function compareRuleSets(before: readonly RuleSet[], after: readonly RuleSet[]): readonly RuleChange[] {
  const find = (sets: readonly RuleSet[], { kind, name }: RuleSet): RuleSet | undefined =>
    sets.find((set) => set.kind === kind && set.name === name)
  const gone = before.filter((set) => find(after, set) === undefined)
  const added = after.filter((set) => find(before, set) === undefined)
  const pairs = before.flatMap((set) => {
    const other = find(after, set)
    return other === undefined ? [] : [[set, other] as const]
  })
  return [
    ...gone.map((set): RuleChange => ({ ...wholeOf(set), direction: 'removed', before: describeSet(set), after: null })),
    ...added.map((set): RuleChange => ({ ...wholeOf(set), direction: 'added', before: null, after: describeSet(set) })),
    ...pairs.flatMap(([set, other]) => compareSet(set, other)),
  ]
}

function compareSet(before: RuleSet, after: RuleSet): readonly RuleChange[] {
  if (before.digest === after.digest) return []
  const step = compareRanks(before.enforcement, after.enforcement, ['measure', 'warn', 'block'])
  const direction = directionOf([step])
  const words = ({ enforcement }: RuleSet): string => `enforcement: ${enforcement}`
  const whole = direction === null ? [] : [{ ...wholeOf(before), direction, before: words(before), after: words(after) }]
  const names = new Set([...before.rules, ...after.rules].map(({ name }) => name))
  return [...whole, ...[...names].flatMap((name) => compareNamed(name, before, after))]
}

function compareNamed(name: string, before: RuleSet, after: RuleSet): readonly RuleChange[] {
  const find = ({ rules }: RuleSet): Rule | undefined => rules.find((rule) => rule.name === name)
  const [old, next] = [find(before), find(after)]
  const change = {
    kind: before.kind,
    name: before.name,
    rule: name,
    before: old ? describeFully(old) : null,
    after: next ? describeFully(next) : null,
  }
  if (old === undefined) return [{ ...change, direction: 'added' }]
  if (next === undefined) return [{ ...change, direction: 'removed' }]
  const direction = compareRule(old, next)
  return direction === null ? [] : [{ ...change, direction }]
}

/** With what makes a verdict softer. */
function describeFully(rule: Rule): string {
  const softer = [
    ...(rule.severity === 'warn' ? ['only a warning'] : []),
    ...(rule.onInconclusive === 'warn' ? ['undecided only warns'] : []),
  ]
  return [describeRule(rule), ...softer].join(', ')
}

function wholeOf({ kind, name }: RuleSet): Pick<RuleChange, 'kind' | 'name' | 'rule'> {
  return { kind, name, rule: null }
}

function describeSet({ rules, enforcement }: RuleSet): string {
  return `${rules.length} rule${rules.length === 1 ? '' : 's'}, enforcement: ${enforcement}`
}
