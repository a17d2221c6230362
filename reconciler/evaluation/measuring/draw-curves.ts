/** Curves of a classifier for pictures, thinned to what an eye can tell. */
import type { CalibrationPoints, CurvePoints, Curves } from '../../core/evaluation.ts'
import { calibrationBins } from '../../statistics/metrics/binary-sums.ts'
import { areProbabilities } from '../../statistics/metrics/binary-outcomes.ts'
import { orderScores } from '../../statistics/metrics/score-order.ts'
import type { EvaluationRequest } from '../evaluation-request.ts'
import { rounded } from './rounded.ts'
import type { ScoredRows } from './scored-rows.ts'

/** Points of a ROC curve, both ends among them. */
const rocSteps = 100

type Asked = Pick<EvaluationRequest, 'task'> & { readonly threshold: number }

/** Null for regression. Confusion is the candidate's. */
export function drawCurves(scored: ScoredRows, { task, threshold }: Asked): Curves | null {
  if (task === 'regression') return null
  const confusion = confusionOf(scored, task === 'binary-classification' ? threshold : null)
  if (task === 'multiclass-classification') return { roc: [], calibration: [], confusion }
  const models = [
    { of: 'candidate' as const, scores: scored.candidate },
    ...(scored.production === null ? [] : [{ of: 'production' as const, scores: scored.production }]),
  ]
  return {
    roc: models.flatMap(({ of, scores }): readonly CurvePoints[] => {
      const points = rocPoints(scored, scores)
      return points === null ? [] : [{ of, points }]
    }),
    calibration: models.filter(({ scores }) => areProbabilities(scores)).map(({ of, scores }): CalibrationPoints => ({ of, bins: calibrationPoints(scored, scores) })), // prettier-ignore
    confusion,
  }
}

/** Thinned evenly along the curve; null unless both classes weigh something. */
function rocPoints({ truth, weights }: ScoredRows, scores: Float64Array): CurvePoints['points'] | null {
  const { rows, sorted } = orderScores(scores)
  const weightAt = (row: number) => weights?.[row] ?? 1
  const sums = [0, 0]
  for (let row = 0; row < truth.length; row += 1) sums[truth[row] ?? 0] = (sums[truth[row] ?? 0] ?? 0) + weightAt(row)
  const [negatives = 0, positives = 0] = sums
  if (negatives === 0 || positives === 0) return null
  const points: (readonly [number, number])[] = [[0, 0]]
  let [negative, positive, step, index] = [0, 0, 1, rows.length - 1]
  while (index >= 0) {
    const score = sorted[index]
    for (; index >= 0 && sorted[index] === score; index -= 1) {
      const row = rows[index] ?? 0
      if (truth[row] === 1) positive += weightAt(row)
      else negative += weightAt(row)
    }
    const [x, y] = [negative / negatives, positive / positives]
    if (index >= 0 && ((x + y) / 2) * rocSteps < step) continue
    points.push(index < 0 ? [1, 1] : [rounded(x), rounded(y)])
    step = Math.floor(((x + y) / 2) * rocSteps) + 1
  }
  return points
}

function calibrationPoints({ truth, weights }: ScoredRows, scores: Float64Array): CalibrationPoints['bins'] {
  const sums = Array.from({ length: calibrationBins }, () => ({ weight: 0, score: 0, positive: 0, rows: 0 }))
  for (const [row, score] of scores.entries()) {
    const bin = sums[Math.min(Math.floor(score * calibrationBins), calibrationBins - 1)]
    if (bin === undefined) continue
    const weight = weights?.[row] ?? 1
    bin.weight += weight
    bin.score += weight * score
    bin.positive += weight * (truth[row] ?? 0)
    bin.rows += 1
  }
  const filled = sums.filter(({ weight }) => weight > 0)
  return filled.map(({ weight, score, positive, rows }) => ({
    score: rounded(score / weight),
    share: rounded(positive / weight),
    rows,
  }))
}

/** Rows of the matrix are true classes. `threshold` null: the highest score decides. */
function confusionOf(scored: ScoredRows, threshold: number | null): Curves['confusion'] {
  const { classes, truth, weights, candidate } = scored
  const matrix = classes.map(() => classes.map(() => 0))
  for (let row = 0; row < scored.rows; row += 1) {
    const counts = matrix[truth[row] ?? 0]
    const predicted =
      threshold === null ? highestAt(candidate, row, classes.length) : (candidate[row] ?? NaN) >= threshold ? 1 : 0
    if (counts !== undefined) counts[predicted] = (counts[predicted] ?? 0) + (weights?.[row] ?? 1)
  }
  return matrix.map((counts) => counts.map(rounded))
}

function highestAt(scores: Float64Array, row: number, width: number): number {
  let highest = 0
  for (let k = 1; k < width; k += 1) {
    if ((scores[row * width + k] ?? NaN) > (scores[row * width + highest] ?? NaN)) highest = k
  }
  return highest
}
