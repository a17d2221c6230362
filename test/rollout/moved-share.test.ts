import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Digest } from '../../reconciler/core/digest.ts'
import type { Traffic } from '../../reconciler/core/rollout-state.ts'
import { gainingReleases, movedShare } from '../../reconciler/rollout/moved-share.ts'
import { buildRoute } from '../../reconciler/rollout/route.ts'
import { assignUnit } from '../../reconciler/serving/routing/assign-unit.ts'
import { releaseOf } from './rollout-scenario.ts'

const units = Array.from({ length: 100_000 }, (_, index) => `unit-${index}`)
const release = (version: number): Digest => releaseOf(version).digest

function canaryTraffic(weight: number, seed = 'a', version = 2): Traffic {
  const arms = [
    { name: 'canary', release: release(version), version, weight },
    { name: 'stable', release: release(1), version: 1, weight: 100 - weight },
  ]
  return { strategy: 'canary', seed, coverage: 100, unit: 'id', arms, defaultArm: 'stable' }
}

function splitTraffic(weights: readonly number[], seed = 'a', coverage = 100): Traffic {
  const arms = weights.map((weight, index) => ({
    name: index === 0 ? 'control' : `v${index}`,
    release: release(index + 1),
    version: index + 1,
    weight,
  }))
  return { strategy: 'split', seed, coverage, unit: 'id', arms, defaultArm: 'control' }
}

/** What the data plane would answer each unit with. */
function answers(traffic: Traffic | null): readonly (Digest | null)[] {
  const route = traffic === null ? null : buildRoute('m', traffic)
  if (route === null) return units.map(() => null)
  const releases = new Map(route.arms.map((arm) => [arm.name, arm.release]))
  return units.map((unit) => releases.get(assignUnit(route, unit).arm) ?? null)
}

function countMoved(before: Traffic | null, after: Traffic | null): number {
  const next = answers(after)
  return answers(before).filter((found, index) => found !== next[index]).length / units.length
}

const cases: readonly (readonly [string, Traffic | null, Traffic | null])[] = [
  ['the first traffic', null, canaryTraffic(0)],
  ['a canary that begins', canaryTraffic(0, 'b'), canaryTraffic(5)],
  ['a canary that grows', canaryTraffic(5), canaryTraffic(25)],
  ['a canary in place of another one', canaryTraffic(25, 'a', 2), canaryTraffic(25, 'b', 3)],
  ['a canary under another seed', canaryTraffic(25, 'a'), canaryTraffic(25, 'b')],
  ['a split that begins', canaryTraffic(0), splitTraffic([50, 50])],
  ['coverage that is ramped', splitTraffic([50, 30, 20], 'a', 10), splitTraffic([50, 30, 20], 'a', 60)],
  ['a split under a new seed', splitTraffic([50, 50]), splitTraffic([50, 50], 'b')],
  ['other weights under one seed', splitTraffic([50, 50]), splitTraffic([80, 20])],
  ['a split that ends', splitTraffic([20, 80]), canaryTraffic(0, 'b')],
  ['a model that is removed', canaryTraffic(5), null],
  ['nothing', canaryTraffic(25), canaryTraffic(25)],
]

describe('the share of units that move', () => {
  it.each(cases)('is, for %s, what 100,000 hashed units show', (_name, before, after) => {
    // Five standard errors of a share at 0.5: 0.008; nothing may move where nothing should.
    const share = movedShare('m', before, after)
    expect(Math.abs(countMoved(before, after) - share)).toBeLessThan(share === 0 || share === 1 ? 1e-12 : 0.008)
  })

  it('is independent of the old draw when another field holds the unit', () => {
    const before = splitTraffic([50, 50])
    expect(movedShare('m', before, { ...before, unit: 'account' })).toBe(0.5)
  })

  it('stays between nothing and everything, and is the same on the way back', () => {
    const traffics = fc.oneof(
      fc
        .record({ weight: fc.integer({ min: 0, max: 100 }), seed: fc.constantFrom('a', 'b') })
        .map(({ weight, seed }) => canaryTraffic(weight, seed)),
      fc
        .record({
          cut: fc.integer({ min: 0, max: 100 }),
          seed: fc.constantFrom('a', 'b'),
          coverage: fc.integer({ min: 0, max: 100 }),
        })
        .map(({ cut, seed, coverage }) => splitTraffic([cut, 100 - cut], seed, coverage)),
    )
    fc.assert(
      fc.property(traffics, traffics, (before, after) => {
        const share = movedShare('m', before, after)
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
        expect(movedShare('m', after, before)).toBeCloseTo(share, 12)
        expect(movedShare('m', before, before)).toBe(0)
      }),
    )
  })
})

describe('the releases that gain units', () => {
  it.each(cases)('are, for %s, those that 100,000 hashed units show', (_name, before, after) => {
    const route = after === null ? null : buildRoute('m', after)
    if (route === null) return expect(after).toBeNull()
    const old = answers(before)
    const shown = new Set(answers(after).filter((found, index) => found !== null && found !== old[index]))
    expect(gainingReleases(before === null ? null : buildRoute('m', before), route)).toEqual(shown)
    return undefined
  })

  it('count the one that requests without a unit get', () => {
    const before = buildRoute('m', canaryTraffic(100))
    const stable = { ...canaryTraffic(100), arms: [{ name: 'stable', release: release(2), version: 2, weight: 100 }] }
    const after = buildRoute('m', stable)
    if (after === null) throw new Error('no route')
    expect(gainingReleases(before, after)).toEqual(new Set([release(2)]))
  })
})
