/** From the checks of a training set's sources and views to outcomes as an evaluation has them. Pure. */
import type { ExpectationOutcome } from '../../core/evaluation.ts'
import { type CheckResult, describeArguments } from '../../features/checks/checks-report.ts'
import type { CheckedRows } from '../../features/dataset/check-rows.ts'

export function listExpectations(checks: readonly CheckedRows[]): readonly ExpectationOutcome[] {
  return checks.flatMap(({ name, results, rows }) => results.map((result) => outcome(name, result, rows)))
}

function outcome(relation: string, result: CheckResult, rows: number): ExpectationOutcome {
  const status = result.verdict === 'not-evaluated' ? 'error' : result.verdict
  const what =
    result.check === 'expectation' ? `${result.expectation.name}(${describeArguments(result.expectation)})` : result.check
  return {
    name: `${relation}: ${what}`,
    severity: result.severity,
    status,
    message: result.reason ?? `${rows} rows`,
  }
}
