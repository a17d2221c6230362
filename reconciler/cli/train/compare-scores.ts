/** How far the scores of two model files are apart, row by row, on the part of a training set that judges. */
import { createRequestScorer, type RowScore } from '../../evaluation/behaviour/request-scorer.ts'
import type { RowBatch } from '../../evaluation/evaluation-rows.ts'
import { loadOnnxModel } from '../../inference/onnx-runtime.ts'
import type { Row, RowLayout } from '../../inference/rows/row-assembler.ts'
import type { DatasetRows } from './dataset-rows.ts'

export interface ScoreComparison {
  readonly rows: DatasetRows
  /** Of both files. */
  readonly layout: RowLayout
  readonly files: readonly [Uint8Array, Uint8Array]
  /** How far the scores of a row may be apart and still count as the same. */
  readonly tolerance: number
}

export interface ScoreDifference {
  readonly rows: number
  /** Absolute. */
  readonly maximum: number
  readonly beyond: number
}

/** A row that only one of both refuses is beyond any tolerance. */
export async function compareScores({ rows, layout, files: [a, b], tolerance }: ScoreComparison): Promise<ScoreDifference> {
  const [first, second] = [await loadOnnxModel(a), await loadOnnxModel(b)]
  try {
    const left = createRequestScorer({ model: first, layout, threshold: null, classes: null })
    const right = createRequestScorer({ model: second, layout, threshold: null, classes: null })
    const found = { rows: 0, maximum: 0, beyond: 0 }
    for await (const batch of rows.batches()) {
      const records = toRecords(batch)
      const [ours, theirs] = [await left.score(records), await right.score(records)]
      ours.forEach((score, index) => {
        const difference = differenceOf(score, theirs[index])
        found.maximum = Math.max(found.maximum, difference)
        if (!(difference <= tolerance)) found.beyond += 1
      })
      found.rows += records.length
    }
    return found
  } finally {
    await first.release()
    await second.release()
  }
}

function toRecords({ rows, features }: RowBatch): readonly Row[] {
  const columns = Object.entries(features)
  return Array.from({ length: rows }, (_, index) =>
    Object.fromEntries(columns.map(([name, column]) => [name, column[index] ?? null])),
  )
}

function differenceOf(a: RowScore, b: RowScore | undefined): number {
  if (a.type === 'refused' && b?.type === 'refused') return 0
  if (a.type === 'refused' || b?.type !== 'scored') return Number.POSITIVE_INFINITY
  return a.scores.reduce((most, score, index) => Math.max(most, Math.abs(score - (b.scores[index] ?? Number.NaN))), 0)
}
