/** Behaviour tests of a model: each on the same sample of rows, by the scores that serving would give. */
import type { BehaviourTest } from '../../core/behaviour-test.ts'
import { MainwardError } from '../../core/error.ts'
import type { TestOutcome } from '../../core/evaluation.ts'
import { inputDtypes } from '../../core/input-dtypes.ts'
import type { BehaviourSubject } from './behaviour-subject.ts'
import { errorOutcome } from './outcome-of-rows.ts'
import { createRequestScorer, type ScoredModel } from './request-scorer.ts'
import type { SampledRow } from './sample-rows.ts'
import { judgeSize, runLatency } from './test-budgets.ts'
import { runDirectional, runInvariance } from './test-changes.ts'
import { runGolden } from './test-golden.ts'
import { runMissing } from './test-missing.ts'
import { runRange } from './test-range.ts'

export interface BehaviourRun {
  readonly tests: readonly BehaviourTest[]
  readonly candidate: ScoredModel
  /** Of the model file. */
  readonly sizeBytes: number
  /** `sampleRows` of the test part, of `sampleSize` rows; none: tests that need rows can not be evaluated. */
  readonly rows: readonly SampledRow[]
  readonly seed: number
  /** A clock that only goes on, in milliseconds: `performance.now`. */
  readonly now: () => number
}

/** Rows that the tests need, at most. */
export function sampleSize(tests: readonly BehaviourTest[]): number {
  const needs = tests.map((test) => ('rows' in test ? test.rows : test.type === 'latency' ? test.runs : 0))
  return Math.max(0, ...needs)
}

/** In the order of the manifest. What keeps a test from being evaluated is its outcome, never passed. */
export async function runBehaviourTests(run: BehaviourRun): Promise<readonly TestOutcome[]> {
  const { candidate, sizeBytes, rows, seed, now } = run
  const { threshold, classes, layout } = candidate
  const subject = { scorer: createRequestScorer(candidate), threshold, classes, sizeBytes, rows, seed, now }
  const { requestFeatures, views } = layout
  const inputNames = [...inputDtypes({ requestFeatures, ...(views === undefined ? {} : { views }) }).keys()]
  const outcomes: TestOutcome[] = []
  for (const test of run.tests) outcomes.push(await runTest(test, subject, inputNames))
  return outcomes
}

async function runTest(test: BehaviourTest, subject: BehaviourSubject, inputNames: readonly string[]): Promise<TestOutcome> {
  try {
    return await chooseRun(test, subject, inputNames)
  } catch (error) {
    if (error instanceof MainwardError) return errorOutcome(test, error.message)
    throw error
  }
}

function chooseRun(
  test: BehaviourTest,
  subject: BehaviourSubject,
  inputNames: readonly string[],
): TestOutcome | Promise<TestOutcome> {
  switch (test.type) {
    case 'golden':
      return runGolden(test, subject)
    case 'invariance':
      return runInvariance(test, subject)
    case 'directional':
      return runDirectional(test, subject)
    case 'range':
      return runRange(test, subject)
    case 'missing':
      return runMissing(test, subject, inputNames)
    case 'latency':
      return runLatency(test, subject)
    case 'size':
      return judgeSize(test, subject)
  }
}
