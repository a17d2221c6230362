/** What is promised of log bins, categories and whole profiles, for any data: checked by properties. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logBinsOf, logBinsQuantile, mergeLogBins, relativeError } from '../../reconciler/profiles/log-bins.ts'
import { mergeProfiles, type Profile } from '../../reconciler/profiles/profile.ts'
import { readProfile, writeProfile } from '../../reconciler/profiles/profile-json.ts'
import { histogramOf } from '../../reconciler/profiles/histogram.ts'
import { momentsOf } from '../../reconciler/profiles/moments.ts'
import { mergeTopCategories, topCategoriesOf } from '../../reconciler/profiles/top-categories.ts'

const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }), {
  minLength: 1,
  maxLength: 200,
})

describe('log bins', () => {
  it('give every quantile within the relative error', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const exact = [...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? NaN
        const got = logBinsQuantile(logBinsOf(values), q) ?? NaN
        const slack = Math.abs(exact) < 1e-290 ? 1e-290 : relativeError * Math.abs(exact) * (1 + 1e-9)
        expect(Math.abs(got - exact)).toBeLessThanOrEqual(slack)
      }),
    )
  })

  it('of parts merge to those of the whole', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        expect(mergeLogBins(logBinsOf(a), logBinsOf(b))).toEqual(logBinsOf([...a, ...b]))
      }),
    )
  })

  it('of nothing have no quantile', () => expect(logBinsQuantile(logBinsOf([]), 0.5)).toBeNull())
})

describe('top categories', () => {
  const words = fc.array(fc.constantFrom(...'aabbbcdefghijklmnop'), { maxLength: 60 })
  it('hold true counts between count and count + error, and bound what they do not list', () => {
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 5 }), (parts) => {
        const { categories, unlistedAtMost } = parts.map((part) => topCategoriesOf(part, 3)).reduce(mergeTopCategories)
        expect(categories.length).toBeLessThanOrEqual(3)
        for (const word of new Set(parts.flat())) {
          const truth = parts.flat().filter((other) => other === word).length
          const listed = categories.find(({ value }) => value === word)
          if (listed === undefined) expect(truth).toBeLessThanOrEqual(unlistedAtMost)
          else {
            expect(truth).toBeGreaterThanOrEqual(listed.count)
            expect(truth).toBeLessThanOrEqual(listed.count + listed.error)
          }
        }
      }),
    )
  })
})

function profileOf(values: readonly number[]): Profile {
  return {
    dtype: 'float64', rows: values.length + 3, nulls: 1, nans: 1, positiveInfinities: 1, negativeInfinities: 0,
    smallest: Math.min(...values), greatest: Math.max(...values), moments: momentsOf(values), bins: logBinsOf(values),
    histogram: histogramOf(values, [0, 1, 10]), categories: null,
  } // prettier-ignore
}

describe('profiles', () => {
  it('merge, and come back from JSON', () => {
    const merged = mergeProfiles(profileOf([1, 2, 30]), profileOf([-4, 0.5]))
    expect(merged).toMatchObject({ rows: 11, nulls: 2, nans: 2, positiveInfinities: 2, smallest: -4, greatest: 30 })
    expect(merged.histogram).toEqual({ edges: [0, 1, 10], counts: [1, 2], underflow: 1, overflow: 1 })
    expect(readProfile(JSON.parse(JSON.stringify(writeProfile(merged))) as never)).toEqual(merged)
    const times = {
      ...profileOf([1]),
      dtype: 'timestamp' as const,
      smallest: 2n ** 60n,
      greatest: 2n ** 60n + 1n,
      moments: null,
      bins: null,
      histogram: null,
    }
    expect(readProfile(JSON.parse(JSON.stringify(writeProfile(times))) as never)).toEqual(times)
  })

  it('of another dtype or version are refused', () => {
    expect(() => mergeProfiles(profileOf([1]), { ...profileOf([1]), dtype: 'int64' })).toThrow('expected a profile of float64')
    expect(() => readProfile({ version: 2 })).toThrow('expected a profile of version 1, found 2')
  })
})
