/** Metrics of a regression, most of them functions of sums over rows; names and conventions of scikit-learn's `metrics`. */
import { medianOf } from '../descriptive/quantile.ts'
import { assertFinite, assertSameLength, assertWeights } from './binary-outcomes.ts'
import { type Clusters, type ClusterSums, totalsOf } from './clusters.ts'
import { orderScores } from './score-order.ts'

export interface RegressionOutcomes {
  readonly truth: Float64Array
  readonly predictions: Float64Array
  /** Finite and not negative, one a row. Left out: every row counts once. */
  readonly weights?: Float64Array | undefined
}

export const regressionSumNames = [
  'mean_absolute_error',
  'mean_squared_error',
  'root_mean_squared_error',
  'r2',
  'mean_absolute_percentage_error',
  'bias',
  'pinball_0.1',
  'pinball_0.5',
  'pinball_0.9',
] as const

/** Metrics that are functions of sums. `bias` is the mean of prediction - truth. */
export type RegressionSumMetrics = Readonly<Record<(typeof regressionSumNames)[number], number>>

export interface RegressionMetrics extends RegressionSumMetrics {
  /** Of all rows, whatever they weigh. */
  readonly max_error: number
  readonly median_absolute_error: number
}

/** Percentage errors divide by `max(|truth|, 2^-52)`, as scikit-learn's do. */
const smallestTruth = 2 ** -52

const [rowsAt, weightAt, underAt, overAt, squaredAt, percentageAt, centredAt, centredSquaredAt] = [0, 1, 2, 3, 4, 5, 6, 7]
const columns = 8

/** NaN of no rows. Throws a RangeError as `assertRegressionOutcomes` does. */
export function regressionMetrics(outcomes: RegressionOutcomes): RegressionMetrics {
  assertRegressionOutcomes(outcomes)
  const errors = outcomes.truth.map((truth, row) => Math.abs((outcomes.predictions[row] ?? NaN) - truth))
  return {
    ...metricsOfRegressionSums(totalsOf(regressionSums(outcomes))),
    max_error: errors.length === 0 ? NaN : errors.reduce((worst, error) => Math.max(worst, error), 0),
    median_absolute_error: outcomes.weights === undefined ? medianOf(errors) : weightedMedianOf(errors, outcomes.weights),
  }
}

/** Throws a RangeError for columns of different lengths, values that are not finite, or negative weights. */
export function assertRegressionOutcomes({ truth, predictions, weights }: RegressionOutcomes): void {
  assertSameLength(truth.length, { predictions, weights })
  assertFinite('truth', truth)
  assertFinite('prediction', predictions)
  if (weights !== undefined) assertWeights(weights)
}

/** One walk over the rows; all are one cluster when `clusters` is left out. */
export function regressionSums({ truth, predictions, weights }: RegressionOutcomes, clusters?: Clusters): ClusterSums {
  const count = clusters?.count ?? 1
  const values = new Float64Array(count * columns)
  const centre = centreOf(truth, weights)
  const add = (index: number, term: number) => (values[index] = (values[index] ?? 0) + term)
  for (let row = 0; row < truth.length; row += 1) {
    const start = clusters === undefined ? 0 : (clusters.ids[row] ?? 0) * columns
    const weight = weights === undefined ? 1 : (weights[row] ?? 0)
    const wanted = truth[row] ?? NaN
    const error = (predictions[row] ?? NaN) - wanted
    const distance = wanted - centre
    add(start + rowsAt, 1)
    add(start + weightAt, weight)
    add(start + underAt, weight * Math.max(-error, 0))
    add(start + overAt, weight * Math.max(error, 0))
    add(start + squaredAt, weight * error ** 2)
    add(start + percentageAt, weight * (Math.abs(error) / Math.max(Math.abs(wanted), smallestTruth)))
    add(start + centredAt, weight * distance)
    add(start + centredSquaredAt, weight * distance ** 2)
  }
  return { clusters: count, columns, values }
}

/** About the weighted mean, and never outside of the values that weigh anything: of a constant truth it is that constant exactly. */
function centreOf(truth: Float64Array, weights: Float64Array | undefined): number {
  let [weight, mean, least, most] = [0, 0, Infinity, -Infinity]
  for (let row = 0; row < truth.length; row += 1) {
    const [value, weighs] = [truth[row] ?? NaN, weights === undefined ? 1 : (weights[row] ?? 0)]
    if (weighs === 0) continue
    weight += weighs
    mean += (value - mean) * (weighs / weight)
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  return Math.min(Math.max(mean, least), most)
}

/** Of sums that `totalsOf` gives. */
export function metricsOfRegressionSums(totals: Float64Array): RegressionSumMetrics {
  const at = (column: number) => totals[column] ?? NaN
  const weight = at(weightAt)
  const mean = (column: number) => at(column) / weight
  const [under, over] = [mean(underAt), mean(overAt)]
  const pinball = (alpha: number) => alpha * under + (1 - alpha) * over
  return {
    mean_absolute_error: under + over,
    mean_squared_error: mean(squaredAt),
    root_mean_squared_error: Math.sqrt(mean(squaredAt)),
    r2: at(rowsAt) < 2 ? NaN : r2Of(at(squaredAt), at(centredSquaredAt), at(centredAt) * mean(centredAt)),
    mean_absolute_percentage_error: mean(percentageAt),
    bias: over - under,
    'pinball_0.1': pinball(0.1),
    'pinball_0.5': pinball(0.5),
    'pinball_0.9': pinball(0.9),
  }
}

/** Coefficient of determination; of a constant truth 1 when all is exact, else 0. */
function r2Of(squaredErrors: number, aboutCentre: number, ofCentre: number): number {
  if (squaredErrors === 0) return 1
  const aboutMean = aboutCentre - ofCentre
  if (!Number.isFinite(aboutMean)) return NaN
  // What is left of a constant truth beside another cluster's centre is rounding.
  return aboutMean <= 1e-13 * aboutCentre ? 0 : 1 - squaredErrors / aboutMean
}

/** The value in the middle of the weight; the mean of two where the middle lies between them. */
function weightedMedianOf(values: Float64Array, weights: Float64Array): number {
  const { rows, sorted } = orderScores(values)
  const weightAt = (index: number) => weights[rows[index] ?? 0] ?? 0
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let below = 0
  for (let index = 0; index < sorted.length; index += 1) {
    const weight = weightAt(index)
    if (weight === 0) continue
    below += weight
    const half = below / total - 0.5
    if (half > 1e-15) return sorted[index] ?? NaN
    if (half < -1e-15) continue
    let next = index + 1
    while (next < sorted.length && weightAt(next) === 0) next += 1
    return ((sorted[index] ?? NaN) + (sorted[next] ?? NaN)) / 2
  }
  return NaN
}
