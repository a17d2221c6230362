import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RunCost } from '../../../reconciler/serving/execution/run-cost.ts'

const rows = fc.integer({ min: 0, max: 10_000 })
const ms = fc.double({ min: 0, max: 100_000, noNaN: true })

function learn(runs: Iterable<readonly [number, number]>): RunCost {
  const cost = new RunCost()
  for (const [count, took] of runs) cost.observe(count, took)
  return cost
}

/** Runs of these sizes, one after the other, again and again. */
function repeat(sizes: readonly number[], times: number, took: (size: number) => number): (readonly [number, number])[] {
  return Array.from({ length: times }, (_, index) => sizes[index % sizes.length] ?? 1).map((size) => [size, took(size)] as const)
}

describe('what a run costs', () => {
  it('is nothing before the first one', () => {
    expect(new RunCost().estimate(100)).toBe(0)
    expect(new RunCost().rowsWithin(10)).toBe(Number.MAX_SAFE_INTEGER)
  })

  it('is a number, never below zero, and never less for more rows, whatever was seen', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(rows, ms), { maxLength: 300 }), rows, rows, (runs, a, b) => {
        const cost = learn(runs)
        const [fewer, more] = [Math.min(a, b), Math.max(a, b)]
        expect(cost.estimate(fewer)).toBeGreaterThanOrEqual(0)
        expect(cost.estimate(more)).toBeGreaterThanOrEqual(cost.estimate(fewer))
        expect(Number.isFinite(cost.estimate(more))).toBe(true)
      }),
    )
  })

  it('is a fixed part and a part a row', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: 0.001, max: 10, noNaN: true }),
        fc
          .array(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 20 })
          .filter((sizes) => Math.max(...sizes) >= 2 * Math.min(...sizes)),
        (base, perRow, sizes) => {
          const cost = learn(repeat(sizes, 2 * sizes.length, (size) => base + perRow * size))
          for (const size of [1, 10, 500]) {
            const exact = base + perRow * size
            expect(Math.abs(cost.estimate(size) - exact)).toBeLessThan(1e-3 * (exact + base + perRow * 1000))
          }
        },
      ),
    )
  })

  it('follows a machine that becomes slower, within some dozens of runs', () => {
    const cost = learn(repeat([1, 4, 32], 300, (size) => 1 + 0.1 * size))
    for (const [size, took] of repeat([1, 4, 32], 90, (count) => 3 * (1 + 0.1 * count))) cost.observe(size, took)
    expect(cost.estimate(32)).toBeCloseTo(12.6, 0)
  })

  it('is not spoilt by a run in which the machine did something else', () => {
    const cost = learn(repeat([1, 4, 32], 100, (size) => 1 + 0.1 * size))
    cost.observe(4, 5000)
    expect(cost.estimate(32)).toBeLessThan(2 * 4.2)
  })

  it('is still known by row after thousands of runs of one size, and follows their change', () => {
    const cost = learn([[1, 20.5], [8, 160.5], ...repeat([1], 5000, () => 20.5)]) // prettier-ignore
    expect(cost.estimate(100)).toBeCloseTo(2000, -2)
    for (const [size, took] of repeat([1], 200, () => 41)) cost.observe(size, took)
    expect(cost.estimate(100)).toBeCloseTo(4000, -2)
  })

  it('is all fixed while every run had one size', () => {
    expect(learn(repeat([7], 20, () => 5)).estimate(700)).toBeCloseTo(5, 6)
  })

  it('says how many rows fit: what they will take is within the time, or one row, or twice the fixed part', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 1000 }), ms), { minLength: 1, maxLength: 50 }),
        fc.double({ min: 0.1, max: 1000, noNaN: true }),
        (runs, limit) => {
          // prettier-ignore
          const cost = learn(runs)
          const fitting = cost.rowsWithin(limit)
          expect(fitting).toBeGreaterThanOrEqual(1)
          if (fitting === 1 || fitting === Number.MAX_SAFE_INTEGER) return
          expect(cost.estimate(fitting)).toBeLessThanOrEqual(Math.max(limit, 2 * cost.estimate(0)) * (1 + 1e-6))
        },
      ),
    )
  })
})
