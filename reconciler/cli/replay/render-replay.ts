/** A replay's progress and summary as text. Pure. */
import { toInstant } from '../../core/clock.ts'
import { renderTable } from '../table.ts'
import type { ReplayProgress } from './run-replay.ts'
import type { ReplaySummary } from './replay-tally.ts'

/** `[#########-----------] 45 %  4500 sent  1200/s  0 failed  2013-06-05T10:00Z`. */
export function renderProgress({ share, sent, failed, elapsedMs, dataTimeMs }: ReplayProgress): string {
  const filled = Math.round(Math.min(1, share) * 20)
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(20 - filled)}] ${String(Math.floor(share * 100)).padStart(3)} %`
  const rate = elapsedMs === 0 ? 0 : Math.round((sent * 1000) / elapsedMs)
  return `${bar}  ${sent} sent  ${rate}/s  ${failed} failed  ${toInstant(dataTimeMs).slice(0, 16)}Z`
}

export function renderReplaySummary({ sent, answered, elapsedMs, rate, latencyMs, arms, failures }: ReplaySummary): string {
  const head = `${sent} predictions in ${(elapsedMs / 1000).toFixed(1)} s, ${rate.toFixed(0)} a second, ${sent - answered} failed\n`
  const latency =
    latencyMs === null
      ? ''
      : `latency p50 ${milliseconds(latencyMs.p50)}, p90 ${milliseconds(latencyMs.p90)}, p99 ${milliseconds(latencyMs.p99)}, longest ${milliseconds(latencyMs.max)}\n`
  return [head, latency, renderArmCounts(arms), renderFailures(failures)].join('')
}

function renderArmCounts(arms: ReplaySummary['arms']): string {
  if (arms.length === 0) return ''
  const rows = arms.map(({ model, version, variant, count, share }) => [
    model,
    String(version),
    variant ?? '-',
    String(count),
    `${(share * 100).toFixed(1)} %`,
  ])
  const numbers = [
    { title: 'ANSWERS', align: 'right' as const },
    { title: 'SHARE', align: 'right' as const },
  ]
  return `\n${renderTable([{ title: 'MODEL' }, { title: 'VERSION' }, { title: 'VARIANT' }, ...numbers], rows)}`
}

function renderFailures(failures: ReplaySummary['failures']): string {
  if (failures.length === 0) return ''
  const shown = failures.slice(0, 10).map(({ reason, count }) => [String(count), reason])
  const more = failures.length > shown.length ? `and ${failures.length - shown.length} other reasons\n` : ''
  return `\n${renderTable([{ title: 'FAILED', align: 'right' }, { title: 'WHY' }], shown)}${more}`
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`
}
