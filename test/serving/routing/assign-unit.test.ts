import { describe, expect, it } from 'vitest'
import type { RouteArm } from '../../../reconciler/core/serving-state.ts'
import { assignUnit } from '../../../reconciler/serving/routing/assign-unit.ts'
import { benchRelease } from '../support/bench-model.ts'
import { canaryRoute, route } from '../support/serving-state.ts'

const { digest } = benchRelease()

function armsAround(hash: number): readonly RouteArm[] {
  return [
    { name: 'below', release: digest, weight: 33, range: [0, hash] },
    { name: 'exact', release: digest, weight: 33, range: [hash, hash + 0.0001] },
    { name: 'rest', release: digest, weight: 34 },
  ]
}

describe('the arm of a unit', () => {
  it.each([
    ['seed', 'a', 0.0505],
    ['seed', 'b', 0.2696],
    ['foo', 'ab', 0.2575],
    ['foo', 'def', 0.2019],
    ['89123klj', '8952klfjas09ujkasdf', 0.124],
    ['90850943850283058242805', '123', 0.7516],
    ['()**(%$##$%#$#', '___)((*":&', 0.0128],
  ])('is where the v2 hash of GrowthBook says: seed %s, unit %s', (seed, unit, hash) => {
    const assigned = assignUnit(route('bench', armsAround(hash), { seed, defaultArm: 'rest' }), unit)
    expect(assigned).toEqual({ arm: 'exact', assigned: true })
  })

  it('is the default arm without a unit, and for units that no range takes', () => {
    const narrow = route(
      'bench',
      [
        { name: 'a', release: digest, weight: 100, range: [0, 0] },
        { name: 'rest', release: digest, weight: 0 },
      ],
      { defaultArm: 'rest' },
    )
    expect(assignUnit(narrow, null)).toEqual({ arm: 'rest', assigned: false })
    expect(assignUnit(narrow, 'U1')).toEqual({ arm: 'rest', assigned: true })
  })

  it('changes only from stable to canary when the weight grows', () => {
    const [stable, canary] = [benchRelease({ version: 1 }), benchRelease({ version: 2 })]
    const armsOf = (weight: number) =>
      Array.from({ length: 5000 }, (_, index) => assignUnit(canaryRoute(stable, canary, weight), `U${index}`).arm)
    const [small, large] = [armsOf(5), armsOf(25)]
    expect(small.filter((arm) => arm === 'canary').length).toBeGreaterThan(190)
    expect(small.filter((arm) => arm === 'canary').length).toBeLessThan(310)
    expect(small.every((arm, index) => arm === 'stable' || large[index] === 'canary')).toBe(true)
    expect(armsOf(100).every((arm) => arm === 'canary')).toBe(true)
  })
})
