/** How long to wait before something that ended is started again. Pure. */

const firstMs = 100
const longestMs = 10_000
/** Who lived this long was well: the count begins again. */
const wellAfterMs = 30_000

/** The number of failures in a row, after one that ended a life of this length. */
export function countFailures(before: number, livedMs: number): number {
  return livedMs >= wellAfterMs ? 1 : before + 1
}

/** The pause after so many failures in a row: 0.1 s, doubled each time, at most 10 s. */
export function restartPauseMs(failures: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.max(0, failures - 1))
}
