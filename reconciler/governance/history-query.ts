/** Answers what was served when, from the lines of the history. Pure. */
import type { Instant } from '../core/clock.ts'
import type { HistoryLine } from '../core/history-line.ts'

/** What a rollout served at one moment, and the line that made it so. */
export interface ServedAt {
  readonly rollout: string
  readonly since: Instant
  readonly arms: readonly { readonly name: string; readonly version: number; readonly weight: number }[]
  readonly line: HistoryLine
}

/** The state of every rollout (or one) at an instant: the last line at or before it. Removed ones are left out. */
export function servedAt(lines: readonly HistoryLine[], at: Instant, rollout?: string): readonly ServedAt[] {
  const newest = new Map<string, HistoryLine>()
  const limitMs = Date.parse(at)
  for (const line of lines) {
    if (Date.parse(line.at) > limitMs) continue
    if (rollout === undefined || line.rollout === rollout) newest.set(line.rollout, line)
  }
  return [...newest.values()].flatMap((line) =>
    line.state === null
      ? []
      : [
          {
            rollout: line.rollout,
            since: line.at,
            arms: line.state.traffic.arms.map(({ name, version, weight }) => ({ name, version, weight })),
            line,
          },
        ],
  )
}
