/** Puts a report together: the parts as they are, in an order that does not depend on who gave them, and the verdict of all. Pure. */
import { compareText } from '../core/finding.ts'
import type { ModelReport, Report } from '../core/report.ts'
import type { Verdict } from '../core/verdict.ts'

export type ReportParts = Omit<Report, 'reportVersion' | 'verdict' | 'blocks'>

/** Models by name; `failed` before `inconclusive` before `passed`. A model that could not be trained is failed, and blocks. */
export function buildReport(parts: ReportParts): Report {
  const models = [...parts.models].sort((a, b) => compareText(a.model, b.model))
  const isBroken = [...parts.featureTests, ...parts.expectations.filter(({ severity }) => severity === 'critical')].some(
    ({ status }) => status !== 'passed',
  )
  const verdicts = [...models.map(verdictOf), ...(isBroken ? (['failed'] as const) : [])]
  return {
    reportVersion: 1,
    ...parts,
    models,
    verdict: verdicts.includes('failed') ? 'failed' : verdicts.includes('inconclusive') ? 'inconclusive' : 'passed',
    blocks: isBroken || models.some((model) => model.outcome.type === 'failed' || model.evidence?.verdict.blocks === true),
  }
}

/** A model whose inputs are unchanged is not judged again: what was decided about it stays. */
function verdictOf({ outcome, evidence }: ModelReport): Verdict {
  if (outcome.type === 'failed') return 'failed'
  return evidence?.verdict.verdict ?? 'passed'
}
