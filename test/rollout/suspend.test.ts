import { describe, expect, it } from 'vitest'
import { canary, day, minute, Scenario, second, suspended } from './rollout-scenario.ts'

describe('a suspended rollout', () => {
  it('does not begin', () => {
    const scenario = new Scenario(suspended(canary(1)))
    expect(scenario.decide()).toEqual({
      type: 'wait',
      reason: 'Suspended',
      message: 'suspend: true in the manifest; nothing moves',
      until: null,
    })
    expect(scenario.commit(canary(1)).settle().now).toBe('Succeeded: stable v1 100')
  })

  it('stays at its step, and goes on from there: the weight served all the while counts as held', () => {
    const scenario = Scenario.serving()
      .commit(canary(2))
      .settle()
      .wait(5 * second)
    scenario
      .commit(suspended(canary(2)))
      .wait(day)
      .settle()
    expect(scenario.now).toBe('Progressing: canary v2 5, stable v1 95')
    expect(scenario.commit(canary(2)).settle().now).toBe('Progressing: canary v2 25, stable v1 75')
    expect(scenario.events).toEqual(['Started', 'StepReached', 'StepReached'])
  })

  it('that was lifted early holds for what is left', () => {
    const scenario = Scenario.serving()
      .commit(canary(2))
      .settle()
      .wait(5 * second)
    scenario
      .commit(suspended(canary(2)))
      .wait(5 * second)
      .settle()
      .commit(canary(2))
      .wait(9 * second)
    expect(scenario.settle().now).toBe('Progressing: canary v2 5, stable v1 95')
    expect(scenario.wait(second).settle().now).toBe('Progressing: canary v2 25, stable v1 75')
  })

  it('takes up a new version only when it is lifted', () => {
    const scenario = Scenario.serving().commit(canary(2)).settle()
    scenario
      .commit(suspended(canary(3)))
      .wait(day)
      .settle()
    expect(scenario.now).toBe('Progressing: canary v2 5, stable v1 95')
    expect(scenario.commit(canary(3)).settle().now).toBe('Progressing: canary v3 5, stable v1 95')
  })

  it('gets a pause for loading that took longer, which ends by itself', () => {
    const scenario = Scenario.serving()
      .commit(canary(2))
      .loading(2)
      .settle()
      .commit(suspended(canary(2)))
      .wait(30 * minute)
      .settle()
    expect(scenario.commit(canary(2)).settle().served.phase).toBe('Paused')
    expect(scenario.loaded(2).settle().now).toBe('Progressing: canary v2 5, stable v1 95')
  })

  it.each(['abort', 'resume', 'promote', 'retry'] as const)('refuses %s and says what to do', (verb) => {
    const scenario = Scenario.serving()
      .commit(canary(2))
      .settle()
      .commit(suspended(canary(2)))
    expect(scenario.tell(verb)).toEqual({
      type: 'refuse',
      reason: 'Suspended',
      message: 'rollout flight-delay is suspended in its manifest; remove suspend: true first',
    })
  })
})
