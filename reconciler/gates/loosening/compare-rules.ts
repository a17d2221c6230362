/** Two versions of one rule: is the later one looser, stricter, or not to be told. */
import { canonicalJson, type Json } from '../../core/digest.ts'
import type { RuleDirection } from '../../core/loosening.ts'
import type { Bound, MetricRule, Rule } from '../../core/rule.ts'
import { expressionMeaning } from '../../expressions/expression-meaning.ts'

/** Below 0: looser, above: stricter, 0: the same; null: not to be told. */
export type Step = number | null

/** Null: they say the same. */
export function compareRule(before: Rule, after: Rule): Extract<RuleDirection, 'loosened' | 'tightened' | 'changed'> | null {
  const steps = [
    compareSorts(before, after),
    compareRanks(before.severity, after.severity, ['warn', 'critical']),
    compareRanks(before.onInconclusive, after.onInconclusive, ['warn', 'block']),
  ]
  return directionOf(steps)
}

export function directionOf(steps: readonly Step[]): 'loosened' | 'tightened' | 'changed' | null {
  const known = steps.filter((step) => step !== 0)
  if (known.length === 0) return null
  if (known.every((step) => step !== null && step < 0)) return 'loosened'
  return known.every((step) => step !== null && step > 0) ? 'tightened' : 'changed'
}

/** By the place in a list from the loosest on. */
export function compareRanks<Rank extends string>(before: Rank, after: Rank, ranks: readonly Rank[]): number {
  return ranks.indexOf(after) - ranks.indexOf(before)
}

function compareSorts(before: Rule, after: Rule): Step {
  if (before.type === 'metric' && after.type === 'metric') return compareMetricRules(before, after)
  if (before.type === 'expression' && after.type === 'expression')
    return sameOrUnknown(expressionMeaning(before.cel), expressionMeaning(after.cel))
  if (before.type !== after.type || !('names' in before) || !('names' in after)) return null
  return compareNames(before.names, after.names)
}

function compareNames(before: 'all' | readonly string[], after: 'all' | readonly string[]): Step {
  if (before === 'all' || after === 'all') return Number(after === 'all') - Number(before === 'all')
  const keepsAll = before.every((name) => after.includes(name))
  const addsNone = after.every((name) => before.includes(name))
  if (keepsAll && addsNone) return 0
  return keepsAll ? 1 : addsNone ? -1 : null
}

/** Smaller groups are judged, or only larger ones; the estimate alone decides what an interval would leave open. */
function compareMetricRules(before: MetricRule, after: MetricRule): Step {
  if (before.metric !== after.metric || sameOrUnknown(sorted(before.by), sorted(after.by)) !== 0) return null
  const steps = [
    compareBounds(before.bound, after.bound),
    Math.sign((before.minGroup ?? 1) - (after.minGroup ?? 1)),
    compareRanks(before.judge, after.judge, ['point', 'interval']),
  ]
  const direction = directionOf(steps)
  return direction === null ? 0 : direction === 'changed' ? null : direction === 'tightened' ? 1 : -1
}

function compareBounds(before: Bound, after: Bound): Step {
  if ('reference' in before && 'reference' in after) {
    if (before.reference !== after.reference) return null
    // One scale: how much better the version must be, at least.
    return Math.sign(demandOf(after) - demandOf(before)) || compareRanks(before.type, after.type, ['noWorseThan', 'betterThan'])
  }
  if (before.type !== after.type || 'reference' in before || 'reference' in after) return null
  const rises = before.type === 'atLeast' || before.type === 'ratioAtLeast'
  return Math.sign(rises ? after.value - before.value : before.value - after.value)
}

function demandOf({ type, margin }: Extract<Bound, { readonly margin: number }>): number {
  return type === 'betterThan' ? margin : -margin
}

function sameOrUnknown(before: Json, after: Json): Step {
  return canonicalJson(before) === canonicalJson(after) ? 0 : null
}

function sorted(names: readonly string[]): readonly string[] {
  return [...names].sort()
}
