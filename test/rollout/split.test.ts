import { describe, expect, it } from 'vitest'
import { canary, releaseOf, Scenario, second, split } from './rollout-scenario.ts'

const halves = split([
  ['control', 1, 50],
  ['boosted', 2, 50],
])

describe('a split', () => {
  it('serves its shares at once when all variants are loaded; its control is stable', () => {
    const scenario = Scenario.serving().commit(halves).loading(2).settle()
    expect(scenario.now).toBe('Initializing: stable v1 100, boosted v2 0')
    expect(scenario.loaded(2).settle().now).toBe('Succeeded: control v1 50, boosted v2 50')
    expect(scenario.served.stable?.version).toBe(1)
    expect(scenario.served.traffic).toMatchObject({ seed: 'spring', coverage: 100, defaultArm: 'control' })
  })

  it('can be the first thing that a model serves', () => {
    const scenario = new Scenario(halves).loading(2).settle()
    expect(scenario.now).toBe('Initializing: stable v1 0, stable-next v2 0')
    expect(scenario.loaded(2).settle().now).toBe('Succeeded: control v1 50, boosted v2 50')
  })

  it('rejects the variant that is proven unusable, in another split too, and alone', () => {
    const scenario = Scenario.serving().commit(halves).failing(2).settle()
    expect(scenario.now).toBe('RolledBack: stable v1 100')
    expect(scenario.served.rejections.map(({ subject }) => subject)).toEqual([releaseOf(2).digest])
    scenario
      .loaded(2)
      .commit(
        split(
          [
            ['control', 1, 90],
            ['boosted', 2, 10],
          ],
          { seed: 'autumn' },
        ),
      )
      .settle()
    expect(scenario.now).toBe('RolledBack: stable v1 100')
    expect(scenario.commit(canary(2)).settle().now).toBe('RolledBack: stable v1 100')
    scenario.tell('retry')
    expect(scenario.settle().now).toBe('Progressing: canary v2 5, stable v1 95')
  })

  it('does not take up a release that was rejected as a canary', () => {
    const scenario = Scenario.serving().commit(canary(2)).failing(2).settle().loaded(2).commit(halves).settle()
    expect(scenario.now).toBe('RolledBack: stable v1 100')
    scenario.tell('retry')
    expect(scenario.settle().now).toBe('Succeeded: control v1 50, boosted v2 50')
  })

  it('waits, and rejects nothing, when one replica can not load what is stable', () => {
    const scenario = Scenario.serving().failing(1, 'disk broken').commit(halves).settle()
    expect(scenario.now).toBe('Initializing: stable v1 100, boosted v2 0')
    expect(scenario.decide()).toMatchObject({ type: 'wait', message: 'disk broken' })
    expect(scenario.loaded(1).settle().now).toBe('Succeeded: control v1 50, boosted v2 50')
  })
})

describe('a split that runs', () => {
  const running = () => {
    const scenario = Scenario.serving().commit(halves).settle()
    scenario.events.length = 0
    return scenario
  }
  const uneven = split([
    ['control', 1, 90],
    ['boosted', 2, 10],
  ])

  it('keeps its weights when other ones come under the same seed', () => {
    const scenario = running().commit(uneven)
    expect(scenario.decide()).toEqual({
      type: 'refuse',
      reason: 'SeedReused',
      message:
        'weights changed from control 50, boosted 50 to control 90, boosted 10 under the same seed spring: choose a new seed, so that no unit is moved without notice',
    })
    expect(scenario.now).toBe('Succeeded: control v1 50, boosted v2 50')
  })

  it('keeps its weights under the same seed also while it was to be replaced by something else', () => {
    const scenario = running().commit(canary(3)).loading(3).settle().commit(uneven)
    expect(scenario.decide()).toMatchObject({ type: 'refuse', reason: 'SeedReused' })
  })

  it('takes other weights with a new seed', () => {
    const scenario = running()
      .commit(
        split(
          [
            ['control', 1, 90],
            ['boosted', 2, 10],
          ],
          { seed: 'autumn' },
        ),
      )
      .settle()
    expect(scenario.now).toBe('Succeeded: control v1 90, boosted v2 10')
    expect(scenario.served.traffic.seed).toBe('autumn')
  })

  it('ramps its coverage under the same seed', () => {
    const shares = [
      ['control', 1, 50],
      ['boosted', 2, 50],
    ] as const
    const scenario = Scenario.serving()
      .commit(split(shares, { coverage: 10 }))
      .settle()
    expect(scenario.commit(split(shares, { coverage: 60 })).settle().served.traffic.coverage).toBe(60)
    expect(scenario.served.phase).toBe('Succeeded')
  })

  it('takes another version into a variant under the same seed, and serves on while that is loaded', () => {
    const scenario = running()
      .loading(3)
      .commit(
        split([
          ['control', 1, 50],
          ['boosted', 3, 50],
        ]),
      )
      .settle()
    expect(scenario.now).toBe('Initializing: control v1 50, boosted v2 50, boosted-next v3 0')
    expect(scenario.loaded(3).settle().now).toBe('Succeeded: control v1 50, boosted v3 50')
  })

  it('serves on while its successor is loaded, and while that is replaced by another one', () => {
    const scenario = running().loading(3).loading(4).commit(canary(3)).settle()
    expect(scenario.now).toBe('Initializing: control v1 50, boosted v2 50, canary v3 0')
    expect(scenario.commit(canary(4)).settle().now).toBe('Initializing: control v1 50, boosted v2 50, canary v4 0')
    expect(scenario.loaded(4).settle().now).toBe('Progressing: canary v4 5, stable v1 95')
  })

  it('gives way to its own winner in steps, and comes back as a split later', () => {
    const scenario = running().commit(canary(2)).settle()
    expect(scenario.now).toBe('Progressing: canary v2 5, stable v1 95')
    scenario
      .wait(20 * second)
      .settle()
      .wait(20 * second)
      .settle()
    expect(scenario.now).toBe('Succeeded: stable v2 100')
    scenario
      .commit(
        split([
          ['control', 2, 80],
          ['other', 3, 20],
        ]),
      )
      .settle()
    expect(scenario.now).toBe('Succeeded: control v2 80, other v3 20')
    expect(scenario.served.formerStables.map(({ version }) => version)).toEqual([1])
  })

  it('ends at once when its control is asked for alone', () => {
    expect(running().commit(canary(1)).settle().now).toBe('Succeeded: stable v1 100')
  })

  it('goes to control when its successor is proven unusable', () => {
    expect(running().commit(canary(3)).failing(3).settle().now).toBe('RolledBack: stable v1 100')
  })

  it('is ended by an abort, stays ended, and retry begins it again', () => {
    const scenario = running()
    scenario.tell('abort', 'sales fall')
    expect(scenario.settle().now).toBe('RolledBack: stable v1 100')
    expect(scenario.served.rejections).toEqual([
      { subject: halves.target, at: scenario.served.stepStartedAt, reason: 'Aborted', message: 'aborted: sales fall' },
    ])
    scenario.tell('retry')
    expect(scenario.settle().now).toBe('Succeeded: control v1 50, boosted v2 50')
  })

  it('aborted, leaves its variants free to be rolled out otherwise', () => {
    const scenario = running()
    scenario.tell('abort')
    expect(scenario.commit(canary(2)).settle().now).toBe('Progressing: canary v2 5, stable v1 95')
  })
})

describe('what is loaded beside a running split', () => {
  it('never takes the name of an arm that serves: requests find their arm by name', () => {
    const scenario = Scenario.serving(1, halves).loading(3)
    scenario
      .commit(
        split(
          [
            ['control', 3, 50],
            ['boosted', 2, 50],
          ],
          { seed: 'autumn' },
        ),
      )
      .settle()
    expect(scenario.now).toBe('Initializing: control v1 50, boosted v2 50, control-next v3 0')
  })

  it('leaves the control of a split that gives it no units: requests without a unit go there', () => {
    const scenario = Scenario.serving(
      1,
      split([
        ['control', 1, 0],
        ['boosted', 2, 100],
      ]),
    ).loading(3)
    expect(scenario.commit(canary(3)).settle().now).toBe('Initializing: control v1 0, boosted v2 100, canary v3 0')
  })
})
