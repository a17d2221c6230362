/** Sums that lose few digits. */

/** Terms below which a plain loop with eight accumulators is used; numpy's PW_BLOCKSIZE. */
const blockSize = 128

/**
 * The sum, added pairwise (N. J. Higham, The accuracy of floating point summation, 1993): the error grows with ln n, not with n.
 * The order of additions is numpy's, so that means of the same values are the same double and compare equal as they do there.
 */
export function pairwiseSum(values: ArrayLike<number>, from = 0, to = values.length): number {
  const count = to - from
  if (count < 8) return plainSum(values, from, to)
  if (count <= blockSize) return blockSum(values, from, to)
  const half = Math.floor(count / 2)
  const middle = from + half - (half % 8)
  return pairwiseSum(values, from, middle) + pairwiseSum(values, middle, to)
}

function plainSum(values: ArrayLike<number>, from: number, to: number): number {
  let sum = 0
  for (let index = from; index < to; index += 1) sum += values[index] ?? NaN
  return sum
}

function blockSum(values: ArrayLike<number>, from: number, to: number): number {
  const whole = to - ((to - from) % 8)
  const sums = Float64Array.from({ length: 8 }, (_, lane) => laneSum(values, from + lane, whole))
  const at = (lane: number): number => sums[lane] ?? NaN
  const total = at(0) + at(1) + (at(2) + at(3)) + (at(4) + at(5) + (at(6) + at(7)))
  let sum = total
  for (let index = whole; index < to; index += 1) sum += values[index] ?? NaN
  return sum
}

function laneSum(values: ArrayLike<number>, from: number, to: number): number {
  let sum = values[from] ?? NaN
  for (let index = from + 8; index < to; index += 8) sum += values[index] ?? NaN
  return sum
}
