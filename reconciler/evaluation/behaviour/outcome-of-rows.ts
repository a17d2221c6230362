/** From what was found of single rows to the outcome of a behaviour test. Pure. */
import type { BehaviourTest } from '../../core/behaviour-test.ts'
import { countNoun } from '../../core/count-noun.ts'
import type { Json } from '../../core/digest.ts'
import type { TestOutcome } from '../../core/evaluation.ts'
import { encodeFeatureValue, type FeatureValue } from '../../core/feature-value.ts'
import { writeFloat32 } from '../../inference/rows/float32-text.ts'
import type { Row } from '../../inference/rows/row-assembler.ts'

/** One row that a test looked at. */
export interface RowFinding {
  readonly passed: boolean
  /** How far beyond what is allowed, in units of the score; of rows that failed the worst are shown. NaN is the worst. */
  readonly excess: number
  readonly example: Readonly<Record<string, Json>>
}

const mostExamples = 3

interface Judged {
  readonly test: BehaviourTest
  readonly findings: readonly RowFinding[]
  readonly mostly: number
  /** What must be true of a row: `the score stays within 0.1 when distance changes`. */
  readonly expected: string
  /** Rows that were left out, and why; null: none. */
  readonly leftOut: string | null
}

/** Passed where the share of rows that passed is at least `mostly`; without rows nothing could be evaluated. */
export function outcomeOfRows({ test, findings, mostly, expected, leftOut }: Judged): TestOutcome {
  const { name, type } = test
  const beside = leftOut === null ? '' : ` (${leftOut})`
  if (findings.length === 0) return errorOutcome(test, `expected rows to try it on, found none${beside}`)
  const failed = findings.filter(({ passed }) => !passed)
  const share = (findings.length - failed.length) / findings.length
  const wanted = mostly === 1 ? 'every row' : `at least ${percent(mostly)} of rows`
  const found = `true of ${findings.length - failed.length} of ${countNoun(findings.length, 'row')}${beside}`
  return {
    name,
    type,
    status: share >= mostly ? 'passed' : 'failed',
    message: `expected of ${wanted}: ${expected}; ${found}`,
    rows: findings.length,
    failures: failed.length,
    examples: worst(failed).map(({ example }) => example),
  }
}

function worst(failed: readonly RowFinding[]): readonly RowFinding[] {
  const rank = ({ excess }: RowFinding): number => (Number.isNaN(excess) ? Infinity : excess)
  return failed.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a))).slice(0, mostExamples)
}

/** It could not be evaluated, so it is not passed. */
export function errorOutcome({ name, type }: BehaviourTest, message: string): TestOutcome {
  return { name, type, status: 'error', message, rows: 0, failures: 0, examples: [] }
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`
}

/** Inputs as an example shows them: as a request would have them, where a number of JSON holds them. */
export function showInputs(inputs: Row): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, showValue(value as FeatureValue)]))
}

/** Floats of 32 bits without the digits that only one of 64 bits has. */
export function showValue(value: FeatureValue): Json {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  if (typeof value !== 'number' || Math.fround(value) !== value) return encodeFeatureValue(value)
  return Number.isFinite(value) ? Number(writeFloat32(value)) : encodeFeatureValue(value)
}

/** Six significant digits, as all estimates; what is no finite number as text. */
export function showScore(score: number): Json {
  return Number.isFinite(score) ? Number(score.toPrecision(6)) : String(score)
}
