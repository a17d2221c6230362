/** Means and variances of values that are all there. NaN among them makes the result NaN. */
import { pairwiseSum } from './pairwise-sum.ts'

/** What the t tests need of a sample. */
export interface Moments {
  readonly count: number
  readonly mean: number
  /** With count - 1 in the denominator; NaN for fewer than two values. */
  readonly variance: number
}

export function meanOf(values: ArrayLike<number>): number {
  return pairwiseSum(values) / values.length
}

/** Two passes: the mean, then the squares around it. A sample of equal values has variance 0 whatever its mean is rounded to. */
export function momentsOf(values: ArrayLike<number>): Moments {
  const count = values.length
  const first = values[0] ?? NaN
  if (count > 1 && isConstant(values, first)) return { count, mean: first, variance: 0 }
  const mean = meanOf(values)
  const squares = squaresAround(values, mean)
  return { count, mean, variance: count > 1 ? pairwiseSum(squares) / (count - 1) : NaN }
}

/** By a loop: `Float64Array.from` asks an iterator for each value, ten times as slowly. */
function squaresAround(values: ArrayLike<number>, mean: number): Float64Array {
  const squares = new Float64Array(values.length)
  for (let index = 0; index < squares.length; index += 1) squares[index] = ((values[index] ?? NaN) - mean) ** 2
  return squares
}

export function varianceOf(values: ArrayLike<number>): number {
  return momentsOf(values).variance
}

function isConstant(values: ArrayLike<number>, first: number): boolean {
  for (let index = 1; index < values.length; index += 1) if (values[index] !== first) return false
  return true
}
