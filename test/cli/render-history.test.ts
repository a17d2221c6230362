import { describe, expect, it } from 'vitest'
import { renderHistory, renderServedAt } from '../../reconciler/cli/render-history.ts'
import type { HistoryLine } from '../../reconciler/core/history-line.ts'
import { servedAt } from '../../reconciler/governance/history-query.ts'

const release = `sha256:${'a'.repeat(64)}` as const

function line(sequence: number, event: HistoryLine['event'], version: number | null): HistoryLine {
  const stable = { release, version: version ?? 0 }
  const traffic = {
    strategy: 'canary' as const,
    seed: 's',
    coverage: 100,
    unit: null,
    arms: [{ name: 'stable', ...stable, weight: 100 }],
    defaultArm: 'stable',
  }
  const at = `2026-01-01T00:00:0${sequence}.000Z`
  return {
    formatVersion: 1,
    environment: 'production',
    sequence,
    previous: null,
    at,
    rollout: 'flight-delay',
    event,
    commit: `${sequence}`.repeat(16),
    by: sequence === 2 ? { kind: 'admin-token', name: 'ada' } : { kind: 'reconciler', name: 'host-1' },
    reason: 'Succeeded',
    message: `version ${version} serves`,
    state:
      version === null
        ? null
        : {
            rollout: 'flight-delay',
            target: release,
            phase: 'Succeeded',
            step: -1,
            traffic,
            stable,
            formerStables: [],
            rejections: [],
            promotions: 1,
            startedAt: at,
            stepStartedAt: at,
            reason: 'Succeeded',
            message: '',
          },
    releases: {},
    hash: release,
  }
}

const lines = [line(1, 'Succeeded', 1), line(2, 'Succeeded', 2), line(3, 'Removed', null)]

describe('the history', () => {
  it('is a table of transitions', () => {
    expect(renderHistory(lines)).toBe(
      `TIME                     ROLLOUT       EVENT      TRAFFIC          COMMIT        BY                 WHY
2026-01-01 00:00:01.000  flight-delay  Succeeded  stable v1 100 %  111111111111  reconciler         version 1 serves
2026-01-01 00:00:02.000  flight-delay  Succeeded  stable v2 100 %  222222222222  ada (admin token)  version 2 serves
2026-01-01 00:00:03.000  flight-delay  Removed    -                333333333333  reconciler         version null serves
`,
    )
  })

  it('answers what was served at a moment', () => {
    const at = '2026-01-01T00:00:02.500Z'
    expect(renderServedAt(servedAt(lines, at), at)).toBe(
      `at 2026-01-01T00:00:02.500Z
ROLLOUT       TRAFFIC          SINCE                    COMMIT        WHY
flight-delay  stable v2 100 %  2026-01-01 00:00:02.000  222222222222  version 2 serves
`,
    )
  })

  it.each(['2025-01-01T00:00:00.000Z', '2026-01-01T00:00:03.000Z'])('says when nothing was served: %s', (at) => {
    expect(renderServedAt(servedAt(lines, at), at)).toBe(`nothing was served at ${at}\n`)
  })

  it('says when it is empty', () => {
    expect(renderHistory([])).toBe('nothing has been served yet\n')
  })
})
