/** Runs the unit tests of one view: each gives its rows to the view, and all are asked by one join. */
import type { ViewDefinition, ViewTest } from '../../core/feature-definition.ts'
import type { Engine } from '../engine/engine.ts'
import { compareRows, type FoundDifference } from './compare-rows.ts'
import { explainMissing } from './explain-missing.ts'
import { findLostValues, loadGiven } from './fill-inputs.ts'
import { joinTests, loadLabels, type Outcome } from './join-tests.ts'
import { prepareTests, type PreparedTest } from './prepare-tests.ts'
import { refusalOf } from './refusal.ts'
import type { TestDefinitions } from './test-inputs.ts'
import type { CellDifference, ViewTestResult } from './test-result.ts'
import { buildTestRows, createTestedView, type TestedView } from './tested-view.ts'

/**
 * One result a test, in their order. The engine must be locked, and hold no relation; what is made in it stays. Throws what the engine
 * throws when a limit or a signal ended it; all else that is wrong becomes a result.
 */
export async function runViewTests(
  engine: Engine,
  view: ViewDefinition,
  tests: readonly ViewTest[],
  definitions: TestDefinitions,
): Promise<readonly ViewTestResult[]> {
  const tested = await createTestedView(engine, view, definitions)
  if (!('columns' in tested)) return tests.map((test) => notRun(view, test, tested))
  const prepared = prepareTests(tests, tested.inputs, tested.columns)
  const outcomes = await runTests(engine, tested, prepared)
  const compared = prepared.map((test) => compare(tested, test, outcomes.get(test.test) ?? { problems: test.problems }))
  const missing = compared.flatMap(({ differences }) => differences.filter(({ isRowFound }) => !isRowFound))
  const reasons = await explainMissing(engine, tested, [...new Set(missing.map(({ answer }) => answer))])
  return compared.map(({ differences, ...result }) => ({
    ...result,
    differences: differences.map(({ answer, ...difference }): CellDifference => {
      return { ...difference, whyNoRow: difference.isRowFound ? null : (reasons.get(answer) ?? null) }
    }),
  }))
}

function notRun(view: ViewDefinition, test: ViewTest, problems: readonly string[]): ViewTestResult {
  return { view: view.name, test: test.name, verdict: 'not-run', problems, differences: [] }
}

interface Compared extends Omit<ViewTestResult, 'differences'> {
  readonly differences: readonly FoundDifference[]
}

function compare({ view, columns }: TestedView, test: PreparedTest, outcome: Outcome): Compared {
  if ('problems' in outcome) return { ...notRun(view, test.definition, outcome.problems), differences: [] }
  const differences = compareRows(test, outcome.rows, columns)
  const verdict = differences.length === 0 ? 'passed' : 'failed'
  return { view: view.name, test: test.definition.name, verdict, problems: [], differences }
}

/** By number of the test; of tests without problems. */
async function runTests(
  engine: Engine,
  tested: TestedView,
  prepared: readonly PreparedTest[],
): Promise<ReadonlyMap<number, Outcome>> {
  const whole = prepared.filter(({ problems }) => problems.length === 0)
  const outcomes = new Map<number, Outcome>()
  for (const [test, problems] of await loadRows(engine, tested, whole)) outcomes.set(test, { problems })
  const filled: PreparedTest[] = []
  for (const test of whole.filter((each) => !outcomes.has(each.test))) {
    try {
      await engine.query(buildTestRows(tested, test.test))
      filled.push(test)
    } catch (thrown) {
      outcomes.set(test.test, { problems: [refusalOf(thrown)] })
    }
  }
  await loadLabels(engine, tested.columns, filled)
  return new Map([...outcomes, ...(await joinTests(engine, tested, filled))])
}

/** The problems of values that do not fit, by number of the test. */
async function loadRows(
  engine: Engine,
  { inputs }: TestedView,
  tests: readonly PreparedTest[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const problems = new Map<number, string[]>()
  for (const input of inputs) {
    await loadGiven(
      engine,
      input,
      tests.map(({ test, given }) => ({ test, cells: given.get(input.name) ?? [] })),
    )
    for (const { test, problem } of await findLostValues(engine, input)) {
      problems.set(test, [...(problems.get(test) ?? []), problem])
    }
  }
  return problems
}
