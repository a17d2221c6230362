/** A rule on what passed or failed: behaviour tests, expectations, data checks. */
import type { Evaluation, OutcomeStatus } from '../core/evaluation.ts'
import type { ResultsRule } from '../core/rule.ts'
import { resultWords } from './describe-rule.ts'
import type { Finding } from './judge-metric-rule.ts'

interface Outcome {
  readonly name: string
  readonly status: OutcomeStatus
  readonly message: string
}

/** What could not be evaluated is not passed: it fails. */
export function judgeResultsRule({ type, names }: ResultsRule, evaluation: Evaluation): Finding {
  const words = resultWords[type]
  const outcomes = outcomesOf(type, evaluation)
  const missing = names === 'all' ? [] : names.filter((name) => !outcomes.some((outcome) => outcome.name === name))
  if (missing.length > 0) {
    const message = `there is no result of ${missing.join(', ')} among the ${words} of this version`
    return { verdict: 'inconclusive', reason: 'not-measured', message }
  }
  const asked = names === 'all' ? outcomes : outcomes.filter(({ name }) => names.includes(name))
  const bad = asked.filter(({ status }) => status !== 'passed')
  const [first] = bad
  if (first !== undefined) {
    const more = bad.length === 1 ? '' : ` (and ${bad.length - 1} more)`
    const message = `${bad.length} of ${asked.length} ${words} not passed: ${first.name}: ${first.message}${more}`
    return { verdict: 'failed', reason: `${reasonWords[type]}-failed`, message }
  }
  if (asked.length === 0) return { verdict: 'passed', reason: 'nothing-to-check', message: `there are no ${words}` }
  return { verdict: 'passed', reason: `${reasonWords[type]}-passed`, message: `${asked.length} ${words} passed` }
}

const reasonWords = { tests: 'tests', expectations: 'expectations', dataChecks: 'data-checks' } as const

/** Expectations that are warnings or for information stop nothing: they are told where the data is. */
function outcomesOf(type: ResultsRule['type'], { tests, expectations, dataChecks }: Evaluation): readonly Outcome[] {
  switch (type) {
    case 'tests':
      return tests
    case 'expectations':
      return expectations.filter(({ severity }) => severity === 'critical')
    case 'dataChecks':
      return dataChecks
  }
}
