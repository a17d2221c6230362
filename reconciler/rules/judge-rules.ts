/** All rules of one gate or fairness policy against one model version. Waivers are no matter of it. */
import type { Rule, RuleSet } from '../core/rule.ts'
import type { GateVerdict, RuleVerdict, Verdict } from '../core/verdict.ts'
import { describeRule } from './describe-rule.ts'
import { judgeExpressionRule } from './judge-expression-rule.ts'
import { type Finding, judgeMetricRule } from './judge-metric-rule.ts'
import { judgeResultsRule } from './judge-results-rule.ts'
import { judgeOf } from './judge-of.ts'
import type { Judged } from './judged.ts'

export function judgeRules(ruleSet: RuleSet, judged: Judged): GateVerdict {
  const { kind, name, enforcement, digest } = ruleSet
  const rules = ruleSet.rules.map((rule): RuleVerdict => {
    const finding = judgeRule(rule, judged)
    const blocks = enforcement === 'block' && stopsBy(rule, finding)
    const { name: ruleName, severity } = rule
    const held = rule.type === 'metric' ? { metric: rule.metric, bound: rule.bound, judge: judgeOf(rule) } : {}
    return { rule: ruleName, says: describeRule(rule), ...held, severity, blocks, ...finding }
  })
  return { kind, name, enforcement, digest, ...summarize(rules), rules }
}

/** Of a gate from its rules: what only warns does not count. */
export function summarize(rules: readonly RuleVerdict[]): { readonly verdict: Verdict; readonly blocks: boolean } {
  const critical = rules.filter(({ severity }) => severity === 'critical').map(({ verdict }) => verdict)
  const verdict = critical.includes('failed') ? 'failed' : critical.includes('inconclusive') ? 'inconclusive' : 'passed'
  return { verdict, blocks: rules.some(({ blocks }) => blocks) }
}

function judgeRule(rule: Rule, judged: Judged): Finding {
  if (rule.type === 'expression') return judgeExpressionRule(rule, judged)
  const { evaluation } = judged
  if (evaluation === null) {
    return { verdict: 'inconclusive', reason: 'not-measured', message: 'this version has no evidence of an evaluation' }
  }
  return rule.type === 'metric' ? judgeMetricRule(rule, evaluation, judged.columns) : judgeResultsRule(rule, evaluation)
}

/** Who takes away what a rule is measured by has not found that the rows do not decide. */
function stopsBy({ severity, onInconclusive }: Rule, { verdict, reason }: Finding): boolean {
  if (severity === 'warn' || verdict === 'passed') return false
  return verdict === 'failed' || reason === 'column-dropped' || onInconclusive === 'block'
}
