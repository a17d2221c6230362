/** Fallback and recording: taken over at once, wherever a rollout stands, without a new target. */
import { describe, expect, it } from 'vitest'
import { toInstant } from '../../reconciler/core/clock.ts'
import type { DesiredRollout, RolloutState } from '../../reconciler/core/rollout-state.ts'
import { recoverState } from '../../reconciler/rollout/recover.ts'
import { canary, minute, releaseOf, Scenario, second, split, suspended } from './rollout-scenario.ts'

function withFallback(desired: DesiredRollout, version: number): DesiredRollout {
  return { ...desired, fallback: { type: 'release', release: releaseOf(version) } }
}

function withConstant(desired: DesiredRollout, score: number): DesiredRollout {
  return { ...desired, fallback: { type: 'constant', score } }
}

function fallbackTo(version: number) {
  return { type: 'release', release: releaseOf(version).digest, version }
}

const { settings: _none, ...unset } = Scenario.serving().served

describe('a fallback', () => {
  it('is there from the first release on', () => {
    const scenario = new Scenario(withFallback(canary(2), 1)).loading(2).settle()
    expect(scenario.now).toBe('Initializing: stable v2 0')
    expect(scenario.served.settings).toEqual({ fallback: fallbackTo(1) })
    expect(scenario.loaded(2).settle().served.settings).toEqual({ fallback: fallbackTo(1) })
    expect(scenario.events).toEqual(['Started', 'Succeeded'])
  })

  it('is changed and removed by itself: nothing else of the rollout moves', () => {
    const scenario = Scenario.serving(2)
    const before = scenario.served
    const change = scenario
      .commit(withFallback(canary(2), 1))
      .wait(minute)
      .decide()
    expect(change).toMatchObject({ event: 'SettingsChanged', message: 'fallback version 1, before nothing' })
    expect(scenario.served).toEqual({ ...before, settings: { fallback: fallbackTo(1) } })
    expect(scenario.commit(withConstant(canary(2), 0.2)).decide()).toMatchObject({
      event: 'SettingsChanged',
      message: 'fallback the constant 0.2, before version 1',
    })
    expect(scenario.commit(canary(2)).decide()).toMatchObject({ message: 'fallback nothing, before the constant 0.2' })
    expect(scenario.served).toEqual(before)
    expect(scenario.decide()).toEqual({ type: 'settled' })
  })

  it.each<[string, (scenario: Scenario) => Scenario, string]>([
    ['loading', (scenario) => scenario.loading(2).settle(), 'Initializing: stable v1 100, canary v2 0'],
    ['holding a step', (scenario) => scenario.settle().wait(19 * second), 'Progressing: canary v2 5, stable v1 95'],
    ['rolled back', (scenario) => scenario.failing(2).settle(), 'RolledBack: stable v1 100'],
  ])('is changed while the rollout is %s, which goes on as if nothing were', (_name, begin, now) => {
    const scenario = begin(Scenario.serving().commit(canary(2)))
    const before = scenario.served
    scenario.commit(withFallback(canary(2), 3)).decide()
    expect(scenario.now).toBe(now)
    expect(scenario.served).toEqual({ ...before, settings: { fallback: fallbackTo(3) } })
  })

  it('does not lengthen the hold of a step', () => {
    const scenario = Scenario.serving()
      .commit(canary(2))
      .settle()
      .wait(19 * second)
    scenario.commit(withFallback(canary(2), 3)).settle()
    expect(scenario.now).toBe('Progressing: canary v2 5, stable v1 95')
    expect(scenario.wait(second).settle().now).toBe('Progressing: canary v2 25, stable v1 75')
  })

  it('that does not load, or crashes, holds nothing up and takes nothing back', () => {
    const scenario = Scenario.serving(1, withFallback(canary(1), 3))
      .failing(3)
      .commit(withFallback(canary(2), 3))
      .settle()
    expect(scenario.now).toBe('Progressing: canary v2 5, stable v1 95')
    scenario
      .crashing(3)
      .wait(20 * second)
      .settle()
      .wait(20 * second)
      .settle()
    expect(scenario.now).toBe('Succeeded: stable v2 100')
    expect(scenario.served.rejections).toEqual([])
  })

  it('may be a release that was rejected as a target', () => {
    const scenario = Scenario.serving().commit(canary(2)).failing(2).settle()
    expect(scenario.commit(withFallback(canary(1), 2)).settle().now).toBe('Succeeded: stable v1 100')
    expect(scenario.served.settings).toEqual({ fallback: fallbackTo(2) })
  })

  it('comes with a new target, in its first transition', () => {
    const scenario = Scenario.serving(1, withFallback(canary(1), 3))
      .commit(withConstant(canary(2), 0.5))
      .loading(2)
    expect(scenario.decide()).toMatchObject({
      event: 'Started',
      state: { settings: { fallback: { type: 'constant', score: 0.5 } } },
    })
    expect(scenario.decide()).toMatchObject({ type: 'wait' })
  })

  it('waits while the rollout is suspended, or its target is refused', () => {
    const scenario = Scenario.serving()
      .commit(suspended(withFallback(canary(1), 3)))
      .settle()
    expect(scenario.served).toEqual(unset)
    const shares = (share: number) => split([['control', 1, share], ['new', 2, 100 - share]]) // prettier-ignore
    const running = Scenario.serving(1, shares(50))
      .commit(withFallback(shares(60), 3))
      .settle()
    expect(running.served.settings).toBeUndefined()
  })

  it('takes a new number of the same version over', () => {
    const scenario = Scenario.serving(2, withFallback(canary(2), 1))
    scenario.commit({ ...canary(2), fallback: { type: 'release', release: { ...releaseOf(1), version: 7 } } }).settle()
    expect(scenario.events).toEqual(['SettingsChanged'])
    expect(scenario.served.settings).toEqual({ fallback: { ...fallbackTo(1), version: 7 } })
  })

  it('stays through commands, and is what a retry asks for', () => {
    const scenario = Scenario.serving(1, withFallback(canary(1), 3))
      .commit(withFallback(canary(2), 3))
      .settle()
    scenario.tell('abort')
    expect(scenario.now).toBe('RolledBack: stable v1 100')
    expect(scenario.served.settings).toEqual({ fallback: fallbackTo(3) })
    scenario.tell('retry')
    expect(scenario.served.settings).toEqual({ fallback: fallbackTo(3) })
  })

  it('comes back with a rollout that is rebuilt from the history', () => {
    const rolling = Scenario.serving(1, withFallback(canary(1), 3))
      .commit(withFallback(canary(2), 3))
      .settle()
    const recovered = recoverState(rolling.served, rolling.wallMs) as RolloutState
    expect(recovered.settings).toEqual({ fallback: fallbackTo(3) })
    expect(recovered.traffic.arms.map(({ version }) => version)).toEqual([1])
  })
})

describe('what is recorded', () => {
  it('is changed by itself too', () => {
    const scenario = Scenario.serving()
    const recording = { percent: 10, drop: ['income', 'unit'] }
    const change = scenario.commit({ ...canary(1), recording }).decide()
    expect(change).toMatchObject({
      event: 'SettingsChanged',
      message: 'recording 10 % without income, unit, before 100 %',
      state: { settings: { recording } },
    })
    const both = scenario.commit({ ...withConstant(canary(1), 0.5), recording: { percent: 0, drop: [] } }).decide()
    expect(both).toMatchObject({
      message: 'fallback the constant 0.5, before nothing; recording nothing, before 10 % without income, unit',
    })
    expect(scenario.commit(canary(1)).settle().served).toEqual(unset)
  })
})

describe('a release that crashes its serving processes', () => {
  it('goes back as a canary, and stays rejected until a person retries it', () => {
    const scenario = Scenario.serving().commit(canary(2)).settle().crashing(2).settle()
    expect(scenario.now).toBe('RolledBack: stable v1 100')
    expect(scenario.served).toMatchObject({ reason: 'Crashed', message: 'it ended its serving process three times' })
    expect(scenario.loaded(2).wait(minute).settle().now).toBe('RolledBack: stable v1 100')
    scenario.tell('retry')
    expect(scenario.settle().now).toBe('Progressing: canary v2 5, stable v1 95')
  })

  it('gives its units back also after it was promoted, to what was stable before', () => {
    const scenario = Scenario.serving()
      .commit(canary(2, [{ weight: 100, holdMs: 0 }]))
      .settle()
    expect(scenario.crashing(2).settle().now).toBe('RolledBack: stable v1 100')
    expect(scenario.served).toMatchObject({
      reason: 'Crashed',
      message: 'version 2: it ended its serving process three times; version 1 serves again',
      stable: { version: 1 },
      formerStables: [],
      rejections: [{ subject: releaseOf(2).digest, at: toInstant(scenario.wallMs), reason: 'Crashed' }],
    })
    expect(scenario.loaded(2).settle().now).toBe('RolledBack: stable v1 100')
    expect(scenario.commit(canary(3, [{ weight: 100, holdMs: 0 }])).settle().now).toBe('Succeeded: stable v3 100')
  })

  it('leaves a split to its control, and a control to what was stable before', () => {
    const halves = split([['control', 2, 50], ['new', 3, 50]]) // prettier-ignore
    const variant = Scenario.serving(2, halves).crashing(3).settle()
    expect(variant.now).toBe('RolledBack: stable v2 100')
    const control = Scenario.serving().commit(halves).settle()
    expect(control.now).toBe('Succeeded: control v2 50, new v3 50')
    expect(control.crashing(2).settle().now).toBe('RolledBack: stable v1 100')
  })

  it('goes on where there is nothing to go back to: what still runs serves, and a person must act', () => {
    const scenario = Scenario.serving(1, withConstant(canary(1), 0.5))
      .crashing(1)
      .settle()
    expect(scenario.now).toBe('Stalled: stable v1 100')
    expect(scenario.served).toMatchObject({ reason: 'Crashed', stable: { version: 1 }, settings: { fallback: { score: 0.5 } } })
    expect(scenario.commit(canary(2, [{ weight: 100, holdMs: 0 }])).settle().now).toBe('Succeeded: stable v2 100')
  })

  it('does not go back to a release that was rejected itself', () => {
    const scenario = Scenario.serving()
      .commit(canary(2, [{ weight: 100, holdMs: 0 }]))
      .settle()
    scenario.crashing(1).crashing(2).settle()
    expect(scenario.events.slice(-2)).toEqual(['RolledBack', 'Stalled'])
    expect(scenario.now).toBe('Stalled: stable v1 100')
    expect(scenario.served.rejections.map(({ subject }) => subject)).toEqual([releaseOf(2).digest, releaseOf(1).digest])
  })

  it.each(['golden row 0', 'the file is gone'])('is not one whose new replica can not load it: %s', (message) => {
    const scenario = Scenario.serving()
      .commit(canary(2, [{ weight: 100, holdMs: 0 }]))
      .settle()
      .failing(2, message)
    expect(scenario.settle().now).toBe('Succeeded: stable v2 100')
  })
})
