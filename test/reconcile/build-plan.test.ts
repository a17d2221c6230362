import { describe, expect, it } from 'vitest'
import { toInstant } from '../../reconciler/core/clock.ts'
import { digestValue } from '../../reconciler/core/digest.ts'
import type { Desired, Observed } from '../../reconciler/core/plan.ts'
import type { DesiredRollout } from '../../reconciler/core/rollout-state.ts'
import type { ReplicaStatus } from '../../reconciler/core/serving-state.ts'
import { buildPlan } from '../../reconciler/reconcile/build-plan.ts'
import { canary, day, releaseOf, Scenario, split } from '../rollout/rollout-scenario.ts'

function plan(scenario: Scenario, rollouts: readonly DesiredRollout[], changes: Partial<Desired & Observed> = {}) {
  const desired: Desired = {
    commit: 'c',
    project: 'p',
    environment: 'production',
    allowEmpty: false,
    artifactStore: '',
    versions: [],
    rollouts,
    ...changes,
  }
  const states = scenario.state === null ? [] : [scenario.state]
  const observed: Observed = {
    states,
    replicas: [],
    published: [],
    storedArtifacts: [],
    filledViews: [],
    removed: [],
    ...changes,
  }
  return buildPlan(desired, observed, scenario.wallMs).actions
}

/** The sentences that a person reads before anything moves. */
function effects(scenario: Scenario, wanted: DesiredRollout): readonly string[] {
  const action = plan(scenario, [wanted]).find(({ type }) => type === 'transition')
  return action?.type === 'transition' ? action.effects : []
}

describe('the plan of a new version', () => {
  it('stores its artifact first, then loads it, and describes the release', () => {
    const actions = plan(Scenario.serving(), [canary(2)])
    expect(actions.map(({ type }) => type)).toEqual(['store-artifact', 'transition'])
    expect(actions[1]).toMatchObject({ event: 'Started', releases: [releaseOf(2)] })
  })

  it('stores nothing that is there, and the artifact of two variants once', () => {
    expect(plan(Scenario.serving(), [canary(2)], { storedArtifacts: [releaseOf(2).artifact.sha256] })).toHaveLength(1)
    const twins = split([
      ['control', 2, 50],
      ['twin', 2, 50],
    ])
    expect(plan(Scenario.serving(), [twins]).map(({ type }) => type)).toEqual(['store-artifact', 'transition'])
  })

  it('goes on refusing a release that was rejected before the rollout was removed, and counts promotions on', () => {
    const rejected = Scenario.serving().commit(canary(2)).failing(2).settle().served
    const absent = new Scenario(canary(2))
    const [refused] = plan(absent, [canary(2)], { removed: [rejected] })
    expect(refused).toMatchObject({ type: 'transition', event: 'Stalled', state: { phase: 'Stalled', stable: null } })
    const [, other] = plan(absent, [canary(1)], { removed: [rejected] })
    expect(other).toMatchObject({
      event: 'Started',
      state: { phase: 'Initializing', stable: null, promotions: rejected.promotions },
    })
  })

  it('describes a release again that comes under another number', () => {
    const renumbered = { ...releaseOf(1), version: 9 }
    const desired = {
      ...canary(1),
      target: digestValue('renumbered'),
      strategy: { type: 'canary', release: renumbered, steps: [] },
    }
    const [action] = plan(Scenario.serving(), [desired as DesiredRollout])
    expect(action).toMatchObject({ event: 'Respecified', releases: [renumbered], state: { stable: { version: 9 } } })
  })

  it('stores and describes a fallback with it, and one that is added later by itself', () => {
    const fallback = { type: 'release', release: releaseOf(3) } as const
    const first = plan(Scenario.serving(), [{ ...canary(2), fallback }])
    expect(first.map(({ type }) => type)).toEqual(['store-artifact', 'store-artifact', 'transition'])
    expect(first[2]).toMatchObject({ event: 'Started', releases: [releaseOf(2), releaseOf(3)] })
    const added = plan(Scenario.serving(), [{ ...canary(1), fallback }])
    expect(added.map(({ type }) => type)).toEqual(['store-artifact', 'transition'])
    expect(added[1]).toMatchObject({
      event: 'SettingsChanged',
      releases: [releaseOf(3)],
      reason: 'SettingsChanged',
      message: 'fallback version 3, before nothing',
      state: { reason: 'Succeeded', message: 'version 1 serves' },
    })
    const kept = Scenario.serving(1, { ...canary(1), fallback })
    expect(plan(kept, [{ ...canary(1), fallback }])).toEqual([])
  })

  it('moves no unit to a release before the views that it reads have rows', () => {
    const weather = { name: 'weather', digest: digestValue('weather'), keys: [], features: [], ttlMs: null, aggregations: [], isPushed: false } // prettier-ignore
    const release = { ...releaseOf(2), views: [{ view: weather, join: {}, as: null, take: [] }] }
    const desired = canary(release, [{ weight: 100, holdMs: 0 }])
    const scenario = Scenario.serving().loading(2).commit(desired).settle()
    const loaded: ReplicaStatus = {
      replica: 'r',
      environment: 'production',
      heartbeatAt: toInstant(scenario.wallMs),
      stateVersion: null,
      dataTime: null,
      releases: { [release.digest]: { status: 'ready', loadMs: 1 } },
    }
    expect(plan(scenario, [desired], { replicas: [loaded] })).toMatchObject([
      {
        type: 'wait',
        reason: 'Loading',
        message: expect.stringMatching(/views of version 2 have no rows yet.*weather$/) as unknown,
      },
    ])
    const [action] = plan(scenario, [desired], { replicas: [loaded], filledViews: [weather.digest] })
    expect(action).toMatchObject({ type: 'transition', event: 'Succeeded', state: { stable: { version: 2 } } })
  })

  it('goes back from a release that crashes, and says so', () => {
    const scenario = Scenario.serving()
      .commit(canary(2, [{ weight: 100, holdMs: 0 }]))
      .settle()
    const readiness = { status: 'failed', reason: 'Crashed', message: 'it crashed', retryable: false } as const
    const replica: ReplicaStatus = {
      replica: 'r',
      environment: 'production',
      heartbeatAt: toInstant(scenario.wallMs),
      stateVersion: null,
      dataTime: null,
      releases: { [releaseOf(2).digest]: readiness },
    }
    const [action] = plan(scenario, [scenario.desired], { replicas: [replica] })
    expect(action).toMatchObject({
      event: 'RolledBack',
      reason: 'Crashed',
      message: 'version 2: it crashed; version 1 serves again',
      effects: ['100 % of the units move: version 1 100 %'],
    })
  })

  it('describes no release that it only refuses', () => {
    const scenario = Scenario.serving().commit(canary(2)).failing(2).settle().commit(canary(1)).settle()
    const [action] = plan(scenario, [canary(2)])
    expect(action).toMatchObject({ type: 'transition', event: 'RolledBack', releases: [] })
  })

  it.each([
    [
      'a first release',
      new Scenario(canary(1)),
      canary(1),
      ['no unit is answered yet', 'once loaded: version 1 serves every unit'],
    ],
    [
      'a canary',
      Scenario.serving(),
      canary(2),
      ['no unit moves', 'once loaded: units move from version 1 to version 2 in steps: 5 % for 20s, 25 % for 20s, 100 %'],
    ],
    [
      'a split',
      Scenario.serving(),
      split(
        [
          ['control', 1, 80],
          ['new', 2, 20],
        ],
        { coverage: 30 },
      ),
      ['no unit moves', 'once loaded: control 80 % (version 1), new 20 % (version 2) of 30 % of the units'],
    ],
    [
      'a way back within a week',
      Scenario.serving()
        .commit(canary(2, [{ weight: 100, holdMs: 0 }]))
        .settle(),
      canary(1),
      ['no unit moves', 'once loaded: version 1 serves every unit at once, since it was stable before'],
    ],
    [
      'a way back after a week',
      Scenario.serving()
        .commit(canary(2, [{ weight: 100, holdMs: 0 }]))
        .settle()
        .wait(7 * day),
      canary(1),
      ['no unit moves', 'once loaded: units move from version 2 to version 1 in steps: 5 % for 20s, 25 % for 20s, 100 %'],
    ],
    [
      'a fallback',
      Scenario.serving(),
      { ...canary(1), fallback: { type: 'release', release: releaseOf(3) } } as const,
      ['no unit moves', 'a request whose run fails or takes too long is answered by version 3'],
    ],
    [
      'another fallback',
      Scenario.serving(1, { ...canary(1), fallback: { type: 'release', release: releaseOf(3) } }),
      { ...canary(1), fallback: { type: 'constant', score: 0.2 } } as const,
      ['no unit moves', 'a request whose run fails or takes too long is answered by the constant 0.2, no longer by version 3'],
    ],
    [
      'no fallback any more',
      Scenario.serving(1, { ...canary(1), fallback: { type: 'release', release: releaseOf(3) } }),
      canary(1),
      [
        'no unit moves',
        'a request whose run fails or takes too long gets an error from now on, no longer the answer of version 3',
      ],
    ],
    [
      'less recording',
      Scenario.serving(),
      { ...canary(1), recording: { percent: 10, drop: ['income'] } },
      ['no unit moves', 'of the predictions is recorded: 10 % without income; before: 100 %'],
    ],
    [
      'a canary that is taken back',
      Scenario.serving().commit(canary(2)).settle(),
      canary(1),
      ['5 % of the units move: version 1 100 %'],
    ],
  ])('says what %s means for the units', (_name, scenario, wanted, expected) => {
    expect(effects(scenario, wanted)).toEqual(expected)
  })
})

describe('the plan of a commit without a rollout that is there', () => {
  it('removes it last and says what ends', () => {
    const actions = plan(Scenario.serving(), [canary(1, [], { rollout: 'zebra' })])
    expect(actions.at(-1)).toEqual({
      type: 'remove',
      rollout: 'flight-delay',
      reason: 'its Rollout is no longer in the repository',
      effects: ['flight-delay stops answering; version 1 served until now'],
    })
  })

  it('refuses an empty set, unless the project allows it', () => {
    expect(plan(Scenario.serving(), [])).toEqual([
      {
        type: 'refuse',
        rollout: null,
        reason: 'EmptySetRefused',
        message: 'the commit has no rollout for production; removing all 1 needs spec.allowEmpty: true in mainward.yaml',
      },
    ])
    expect(plan(Scenario.serving(), [], { allowEmpty: true }).map(({ type }) => type)).toEqual(['remove'])
    expect(plan(new Scenario(canary(1)), [])).toEqual([])
  })
})
