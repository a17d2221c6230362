import { describe, expect, it } from 'vitest'
import { type Memory, newMemory } from '../../reconciler/reconcile/memory.ts'
import { nextPassIn } from '../../reconciler/reconcile/pass.ts'
import type { ReconcileSettings } from '../../reconciler/reconcile/stages.ts'

const settings: ReconcileSettings = {
  environment: 'production', baseFolder: '/', stateFolder: '/', dataClock: 'wall', dataStart: null, pollMs: 30_000, jitter: () => 0,
} // prettier-ignore

function next(memory: Partial<Memory>): number {
  return nextPassIn({ memory: { ...newMemory(1), nextFetchMs: 30_000, ...memory }, settings }, 0)
}

describe('the next pass', () => {
  const failure = { reason: 'unavailable', message: 'the materialising process ended: SIGKILL' }
  const view = {
    view: 'weather',
    digest: 'sha256:1',
    isPushed: false,
    watermarkUs: null,
    rows: 0,
    lagMs: null,
    isBehind: false,
    failure,
  } as const
  const pushLog = { view: 'clicks', digest: 'sha256:2', oldestUs: 1n, ageMs: 0, failure } as const

  it.each([
    ['is due with the next look at the branch', {}, 30_000],
    ['comes soon where a view failed: it is tried again by an order', { views: [view] }, 1_000],
    ['waits when the view is well again', { views: [{ ...view, failure: null }] }, 30_000],
    ['is due at once where a view was filled for the first time: a release may wait for it', { hasNewViews: true }, 20],
    ['comes soon where pushed rows could not be stored', { pushLogs: [pushLog] }, 1_000],
  ] satisfies readonly (readonly [string, Partial<Memory>, number])[])('%s', (_name, memory, expected) => {
    expect(next(memory)).toBe(expected)
  })
})
