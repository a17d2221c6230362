/** Distances of distributions against scipy and numpy (README.md), and what a profile gives them to compare. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compareProfiles } from '../../reconciler/profiles/compare-profiles.ts'
import { divergenceOf } from '../../reconciler/profiles/divergence.ts'
import { histogramOf } from '../../reconciler/profiles/histogram.ts'
import { emptyProfile, type Profile } from '../../reconciler/profiles/profile.ts'
import { topCategoriesOf } from '../../reconciler/profiles/top-categories.ts'

type Counts = readonly number[] | Readonly<Record<string, number>>

interface Case {
  readonly name: string
  readonly function: string
  readonly input: { readonly reference: Counts; readonly current: Counts; readonly eps: number }
  readonly expected: { readonly psi: number; readonly js_distance_base2: number }
  readonly tolerance: { readonly rel: number; readonly abs: number }
}

const { cases } = JSON.parse(readFileSync(new URL('divergence-cases.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[]
}

/** The root turns a rounding of 1e-17 into one of 1e-8 near 0. */
const rootTolerance = 1e-7

function expectClose(found: number | undefined, wanted: number, { rel, abs }: Case['tolerance']): void {
  expect(Math.abs((found ?? NaN) - wanted)).toBeLessThanOrEqual(Math.max(abs, rel * Math.abs(wanted)))
}

function countsOf(counts: Counts, categories: readonly string[]): readonly number[] {
  return isList(counts) ? counts : categories.map((category) => counts[category] ?? 0)
}

function isList(counts: Counts): counts is readonly number[] {
  return Array.isArray(counts)
}

const numbers = (values: readonly number[], nulls = 0, edges: readonly number[] = [0, 1, 2]): Profile => ({
  ...emptyProfile('float64'),
  rows: values.length + nulls,
  nulls,
  histogram: histogramOf(values, edges),
})

const texts = (values: readonly string[], limit = 50): Profile => ({
  ...emptyProfile('float64'),
  dtype: 'string',
  rows: values.length,
  categories: topCategoriesOf(values, limit),
})

describe('the divergence of counts', () => {
  it.each(cases.map((one) => [`${one.function} ${one.name}`, one] as const))('%s', (_, { input, expected, tolerance }) => {
    const categories = [...new Set([...Object.keys(input.reference), ...Object.keys(input.current)])]
    const found = divergenceOf(countsOf(input.reference, categories), countsOf(input.current, categories))
    expect(input.eps).toBe(1e-4)
    expectClose(found?.psi, expected.psi, tolerance)
    expectClose(found?.jensenShannon, expected.js_distance_base2, { ...tolerance, abs: rootTolerance })
  })

  it('has 21 cases', () => {
    expect(cases).toHaveLength(21)
  })

  it('is none of no counts', () => {
    expect(divergenceOf([0, 0], [1, 2])).toBeNull()
  })
})

describe('compared profiles', () => {
  it('of the same shares are not apart', () => {
    expect(compareProfiles(numbers([0.5, 1.5]), numbers([0.1, 0.2, 1.1, 1.2]))).toEqual({ psi: 0, jensenShannon: 0 })
  })

  it('tell nulls, and values beyond the edges', () => {
    // Shares (null, bins, beyond): 1/4, 3/4, 0 and 2/4, 1/4, 1/4.
    const terms = [
      [0.5, 0.25],
      [0.25, 0.75],
      [0.25, 1e-4],
    ] as const
    const psi = terms.reduce((sum, [p, q]) => sum + (p - q) * Math.log(p / q), 0)
    expect(compareProfiles(numbers([0.5, 0.6, 0.7], 1), numbers([0.5, 9], 2))?.psi).toBeCloseTo(psi, 12)
  })

  it('are not compared on other edges, nor numbers with texts', () => {
    expect(compareProfiles(numbers([1]), numbers([1], 0, [0, 2]))).toBeNull()
    expect(compareProfiles(numbers([1]), texts(['1']))).toBeNull()
  })

  it('count a text that the other side may have among the others', () => {
    // Of the limit of one, each side lists one and knows nothing of the other: everything is among the others.
    expect(compareProfiles(texts(['a', 'a', 'b'], 1), texts(['b', 'b', 'a'], 1))).toEqual({ psi: 0, jensenShannon: 0 })
    // Whole lists: shares 2/3, 1/3 and 1/3, 2/3.
    expect(compareProfiles(texts(['a', 'a', 'b']), texts(['b', 'b', 'a']))?.psi).toBeCloseTo((2 / 3) * Math.log(2), 12)
  })
})
