/** A constant score as the output tensor of a release that could not answer. Pure. */
import type { Release } from '../../core/release.ts'
import type { Tensors } from '../../inference/tensor.ts'

/**
 * The score's output, one row of it for each of `rows` rows, as FP32. A probability in a matrix that has a positive column
 * becomes both columns, `1 - p` and `p`. There is no class label: a constant does not say which one it would be.
 */
export function buildConstant({ signature }: Release, score: number | readonly number[], rows: number): Tensors {
  const { score: name, positiveIndex } = signature.outputs
  const row = typeof score === 'number' ? spreadScore(score, positiveIndex) : score
  const data = new Float32Array(rows * row.length)
  for (let index = 0; index < data.length; index++) data[index] = row[index % row.length] ?? NaN
  const shape = typeof score === 'number' && positiveIndex === undefined ? [rows] : [rows, row.length]
  return { [name]: { datatype: 'FP32', shape, data } }
}

function spreadScore(score: number, positiveIndex: number | undefined): readonly number[] {
  if (positiveIndex === undefined) return [score]
  return positiveIndex === 0 ? [score, 1 - score] : [1 - score, score]
}
