/** Scores rows with a model file, through the runtime that serves: batches in, one score a row out. Knows no labels. */
import { MainwardError, messageOf } from '../../core/error.ts'
import type { Task } from '../../core/release.ts'
import type { LoadedModel } from '../../inference/model.ts'
import { loadOnnxModel } from '../../inference/onnx-runtime.ts'
import { readElement } from '../../inference/rows/tensor-data.ts'
import type { Tensor } from '../../inference/tensor.ts'
import type { EvaluatedModel } from '../evaluation-request.ts'
import type { RowBatch } from '../evaluation-rows.ts'
import { compileColumnAssembler, type ColumnAssembler } from './column-assembler.ts'

export interface RowScorer {
  /** Names of the features that rows must have. */
  readonly fields: readonly string[]
  /** Row by row: a score, or one a class. `firstRow`: the number of the batch's first row. Throws `invalid-input` and `model-unusable` with the row. */
  score(batch: Pick<RowBatch, 'rows' | 'features'>, firstRow: number): Promise<Float64Array>
  release(): Promise<void>
}

interface Scoring {
  readonly model: LoadedModel
  readonly assembler: ColumnAssembler
  readonly task: Task
  readonly output: string
  readonly positiveIndex: number | undefined
  /** Rows of every run; -1: any. */
  readonly fixedRows: number
}

/** Throws `model-unusable` for a file that is no model, or none of this signature. */
export async function openRowScorer({ bytes, layout }: Pick<EvaluatedModel, 'bytes' | 'layout'>, task: Task): Promise<RowScorer> {
  const assembler = compileColumnAssembler(layout)
  const model = await loadOnnxModel(bytes)
  const { score: output, positiveIndex } = layout.signature.outputs
  const fixedRows = model.inputs.map(({ shape }) => shape[0] ?? -1).find((size) => size !== -1) ?? -1
  const scoring: Scoring = { model, assembler, task, output, positiveIndex, fixedRows }
  return {
    fields: assembler.fields,
    score: (batch, firstRow) => scoreBatch(scoring, batch, firstRow),
    release: () => model.release(),
  }
}

type Batch = Pick<RowBatch, 'rows' | 'features'>

async function scoreBatch(scoring: Scoring, batch: Batch, firstRow: number): Promise<Float64Array> {
  const step = scoring.fixedRows === -1 ? Math.max(batch.rows, 1) : scoring.fixedRows
  const parts: Float64Array[] = []
  for (let start = 0; start < batch.rows; start += step) {
    const range = { start, count: Math.min(step, batch.rows - start) }
    parts.push(await scoreRange(scoring, batch, range, firstRow))
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : joined(parts)
}

interface Range {
  readonly start: number
  readonly count: number
}

async function scoreRange(scoring: Scoring, batch: Batch, range: Range, firstRow: number): Promise<Float64Array> {
  const { model, assembler, output, fixedRows } = scoring
  const size = fixedRows === -1 ? range.count : fixedRows
  const tensors = assembler.assemble(batch.features, { ...range, size }, firstRow)
  let tensor: Tensor | undefined
  try {
    tensor = (await model.run(tensors, [output]))[output]
  } catch (error) {
    throw await explainRun(scoring, { batch, range, firstRow, error })
  }
  if (tensor === undefined) throw new MainwardError('model-unusable', `the model has no output "${output}"`)
  return readScores(tensor, scoring, { count: range.count, size, firstRow: firstRow + range.start })
}

interface FailedRun {
  readonly batch: Batch
  readonly range: Range
  readonly firstRow: number
  readonly error: unknown
}

/** Halves the rows until one is left that fails alone; where none does, the run as a whole is to blame. */
async function explainRun(scoring: Scoring, { batch, range, firstRow, error }: FailedRun): Promise<unknown> {
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
      await scoreRange(scoring, batch, part, firstRow)
    } catch (found) {
      return found
    }
  }
  return new MainwardError(error.code, `rows ${firstRow + start} to ${firstRow + start + count - 1}: ${messageOf(error)}`, {
    cause: error,
  })
}

interface Expected {
  readonly count: number
  readonly size: number
  readonly firstRow: number
}

function readScores(tensor: Tensor, { task, output, positiveIndex }: Scoring, { count, size, firstRow }: Expected): Float64Array {
  const width = tensor.data.length / size
  if (!Number.isInteger(width) || width === 0) {
    throw unusable(`the output "${output}" has ${tensor.data.length} values for ${size} rows, expected as many for each row`)
  }
  if (task === 'multiclass-classification') return readNumbers(tensor, { firstRow, count, stride: width, offset: 0, width })
  if (width > 1 && (task === 'regression' || positiveIndex === undefined || positiveIndex >= width)) {
    const expected = task === 'regression' ? 'one value a row' : 'the column of the positive class (positiveIndex)'
    throw unusable(`the output "${output}" has ${width} values a row, expected ${expected}`)
  }
  const offset = width > 1 ? (positiveIndex ?? 0) : 0
  return readNumbers(tensor, { firstRow, count, stride: width, offset, width: 1 })
}

interface Numbers {
  readonly firstRow: number
  readonly count: number
  readonly stride: number
  readonly offset: number
  readonly width: number
}

function readNumbers({ datatype, data }: Tensor, { firstRow, count, stride, offset, width }: Numbers): Float64Array {
  const scores = new Float64Array(count * width)
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const score = Number(readElement(datatype, data, row * stride + offset + column))
      if (!Number.isFinite(score)) {
        throw unusable(`row ${firstRow + row}: the model's score is ${score}, expected a finite number`)
      }
      scores[row * width + column] = score
    }
  }
  return scores
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function unusable(message: string): MainwardError {
  return new MainwardError('model-unusable', message, {
    hint: 'score these inputs by hand to see what the model does with them (rows count from 0)',
  })
}
