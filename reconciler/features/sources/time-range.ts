/** Which stretch of event time is wanted: whole files and partitions outside of it are left out, rows inside of a file never. Pure. */

/** Microseconds since the epoch, both ends included; null: open. */
export interface TimeRange {
  readonly from: bigint | null
  readonly until: bigint | null
}

export const allTimes: TimeRange = { from: null, until: null }

/** True unless everything from `least` to `most` lies outside; unknown bounds may lie anywhere. */
export function overlaps({ from, until }: TimeRange, least: bigint | null, most: bigint | null): boolean {
  const before = from !== null && most !== null && most < from
  const after = until !== null && least !== null && least > until
  return !before && !after
}
