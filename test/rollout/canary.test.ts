import { describe, expect, it } from 'vitest'
import { canary, day, minute, releaseOf, Scenario, second } from './rollout-scenario.ts'

describe('the first release of a model', () => {
  it('gets nothing until it is loaded and proven, then everything, without steps', () => {
    const scenario = new Scenario(canary(1)).loading(1).settle()
    expect(scenario.now).toBe('Initializing: stable v1 0')
    scenario.loaded(1).settle()
    expect(scenario.now).toBe('Succeeded: stable v1 100')
    expect(scenario.events).toEqual(['Started', 'Succeeded'])
    expect(scenario.served.stable).toEqual({ release: releaseOf(1).digest, version: 1 })
  })

  it('stalls when its golden rows fail, and the next version may begin', () => {
    const scenario = new Scenario(canary(1)).failing(1).settle()
    expect(scenario.now).toBe('Stalled: stable v1 0')
    expect(scenario.served.message).toBe('golden row 0: expected 0.5, found 0.7')
    scenario.commit(canary(2)).settle()
    expect(scenario.now).toBe('Succeeded: stable v2 100')
    expect(scenario.commit(canary(1)).settle().now).toBe('RolledBack: stable v2 100')
  })

  it('is replaced by a newer one that comes while it still loads', () => {
    const scenario = new Scenario(canary(1)).loading(1).settle().commit(canary(2)).settle()
    expect(scenario.now).toBe('Succeeded: stable v2 100')
    expect(scenario.served.formerStables).toEqual([])
  })
})

describe('a canary', () => {
  it('is loaded first, and then takes 5, 25 and 100 percent, each held', () => {
    const scenario = Scenario.serving().commit(canary(2)).loading(2).settle()
    expect(scenario.now).toBe('Initializing: stable v1 100, canary v2 0')
    expect(scenario.loaded(2).settle().now).toBe('Progressing: canary v2 5, stable v1 95')
    expect(scenario.wait(19_999).settle().now).toBe('Progressing: canary v2 5, stable v1 95')
    expect(scenario.wait(1).settle().now).toBe('Progressing: canary v2 25, stable v1 75')
    expect(scenario.wait(20 * second).settle().now).toBe('Succeeded: stable v2 100')
    expect(scenario.events).toEqual(['Started', 'StepReached', 'StepReached', 'Succeeded'])
  })

  it('says until when it holds', () => {
    const scenario = Scenario.serving().commit(canary(2)).settle()
    expect(scenario.decide()).toEqual({
      type: 'wait',
      reason: 'Holding',
      message: 'step 1 of 3: 5 % on version 2',
      until: '2026-03-01T12:00:20.000Z',
    })
  })

  it('keeps its units at every step: one seed, named after its release, and ranges that only grow', () => {
    const scenario = Scenario.serving().commit(canary(2)).settle()
    const seed = `flight-delay@${releaseOf(2).digest}`
    expect(scenario.served.traffic.seed).toBe(seed)
    expect(scenario.wait(20 * second).settle().served.traffic.seed).toBe(seed)
  })

  it('holds a last step that has a hold', () => {
    const steps = [{ weight: 100, holdMs: minute }]
    const scenario = Scenario.serving().commit(canary(2, steps)).settle()
    expect(scenario.now).toBe('Progressing: canary v2 100, stable v1 0')
    expect(scenario.wait(minute).settle().now).toBe('Succeeded: stable v2 100')
  })

  it('needs no step of its own for a single last step', () => {
    const scenario = Scenario.serving()
      .commit(canary(2, [{ weight: 100, holdMs: 0 }]))
      .settle()
    expect(scenario.events).toEqual(['Started', 'Succeeded'])
  })

  it('waits at a step without an end for a person, and goes on from there', () => {
    const steps = [
      { weight: 10, holdMs: null },
      { weight: 50, holdMs: second },
      { weight: 100, holdMs: 0 },
    ]
    const scenario = Scenario.serving()
      .commit(canary(2, steps))
      .settle()
      .wait(30 * day)
      .settle()
    expect(scenario.now).toBe('Paused: canary v2 10, stable v1 90')
    scenario.tell('resume')
    expect(scenario.now).toBe('Progressing: canary v2 50, stable v1 50')
    expect(scenario.wait(second).settle().now).toBe('Succeeded: stable v2 100')
  })

  it('waits at a last step without an end with all units on the new version', () => {
    const scenario = Scenario.serving()
      .commit(canary(2, [{ weight: 100, holdMs: null }]))
      .settle()
      .wait(day)
      .settle()
    expect(scenario.now).toBe('Paused: canary v2 100, stable v1 0')
    scenario.tell('resume')
    expect(scenario.settle().now).toBe('Succeeded: stable v2 100')
  })

  it('counts the hold from when the weight was published, however late that was', () => {
    const scenario = Scenario.serving().commit(canary(2)).holdBackRoutes().settle()
    expect(scenario.wait(3 * minute).decide()).toMatchObject({ type: 'wait', reason: 'Publishing' })
    scenario.publish()
    expect(scenario.wait(19 * second).decide()).toMatchObject({
      type: 'wait',
      reason: 'Holding',
      until: '2026-03-01T12:03:20.000Z',
    })
    expect(scenario.wait(second).settle().now).toBe('Progressing: canary v2 25, stable v1 75')
  })

  it('remembers what was stable, once, newest first', () => {
    const once = [{ weight: 100, holdMs: 0 }]
    const scenario = Scenario.serving()
    for (const version of [2, 3, 1, 2]) scenario.wait(minute).commit(canary(version, once)).settle()
    expect(scenario.served.formerStables.map(({ version }) => version)).toEqual([1, 3])
    expect(scenario.served.promotions).toBe(5)
  })
})

describe('loading', () => {
  it('pauses after ten minutes with what is missing, and goes on by itself once it is loaded', () => {
    const scenario = Scenario.serving().commit(canary(2)).loading(2, '1 of 2 serving processes hold it').settle()
    expect(scenario.wait(10 * minute - 1).settle().served.phase).toBe('Initializing')
    expect(scenario.wait(1).settle().now).toBe('Paused: stable v1 100, canary v2 0')
    expect(scenario.served.message).toBe('not loaded within 10 minutes: 1 of 2 serving processes hold it')
    expect(scenario.decide()).toMatchObject({ type: 'wait', reason: 'LoadTimeout', until: null })
    expect(scenario.loaded(2).settle().now).toBe('Progressing: canary v2 5, stable v1 95')
  })

  it('gets another ten minutes when a person resumes it', () => {
    const scenario = Scenario.serving()
      .commit(canary(2))
      .loading(2)
      .settle()
      .wait(10 * minute)
      .settle()
    scenario.tell('resume')
    expect(scenario.wait(10 * minute - 1).settle().served.phase).toBe('Initializing')
    expect(scenario.wait(1).settle().served.phase).toBe('Paused')
    expect(scenario.events).toEqual(['Started', 'Paused', 'Resumed', 'Paused'])
  })

  it('rolls back a canary that fails while it is paused', () => {
    const scenario = Scenario.serving()
      .commit(canary(2))
      .loading(2)
      .settle()
      .wait(10 * minute)
      .settle()
    expect(scenario.failing(2).settle().now).toBe('RolledBack: stable v1 100')
  })
})

describe('a canary that is proven unusable', () => {
  it.each([
    ['while it loads', 0],
    ['at its first step', 1],
    ['at its second step', 20 * second],
  ])('%s goes back to stable at once and is rejected with the reason', (_when, waitMs) => {
    const scenario = Scenario.serving().commit(canary(2))
    if (waitMs === 0) scenario.loading(2)
    scenario.settle().wait(waitMs).settle().failing(2).settle()
    expect(scenario.now).toBe('RolledBack: stable v1 100')
    expect(scenario.events.at(-1)).toBe('RolledBack')
    expect(scenario.served.rejections).toEqual([
      {
        subject: releaseOf(2).digest,
        at: scenario.served.stepStartedAt,
        reason: 'GoldenRowsFailed',
        message: 'golden row 0: expected 0.5, found 0.7',
      },
    ])
  })

  it('is not tried again when it would load now, nor with other steps, nor after another version', () => {
    const scenario = Scenario.serving().commit(canary(2)).failing(2).settle().loaded(2).wait(day).settle()
    expect(scenario.events).toEqual(['Started', 'RolledBack'])
    expect(scenario.commit(canary(2, [{ weight: 100, holdMs: 0 }])).settle().now).toBe('RolledBack: stable v1 100')
    expect(scenario.served.message).toContain('mainward retry flight-delay')
    expect(scenario.commit(canary(3, [{ weight: 100, holdMs: 0 }])).settle().now).toBe('Succeeded: stable v3 100')
    expect(scenario.commit(canary(2)).settle().now).toBe('RolledBack: stable v3 100')
  })

  it('may come again with another content under the same number', () => {
    const scenario = Scenario.serving().commit(canary(2)).failing(2).settle()
    expect(scenario.commit(canary(releaseOf(2, 'trained again'))).settle().now).toBe('Progressing: canary v2 5, stable v1 95')
  })

  it('is the canary alone: what already serves is never rejected', () => {
    const scenario = Scenario.serving().failing(1).settle()
    expect(scenario.now).toBe('Succeeded: stable v1 100')
    expect(scenario.commit(canary(2)).settle().now).toBe('Progressing: canary v2 5, stable v1 95')
    expect(scenario.served.rejections).toEqual([])
  })
})

describe('a commit that changes', () => {
  it('something else moves nothing', () => {
    const scenario = Scenario.serving().commit(canary(2)).settle().wait(second)
    const before = scenario.state
    expect(scenario.commit(canary(2)).settle().state).toBe(before)
  })

  it('the version takes the place of a canary that is still rolling, whose units go back first', () => {
    const scenario = Scenario.serving()
      .commit(canary(2))
      .settle()
      .wait(20 * second)
      .settle()
    scenario.commit(canary(3)).loading(3).settle()
    expect(scenario.now).toBe('Initializing: stable v1 100, canary v3 0')
    expect(scenario.served.message).toBe('version 3 is loading, in place of version 2 which was still rolling')
    expect(scenario.loaded(3).settle().now).toBe('Progressing: canary v3 5, stable v1 95')
  })

  it('the steps of a canary that is rolling begins them again', () => {
    const scenario = Scenario.serving()
      .commit(canary(2))
      .settle()
      .wait(20 * second)
      .settle()
    expect(scenario.now).toBe('Progressing: canary v2 25, stable v1 75')
    scenario
      .commit(
        canary(2, [
          { weight: 10, holdMs: second },
          { weight: 100, holdMs: 0 },
        ]),
      )
      .settle()
    expect(scenario.now).toBe('Progressing: canary v2 10, stable v1 90')
    expect(scenario.wait(second).settle().now).toBe('Succeeded: stable v2 100')
  })

  it('the steps of what already serves moves nothing', () => {
    const scenario = Scenario.serving()
    const { traffic, promotions } = scenario.served
    scenario
      .commit(
        canary(1, [
          { weight: 50, holdMs: day },
          { weight: 100, holdMs: 0 },
        ]),
      )
      .settle()
    expect(scenario.events).toEqual(['Respecified'])
    expect(scenario.served).toMatchObject({ phase: 'Succeeded', traffic, promotions })
  })

  it('the number of a version with the same release only renames it', () => {
    const scenario = Scenario.serving()
      .commit(canary(releaseOf(7, 'version 1')))
      .settle()
    expect(scenario.events).toEqual(['Respecified'])
    expect(scenario.now).toBe('Succeeded: stable v7 100')
  })

  it('a canary back to stable returns at once, without loading or steps', () => {
    const scenario = Scenario.serving()
      .commit(canary(2))
      .settle()
      .wait(20 * second)
      .settle()
    expect(scenario.commit(canary(1)).settle().now).toBe('Succeeded: stable v1 100')
    expect(scenario.events.at(-1)).toBe('Reverted')
    expect(scenario.served.rejections).toEqual([])
  })

  it('back from a rejected version leaves the rejection standing', () => {
    const scenario = Scenario.serving().commit(canary(2)).failing(2).settle().commit(canary(1)).settle()
    expect(scenario.now).toBe('Succeeded: stable v1 100')
    expect(scenario.loaded(2).commit(canary(2)).settle().now).toBe('RolledBack: stable v1 100')
  })
})

describe('going back to what was stable before', () => {
  const back = (waitMs: number) => {
    const scenario = Scenario.serving()
      .commit(canary(2, [{ weight: 100, holdMs: 0 }]))
      .settle()
      .wait(waitMs)
    return scenario.commit(canary(1)).settle()
  }

  it('is immediate within seven days, once it is loaded again', () => {
    expect(back(7 * day - 1).now).toBe('Succeeded: stable v1 100')
  })

  it('takes the steps after seven days, also when nothing else happened meanwhile', () => {
    expect(back(7 * day).now).toBe('Progressing: canary v1 5, stable v2 95')
  })

  it('still proves the release first', () => {
    const scenario = Scenario.serving()
      .commit(canary(2, [{ weight: 100, holdMs: 0 }]))
      .settle()
    scenario.failing(1).commit(canary(1)).settle()
    expect(scenario.now).toBe('RolledBack: stable v2 100')
  })
})
