/** Scores of rows as requests would get them: on-demand features, null policy, tensors, the runtime. A refused row is a value here. */
import { MainwardError } from '../../core/error.ts'
import type { LoadedModel } from '../../inference/model.ts'
import { compileRowAssembler, type Row, type RowLayout } from '../../inference/rows/row-assembler.ts'
import { createRowScorer, type RowRange } from '../scoring/row-scorer.ts'
import { compileRowCompleter, type RowCompleter } from './complete-rows.ts'

/** A loaded model file, and what its scores mean. */
export interface ScoredModel {
  readonly model: LoadedModel
  readonly layout: RowLayout
  /** Binary classification: the decision is true at this score and above; null for the other tasks. */
  readonly threshold: number | null
  /** Several classes: their names in the order of the score's columns; null for the other tasks. */
  readonly classes: readonly string[] | null
}

export type RowScore =
  /** One number; of several classes the probability of each. */
  | { readonly type: 'scored'; readonly scores: readonly number[] }
  /** By the null policy, for a value of another type, or by the model itself: a request with this row gets an error. */
  | { readonly type: 'refused'; readonly because: string }

export interface RequestScorer extends Pick<RowCompleter, 'lacking'> {
  /** In the order of the rows. Throws `model-unusable`. */
  score(rows: readonly Row[]): Promise<readonly RowScore[]>
}

/** Rows of one run. */
const batchRows = 1024

/** Throws `unsupported` for a signature that this version can not fill. */
export function createRequestScorer(scored: ScoredModel): RequestScorer {
  const completer = compileRowCompleter(scored.layout)
  const run = compileRun(scored, completer)
  return {
    lacking: (row, feature) => completer.lacking(row, feature),
    score: async (rows) => {
      const found: RowScore[] = []
      for (let first = 0; first < rows.length; first += batchRows) {
        found.push(...(await scoreBatch(rows.slice(first, first + batchRows), run)))
      }
      return found
    },
  }
}

type Run = (rows: readonly Row[]) => Promise<readonly RowScore[]>

async function scoreBatch(rows: readonly Row[], run: Run): Promise<readonly RowScore[]> {
  const whole = await attempt(() => run(rows))
  if (!(whole instanceof MainwardError)) return whole
  // Something is wrong with one of the rows at least: each is tried by itself.
  const found: RowScore[] = []
  for (const row of rows) {
    const single = await attempt(() => run([row]))
    found.push(...(single instanceof MainwardError ? [refusal(single)] : single))
  }
  return found
}

/** What a caller would be told; other errors are about the model, or bugs. */
async function attempt<Value>(work: () => Promise<Value>): Promise<Value | MainwardError> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof MainwardError && error.code === 'invalid-input') return error
    throw error
  }
}

/** The assembler and the scorer name a row that is alone, each in its way. */
function refusal({ message }: MainwardError): RowScore {
  return { type: 'refused', because: message.replace(/^row(s\[0\]| 0)[.:] ?/, '') }
}

function compileRun({ model, layout }: ScoredModel, completer: RowCompleter): Run {
  const assembler = compileRowAssembler(layout)
  const scorer = createRowScorer(model, layout.signature.outputs)
  return async (rows) => {
    const whole = rows.map((row) => completer.complete(row))
    const { values, width } = await scorer.score(
      { count: whole.length, assemble: (range) => assembler.assemble(whole, positionsOf(range)) },
      0,
    )
    return rows.map((_, row) => ({ type: 'scored', scores: scoresOf(values, row, width) }))
  }
}

function scoresOf(values: Float64Array, row: number, width: number): readonly number[] {
  // One number is what most models say, and a typed array is slow to spread.
  return width === 1 ? [values[row] ?? NaN] : [...values.subarray(row * width, (row + 1) * width)]
}

function positionsOf({ start, count, size }: RowRange): readonly number[] {
  return Array.from({ length: size }, (_, index) => start + Math.min(index, count - 1))
}
