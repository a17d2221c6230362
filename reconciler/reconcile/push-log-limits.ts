/** How much of the log of pushed rows goes into one segment, and how long a row waits for it at most. */
export const pushLogLimits = {
  /** Rows of a segment; so many are written at once, whatever their age. */
  rows: 50_000,
  /** Bytes of the values of a segment's rows, about: what is in memory at a time. */
  bytes: 32 * 1024 * 1024,
  /** On the data clock: when the first row of a log is as old as this, all of the log is written. */
  ageMs: 60 * 60_000,
} as const

/** Notes of segments that were merged are kept so long: whoever listed them before reads them in seconds. */
export const mergeGraceSeconds = 3_600
