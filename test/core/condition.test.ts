import { describe, expect, it } from 'vitest'
import { type Condition, mergeCondition } from '../../reconciler/core/condition.ts'

const ready: Condition = {
  type: 'Ready',
  status: 'True',
  reason: 'Serving',
  message: 'version 1 answers',
  observedCommit: 'a',
  lastTransitionTime: '2026-01-01T00:00:00.000Z',
}
const later = '2026-01-02T00:00:00.000Z'

describe('a condition that is found again', () => {
  it('keeps its transition time while only reason, message and commit move', () => {
    const next = { ...ready, reason: 'Publishing', message: 'version 2 answers', observedCommit: 'b', lastTransitionTime: later }
    expect(mergeCondition([ready], next)).toEqual([{ ...next, lastTransitionTime: ready.lastTransitionTime }])
  })

  it.each(['False', 'Unknown'] as const)('moves it with the status: %s', (status) => {
    const next = { ...ready, status, lastTransitionTime: later }
    expect(mergeCondition([ready], next)).toEqual([next])
  })

  it('stands beside the others, in the order of the types', () => {
    const stalled = { ...ready, type: 'Stalled', lastTransitionTime: later }
    const progressing = { ...ready, type: 'Progressing', lastTransitionTime: later }
    const types = mergeCondition(mergeCondition([ready], stalled), progressing).map(({ type }) => type)
    expect(types).toEqual(['Progressing', 'Ready', 'Stalled'])
  })
})
