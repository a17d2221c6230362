/** Random rows, late and restated, and random steps of time: after each the store has what a count over all rows, written here, gives. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeFeatureValue } from '../../../reconciler/core/feature-value.ts'
import { column, fileSource, micros } from '../sources/support/source-lab.ts'
import { FillLab, type Definitions } from './support/fill-lab.ts'

interface Row {
  readonly id: number
  /** Empty: null. Such a row describes nothing, but restates others. */
  readonly key: string
  /** Minutes. */
  readonly event: number
  readonly created: number
  readonly v: number | null
}

interface Kind {
  readonly rowKey: readonly string[]
  readonly isWindowed: boolean
  /** Windows alone, without the newest row: of rows that no window holds nothing is read. */
  readonly isAlone?: boolean
  readonly hasVersions: boolean
}

const minuteUs = 60_000_000n
const start = micros('2013-01-01T00:00:00Z')
const windowMinutes = 30

function definitions({ rowKey, isWindowed, isAlone = false }: Kind): Definitions {
  const columns = [column('id', 'int64'), column('key', 'string'), column('ts', 'timestamp'), column('seen', 'timestamp'), column('v', 'int64')] // prettier-ignore
  const functions = isWindowed ? (['count', 'sum'] as const) : []
  const aggregations = functions.map((name) => ({
    name, function: name, column: 'v', windowMs: windowMinutes * 60_000, where: null, quantile: null, dtype: 'int64' as const,
  })) // prettier-ignore
  return {
    entities: [{ name: 'e', keys: [{ name: 'key', dtype: 'string' }] }],
    sources: [fileSource({ name: 's', pattern: 'r.csv', eventTime: 'ts', createdTime: 'seen', columns, rowKey })],
    views: [
      {
        name: 'view', entities: [{ name: 'e', columns: { key: 'key' } }], inputs: [{ kind: 'DataSource', name: 's' }], transform: null,
        eventTime: 'ts', createdTime: 'seen', rowKey, ttlMs: null, features: isAlone ? [] : [{ name: 'v', dtype: 'int64' }], aggregations,
        online: { type: 'grid', refreshMs: 60_000, lagMs: 0 },
      },
    ],
  } // prettier-ignore
}

/** A number from 0 to below `n`; the same for the same seed. */
function chance(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

/** The rows that stand at the minute: created by then, the last created of an id, and happened. */
function standing(rows: readonly Row[], at: number, isRestated: boolean): readonly Row[] {
  const created = rows.filter((row) => row.created <= at)
  const last = created.filter((row, place) => !isRestated || !created.some((other, otherPlace) => other.id === row.id && (other.created > row.created || (other.created === row.created && otherPlace < place)))) // prettier-ignore
  return last.filter((row) => row.event <= at)
}

function expectedValues(
  rows: readonly Row[],
  at: number,
  { rowKey, isWindowed, isAlone = false }: Kind,
): Readonly<Record<string, string>> {
  const byKey = new Map<string, Row[]>()
  for (const row of standing(rows, at, rowKey.length > 0))
    if (row.key !== '') byKey.set(row.key, [...(byKey.get(row.key) ?? []), row])
  const isHeld = ({ event }: Row): boolean => event > at - windowMinutes
  const there = [...byKey].filter(([, own]) => !isAlone || own.some(isHeld))
  const entries = there.map(([key, own]) => {
    // Strictly greater: of equal ones the earlier row counts.
    const newest = own.reduce((a, b) => (b.event > a.event || (b.event === a.event && b.created > a.created) ? b : a))
    const held = own.filter(isHeld).flatMap(({ v }) => (v === null ? [] : [BigInt(v)]))
    const sum = held.length === 0 ? null : held.reduce((a, b) => a + b)
    const v = newest.v === null ? null : BigInt(newest.v)
    return [
      JSON.stringify([key]),
      JSON.stringify([...(isAlone ? [] : [v]), ...(isWindowed ? [BigInt(held.length), sum] : [])].map(encodeFeatureValue)),
    ] as const
  })
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

let lab: FillLab

beforeAll(async () => {
  lab = await FillLab.open()
})

afterAll(() => lab.close())

beforeEach(() => lab.forget())

function write(rows: readonly Row[]): void {
  const time = (minutes: number): string => new Date(Number(start / 1000n) + minutes * 60_000).toISOString()
  const lines = rows.map(({ id, key, event, created, v }) => [id, key, time(event), time(created), v ?? ''].join(','))
  lab.lab.write('r.csv', ['id,key,ts,seen,v', ...lines, ''].join('\n'))
}

const kinds: readonly (readonly [string, Kind])[] = [
  ['windows over rows that stand for ever', { rowKey: [], isWindowed: true, hasVersions: true }],
  ['windows alone', { rowKey: [], isWindowed: true, isAlone: true, hasVersions: true }],
  ['windows over rows that are restated', { rowKey: ['id'], isWindowed: true, hasVersions: false }],
  ['newest rows', { rowKey: [], isWindowed: false, hasVersions: true }],
  ['newest rows of files without versions', { rowKey: [], isWindowed: false, hasVersions: false }],
  ['newest rows that are restated', { rowKey: ['id'], isWindowed: false, hasVersions: true }],
]

describe.each(kinds.map(([name, kind], at) => [name, kind, 7919 + at] as const))('%s', (_, kind, seed) => {
  it('as a count over all rows says', async () => {
    lab.hasVersions = kind.hasVersions
    const pick = chance(seed)
    const given = definitions(kind)
    const make = (): Row => ({ id: pick(25), key: 'abcdef'[pick(7)] ?? '', event: pick(200), created: pick(240), v: pick(5) === 0 ? null : pick(20) - 10 }) // prettier-ignore
    let rows = Array.from({ length: 60 }, make)
    for (let at = 20, step = 0; at < 270; at += 15 + pick(45), step++) {
      // Now and then data of the past arrives only now.
      if (step === 3) rows = [...rows, make(), make()]
      write(rows)
      const { isLate } = await lab.fill(given, start + BigInt(at) * minuteUs)
      if (isLate) expect(step).toBe(3)
      const found = Object.fromEntries((await lab.rows(given, 'view')).map((row) => [row.key, row.values]))
      expect(found, `minute ${at}`).toEqual(expectedValues(rows, at, kind))
    }
  })
})
