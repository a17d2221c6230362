/** How long records are kept, in days of data time. See docs/decisions: fixed in this version. */

export const retentionDays = { predictions: 30, outcomes: 400 } as const

const dayMs = 86_400_000

/** The first moment that is kept, at the beginning of a UTC day: whole days go. */
export function oldestKept(dataMs: number, days: number): number {
  return Math.floor(dataMs / dayMs) * dayMs - days * dayMs
}
