/** What is wrong with on-demand features, as problems of manifests. */
import type { OnDemandProblem } from '../expressions/compile-on-demand.ts'
import type { RuleId } from './explain.ts'
import type { Problem } from './local-finding.ts'

const rules: Readonly<Record<OnDemandProblem['problem']['sort'], RuleId>> = {
  syntax: 'on-demand-syntax',
  limit: 'on-demand-limit',
  name: 'on-demand-name',
  type: 'on-demand-type',
}

export function problemOf({ problem: { sort, message, hint } }: OnDemandProblem): Problem {
  return { rule: rules[sort], message, hint }
}
