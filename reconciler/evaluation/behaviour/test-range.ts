/** Range tests: scores lie within bounds. */
import type { RangeTest } from '../../core/behaviour-test.ts'
import type { TestOutcome } from '../../core/evaluation.ts'
import { scoreColumn, scoreSample, type BehaviourSubject } from './behaviour-subject.ts'
import { outcomeOfRows, showInputs, showScore } from './outcome-of-rows.ts'

export async function runRange(test: RangeTest, subject: BehaviourSubject): Promise<TestOutcome> {
  const { min, max, mostly } = test
  const column = scoreColumn(subject, test, test.class)
  const { rows, leftOut } = await scoreSample(subject, test.rows)
  const findings = rows.map(({ row, inputs, scores }) => {
    const score = scores[column] ?? NaN
    const excess = Math.max((min ?? -Infinity) - score, score - (max ?? Infinity))
    return { passed: excess <= 0, excess, example: { row, inputs: showInputs(inputs), score: showScore(score) } }
  })
  const named = test.class === null ? '' : ` for ${test.class}`
  const expected = `the score${named} is ${describeBounds(min, max)}`
  return outcomeOfRows({ test, findings, mostly, expected, leftOut })
}

function describeBounds(min: number | null, max: number | null): string {
  if (min === null) return `at most ${max ?? ''}`
  return max === null ? `at least ${min}` : `from ${min} to ${max}`
}
