/** The checks of rules within one Gate or FairnessPolicy: their sort, their bound, its direction, expressions, names. */
import { metricCatalogue } from '../../core/metric-catalogue.ts'
import { compileCondition } from '../../expressions/compile-condition.ts'
import type { WrittenFairnessRule } from '../generated/fairnesspolicy.ts'
import type { WrittenRule } from '../generated/gate.ts'
import { didYouMean } from '../nearest-name.ts'
import type { Report } from './kind-definition.ts'
import { boundFields, gateReferences, ruleSorts, writtenBounds, writtenSorts } from './written-rules.ts'

/** A rule and its JSON pointer. */
interface PointedRule<Written> {
  readonly rule: Written
  readonly pointer: string
}

/** What belongs to a rule on a metric alone. */
const metricFields = [...boundFields, 'margin', 'by', 'minGroup', 'judge'] as const

/** Fields of rules that the design has for monitors and guardrails, which this version does not have. */
export const unsupportedRuleFields = ['features', 'over', 'consecutive', 'minExposures', 'overBudget', 'alpha'].map(
  (field) => `/spec/rules/*/${field}`,
)

/** A rule of a Gate: exactly one sort; for metrics as `checkMetricRule`. */
export function checkGateRule({ rule, pointer }: PointedRule<WrittenRule>, report: Report): void {
  const sorts = writtenSorts(rule)
  const [sort] = sorts
  if (sort === undefined || sorts.length > 1) {
    const found = sorts.length === 0 ? 'none' : sorts.join(' and ')
    report(pointer, { rule: 'rule-shape', message: `expected exactly one of ${ruleSorts.join(', ')}, found ${found}` })
    return
  }
  if (rule.metric !== undefined) {
    checkMetricRule({ rule: { ...rule, metric: rule.metric }, pointer, needsGroups: true }, report)
    return
  }
  for (const field of metricFields.filter((name) => rule[name] !== undefined)) {
    const message = `expected ${field} only beside metric, found it beside ${sort}`
    report(`${pointer}/${field}`, { rule: 'rule-shape', message })
  }
  if (rule.cel !== undefined) checkExpression(rule.cel, `${pointer}/cel`, report)
}

function checkExpression(cel: string, pointer: string, report: Report): void {
  const found = compileCondition(cel)
  if (found.type === 'compiled') return
  const { at, message, hint } = found.problem
  report(pointer, { rule: 'rule-cel', message, hint }, at)
}

interface MetricCase extends PointedRule<WrittenFairnessRule> {
  /** Comparisons of groups must say by what: in a FairnessPolicy they need not. */
  readonly needsGroups: boolean
}

/** A rule on a metric: known, one bound, of the right direction, and nothing beside it that would do nothing. */
export function checkMetricRule(found: MetricCase, report: Report): void {
  const { rule, pointer, needsGroups } = found
  const metric = Object.hasOwn(metricCatalogue, rule.metric) ? metricCatalogue[rule.metric] : undefined
  if (metric === undefined) {
    const hint = didYouMean(rule.metric, Object.keys(metricCatalogue))
    const message = `expected the name of a metric, found ${JSON.stringify(rule.metric)}`
    report(`${pointer}/metric`, { rule: 'metric', message, hint })
  }
  const bounds = writtenBounds(rule)
  const [bound] = bounds
  if (bound === undefined || bounds.length > 1) {
    const message = `expected exactly one of ${boundFields.join(', ')}, found ${bounds.length === 0 ? 'none' : bounds.join(' and ')}`
    const hint = bounds.length > 1 ? 'write a rule for each' : undefined
    report(pointer, { rule: 'rule-shape', message, hint })
    return
  }
  const isRelative = bound === 'noWorseThan' || bound === 'betterThan'
  if (isRelative) checkReference(String(rule[bound]), `${pointer}/${bound}`, report)
  else if (rule.margin !== undefined) {
    const message = `expected margin only beside noWorseThan or betterThan, found it beside ${bound}`
    report(`${pointer}/margin`, { rule: 'rule-shape', message })
  }
  const compares = bound === 'ratioAtLeast' || bound === 'differenceAtMost'
  if (needsGroups && compares && rule.by === undefined) {
    report(pointer, { rule: 'rule-shape', message: `expected by beside ${bound}, found none: it says which groups are compared` })
  }
  if (needsGroups && rule.minGroup !== undefined && rule.by === undefined) {
    report(`${pointer}/minGroup`, { rule: 'rule-shape', message: 'expected by beside minGroup, found none' })
  }
  if (metric !== undefined) checkDirection({ ...found, bound, better: metric.better }, report)
}

function checkReference(name: string, pointer: string, report: Report): void {
  if (gateReferences.some((reference) => reference === name)) return
  if (['stable', 'control', 'training'].includes(name)) {
    const message = `a comparison with ${name} is not supported by this version`
    report(pointer, { rule: 'not-supported', message, hint: 'gates compare with production or baseline' })
    return
  }
  const message = `expected ${gateReferences.join(' or ')}, found ${JSON.stringify(name)}`
  report(pointer, { rule: 'invalid-value', message, hint: didYouMean(name, gateReferences) })
}

interface DirectionCase extends MetricCase {
  readonly bound: (typeof boundFields)[number]
  readonly better: 'higher' | 'lower' | 'none'
}

/** A bound that only a worse model would meet is a slip. */
function checkDirection({ rule: { metric }, pointer, bound, better }: DirectionCase, report: Report): void {
  const rule = 'rule-direction'
  if (better === 'none' && (bound === 'noWorseThan' || bound === 'betterThan')) {
    const message = `expected a metric that has a better side for ${bound}, found ${metric}`
    report(`${pointer}/${bound}`, { rule, message, hint: 'bound it with atLeast or atMost, or compare groups' })
    return
  }
  const right = better === 'higher' ? 'atLeast' : 'atMost'
  if (better === 'none' || (bound !== 'atLeast' && bound !== 'atMost') || bound === right) return
  const message = `expected ${right} for ${metric}, where ${better} is better, found ${bound}`
  const hint = `a guard against what is too good to be true is written in cel: metrics.${metric}.estimate < …`
  report(`${pointer}/${bound}`, { rule, message, hint })
}

/** A name that verdicts and waivers could mean two rules by. */
export function checkRuleNames(names: readonly { readonly name: string; readonly pointer: string }[], report: Report): void {
  const seen = new Set<string>()
  for (const { name, pointer } of names) {
    if (seen.has(name)) {
      const message = `expected every name of a rule once, found ${JSON.stringify(name)} again`
      report(pointer, { rule: 'rule-name', message, hint: 'give one of them another name' })
    }
    seen.add(name)
  }
}
