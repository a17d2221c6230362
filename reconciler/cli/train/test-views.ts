/** The unit tests of the views that models of a report read, as a report has them. */
import type { FeatureTestOutcome, ModelReport } from '../../core/report.ts'
import { openEngine } from '../../features/engine/open-engine.ts'
import { runUnitTests } from '../../features/unit-tests/run-unit-tests.ts'
import type { CellDifference, ViewTestResult } from '../../features/unit-tests/test-result.ts'
import type { OpenTraining } from './open-training.ts'

/** How long one statement of a test may take, in milliseconds: its rows were typed by a person. */
const testLimitMs = 20_000

/** Views without tests cost nothing. */
export async function testViews(
  models: readonly ModelReport[],
  { definitions, engine }: OpenTraining,
): Promise<readonly FeatureTestOutcome[]> {
  const read = models.flatMap(({ model }) => (definitions.training.get(model)?.features ?? []).map(({ view }) => view))
  const tested = [...new Set(read)].filter((view) => (definitions.viewRules.get(view)?.tests ?? []).length > 0).sort()
  if (tested.length === 0) return []
  const open = async () => {
    const opened = await openEngine({ ...engine, threads: 1, timeLimitMs: testLimitMs })
    await opened.lock()
    return opened
  }
  const { results } = await runUnitTests(open, definitions, tested)
  return results.map(describeResult)
}

function describeResult({ view, test, verdict, problems, differences }: ViewTestResult): FeatureTestOutcome {
  const status = verdict === 'not-run' ? 'error' : verdict
  return { view, test, status, messages: [...problems, ...differences.map(describeDifference)] }
}

function describeDifference({ row, column, expected, found, whyNoRow }: CellDifference): string {
  const why = whyNoRow === null ? '' : ` (${whyNoRow})`
  return `row ${row + 1}, ${column}: expected ${String(expected)}, found ${String(found)}${why}`
}
