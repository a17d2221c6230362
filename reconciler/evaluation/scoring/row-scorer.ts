/** Scores rows with a loaded model, through the runtime that serves. Knows no labels, and not how rows become tensors. */
import { MainwardError, messageOf } from '../../core/error.ts'
import type { LoadedModel } from '../../inference/model.ts'
import type { RowLayout } from '../../inference/rows/row-assembler.ts'
import { readElement } from '../../inference/rows/tensor-data.ts'
import type { Tensor, Tensors } from '../../inference/tensor.ts'

/** Rows `start` to `start + count - 1`; the last is repeated until there are `size`. */
export interface RowRange {
  readonly start: number
  readonly count: number
  readonly size: number
}

export interface ScorableRows {
  readonly count: number
  /** One tensor an input of the model. Throws `invalid-input` with row and feature. */
  assemble(range: RowRange): Tensors
}

export interface Scores {
  /** Row by row; not always finite. */
  readonly values: Float64Array
  /** Scores of one row: one, or one a class. */
  readonly width: number
}

export interface RowScorer {
  /** `firstRow`: how messages number the first of the rows. Throws `invalid-input` and `model-unusable` with the row. */
  score(rows: ScorableRows, firstRow: number): Promise<Scores>
}

/** Of an output with several columns the one of `positiveIndex`; without, all. */
export type ScoreOutput = Pick<RowLayout['signature']['outputs'], 'score' | 'positiveIndex'>

interface Scoring {
  readonly model: LoadedModel
  readonly output: ScoreOutput
  /** Rows of every run; null: any number. */
  readonly fixedRows: number | null
}

export function createRowScorer(model: LoadedModel, output: ScoreOutput): RowScorer {
  const fixedRows = model.inputs.map(({ shape }) => shape[0] ?? -1).find((size) => size !== -1) ?? null
  const scoring: Scoring = { model, output, fixedRows }
  return { score: (rows, firstRow) => scoreRows(scoring, rows, firstRow) }
}

async function scoreRows(scoring: Scoring, rows: ScorableRows, firstRow: number): Promise<Scores> {
  const step = scoring.fixedRows ?? Math.max(rows.count, 1)
  const parts: Scores[] = []
  for (let start = 0; start < rows.count; start += step) {
    const part = { start, count: Math.min(step, rows.count - start) }
    parts.push(await scoreRange(scoring, rows, part, firstRow))
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : joined(parts)
}

type Part = Pick<RowRange, 'start' | 'count'>

async function scoreRange(scoring: Scoring, rows: ScorableRows, { start, count }: Part, firstRow: number): Promise<Scores> {
  const { model, output, fixedRows } = scoring
  const range = { start, count, size: fixedRows ?? count }
  const tensors = rows.assemble(range)
  let tensor: Tensor | undefined
  try {
    tensor = (await model.run(tensors, [output.score]))[output.score]
  } catch (error) {
    throw await explainRun(scoring, { rows, range, firstRow, error })
  }
  if (tensor === undefined) throw new MainwardError('model-unusable', `the model has no output "${output.score}"`)
  return readScores(tensor, output, range)
}

interface FailedRun {
  readonly rows: ScorableRows
  readonly range: RowRange
  readonly firstRow: number
  readonly error: unknown
}

/** Halves the rows until one is left that fails alone; where none does, the run as a whole is to blame. */
async function explainRun(scoring: Scoring, { rows, range, firstRow, error }: FailedRun): Promise<unknown> {
  if (!(error instanceof MainwardError)) return error
  const { start, count } = range
  if (count === 1) {
    return new MainwardError(error.code, `row ${firstRow + start}: ${messageOf(error)}`, { cause: error })
  }
  const half = Math.ceil(count / 2)
  for (const part of [
    { start, count: half },
    { start: start + half, count: count - half },
  ]) {
    try {
      await scoreRange(scoring, rows, part, firstRow)
    } catch (found) {
      return found
    }
  }
  return new MainwardError(error.code, `rows ${firstRow + start} to ${firstRow + start + count - 1}: ${messageOf(error)}`, {
    cause: error,
  })
}

function readScores({ datatype, data }: Tensor, { score, positiveIndex }: ScoreOutput, { count, size }: RowRange): Scores {
  const columns = data.length / size
  if (!Number.isInteger(columns) || columns === 0) {
    throw scoreUnusable(`the output "${score}" has ${data.length} values for ${size} rows, expected as many for each row`)
  }
  const isOne = columns > 1 && positiveIndex !== undefined
  if (isOne && positiveIndex >= columns) {
    throw scoreUnusable(
      `the output "${score}" has ${columns} values a row, expected the column of the positive class (positiveIndex)`,
    )
  }
  const [width, offset] = isOne ? [1, positiveIndex] : [columns, 0]
  const values = new Float64Array(count * width)
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < width; column += 1) {
      values[row * width + column] = Number(readElement(datatype, data, row * columns + offset + column))
    }
  }
  return { values, width }
}

function joined(parts: readonly Scores[]): Scores {
  const values = new Float64Array(parts.reduce((length, part) => length + part.values.length, 0))
  let at = 0
  for (const part of parts) {
    values.set(part.values, at)
    at += part.values.length
  }
  return { values, width: parts[0]?.width ?? 1 }
}

export function scoreUnusable(message: string): MainwardError {
  return new MainwardError('model-unusable', message, {
    hint: 'score these inputs by hand to see what the model does with them (rows count from 0)',
  })
}
