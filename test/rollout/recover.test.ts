import { describe, expect, it } from 'vitest'
import { recoverState } from '../../reconciler/rollout/recover.ts'
import { canary, releaseOf, Scenario, second, split } from './rollout-scenario.ts'

const pausing = canary(2, [
  { weight: 10, holdMs: null },
  { weight: 100, holdMs: 0 },
])

/** Loses the database: only what the last history line says is left. */
function recover(scenario: Scenario): Scenario {
  const recovered = recoverState(scenario.served, scenario.wallMs)
  if (recovered !== 'unchanged') scenario.state = recovered
  return scenario
}

describe('a rollout that is rebuilt from its history', () => {
  it.each([
    ['succeeded', () => Scenario.serving()],
    [
      'runs a split',
      () =>
        Scenario.serving(
          1,
          split([
            ['control', 1, 50],
            ['other', 2, 50],
          ]),
        ),
    ],
    ['was rolled back', () => Scenario.serving().commit(canary(2)).failing(2).settle()],
    ['stalled', () => new Scenario(canary(1)).failing(1).settle()],
  ])('is the same when it %s, and stays so', (_name, make) => {
    const scenario = make()
    const before = scenario.served
    expect(recover(scenario).loaded(1).loaded(2).settle().state).toEqual(before)
  })

  it.each([
    ['loading', () => Scenario.serving().commit(canary(2)).loading(2).settle()],
    [
      'at a step',
      () =>
        Scenario.serving()
          .commit(canary(2))
          .settle()
          .wait(20 * second)
          .settle(),
    ],
    ['paused', () => Scenario.serving().commit(pausing).settle()],
  ])('serves the last succeeded release when it was %s, and begins again', (_name, make) => {
    const scenario = recover(make().loading(2))
    expect(scenario.now).toBe('Succeeded: stable v1 100')
    expect(scenario.served).toMatchObject({ reason: 'Recovered', promotions: 1, step: -1 })
    expect(scenario.settle().now).toBe('Initializing: stable v1 100, canary v2 0')
    expect(scenario.loaded(2).settle().served.step).toBe(0)
  })

  it("serves a split's control when its successor was under way", () => {
    const scenario = Scenario.serving(
      1,
      split([
        ['control', 1, 50],
        ['other', 2, 50],
      ]),
    )
      .commit(canary(3))
      .loading(3)
      .settle()
    expect(recover(scenario).now).toBe('Succeeded: stable v1 100')
  })

  it('is as if it had never begun when nothing had succeeded or was refused', () => {
    const scenario = recover(new Scenario(canary(1)).loading(1).settle())
    expect(scenario.state).toBeNull()
    expect(scenario.loaded(1).settle().now).toBe('Succeeded: stable v1 100')
  })

  it('keeps a rejection when nothing had succeeded, and begins what was under way again', () => {
    const scenario = new Scenario(canary(1)).failing(1).settle().commit(canary(2)).loading(2).settle()
    expect(recover(scenario).served.phase).toBe('Stalled')
    expect(scenario.settle().served.phase).toBe('Initializing')
    expect(scenario.loaded(2).settle().now).toBe('Succeeded: stable v2 100')
    expect(scenario.loaded(1).commit(canary(1)).settle().now).toBe('RolledBack: stable v2 100')
  })

  it('keeps a rejected release out', () => {
    const scenario = Scenario.serving().commit(canary(2)).failing(2).settle().commit(canary(3)).settle()
    recover(scenario).loaded(2).commit(canary(2)).settle()
    expect(scenario.now).toBe('RolledBack: stable v1 100')
    expect(scenario.served.rejections.map(({ subject }) => subject)).toEqual([releaseOf(2).digest])
  })

  it('does not move when the commit asks for what was stable', () => {
    const scenario = Scenario.serving().commit(canary(2)).settle().commit(canary(1))
    expect(recover(scenario).settle().events).toEqual(['Started', 'StepReached', 'Respecified'])
  })
})
