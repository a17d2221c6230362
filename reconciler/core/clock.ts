/** The two clocks. Wall: holds, leases, timeouts. Data: the time of the data (feature age, windows, labels). */

/** An instant in ISO 8601, UTC, with milliseconds: `2026-11-24T10:00:00.000Z`. */
export type Instant = string

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
}

/** Both clocks at one moment, as a deciding function gets them. Milliseconds since the epoch. */
export interface Moment {
  readonly wallMs: number
  readonly dataMs: number
}

export function toInstant(milliseconds: number): Instant {
  return new Date(milliseconds).toISOString()
}
