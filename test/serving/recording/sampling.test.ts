/** Which predictions are recorded: GrowthBook's hash, stable by unit, unbiased by weight, bounded in number. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hashUnit } from '../../../reconciler/bucketing/hash-unit.ts'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import { AdaptiveShare } from '../../../reconciler/serving/recording/adaptive-share.ts'
import { drawableShare, isDrawn } from '../../../reconciler/serving/recording/draw-unit.ts'

const published = JSON.parse(readFileSync(join(packageRoot, 'test/vectors/growthbook-cases.json'), 'utf8')) as {
  readonly hash: readonly (readonly [string, string, number, number | null])[]
}
const units = Array.from({ length: 50_000 }, (_, index) => `unit-${index}`)

describe('the draw', () => {
  it.each(published.hash.filter(([, , version]) => version === 2))(
    "is bucketing's hash, held against the published cases: seed %j, unit %j",
    (seed, unit, _version, hash) => {
      expect(hashUnit(seed, unit)).toBe(hash)
      const own = hashUnit('record', unit)
      expect([isDrawn(unit, own), isDrawn(unit, own + 0.0001)]).toEqual([false, true])
    },
  )

  it('is the same at every time, and a larger share has every unit of a smaller one', () => {
    const small = units.filter((unit) => isDrawn(unit, 0.1))
    expect(units.filter((unit) => isDrawn(unit, 0.1))).toEqual(small)
    expect(small.every((unit) => isDrawn(unit, 0.3))).toBe(true)
  })

  it.each([0.01, 0.1, 0.37, 0.9])('is unbiased at the share %d: the weights come to the total', (share) => {
    const drawn = units.filter((unit) => isDrawn(unit, share)).length
    const deviation = Math.sqrt((units.length * (1 - share)) / share)
    expect(Math.abs(drawn / share - units.length)).toBeLessThan(4 * deviation)
  })

  it('knows the shares that the hash can draw', () => {
    expect([0, 1e-9, 0.00019, 0.5, 0.7, 1, 3].map(drawableShare)).toEqual([0, 0.0001, 0.0001, 0.5, 0.7, 1, 1])
  })
})

/** One process under a steady load, slice by slice: what it kept in each second, and what its weights come to. */
function run(rate: number, seconds: number, sliceMs = 20) {
  const share = new AdaptiveShare(2_000)
  const kept: number[] = []
  let weights = 0
  let lost = 0
  let next = 0
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs += sliceMs) {
    share.startSlice(nowMs)
    const second = Math.floor(nowMs / 1000)
    for (let index = 0; index < (rate * sliceMs) / 1000; index++) {
      share.offer(1)
      const now = drawableShare(share.share)
      if (!isDrawn(`u${next++}`, now)) continue
      if (share.exhausted) {
        lost += 1
        continue
      }
      share.keep()
      kept[second] = (kept[second] ?? 0) + 1
      weights += 1 / now
    }
  }
  return { kept, weights, lost, offered: next }
}

describe('the adaptive share', () => {
  it('takes everything below the limit', () => {
    expect(run(1_500, 5)).toMatchObject({ kept: [1500, 1500, 1500, 1500, 1500], weights: 7500 })
  })

  it.each([3_000, 20_000, 100_000])('stays under the limit at %d a second, from the first second on, and is unbiased', (rate) => {
    const { kept, weights, lost, offered } = run(rate, 6)
    expect(Math.max(...kept)).toBeLessThanOrEqual(2_000)
    expect(Math.min(...kept.slice(1))).toBeGreaterThan(1_300)
    expect(lost / offered).toBeLessThan(0.001)
    expect(Math.abs(weights / (offered - lost) - 1)).toBeLessThan(0.06)
  })

  it('comes back when the load is over', () => {
    const share = new AdaptiveShare(10)
    share.startSlice(0)
    for (let index = 0; index < 1000; index++) share.offer(1)
    share.startSlice(1000)
    expect(share.share).toBeCloseTo(0.009)
    share.startSlice(2000)
    expect(share.share).toBe(1)
  })
})
