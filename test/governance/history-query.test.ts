import { describe, expect, it } from 'vitest'
import type { HistoryLine } from '../../reconciler/core/history-line.ts'
import type { RolloutState } from '../../reconciler/core/rollout-state.ts'
import { servedAt } from '../../reconciler/governance/history-query.ts'
import { recoverFromHistory } from '../../reconciler/governance/history-recovery.ts'
import { canary, releaseOf, Scenario } from '../rollout/rollout-scenario.ts'

function line(sequence: number, at: string, state: RolloutState | null, more: Partial<HistoryLine> = {}): HistoryLine {
  return {
    formatVersion: 1,
    environment: 'production',
    sequence,
    previous: null,
    at,
    rollout: 'flight-delay',
    event: state === null ? 'Removed' : 'Succeeded',
    commit: `commit ${sequence}`,
    by: { kind: 'reconciler', name: 'reconciler' },
    reason: '',
    message: '',
    state,
    releases: {},
    hash: releaseOf(sequence).digest,
    ...more,
  }
}

const first = Scenario.serving(1).served
const second = Scenario.serving(2).served
const lines = [
  line(1, '2026-03-01T10:00:00.000Z', first, { releases: { [releaseOf(1).digest]: releaseOf(1) } }),
  line(2, '2026-03-01T11:00:00.000Z', { ...first, rollout: 'loans' }, { rollout: 'loans' }),
  line(3, '2026-03-01T12:00:00.000Z', second, { releases: { [releaseOf(2).digest]: releaseOf(2) } }),
  line(4, '2026-03-01T13:00:00.000Z', null),
]

describe('what was served', () => {
  it.each([
    ['before the first line', '2026-03-01T09:59:59.999Z', []],
    ['at the moment of a line', '2026-03-01T10:00:00.000Z', ['flight-delay v1']],
    ['between lines', '2026-03-01T11:59:59.999Z', ['flight-delay v1', 'loans v1']],
    ['after a change', '2026-03-01T12:30:00.000Z', ['flight-delay v2', 'loans v1']],
    ['after a removal', '2026-03-01T13:00:00.000Z', ['loans v1']],
    ['at a moment with another offset', '2026-03-01T11:30:00+01:00', ['flight-delay v1']],
  ])('%s', (_name, at, expected) => {
    const shown = servedAt(lines, at).map(({ rollout, arms }) => `${rollout} v${arms[0]?.version}`)
    expect(shown).toEqual(expected)
  })

  it('can be asked for one rollout, and names the line that made it so', () => {
    const [served, ...others] = servedAt(lines, '2026-03-01T12:30:00.000Z', 'flight-delay')
    expect(others).toEqual([])
    expect(served).toMatchObject({ since: '2026-03-01T12:00:00.000Z', line: { sequence: 3, commit: 'commit 3' } })
    expect(served?.arms).toEqual([{ name: 'stable', version: 2, weight: 100 }])
  })
})

describe('recovery from the history alone', () => {
  it('finds the newest state of what was not removed, and every release ever described', () => {
    const { states, removed, releases } = recoverFromHistory(lines)
    expect(states.map(({ rollout }) => rollout)).toEqual(['loans'])
    expect(removed.map(({ rollout }) => rollout)).toEqual(['flight-delay'])
    expect(releases.map(({ release, commit }) => `v${release.version} of ${commit}`)).toEqual([
      'v1 of commit 1',
      'v2 of commit 3',
    ])
  })

  it('takes a rollout that came back after its removal', () => {
    const { states, removed } = recoverFromHistory([...lines, line(5, '2026-03-01T14:00:00.000Z', second)])
    expect(states.map(({ rollout }) => rollout)).toEqual(['loans', 'flight-delay'])
    expect(removed).toEqual([])
  })
})

describe('a rollout after a lost database', () => {
  const steps = canary(2)
  it('is what this clone says, when it had come to rest', () => {
    const rolledBack = Scenario.serving().commit(steps).failing(2).settle().served
    const { states } = recoverFromHistory([line(1, rolledBack.stepStartedAt, rolledBack)])
    expect(states).toEqual([rolledBack])
  })
})

describe('what the history brings back', () => {
  it('has the fallback of a rollout, and the release that it names', () => {
    const wanted = { ...canary(2), fallback: { type: 'release', release: releaseOf(1) } } as const
    const spared = Scenario.serving(2, wanted).served
    const documents = { [releaseOf(1).digest]: releaseOf(1), [releaseOf(2).digest]: releaseOf(2) }
    const { states, releases } = recoverFromHistory([line(1, '2026-03-01T10:00:00.000Z', spared, { releases: documents })])
    expect(states[0]?.settings?.fallback).toEqual({ type: 'release', release: releaseOf(1).digest, version: 1 })
    expect(releases.map(({ release }) => release)).toEqual([releaseOf(1), releaseOf(2)])
  })
})
