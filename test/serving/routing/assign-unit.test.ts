import { describe, expect, it } from 'vitest'
import { assignUnit } from '../../../reconciler/serving/routing/assign-unit.ts'
import { benchRelease } from '../support/bench-model.ts'
import { canaryRoute, route } from '../support/serving-state.ts'

const { digest } = benchRelease()

describe('the arm of a unit', () => {
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
