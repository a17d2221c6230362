/** The history as text: what was served when, and why. Pure. */
import type { Instant } from '../core/clock.ts'
import { assertNever } from '../core/assert-never.ts'
import type { HistoryLine } from '../core/history-line.ts'
import type { ServedAt } from '../governance/history-query.ts'
import { renderTraffic } from './render-status.ts'
import { renderTable } from './table.ts'

/** One line a transition, the oldest first. */
export function renderHistory(lines: readonly HistoryLine[]): string {
  if (lines.length === 0) return 'nothing has been served yet\n'
  const titles = ['TIME', 'ROLLOUT', 'EVENT', 'TRAFFIC', 'COMMIT', 'BY', 'WHY'].map((title) => ({ title }))
  return renderTable(titles, lines.map(describeLine))
}

function describeLine({ at, rollout, event, state, commit, by, message }: HistoryLine): readonly string[] {
  const traffic = state === null ? '-' : renderTraffic(state.traffic.arms, state.settings?.fallback ?? null)
  return [showTime(at), rollout, event, traffic, commit.slice(0, 12), describeActor(by), message]
}

/** What every rollout served at one moment. */
export function renderServedAt(served: readonly ServedAt[], at: Instant): string {
  if (served.length === 0) return `nothing was served at ${at}\n`
  const titles = ['ROLLOUT', 'TRAFFIC', 'SINCE', 'COMMIT', 'WHY'].map((title) => ({ title }))
  const rows = [...served]
    .sort((a, b) => (a.rollout < b.rollout ? -1 : 1))
    .map(({ rollout, since, line }) => [
      rollout,
      line.state === null ? '-' : renderTraffic(line.state.traffic.arms, line.state.settings?.fallback ?? null),
      showTime(since),
      line.commit.slice(0, 12),
      line.message,
    ])
  return `at ${at}\n${renderTable(titles, rows)}`
}

function describeActor({ kind, name }: HistoryLine['by']): string {
  switch (kind) {
    case 'reconciler':
      return 'reconciler'
    case 'admin-token':
      return `${name} (admin token)`
    default:
      return assertNever(kind)
  }
}

/** `2026-11-24 10:00:00.000`, UTC. */
function showTime(instant: Instant): string {
  return instant.replace('T', ' ').replace('Z', '')
}
