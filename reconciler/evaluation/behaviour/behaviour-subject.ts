/** What behaviour tests are run on, and how they ask for scores. */
import type { BehaviourTest } from '../../core/behaviour-test.ts'
import { MainwardError } from '../../core/error.ts'
import { countNoun } from '../../core/count-noun.ts'
import { listNames } from '../../core/nearest-name.ts'
import type { Row } from '../../inference/rows/row-assembler.ts'
import type { RowScore, RequestScorer } from './request-scorer.ts'
import type { SampledRow } from './sample-rows.ts'

export interface BehaviourSubject {
  readonly scorer: RequestScorer
  readonly threshold: number | null
  readonly classes: readonly string[] | null
  readonly sizeBytes: number
  /** A sample of the test part, in an order by chance (`sampleRows`). */
  readonly rows: readonly SampledRow[]
  readonly seed: number
  /** A clock that only goes on, in milliseconds. */
  readonly now: () => number
}

/** Thrown inside of this folder: the test can not be evaluated, for the reason in the message. */
export function notEvaluated(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}

export interface ScoredRow extends SampledRow {
  readonly scores: readonly number[]
}

export interface ScoredRows {
  readonly rows: readonly ScoredRow[]
  /** Of the rows that a request would get an error for; null: none. */
  readonly leftOut: string | null
}

/** The first rows of the sample, as they are. Rows that are refused, by the null policy for example, are left out. */
export async function scoreSample({ scorer, rows }: BehaviourSubject, count: number): Promise<ScoredRows> {
  const chosen = rows.slice(0, count)
  if (chosen.length === 0) throw notEvaluated('expected rows of the test part, found none')
  const scores = await scorer.score(chosen.map(({ inputs }) => inputs))
  const found = chosen.flatMap((row, index): readonly ScoredRow[] => {
    const score = scores[index]
    return score?.type === 'scored' ? [{ ...row, scores: score.scores }] : []
  })
  const refused = scores.find((score) => score.type === 'refused')
  const because = refused === undefined ? '' : refused.because
  if (found.length === 0) throw notEvaluated(`the model refuses each of ${countNoun(chosen.length, 'row')}: ${because}`)
  const missing = chosen.length - found.length
  return { rows: found, leftOut: missing === 0 ? null : `${missing} more refused: ${because}` }
}

/** Scores of rows that the test has made; one that is refused ends the test. */
export async function scoreChanged({ scorer }: BehaviourSubject, rows: readonly Row[]): Promise<readonly (readonly number[])[]> {
  return (await scorer.score(rows)).map(acceptScore)
}

function acceptScore(score: RowScore): readonly number[] {
  if (score.type === 'scored') return score.scores
  throw notEvaluated(`the model refuses a changed row: ${score.because}`)
}

/** The feature must be there to be changed, with everything that is computed of it and others. */
export function assertChangeable({ scorer, rows }: BehaviourSubject, feature: string): void {
  const [first] = rows
  if (first === undefined) throw notEvaluated('expected rows of the test part, found none')
  if (!Object.hasOwn(first.inputs, feature)) {
    throw notEvaluated(`expected the feature ${feature} in the test part, found ${listNames(Object.keys(first.inputs))}`)
  }
  const lacking = scorer.lacking(first.inputs, feature)
  if (lacking === null) return
  throw notEvaluated(
    `expected ${lacking} in the test part, found none: what is computed of it and of ${feature} can not be computed again`,
  )
}

/** Which of the scores of a row is meant. */
export function scoreColumn({ classes }: BehaviourSubject, test: BehaviourTest, wanted: string | null): number {
  if (classes === null || wanted === null) return 0
  const column = classes.indexOf(wanted)
  if (column !== -1) return column
  throw notEvaluated(`expected one of the classes of the model (${listNames(classes)}) in ${test.name}, found ${wanted}`)
}
