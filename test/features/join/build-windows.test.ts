/** Windowed features against brute force with exact arithmetic, on real DuckDB. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AggregateFunction } from '../../../reconciler/core/feature-definition.ts'
import { buildJoin } from '../../../reconciler/features/join/build-join.ts'
import type { JoinView, TakenColumn } from '../../../reconciler/features/join/join-request.ts'
import { bruteJoin, type BruteLabel, type BruteRow, type BruteRule } from './support/brute-join.ts'
import { bruteWindow, rowsInWindow, type BruteWindow } from './support/brute-windows.ts'
import { openDuckdb, type DuckdbSession } from './support/duckdb-session.ts'
import { anyLabel, anyRow, anyRule, createLabels, createView } from './support/small-tables.ts'

let session: DuckdbSession
beforeAll(async () => {
  session = await openDuckdb()
})
afterAll(() => session.close())

const functions: readonly AggregateFunction[] = [
  'count',
  'sum',
  'mean',
  'min',
  'max',
  'stddev',
  'first',
  'last',
  'count_distinct',
  'quantile', // prettier-ignore
]

const anyWindow = fc
  .record({
    function: fc.constantFrom(...functions),
    column: fc.constantFrom('value' as const, 'whole' as const, null),
    window: fc.constantFrom(1n, 4n, 10n, 33n),
    isFiltered: fc.boolean(),
    quantile: fc.constantFrom(0, 0.1, 0.5, 0.9, 1),
  })
  .map((asked): BruteWindow => {
    const isQuantile = asked.function === 'quantile'
    const column = asked.function === 'count' ? asked.column : (asked.column ?? 'value')
    return { ...asked, column, quantile: isQuantile ? asked.quantile : null }
  })

function resultType({ function: name, column }: BruteWindow): string {
  if (name === 'count' || name === 'count_distinct') return 'BIGINT'
  if (column !== 'whole' || name === 'mean' || name === 'stddev' || name === 'quantile') return 'DOUBLE'
  return name === 'sum' ? 'HUGEINT' : 'BIGINT'
}

function taken(asked: BruteWindow, as: string): TakenColumn {
  return {
    type: 'window',
    as,
    window: {
      function: asked.function,
      column: asked.column,
      columnType: asked.column === null ? null : asked.column === 'whole' ? 'BIGINT' : 'DOUBLE',
      windowUs: asked.window,
      where: asked.isFiltered ? 'flag' : null,
      quantile: asked.quantile,
      resultType: resultType(asked),
    },
  }
}

function viewOf(rule: BruteRule, take: readonly TakenColumn[], isSparse: boolean): JoinView {
  return {
    prefix: 'v',
    relation: 'view:v',
    keys: [
      { column: 'k', label: 'x' },
      { column: 'two words', label: 'y' },
    ],
    isStatic: false,
    isSparse,
    rowKey: rule.hasRowKey ? ['r', 's'] : [],
    ttlUs: rule.ttl,
    grid: rule.grid === null ? null : { refreshUs: rule.grid.refresh, lagUs: rule.grid.lag },
    take,
  }
}

/** Exact, but for the last digits of what is calculated from sums of squares. */
function same(got: unknown, expected: unknown, asked: BruteWindow): boolean {
  if (typeof got !== 'number' || typeof expected !== 'number' || asked.function !== 'stddev') {
    return Object.is(got, expected) || (got === 0 && expected === 0)
  }
  return Object.is(got, expected) || Math.abs(got - expected) <= 1e-13 * Math.abs(expected)
}

describe('windows', () => {
  it('hold what brute force finds', async () => {
    const given = fc.record({
      rows: fc.array(anyRow, { maxLength: 16 }),
      labels: fc.array(anyLabel, { minLength: 1, maxLength: 6 }),
      rule: anyRule.map((rule): BruteRule => ({ ...rule, isStatic: false })),
      asked: fc.array(anyWindow, { minLength: 1, maxLength: 3 }),
      isFound: fc.boolean(),
      isSparse: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(given, async ({ rows, labels, rule, asked, isFound, isSparse }) => {
        await createView(session, rows)
        await createLabels(session, labels)
        const feature: TakenColumn = { type: 'feature', column: 'value', as: 'value' }
        const windows = asked.map((each, index) => taken(each, `f${index}`))
        const sql = buildJoin({
          labels: 'labels',
          keep: [],
          asOfUs: rule.asOf,
          views: [viewOf(rule, isFound ? [...windows, feature] : windows, isSparse)],
        })
        const names = [...asked.map((_, index) => `f${index}`), '"__found:v"', ...(isFound ? ['value'] : [])]
        const got = await session.query(`SELECT ${names.join(', ')} FROM (${sql})`)
        expect(got.length).toBe(labels.length)
        const longest = asked.reduce((most, { window }) => (window > most ? window : most), 0n)
        for (const [index, label] of labels.entries()) {
          const row = got[index] ?? []
          for (const [place, each] of asked.entries()) {
            const expected = bruteWindow(rows, label, rule, each)
            if (!same(row[place], expected, each)) expect([each, row[place]]).toEqual([each, expected])
          }
          const joined = bruteJoin(rows, label, rule)
          const expected = isFound ? joined.found : rowsInWindow(rows, label, rule, longest).length > 0
          expect(row[asked.length]).toBe(expected)
          if (isFound) expect(row[asked.length + 1]).toEqual(joined.value)
        }
      }),
      { numRuns: 250 },
    )
  })
})

const rowAt = (event: bigint, value: number | null, created = event): BruteRow => {
  return { keys: ['a', 'b'], event, created, rowKey: [0, 7], value, whole: null, flag: null }
}
const plainRule: BruteRule = { isStatic: false, hasRowKey: false, ttl: null, asOf: null, grid: null }

/** The same in both ways of finding them. */
async function valuesAt(labels: readonly bigint[], asked: readonly BruteWindow[]): Promise<readonly (readonly unknown[])[]> {
  await createLabels(session, labels.map((at): BruteLabel => ({ keys: ['a', 'b'], at }))) // prettier-ignore
  const take = asked.map((each, index) => taken(each, `f${index}`))
  const valuesOf = (isSparse: boolean): Promise<readonly (readonly unknown[])[]> => {
    const sql = buildJoin({ labels: 'labels', keep: [], asOfUs: null, views: [viewOf(plainRule, take, isSparse)] })
    return session.query(`SELECT ${asked.map((_, index) => `f${index}`).join(', ')} FROM (${sql})`)
  }
  const values = await valuesOf(false)
  expect(await valuesOf(true)).toEqual(values)
  return values
}

const asked = (name: AggregateFunction, window = 10n): BruteWindow => {
  return { function: name, column: 'value', window, isFiltered: false, quantile: null }
}

describe('a windowed sum', () => {
  it('is clean again when a great value or NaN has left', async () => {
    await createView(session, [rowAt(1n, 1e20), rowAt(2n, NaN), rowAt(3n, Infinity), rowAt(5n, 0.1), rowAt(6n, 0.2)])
    const got = await valuesAt([3n, 11n, 12n, 13n], [asked('sum'), asked('mean'), asked('max')])
    expect(got).toEqual([
      [NaN, NaN, NaN],
      [NaN, NaN, NaN],
      [Infinity, Infinity, Infinity],
      [0.1 + 0.2, (0.1 + 0.2) / 2, 0.2],
    ])
  })

  it.each([2 ** 70, -(2 ** 70), 1.3e-24, 5e-324])('says that %s is too great or too small to be summed', async (value) => {
    await createView(session, [rowAt(1n, value)])
    await expect(valuesAt([1n], [asked('sum')])).rejects.toThrow(/view v, column value: .* between 2\^-70 .* found /)
    expect(await valuesAt([1n], [asked('max')])).toEqual([[value]])
  })

  it.each([2 ** 69.9, 1.3e-21, 2 ** -122, 0])('is exact with %s', async (value) => {
    await createView(session, [rowAt(1n, value), rowAt(1n, value), rowAt(1n, -value), rowAt(1n, value)])
    expect(await valuesAt([1n], [asked('sum'), asked('mean')])).toEqual([[2 * value, value / 2]])
  })
})

describe('a windowed stddev', () => {
  it('is right where the mean is a billion times greater, and 0 where all are equal', async () => {
    await createView(session, [rowAt(1n, 1e9 + 1), rowAt(2n, 1e9 + 2), rowAt(3n, 1e9 + 3), rowAt(20n, 0.1), rowAt(21n, 0.1)])
    expect(await valuesAt([3n, 21n], [asked('stddev')])).toEqual([[1], [0]])
  })
})
