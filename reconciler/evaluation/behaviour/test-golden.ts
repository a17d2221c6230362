/** Golden tests: one row, and what is predicted for it. */
import type { GoldenExpectation, GoldenTest } from '../../core/behaviour-test.ts'
import type { TestOutcome } from '../../core/evaluation.ts'
import { notEvaluated, scoreColumn, type BehaviourSubject } from './behaviour-subject.ts'
import { showInputs, showScore } from './outcome-of-rows.ts'

interface Answer {
  readonly passed: boolean
  readonly expected: string
  readonly found: string
}

export async function runGolden(test: GoldenTest, subject: BehaviourSubject): Promise<TestOutcome> {
  const { name, type, row } = test
  const [score] = await subject.scorer.score([row])
  if (score?.type !== 'scored') throw notEvaluated(`the model refuses the row: ${score?.because ?? ''}`)
  const { passed, expected, found } = compare(test, subject, score.scores)
  const outcome = {
    name,
    type,
    status: passed ? 'passed' : 'failed',
    message: `expected ${expected}, found ${found}`,
    rows: 1,
  } as const
  if (passed) return { ...outcome, failures: 0, examples: [] }
  const column = test.expected.type === 'score' ? scoreColumn(subject, test, test.expected.class) : mostLikely(score.scores)
  return { ...outcome, failures: 1, examples: [{ inputs: showInputs(row), score: showScore(score.scores[column] ?? NaN) }] }
}

function compare(test: GoldenTest, subject: BehaviourSubject, scores: readonly number[]): Answer {
  const { expected } = test
  switch (expected.type) {
    case 'score':
      return compareScore(expected, scores[scoreColumn(subject, test, expected.class)] ?? NaN)
    case 'decision': {
      if (subject.threshold === null) throw notEvaluated('expected a model with a threshold, found none: nothing is decided')
      const [score = NaN] = scores
      // A comparison with NaN is false, as in serving; but a score that is none decides nothing.
      const found = Number.isNaN(score) ? 'no score' : String(score >= subject.threshold)
      return { passed: found === String(expected.decision), expected: `the decision ${expected.decision}`, found }
    }
    case 'label': {
      if (subject.classes === null) throw notEvaluated('expected a model of several classes, found none')
      const found = subject.classes[mostLikely(scores)] ?? 'no class'
      return { passed: found === expected.label, expected: `the label ${expected.label}`, found }
    }
  }
}

function compareScore(
  { score, tolerance, class: ofClass }: Extract<GoldenExpectation, { type: 'score' }>,
  found: number,
): Answer {
  const named = ofClass === null ? '' : ` for ${ofClass}`
  return {
    passed: Math.abs(found - score) <= tolerance,
    expected: `a score${named} of ${score} ± ${tolerance}`,
    found: String(Number(found.toPrecision(6))),
  }
}

/** The first of equal ones, as argmax has it; -1 where one is NaN. */
export function mostLikely(scores: readonly number[]): number {
  if (scores.some(Number.isNaN)) return -1
  return scores.indexOf(Math.max(...scores))
}
