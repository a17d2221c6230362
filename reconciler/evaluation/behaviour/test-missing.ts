/** Missing-value tests: rows without a feature have a finite score, or are rejected by the null policy. */
import type { MissingTest } from '../../core/behaviour-test.ts'
import type { Json } from '../../core/digest.ts'
import { listNames } from '../../core/nearest-name.ts'
import type { TestOutcome } from '../../core/evaluation.ts'
import type { Row } from '../../inference/rows/row-assembler.ts'
import { assertChangeable, notEvaluated, scoreSample, type BehaviourSubject, type ScoredRow } from './behaviour-subject.ts'
import { outcomeOfRows, showInputs, showScore, type RowFinding } from './outcome-of-rows.ts'
import type { RowScore } from './request-scorer.ts'

/** `inputNames` are the names of what is sent or joined: what a test means that names no features. */
export async function runMissing(
  test: MissingTest,
  subject: BehaviourSubject,
  inputNames: readonly string[],
): Promise<TestOutcome> {
  const first = subject.rows[0]?.inputs ?? {}
  const features =
    test.features ?? inputNames.filter((name) => Object.hasOwn(first, name) && subject.scorer.lacking(first, name) === null)
  if (features.length === 0) throw notEvaluated('expected features that can be missing, found none')
  for (const feature of features) assertChangeable(subject, feature)
  const { rows, leftOut } = await scoreSample(subject, test.rows)
  const sets = test.together ? [features] : features.map((feature) => [feature])
  const findings: RowFinding[] = []
  for (const row of rows) findings.push(await judgeRow(row, sets, test, subject))
  const which = test.together ? `without ${listNames(features)}` : `without each of ${listNames(features)}`
  const expected = test.expect === 'score' ? `${which} the score is a finite number` : `${which} the row is rejected`
  return outcomeOfRows({ test, findings, mostly: 1, expected, leftOut })
}

/** The row passes when it does without each of the sets; the first that fails is shown. */
async function judgeRow(
  { row, inputs }: ScoredRow,
  sets: readonly (readonly string[])[],
  { expect }: MissingTest,
  { scorer }: BehaviourSubject,
): Promise<RowFinding> {
  const nulls = sets.map((names) => Object.fromEntries(names.map((name) => [name, null])))
  const scores = await scorer.score(nulls.map((missing): Row => ({ ...inputs, ...missing })))
  const failed = scores.findIndex((score) => !isAsExpected(score, expect))
  const found = scores[failed]
  if (found === undefined) return { passed: true, excess: 0, example: {} }
  return {
    passed: false,
    excess: 1,
    example: { row, inputs: showInputs(inputs), changed: nulls[failed] ?? {}, ...showAnswer(found) },
  }
}

function isAsExpected(score: RowScore, expect: MissingTest['expect']): boolean {
  if (score.type === 'refused') return expect === 'rejected'
  return expect === 'score' && score.scores.every(Number.isFinite)
}

function showAnswer(score: RowScore): Readonly<Record<string, Json>> {
  return score.type === 'refused' ? { rejected: score.because } : { scoreAfter: showScore(score.scores[0] ?? NaN) }
}
