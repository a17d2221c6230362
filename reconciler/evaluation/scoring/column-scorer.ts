/** Scores of labelled rows, which come as columns: finite, and as many a row as the task has. Knows no labels. */
import type { Task } from '../../core/release.ts'
import { loadOnnxModel } from '../../inference/onnx-runtime.ts'
import type { EvaluatedModel } from '../evaluation-request.ts'
import type { RowBatch } from '../evaluation-rows.ts'
import { compileColumnAssembler } from './column-assembler.ts'
import { createRowScorer, scoreUnusable, type Scores } from './row-scorer.ts'

export interface ColumnScorer {
  /** Names of the features that rows must have. */
  readonly fields: readonly string[]
  /** Row by row: a score, or one a class. `firstRow`: the number of the batch's first row. Throws `invalid-input` and `model-unusable` with the row. */
  score(batch: Pick<RowBatch, 'rows' | 'features'>, firstRow: number): Promise<Float64Array>
  release(): Promise<void>
}

/** Throws `model-unusable` for a file that is no model, or none of this signature. */
export async function openColumnScorer(
  { bytes, layout }: Pick<EvaluatedModel, 'bytes' | 'layout'>,
  task: Task,
): Promise<ColumnScorer> {
  const assembler = compileColumnAssembler(layout)
  const model = await loadOnnxModel(bytes)
  const { outputs } = layout.signature
  const scorer = createRowScorer(model, task === 'binary-classification' ? outputs : { score: outputs.score })
  return {
    fields: assembler.fields,
    score: async ({ rows, features }, firstRow) => {
      const scores = await scorer.score(
        { count: rows, assemble: (range) => assembler.assemble(features, range, firstRow) },
        firstRow,
      )
      assertWidth(scores, task, outputs.score)
      assertFinite(scores, firstRow)
      return scores.values
    },
    release: () => model.release(),
  }
}

function assertWidth({ width }: Scores, task: Task, output: string): void {
  if (width === 1 || task === 'multiclass-classification') return
  const expected = task === 'regression' ? 'one value a row' : 'the column of the positive class (positiveIndex)'
  throw scoreUnusable(`the output "${output}" has ${width} values a row, expected ${expected}`)
}

function assertFinite({ values, width }: Scores, firstRow: number): void {
  const at = values.findIndex((score) => !Number.isFinite(score))
  if (at === -1) return
  const row = firstRow + Math.floor(at / width)
  throw scoreUnusable(`row ${row}: the model's score is ${values[at]}, expected a finite number`)
}
