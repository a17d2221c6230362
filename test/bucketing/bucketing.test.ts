/** Units and arms: GrowthBook's published cases, and what must hold for every seed, weight and coverage. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseArm, type HashRange } from '../../reconciler/bucketing/choose-arm.ts'
import { hashUnit } from '../../reconciler/bucketing/hash-unit.ts'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import type { Traffic } from '../../reconciler/core/rollout-state.ts'
import type { RouteShape } from '../../reconciler/core/serving-state.ts'
import { buildRoute } from '../../reconciler/rollout/route.ts'
import { assignUnit } from '../../reconciler/serving/routing/assign-unit.ts'

const published = JSON.parse(readFileSync(join(packageRoot, 'test/vectors/growthbook-cases.json'), 'utf8')) as {
  readonly hash: readonly (readonly [string, string, number, number | null])[]
  readonly chooseVariation: readonly (readonly [string, number, readonly HashRange[], number])[]
}
const version2 = published.hash.filter(([, , version]) => version === 2)

describe("GrowthBook's cases", () => {
  it('are there', () => {
    expect([version2.length, published.chooseVariation.length]).toEqual([7, 13])
  })

  it.each(version2)('hash: seed %j, unit %j', (seed, unit, _version, hash) => {
    expect(hashUnit(seed, unit)).toBe(hash)
  })

  it.each(published.chooseVariation)('choice: %s', (_name, hash, ranges, position) => {
    expect(
      chooseArm(
        hash,
        ranges.map((range) => ({ range })),
      ),
    ).toBe(position)
  })
})

const release = `sha256:${'0'.repeat(64)}` as const

function canary(weight: number, seed: string): RouteShape {
  const arms = [
    { name: 'canary', release, version: 2, weight },
    { name: 'stable', release, version: 1, weight: 100 - weight },
  ]
  return routeOf({ strategy: 'canary', seed, coverage: 100, unit: 'id', arms, defaultArm: 'stable' })
}

function split(weights: readonly number[], coverage: number, seed: string): RouteShape {
  const arms = weights.map((weight, index) => ({ name: `v${index}`, release, version: index + 1, weight }))
  return routeOf({ strategy: 'split', seed, coverage, unit: 'id', arms, defaultArm: 'v0' })
}

function routeOf(traffic: Traffic): RouteShape {
  const route = buildRoute('m', traffic)
  if (route === null) throw new Error('a route without traffic')
  return route
}

/** Two to five whole weights that sum to 100. */
const weightLists = fc
  .array(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 4 })
  .map((cuts) => [0, ...new Set(cuts.sort((a, b) => a - b)), 100])
  .map((cuts) => cuts.slice(1).map((cut, index) => cut - (cuts[index] ?? 0)))
  .filter((weights) => weights.length >= 2)
const percents = fc.integer({ min: 0, max: 100 })

describe('the assignment of units', () => {
  it('is a multiple of 0.0001 in [0, 1), whatever seed and unit are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (seed, unit) => {
        const hash = hashUnit(seed, unit)
        expect(hash).toBeGreaterThanOrEqual(0)
        expect(hash).toBeLessThan(1)
        expect(hash).toBe(Math.round(hash * 10_000) / 10_000)
      }),
    )
  })

  it('only adds units when a canary grows, and only takes them away when it shrinks', () => {
    fc.assert(
      fc.property(percents, percents, fc.string(), fc.string(), (one, other, seed, unit) => {
        const [small, large] = [Math.min(one, other), Math.max(one, other)]
        fc.pre(large > 0)
        if (assignUnit(canary(small, seed), unit).arm !== 'canary') return
        expect(assignUnit(canary(large, seed), unit).arm).toBe('canary')
      }),
      { numRuns: 2000 },
    )
  })

  it('moves no unit between the arms of a split when its coverage grows', () => {
    fc.assert(
      fc.property(weightLists, fc.tuple(percents, percents), fc.string(), fc.string(), (weights, coverages, seed, unit) => {
        const [small, large] = [Math.min(...coverages), Math.max(...coverages)]
        const hash = hashUnit(seed, unit)
        const before = chooseArm(hash, split(weights, small, seed).arms)
        if (before !== -1) expect(chooseArm(hash, split(weights, large, seed).arms)).toBe(before)
      }),
      { numRuns: 2000 },
    )
  })

  it('has one arm at most for a hash: ranges are disjoint and as wide as the weights say', () => {
    fc.assert(
      fc.property(weightLists, percents, (weights, coverage) => {
        const ranges = split(weights, coverage, 's').arms.map(({ range }) => range ?? [0, 0])
        ranges.forEach(([from, to], index) => {
          expect(to - from).toBeCloseTo(((weights[index] ?? 0) * coverage) / 10_000, 12)
          expect(from).toBeGreaterThanOrEqual((ranges[index - 1] ?? [0, 0])[1])
        })
      }),
    )
  })

  it('takes everyone at full coverage, and no one but the default arm at none', () => {
    fc.assert(
      fc.property(weightLists, fc.string(), (weights, unit) => {
        const hash = hashUnit('s', unit)
        expect(chooseArm(hash, split(weights, 100, 's').arms)).not.toBe(-1)
        expect(chooseArm(hash, split(weights, 0, 's').arms)).toBe(-1)
      }),
    )
  })

  /** A share of n units lies within four standard errors of its weight (binomial) but for one time in 16,000. */
  it.each([
    [[5, 95], 100],
    [[33, 33, 34], 100],
    [[50, 50], 40],
    [[1, 9, 90], 100],
  ])('gives the arms %j at coverage %i their shares of 100,000 units', (weights, coverage) => {
    const route = split(weights, coverage, `shares-${weights.join('-')}`)
    const counts = new Array<number>(weights.length).fill(0)
    for (let unit = 0; unit < 100_000; unit++) {
      const arm = chooseArm(hashUnit(route.seed, `user-${unit}`), route.arms)
      if (arm !== -1) counts[arm] = (counts[arm] ?? 0) + 1
    }
    counts.forEach((count, index) => {
      const share = ((weights[index] ?? 0) * coverage) / 10_000
      expect(Math.abs(count / 100_000 - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / 100_000))
    })
  })

  it('is independent between seeds: of those on an arm under one seed, the usual share is on it under another', () => {
    const units = Array.from({ length: 100_000 }, (_, index) => `user-${index}`)
    const first = units.filter((unit) => assignUnit(canary(20, 'first'), unit).arm === 'canary')
    const both = first.filter((unit) => assignUnit(canary(20, 'second'), unit).arm === 'canary')
    expect(Math.abs(both.length / first.length - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / first.length))
  })
})
