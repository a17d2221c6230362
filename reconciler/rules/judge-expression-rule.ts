/** A rule in CEL over everything that was measured and counted. */
import type { OutcomeStatus } from '../core/evaluation.ts'
import type { ExpressionRule } from '../core/rule.ts'
import { compileCondition } from '../expressions/compile-condition.ts'
import { formatValue } from './describe-rule.ts'
import type { Finding } from './judge-metric-rule.ts'
import type { Judged } from './judged.ts'

/** An expression that can not be computed fails; one that needs what is not known is inconclusive. */
export function judgeExpressionRule({ cel }: ExpressionRule, judged: Judged): Finding {
  const found = compileCondition(cel)
  if (found.type === 'problem') {
    return { verdict: 'failed', reason: 'evaluation-error', message: `it can not be computed: ${found.problem.message}` }
  }
  const { condition } = found
  const values = new Map(condition.reads.map((path) => [path, valueAt(path, judged)]))
  const result = condition.evaluate((path) => values.get(path) ?? null)
  const named = [...values].map(([path, value]) => `${path} is ${value === null ? 'not known' : formatValue(value)}`).join(', ')
  if (result === undefined) return { verdict: 'failed', reason: 'evaluation-error', message: `it can not be computed: ${named}` }
  if (result === null) return { verdict: 'inconclusive', reason: 'undefined', message: named }
  return result
    ? { verdict: 'passed', reason: 'condition-met', message: named }
    : { verdict: 'failed', reason: 'condition-not-met', message: named }
}

function valueAt(path: string, { evaluation, artifact, dataset }: Judged): number | null {
  const [root = '', ...rest] = path.split('.')
  const member = rest.at(-1) ?? ''
  switch (root) {
    case 'artifact':
      return artifact[member as 'sizeBytes' | 'opset'] ?? null
    case 'data':
      return dataset?.rows[member] ?? null
    case 'metrics': {
      const metric = rest.slice(0, -1).join('.')
      const found = evaluation?.measurements.find(
        (each) => each.metric === metric && each.of === 'candidate' && each.group === undefined && each.across === undefined,
      )
      return found?.[member as 'estimate' | 'low' | 'high'] ?? null
    }
    default: {
      const outcomes = evaluation?.[root as 'tests' | 'expectations' | 'dataChecks']
      return outcomes === undefined ? null : count(outcomes, member as Counted)
    }
  }
}

type Counted = 'total' | 'passed' | 'failed' | 'errors'

function count(outcomes: readonly { readonly status: OutcomeStatus }[], what: Counted): number {
  const status = { total: null, passed: 'passed', failed: 'failed', errors: 'error' }[what]
  return status === null ? outcomes.length : outcomes.filter((outcome) => outcome.status === status).length
}
