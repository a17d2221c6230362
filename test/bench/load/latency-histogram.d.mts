import type { LatencySummary } from './run-load.mjs'

export class LatencyHistogram {
  record(milliseconds: number): void
  /** At most 1.6 % above the exact value; NaN when nothing was recorded. */
  quantileMs(quantile: number): number
  summarize(): LatencySummary
}
