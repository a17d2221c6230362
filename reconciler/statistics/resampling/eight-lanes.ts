/** What walks over rows for eight draws at a time share: the sums of each draw, a lane for each. */

/** Draws that one walk serves. */
export const lanes = 8

/** Keeps `0 / 0` out before the first row that is there; too small to be seen beside a row, or beside a weight, the heaviest of which is 1. */
export const least = 1e-300

/** By lane. */
export interface LaneSums {
  readonly sums: Float64Array
  /** At the last step. */
  readonly positives: Float64Array
  readonly precisions: Float64Array
}

export function createLaneSums(): LaneSums {
  return { sums: new Float64Array(lanes), positives: new Float64Array(lanes), precisions: new Float64Array(lanes) }
}

/** The average precision of each lane. */
export function averagePrecisions({ precisions, positives }: LaneSums): Float64Array {
  return precisions.map((precision, lane) => precision / (positives[lane] ?? NaN))
}

// Eight arguments: an array of them would be made anew for each score.
// eslint-disable-next-line max-params
export function setSums(
  sums: Float64Array,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  g: number,
  h: number,
): void {
  sums[0] = a
  sums[1] = b
  sums[2] = c
  sums[3] = d
  sums[4] = e
  sums[5] = f
  sums[6] = g
  sums[7] = h
}
