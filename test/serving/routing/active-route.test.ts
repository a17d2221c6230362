import { describe, expect, it } from 'vitest'
import type { ModelRoute } from '../../../reconciler/core/serving-state.ts'
import { buildActiveRoutes, requiredArms } from '../../../reconciler/serving/routing/active-route.ts'
import { findStateProblem } from '../../../reconciler/serving/state/check-state.ts'
import { benchRelease } from '../support/bench-model.ts'
import { holdRelease } from '../support/held-release.ts'
import { canaryRoute, route, servingState, stableRoute } from '../support/serving-state.ts'

const stable = benchRelease({ version: 1 })
const canary = benchRelease({ version: 2 })
function findHeld(...loaded: readonly { readonly digest: string }[]) {
  return (digest: string) => {
    const release = [stable, canary].find((candidate) => candidate.digest === digest)
    return release !== undefined && loaded.some((found) => found.digest === digest) ? holdRelease(release) : null
  }
}

function activate(
  wanted: ModelRoute,
  previous: ModelRoute | null,
  ...loaded: readonly { readonly digest: string }[]
): ModelRoute | undefined {
  const state = servingState(1, { releases: [stable, canary], routes: [wanted] })
  const before = new Map(previous === null ? [] : [[previous.model, previous]])
  return buildActiveRoutes(state, before, findHeld(...loaded)).get('bench')?.route
}

describe('the route that answers', () => {
  it('needs every arm with weight, and the default arm', () => {
    const names = (arms: readonly { readonly name: string }[]) => arms.map(({ name }) => name)
    expect(names(requiredArms(canaryRoute(stable, canary, 5)))).toEqual(['canary', 'stable'])
    expect(names(requiredArms(canaryRoute(stable, canary, 0)))).toEqual(['stable'])
    expect(names(requiredArms(canaryRoute(stable, canary, 100)))).toEqual(['canary', 'stable'])
    expect(requiredArms(route('bench', [{ name: 'stable', release: stable.digest, weight: 0 }]))).toEqual([])
  })

  it("is the state's when all of it is loaded, else the one before, else none", () => {
    const wanted = canaryRoute(stable, canary, 5)
    expect(activate(wanted, stableRoute(stable), stable, canary)).toBe(wanted)
    const before = stableRoute(stable)
    expect(activate(wanted, before, stable)).toBe(before)
    expect(activate(wanted, before, canary)).toBeUndefined()
    expect(activate(wanted, null, stable)).toBeUndefined()
  })

  it('is none for a model without traffic, whatever answered before', () => {
    const waiting = route('bench', [{ name: 'stable', release: canary.digest, weight: 0 }])
    expect(activate(waiting, stableRoute(stable), stable, canary)).toBeUndefined()
  })

  it('has its fallback as soon as that is loaded, and waits for it no moment', () => {
    const wanted = { ...stableRoute(stable), fallback: { type: 'release', release: canary.digest } } as const
    const state = servingState(1, { releases: [stable, canary], routes: [wanted] })
    const active = (...loaded: readonly { readonly digest: string }[]) =>
      buildActiveRoutes(state, new Map(), findHeld(...loaded)).get('bench')
    expect(active(stable)).toMatchObject({ route: wanted, fallback: null })
    expect(active(stable, canary)?.fallback).toMatchObject({ type: 'release', held: { release: canary } })
    expect([...(active(stable, canary)?.arms.keys() ?? [])]).toEqual(['stable'])
  })

  it('has a constant fallback always', () => {
    const fallback = { type: 'constant', score: 0.2 } as const
    const state = servingState(1, { releases: [stable], routes: [{ ...stableRoute(stable), fallback }] })
    expect(buildActiveRoutes(state, new Map(), findHeld(stable)).get('bench')?.fallback).toEqual(fallback)
  })
})

describe('a serving state', () => {
  it('has every release that its routes name, fallbacks too', () => {
    const wanted = { ...stableRoute(stable), fallback: { type: 'release', release: canary.digest } } as const
    expect(findStateProblem(servingState(1, { releases: [stable, canary], routes: [wanted] }), 'production')).toBeNull()
    expect(findStateProblem(servingState(1, { releases: [stable], routes: [wanted] }), 'production')).toBe(
      `the route of bench names the release ${canary.digest}, which the serving state does not have`,
    )
  })
})
