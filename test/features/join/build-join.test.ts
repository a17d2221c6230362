/** The join against brute force, on real DuckDB. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildJoin } from '../../../reconciler/features/join/build-join.ts'
import type { JoinView } from '../../../reconciler/features/join/join-request.ts'
import { bruteJoin, bruteTime, type BruteRule } from './support/brute-join.ts'
import { openDuckdb, type DuckdbSession } from './support/duckdb-session.ts'
import { anyLabel, anyRow, anyRule, createLabels, createView } from './support/small-tables.ts'

let session: DuckdbSession
beforeAll(async () => {
  session = await openDuckdb()
})
afterAll(() => session.close())

function viewOf(rule: BruteRule, prefix = 'v', isSparse = false): JoinView {
  return {
    prefix,
    relation: 'view:v',
    keys: [
      { column: 'k', label: 'x' },
      { column: 'two words', label: 'y' },
    ],
    isStatic: rule.isStatic,
    isSparse,
    rowKey: rule.hasRowKey ? ['r', 's'] : [],
    ttlUs: rule.ttl,
    grid: rule.grid === null ? null : { refreshUs: rule.grid.refresh, lagUs: rule.grid.lag },
    take: [{ type: 'feature', column: 'value', as: `${prefix}__value` }],
  }
}

const unread = { whole: null, flag: null }

const plainRule: BruteRule = { isStatic: false, hasRowKey: false, ttl: null, asOf: null, grid: null }

describe('buildJoin', () => {
  it('finds for every label what brute force finds', async () => {
    const given = fc.record({
      rows: fc.array(anyRow, { maxLength: 14 }),
      labels: fc.array(anyLabel, { maxLength: 8 }),
      rule: anyRule,
      isSparse: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(given, async ({ rows, labels, rule, isSparse }) => {
        await createView(session, rows)
        await createLabels(session, labels)
        const sql = buildJoin({ labels: 'labels', keep: ['kept'], asOfUs: rule.asOf, views: [viewOf(rule, 'v', isSparse)] })
        const got = await session.query(`SELECT "__row", kept, v__value, "__found:v", epoch_us("__as_of:v") FROM (${sql})`)
        const expected = labels.map((label, place) => {
          const { found, value } = bruteJoin(rows, label, rule)
          return [BigInt(place), place * 10, value, found, bruteTime(label.at, rule.grid)]
        })
        expect(got).toEqual(expected)
      }),
      { numRuns: 400 },
    )
  })

  it('joins one view in several roles', async () => {
    await createView(session, [
      { keys: ['a', 'b'], event: 1n, created: 1n, rowKey: [1, 7], value: 3, ...unread },
      { keys: ['b', 'a'], event: 2n, created: 2n, rowKey: [2, 7], value: 4, ...unread },
    ])
    await createLabels(session, [{ keys: ['a', 'b'], at: 5n }])
    const there = viewOf(plainRule)
    const back: JoinView = {
      ...viewOf(plainRule, 'back'),
      keys: [
        { column: 'k', label: 'y' },
        { column: 'two words', label: 'x' },
      ],
    }
    const sql = buildJoin({ labels: 'labels', keep: [], asOfUs: null, views: [there, back] })
    expect(await session.columns(sql)).toEqual([
      '__row',
      'v__value',
      '__found:v',
      '__as_of:v',
      'back__value',
      '__found:back',
      '__as_of:back',
    ])
    expect(await session.query(`SELECT v__value, back__value FROM (${sql})`)).toEqual([[3, 4]])
  })

  it('gives the labels alone where no view is asked', async () => {
    await createLabels(session, [
      { keys: ['a', null], at: 2n },
      { keys: ['a', 'b'], at: 1n },
    ])
    const sql = buildJoin({ labels: 'labels', keep: ['x', 'kept'], asOfUs: null, views: [] })
    expect(await session.query(sql)).toEqual([
      [0n, 'a', 0],
      [1n, 'a', 10],
    ])
  })
})

describe('a restated row', () => {
  const rule: BruteRule = { ...plainRule, hasRowKey: true }
  const at = async (t: bigint): Promise<unknown> => {
    await createLabels(session, [{ keys: ['a', 'b'], at: t }])
    const sql = buildJoin({ labels: 'labels', keep: [], asOfUs: null, views: [viewOf(rule)] })
    return (await session.query(`SELECT v__value FROM (${sql})`))[0]?.[0]
  }

  it('gives way to its next version, when that moves the event back, into the future, or to another key', async () => {
    await createView(session, [
      { keys: ['a', 'b'], event: 1n, created: 1n, rowKey: [0, 7], value: 1, ...unread },
      { keys: ['a', 'b'], event: 10n, created: 10n, rowKey: [1, 7], value: 10, ...unread },
      { keys: ['a', 'b'], event: 0n, created: 12n, rowKey: [1, 7], value: 11, ...unread },
      { keys: ['a', 'b'], event: 20n, created: 14n, rowKey: [1, 7], value: 12, ...unread },
      { keys: ['b', 'b'], event: 25n, created: 25n, rowKey: [1, 7], value: 13, ...unread },
    ])
    expect(await at(11n)).toBe(10)
    expect(await at(12n)).toBe(1)
    expect(await at(19n)).toBe(1)
    expect(await at(20n)).toBe(12)
    expect(await at(24n)).toBe(12)
    expect(await at(25n)).toBe(1)
  })
})
