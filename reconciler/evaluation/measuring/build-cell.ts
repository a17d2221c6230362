/** The rows of a group, or all of them, with the scores of every subject. */
import type { Baseline } from '../../core/evaluation.ts'
import type { Task } from '../../core/release.ts'
import { createSample } from './create-sample.ts'
import type { Cell, Single } from './measure-cell.ts'
import type { RowGroup } from './group-rows.ts'
import type { ScoredRows } from './scored-rows.ts'
import type { SampleColumns, SubjectSample } from './subject-sample.ts'

export interface Subjects {
  readonly task: Task
  readonly baseline: Baseline
  readonly threshold: number
  /** Of the production version; the candidate's where it has none. */
  readonly productionThreshold: number
}

/** Null: all rows. */
export function buildCell(scored: ScoredRows, subjects: Subjects, group: RowGroup | null): Cell {
  const { clusters, weights, classes } = scored
  const rows = group?.rows ?? null
  const count = rows?.length ?? scored.rows
  const width = scored.candidate.length / scored.rows
  const truth = pick(scored.truth, rows, 1)
  const shared = { truth, classes: classes.length, weights: weights === null ? undefined : pick(weights, rows, 1) }
  const sampleOf = (scores: Float64Array, threshold: number): SubjectSample =>
    createSample(subjects.task, { ...shared, scores, threshold } satisfies SampleColumns)
  const samples = new Map<Single, SubjectSample>()
  samples.set('candidate', sampleOf(pick(scored.candidate, rows, width), subjects.threshold))
  if (scored.production !== null) {
    samples.set('production', sampleOf(pick(scored.production, rows, width), subjects.productionThreshold))
  }
  samples.set('baseline', sampleOf(repeated(subjects.baseline.values, count), subjects.threshold))
  return {
    ...(group === null ? {} : { group: group.key }),
    rows: count,
    clusters: clusters === null ? null : { ids: rows === null ? clusters.ids : Uint32Array.from(rows, (row) => clusters.ids[row] ?? 0), count: clusters.count }, // prettier-ignore
    isWeighted: weights !== null,
    samples,
  }
}

function pick(values: Float64Array, rows: Uint32Array | null, width: number): Float64Array {
  if (rows === null) return values
  const picked = new Float64Array(rows.length * width)
  for (let index = 0; index < rows.length; index += 1) {
    const from = (rows[index] ?? 0) * width
    for (let column = 0; column < width; column += 1) picked[index * width + column] = values[from + column] ?? NaN
  }
  return picked
}

function repeated(values: readonly number[], rows: number): Float64Array {
  const [only = NaN] = values
  if (values.length === 1) return new Float64Array(rows).fill(only)
  return Float64Array.from({ length: rows * values.length }, (_, index) => values[index % values.length] ?? NaN)
}
