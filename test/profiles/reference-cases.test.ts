/** Moments and histograms against exact arithmetic and numpy (README.md). */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { histogramOf, histogramQuantile, mergeHistograms } from '../../reconciler/profiles/histogram.ts'
import {
  excessKurtosisOf,
  mergeMoments,
  momentsFromSums,
  momentsOf,
  noMoments,
  skewnessOf,
  varianceOf,
} from '../../reconciler/profiles/moments.ts'
import { valuesOf, type CaseValues } from './support/generated-values.ts'

interface Tolerance {
  readonly rel: number
  readonly abs: number
  readonly fields?: Readonly<Record<string, Tolerance>>
}

interface Case {
  readonly name: string
  readonly function: string
  readonly input: {
    readonly parts: readonly CaseValues[]
    readonly edges: readonly number[]
    readonly counts: readonly number[]
    readonly q: readonly number[]
  }
  readonly expected: Readonly<Record<string, unknown>>
  readonly tolerance: Tolerance
}

const { cases } = JSON.parse(readFileSync(new URL('reference-cases.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[]
}
const of = (name: string) => cases.filter((one) => one.function === name)

function expectClose(got: number | null, field: string, { expected, tolerance }: Case): void {
  const wanted = expected[field]
  if (wanted === undefined) return
  if (typeof wanted !== 'number') return expect(got, field).toBe(wanted)
  const { rel, abs } = tolerance.fields?.[field] ?? tolerance
  expect(Math.abs((got ?? NaN) - wanted), `${field}: ${got} for ${wanted}`).toBeLessThanOrEqual(
    Math.max(abs, rel * Math.abs(wanted)),
  )
}

function isValue(value: number | null): value is number {
  return value !== null
}

describe('moments', () => {
  it.each(of('merged_moments').map((one) => [one.name, one] as const))('%s', (_, one) => {
    const parts = one.input.parts.map((part) => valuesOf(part).filter(isValue))
    const merged = parts.map(momentsOf).reduce(mergeMoments, noMoments)
    expect(merged.count).toBe(one.expected['count'])
    if (merged.count > 0) expectClose(merged.mean, 'mean', one)
    for (const field of ['m2', 'm3', 'm4'] as const) expectClose(merged[field], field, one)
    expectClose(varianceOf(merged), 'variance', one)
    if (merged.m2 > 0) expectClose(skewnessOf(merged), 'skewness', one)
    if (merged.m2 > 0) expectClose(excessKurtosisOf(merged), 'excess_kurtosis', one)
  })

  it('come from sums of powers around a value of the data as well', () => {
    const values = Array.from({ length: 500 }, (_, index) => 1e6 + ((index * 7919) % 101))
    const sums = [1, 2, 3, 4].map((power) => values.reduce((sum, value) => sum + (value - 1_000_030) ** power, 0))
    const [got, wanted] = [
      momentsFromSums(500, 1_000_030, sums as unknown as [number, number, number, number]),
      momentsOf(values),
    ]
    for (const field of ['mean', 'm2', 'm4'] as const) expect(got[field] / wanted[field]).toBeCloseTo(1, 9)
  })
})

describe('histograms', () => {
  it.each(of('merged_histogram').map((one) => [one.name, one] as const))('%s', (_, one) => {
    const parts = one.input.parts.map((part) => histogramOf(valuesOf(part).filter(isValue), one.input.edges))
    expect(parts.map(({ counts }) => counts)).toEqual(one.expected['parts'])
    const { counts, underflow, overflow } = parts.reduce(mergeHistograms)
    expect({ counts, underflow, overflow }).toMatchObject({
      counts: one.expected['counts'],
      underflow: one.expected['underflow'],
      overflow: one.expected['overflow'],
    })
  })

  it.each(of('histogram_quantiles').map((one) => [one.name, one] as const))('%s', (_, one) => {
    const histogram = { ...one.input, underflow: 0, overflow: 0 }
    const wanted = one.expected['quantiles'] as readonly number[]
    one.input.q.forEach((q, index) => {
      const got = histogramQuantile(histogram, q)
      expect(Math.abs((got ?? NaN) - (wanted[index] ?? NaN)), `q ${q}: ${got} for ${wanted[index]}`).toBeLessThanOrEqual(
        1e-9 * Math.max(1, Math.abs(wanted[index] ?? 0)),
      )
    })
  })

  it('of other edges do not merge', () => {
    expect(() => mergeHistograms(histogramOf([], [0, 1]), histogramOf([], [0, 2]))).toThrow(
      'expected histograms of the same edges',
    )
  })
})
