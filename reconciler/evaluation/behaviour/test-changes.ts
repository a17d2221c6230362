/** Invariance and directional tests: one feature of a row is another, and the scores of both rows are compared. */
import type { DirectionalTest, FeatureChange, InvarianceTest } from '../../core/behaviour-test.ts'
import type { TestOutcome } from '../../core/evaluation.ts'
import {
  assertChangeable,
  scoreChanged,
  scoreColumn,
  scoreSample,
  type BehaviourSubject,
  type ScoredRow,
} from './behaviour-subject.ts'
import { changeValue, valuesOfOthers, type InputValue } from './change-value.ts'
import { errorOutcome, outcomeOfRows, showInputs, showScore, showValue, type RowFinding } from './outcome-of-rows.ts'

interface ChangedRow {
  readonly row: ScoredRow
  readonly to: InputValue
}

/** How far beyond what is allowed the score has moved; 0 and less: it is allowed. NaN: one of both is none. */
type Measure = (before: readonly number[], after: readonly number[]) => { readonly excess: number; readonly column: number }

export async function runInvariance(test: InvarianceTest, subject: BehaviourSubject): Promise<TestOutcome> {
  const { feature, tolerance, mostly } = test
  assertChangeable(subject, feature)
  const { rows, leftOut } = await scoreSample(subject, test.rows)
  const changed = test.values === null ? borrowed(rows, feature, subject) : tried(rows, feature, test.values)
  if (changed.length === 0) return errorOutcome(test, nothingChanges(feature, rows.length))
  const findings = await compareRows({ changed, feature, measure: farthest(tolerance) }, subject)
  const values = test.values === null ? 'the value of another row' : test.values.join(', ')
  const expected = `the score stays within ${tolerance} when ${feature} is ${values}`
  return outcomeOfRows({ test, findings, mostly, expected, leftOut })
}

export async function runDirectional(test: DirectionalTest, subject: BehaviourSubject): Promise<TestOutcome> {
  const { feature, change, mostly } = test
  assertChangeable(subject, feature)
  const column = scoreColumn(subject, test, test.class)
  const { rows, leftOut } = await scoreSample(subject, test.rows)
  const changed = rows.flatMap((row): readonly ChangedRow[] => {
    const found = changeValue(row.inputs[feature] ?? null, change)
    return found === null ? [] : [{ row, to: found.value }]
  })
  if (changed.length === 0) return errorOutcome(test, nothingChanges(feature, rows.length))
  const findings = await compareRows({ changed, feature, measure: direction(test, column) }, subject)
  const expected = `the score${test.class === null ? '' : ` for ${test.class}`} ${describeDirection(test)} when ${feature} ${describeChange(change)}`
  const unchanged = rows.length - changed.length
  const skipped = [leftOut, unchanged === 0 ? null : `${unchanged} more have nothing to change`].filter((text) => text !== null)
  return outcomeOfRows({ test, findings, mostly, expected, leftOut: skipped.length === 0 ? null : skipped.join('; ') })
}

function nothingChanges(feature: string, rows: number): string {
  return `expected rows in which ${feature} can be changed, found none of ${rows}`
}

function borrowed(rows: readonly ScoredRow[], feature: string, { seed }: BehaviourSubject): readonly ChangedRow[] {
  const others = valuesOfOthers(rows, feature, seed)
  return rows.flatMap((row, index) => {
    const other = others[index]
    return other === null || other === undefined ? [] : [{ row, to: other.value }]
  })
}

function tried(rows: readonly ScoredRow[], feature: string, values: readonly InputValue[]): readonly ChangedRow[] {
  return rows.flatMap((row) =>
    values.flatMap((to): readonly ChangedRow[] => {
      return changeValue(row.inputs[feature] ?? null, { type: 'set', to: to as never }) === null ? [] : [{ row, to }]
    }),
  )
}

interface Comparison {
  readonly changed: readonly ChangedRow[]
  readonly feature: string
  readonly measure: Measure
}

/** One finding a row: of several values the worst. */
async function compareRows({ changed, feature, measure }: Comparison, subject: BehaviourSubject): Promise<readonly RowFinding[]> {
  const after = await scoreChanged(
    subject,
    changed.map(({ row, to }) => ({ ...row.inputs, [feature]: to })),
  )
  const worst = new Map<number, RowFinding>()
  changed.forEach(({ row, to }, index) => {
    const scores = after[index] ?? []
    const { excess, column } = measure(row.scores, scores)
    const known = worst.get(row.row)
    if (known !== undefined && !(excess > known.excess || Number.isNaN(excess))) return
    const ofClass = subject.classes?.[column]
    const example = {
      row: row.row,
      inputs: showInputs(row.inputs),
      changed: { [feature]: showValue(to) },
      ...(ofClass === undefined ? {} : { class: ofClass }),
      score: showScore(row.scores[column] ?? NaN),
      scoreAfter: showScore(scores[column] ?? NaN),
    }
    worst.set(row.row, { passed: excess <= 0, excess, example })
  })
  return [...worst.values()]
}

/** Of several classes the one that moves farthest. */
function farthest(tolerance: number): Measure {
  return (before, after) => {
    const moves = before.map((score, column) => Math.abs((after[column] ?? NaN) - score))
    const column = Math.max(0, moves.findIndex(Number.isNaN), moves.indexOf(Math.max(...moves)))
    return { excess: (moves[column] ?? NaN) - tolerance, column }
  }
}

function direction({ score, tolerance }: DirectionalTest, column: number): Measure {
  return (before, after) => {
    const rise = (after[column] ?? NaN) - (before[column] ?? NaN)
    return { excess: directionExcess(rise, score, tolerance), column }
  }
}

/** Above 0: not allowed. A rise that must be more than the tolerance is not allowed at the tolerance itself. */
function directionExcess(rise: number, score: DirectionalTest['score'], tolerance: number): number {
  switch (score) {
    case 'up':
      return rise > tolerance ? -rise : Math.max(tolerance - rise, Number.MIN_VALUE)
    case 'down':
      return -rise > tolerance ? rise : Math.max(tolerance + rise, Number.MIN_VALUE)
    case 'not-up':
      return rise - tolerance
    case 'not-down':
      return -rise - tolerance
  }
}

function describeDirection({ score, tolerance }: DirectionalTest): string {
  const by = tolerance === 0 ? '' : ` by more than ${tolerance}`
  const words = { 'up': 'goes up', 'down': 'goes down', 'not-up': 'does not go up', 'not-down': 'does not go down' } // prettier-ignore
  return `${words[score]}${by}`
}

function describeChange(change: FeatureChange): string {
  if (change.type === 'set') return `is ${String(change.to)}`
  if (change.type === 'multiply') return `is multiplied by ${change.by}`
  return change.by < 0 ? `shrinks by ${-change.by}` : `grows by ${change.by}`
}
