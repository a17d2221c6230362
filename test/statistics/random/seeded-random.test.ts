/** Drawn numbers are those of the published generator, the same for a seed, and evenly spread. */
import { describe, expect, it } from 'vitest'
import { randomBelow, seededRandom, xoshiro128 } from '../../../reconciler/statistics/random/seeded-random.ts'

describe('xoshiro128', () => {
  it('gives what the authors’ C program (xoshiro128starstar.c 1.1) prints for the state 1, 2, 3, 4', () => {
    const random = xoshiro128([1, 2, 3, 4])
    expect(Array.from({ length: 10 }, random)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ])
  })
})

describe('a seeded source', () => {
  const draws = (seed: number, stream: number) => Array.from({ length: 4 }, seededRandom(seed, stream))

  it('is the same for the same seed and stream, and another for any other', () => {
    expect(draws(7, 3)).toEqual(draws(7, 3))
    const all = [draws(7, 3), draws(8, 3), draws(7, 4), draws(-7, 3), draws(7 + 2 ** 32, 3), draws(0, 0)]
    expect(new Set(all.map(String)).size).toBe(all.length)
  })

  it('refuses a seed that a double does not hold', () => {
    expect(() => seededRandom(0.5, 0)).toThrow('expected a whole number as the seed, found 0.5')
  })

  it('draws every number below a bound about equally often', () => {
    const random = seededRandom(1, 0)
    const counts = new Array<number>(7).fill(0)
    for (let draw = 0; draw < 70_000; draw += 1) counts[randomBelow(random, 7)]! += 1
    // Six standard deviations of a binomial count of 10,000.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(6 * Math.sqrt(70_000 * (1 / 7) * (6 / 7)))
  })

  it('draws again what would favour low numbers', () => {
    const drawn = [2 ** 32 - 1, 5]
    expect(randomBelow(() => drawn.shift() ?? NaN, 3)).toBe(2)
  })
})
