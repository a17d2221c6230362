/** What people read of a profile, and the edges that are chosen for it: worked out by hand. */
import { describe, expect, it } from 'vitest'
import { chooseEdges } from '../../reconciler/profiles/choose-edges.ts'
import { logBinsOf } from '../../reconciler/profiles/log-bins.ts'
import { momentsOf } from '../../reconciler/profiles/moments.ts'
import type { Profile } from '../../reconciler/profiles/profile.ts'
import { summarizeProfile } from '../../reconciler/profiles/summarize-profile.ts'

function profileOf(dtype: Profile['dtype'], values: readonly number[]): Profile {
  return {
    dtype,
    rows: values.length + 1,
    nulls: 1,
    nans: 0,
    positiveInfinities: 0,
    negativeInfinities: 0,
    smallest: values.length === 0 ? null : Math.min(...values),
    greatest: values.length === 0 ? null : Math.max(...values),
    moments: momentsOf(values),
    bins: logBinsOf(values),
    histogram: null,
    categories: null,
  }
}

describe('a summary', () => {
  it('has mean, spread and quantiles within a hundredth', () => {
    const { mean, std, quantiles, count, nulls, min, max } = summarizeProfile(profileOf('float64', [1, 2, 3, 4, 5]))
    expect({ mean, count, nulls, min, max }).toEqual({ mean: 3, count: 5, nulls: 1, min: 1, max: 5 })
    expect(std).toBeCloseTo(Math.sqrt(2.5), 12)
    expect(Math.abs((quantiles?.['0.5'] ?? NaN) - 3)).toBeLessThanOrEqual(0.0301)
    expect(quantiles?.['0.99']).toBeLessThanOrEqual(5)
  })

  it('writes times and whole numbers of 64 bits without loss', () => {
    const at = { ...profileOf('timestamp', []), moments: null, bins: null, smallest: 1_356_998_400_000_001n, greatest: 0n }
    expect(summarizeProfile(at)).toMatchObject({ min: '2013-01-01T00:00:00.000001Z', max: '1970-01-01T00:00:00Z', mean: null })
    const large = { ...profileOf('int64', []), smallest: -5n, greatest: 9_007_199_254_740_993n }
    expect(summarizeProfile(large)).toMatchObject({ min: -5, max: '9007199254740993', mean: null, std: null })
  })
})

describe('edges', () => {
  it('give a bin to each of few whole numbers', () => {
    expect(chooseEdges(profileOf('int32', [3, 3, 5]))).toEqual([2.5, 3.5, 4.5, 5.5])
  })

  it('are round, and leave what is far out outside', () => {
    const values = [...Array.from({ length: 1000 }, (_, index) => index / 10), 1e9]
    const edges = chooseEdges(profileOf('float64', values)) ?? []
    expect(edges[0]).toBe(0)
    expect(edges.at(-1)).toBeGreaterThan(95)
    expect(edges.at(-1)).toBeLessThan(105)
    expect(new Set(edges.slice(1).map((edge, index) => edge - (edges[index] ?? NaN)))).toEqual(new Set([5]))
  })

  it('stand around a single value, and are none without values', () => {
    expect(chooseEdges(profileOf('float64', [8, 8]))).toEqual([4, 12])
    expect(chooseEdges(profileOf('float64', [0]))).toEqual([-1, 1])
    expect(chooseEdges(profileOf('float64', []))).toBeNull()
  })

  it('are none where floats lie too close, or too far apart', () => {
    expect(chooseEdges(profileOf('float64', [-1e308, 1e308]))).toBeNull()
    expect(chooseEdges(profileOf('float64', [1e-300, 3e-320, 2e-310]))).not.toContain(NaN)
  })
})
