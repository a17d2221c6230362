/** What must be measured so that rules can be judged. */
import type { MeasurementRequest, Subject } from '../core/measurement.ts'
import type { MetricRule, Rule, RuleSet } from '../core/rule.ts'
import { compileCondition } from '../expressions/compile-condition.ts'
import { metricOfPath } from '../expressions/rule-environment.ts'

/**
 * Each request once. A comparison also asks for the two values that it is of, and one between groups for the value of every group, also of those that
 * are too small to be judged, so that a report can show them.
 */
export function wantedMeasurements(ruleSets: readonly Pick<RuleSet, 'rules'>[]): readonly MeasurementRequest[] {
  const requests = ruleSets.flatMap(({ rules }) => rules.flatMap(requestsOf))
  return [...new Map(requests.map((request) => [JSON.stringify(request), request])).values()]
}

function requestsOf(rule: Rule): readonly MeasurementRequest[] {
  if (rule.type === 'expression') return expressionRequests(rule.cel)
  if (rule.type !== 'metric') return []
  const { metric, by, minGroup, bound } = rule
  const across = bound.type === 'ratioAtLeast' ? 'ratio' : bound.type === 'differenceAtMost' ? 'difference' : null
  const asked = subjectsOf(rule).map((of): MeasurementRequest => ({ metric, of, by, across, minGroup }))
  return across === null ? asked : [...asked, { metric, of: 'candidate', by, across: null, minGroup: null }]
}

function subjectsOf({ bound }: MetricRule): readonly Subject[] {
  if (!('reference' in bound)) return ['candidate']
  return [`difference-to-${bound.reference}`, 'candidate', bound.reference]
}

/** What an expression reads of metrics, on all rows. One that is no expression reads nothing. */
function expressionRequests(cel: string): readonly MeasurementRequest[] {
  const found = compileCondition(cel)
  const reads = found.type === 'compiled' ? found.condition.reads : []
  const metrics = new Set(reads.map(metricOfPath).filter((metric) => metric !== null))
  return [...metrics].map((metric) => ({ metric, of: 'candidate', by: [], across: null, minGroup: null }))
}
