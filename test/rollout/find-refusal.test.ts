/** What gates refuse does not begin, and takes nothing away from what serves. */
import { describe, expect, it } from 'vitest'
import type { DesiredRollout, Refusal } from '../../reconciler/core/rollout-state.ts'
import { canary, releaseOf, Scenario } from './rollout-scenario.ts'

function refused(version: number, from: Refusal['from'] = null): DesiredRollout {
  const { digest } = releaseOf(version)
  return { ...canary(version), refusals: [{ release: digest, version, reason: 'GateFailed', message: 'quality: failed', from }] }
}

const refusal = { type: 'refuse', reason: 'GateFailed', message: 'version 2 is not rolled out: quality: failed' }

describe('a refused version', () => {
  it('does not begin, whether or not something serves', () => {
    expect(new Scenario(refused(2)).decide()).toEqual(refusal)
    const scenario = Scenario.serving().commit(refused(2))
    expect(scenario.decide()).toEqual(refusal)
    expect(scenario.settle().now).toBe('Succeeded: stable v1 100')
  })

  it('begins while a waiver holds, and not when it has ended', () => {
    expect(Scenario.serving().commit(refused(2, '2999-01-01T00:00:00Z')).decide()).toMatchObject({
      type: 'transition',
      event: 'Started',
    })
    expect(Scenario.serving().commit(refused(2, '1999-01-01T00:00:00Z')).decide()).toEqual(refusal)
  })

  it('goes on where it has begun or serves, when a rule becomes stricter', () => {
    const begun = Scenario.serving().commit(canary(2)).settle()
    expect(begun.now).toBe('Progressing: canary v2 5, stable v1 95')
    expect(begun.commit(refused(2)).settle().now).toBe('Progressing: canary v2 5, stable v1 95')
    expect(Scenario.serving().commit(refused(1)).settle().now).toBe('Succeeded: stable v1 100')
  })

  it('is not begun again by a person after it was rejected', () => {
    const scenario = Scenario.serving().commit(canary(2)).settle()
    scenario.tell('abort')
    expect(scenario.commit(refused(2)).tell('retry')).toEqual(refusal)
    expect(scenario.now).toBe('RolledBack: stable v1 100')
    expect(scenario.commit(canary(2)).tell('retry')).toMatchObject({ type: 'transition', event: 'Retried' })
  })

  it('leaves the way back open: what was stable before is not refused', () => {
    const scenario = Scenario.serving()
      .commit(canary(2, [{ weight: 100, holdMs: 0 }]))
      .settle()
    expect(scenario.now).toBe('Succeeded: stable v2 100')
    expect(scenario.commit(refused(1)).settle().now).toBe('Succeeded: stable v1 100')
  })
})
