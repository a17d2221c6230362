import { describe, expect, it } from 'vitest'
import type { RolloutState } from '../../reconciler/core/rollout-state.ts'
import type { ModelRoute } from '../../reconciler/core/serving-state.ts'
import { answeringReleases, deriveRoutes, namedReleases, withRecording } from '../../reconciler/reconcile/derive-serving-state.ts'
import { canary, releaseOf, Scenario, second, split } from '../rollout/rollout-scenario.ts'

const at = '2026-03-01T12:00:00.000Z'
const later = '2026-03-01T13:00:00.000Z'
const halves = split([
  ['control', 1, 50],
  ['other', 2, 50],
])

function routeOf(state: RolloutState): readonly ModelRoute[] {
  return deriveRoutes({ states: [state], serving: [], isDurable: () => true, at })
}

function derive(before: RolloutState | null, after: RolloutState, durable: boolean): readonly ModelRoute[] {
  return deriveRoutes({ states: [after], serving: before === null ? [] : routeOf(before), isDurable: () => durable, at: later })
}

const serving = Scenario.serving().served
const secondServing = Scenario.serving(2).served
const atFive = Scenario.serving().commit(canary(2)).settle().served
const atQuarter = Scenario.serving()
  .commit(canary(2))
  .settle()
  .wait(20 * second)
  .settle().served
const loading = Scenario.serving().commit(canary(2)).loading(2).settle().served
const running = Scenario.serving(1, halves).served
const coverage = (percent: number) =>
  Scenario.serving(
    1,
    split(
      [
        ['control', 1, 50],
        ['other', 2, 50],
      ],
      { coverage: percent },
    ),
  ).served

describe('before the line of the history is pushed', () => {
  it.each([
    ['a first release', null, serving],
    ['a canary that begins', serving, atFive],
    ['a canary that grows', atFive, atQuarter],
    ['a promotion', atQuarter, secondServing],
    ['a split that begins', serving, running],
    ['coverage that grows', coverage(10), coverage(60)],
  ])('%s waits: what served goes on', (_name, before, after) => {
    expect(derive(before, after, false)).toEqual(before === null ? [] : routeOf(before))
    expect(derive(before, after, true)).toEqual(routeOf(after).map((route) => ({ ...route, since: later })))
  })

  it.each([
    ['a canary that shrinks', atQuarter, atFive],
    ['the way back to stable', atQuarter, serving],
    ['a release that is only loaded', serving, loading],
    ['a split that ends in its control', running, serving],
    ['coverage that shrinks', coverage(60), coverage(10)],
  ])('%s waits for nothing', (_name, before, after) => {
    expect(derive(before, after, false)).toEqual(routeOf(after).map((route) => ({ ...route, since: later })))
  })
})

describe('the routes', () => {
  it('keep their beginning while they say the same', () => {
    expect(derive(serving, serving, true)[0]?.since).toBe(at)
  })

  it('end with the rollout, and are none for a first release that loads', () => {
    expect(deriveRoutes({ states: [], serving: routeOf(serving), isDurable: () => false, at })).toEqual([])
    expect(routeOf(new Scenario(canary(1)).loading(1).settle().served)).toEqual([])
  })

  it('are in the order of the models', () => {
    const states = ['loans', 'churn', 'flights'].map((rollout) => ({ ...serving, rollout }))
    const routes = deriveRoutes({ states, serving: [], isDurable: () => true, at })
    expect(routes.map(({ model }) => model)).toEqual(['churn', 'flights', 'loans'])
  })
})

describe('the releases that replicas must hold', () => {
  it('are those that serve still, and those that are to be loaded', () => {
    const expected = [releaseOf(1).digest, releaseOf(2).digest].sort()
    expect(namedReleases([loading], routeOf(loading))).toEqual(expected)
    expect(namedReleases([serving], routeOf(atFive))).toEqual(expected)
  })
})

describe('a fallback', () => {
  const wanted = { ...canary(2), fallback: { type: 'release', release: releaseOf(3) } } as const
  const spared = Scenario.serving().commit(canary(2)).settle().commit(wanted).settle().served

  it('is part of the route at once, and the hold of the step goes on', () => {
    expect(spared.traffic).toEqual(atFive.traffic)
    const [route] = derive(atFive, spared, false)
    expect(route).toEqual({ ...routeOf(atFive)[0], fallback: { type: 'release', release: releaseOf(3).digest }, since: at })
    expect(derive(spared, atFive, false)).toEqual(routeOf(atFive))
  })

  it('is held by replicas, and is none of the arms', () => {
    const routes = routeOf(spared)
    expect(namedReleases([spared], routes)).toContain(releaseOf(3).digest)
    expect(namedReleases([], routes)).toContain(releaseOf(3).digest)
    expect([...answeringReleases([spared], routes)].sort()).toEqual([releaseOf(1).digest, releaseOf(2).digest].sort())
  })

  it('may be a constant, which nobody has to hold', () => {
    const constant = Scenario.serving(1, { ...canary(1), fallback: { type: 'constant', score: [0.1, 0.9] } }).served
    expect(routeOf(constant)[0]?.fallback).toEqual({ type: 'constant', score: [0.1, 0.9] })
    expect(namedReleases([constant], routeOf(constant))).toEqual([releaseOf(1).digest])
  })
})

describe('what is recorded', () => {
  it('stands in the releases of its model as replicas get them, and changes no digest', () => {
    const recording = { percent: 10, drop: ['income'] }
    const state = Scenario.serving(1, { ...canary(1), recording }).served
    const other = { ...releaseOf(2), model: 'loan-approval' }
    expect(withRecording([releaseOf(1), other], [state])).toEqual([{ ...releaseOf(1), recording }, other])
    expect(withRecording([releaseOf(1)], [serving])).toEqual([releaseOf(1)])
  })
})
