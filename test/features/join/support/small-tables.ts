/** Small random views and labels that meet: few keys, few times, restatements, nulls; and the tables that hold them. */
import fc from 'fast-check'
import type { BruteLabel, BruteRow, BruteRule } from './brute-join.ts'
import type { DuckdbSession } from './duckdb-session.ts'

const key = fc.option(fc.constantFrom('a', 'b'), { nil: null, freq: 12 })

/** Times around the epoch, so that a grid also rounds below it. */
const time = fc.integer({ min: -20, max: 30 }).map(BigInt)

/** Few values, so that they meet; now and then one that needs all digits, or is none. */
const anyValue = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -5, max: 5 }) },
  { weight: 3, arbitrary: fc.double({ min: -1e18, max: 1e18, noNaN: true }).map((x) => (Math.abs(x) > 1e-20 ? x : 0)) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, 0.1, 1e-7, 2 ** 69) },
)

export const anyRow = fc.record<BruteRow>({
  keys: fc.tuple(key, key),
  event: fc.option(time, { nil: null, freq: 20 }),
  created: fc.option(time, { nil: null, freq: 6 }),
  rowKey: fc.tuple(fc.option(fc.integer({ min: 0, max: 3 }), { nil: null, freq: 10 }), fc.constant(7)),
  value: fc.option(anyValue, { nil: null, freq: 6 }),
  whole: fc.option(fc.oneof(fc.integer({ min: -3, max: 3 }).map(BigInt), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), {
    nil: null,
    freq: 6,
  }),
  flag: fc.option(fc.boolean(), { nil: null, freq: 4 }),
})

export const anyLabel = fc.record<BruteLabel>({ keys: fc.tuple(key, key), at: time })

export const anyRule = fc.record<BruteRule>({
  isStatic: fc.boolean(),
  hasRowKey: fc.boolean(),
  ttl: fc.option(fc.integer({ min: 0, max: 25 }).map(BigInt), { nil: null }),
  asOf: fc.option(time, { nil: null }),
  grid: fc.option(
    fc.record({ refresh: fc.integer({ min: 1, max: 9 }).map(BigInt), lag: fc.integer({ min: 0, max: 6 }).map(BigInt) }),
    { nil: null },
  ),
})

const text = (value: string | null): string => (value === null ? 'NULL' : `'${value}'`)
const instant = (value: bigint | null): string => (value === null ? 'NULL' : `make_timestamp(${value})`)
const plain = (value: number | bigint | boolean | null): string =>
  value === null ? 'NULL' : typeof value === 'number' ? `'${value}'` : String(value)

async function fill(session: DuckdbSession, table: string, columns: string, rows: readonly string[]): Promise<void> {
  await session.query(`CREATE OR REPLACE TABLE ${table} (${columns})`)
  if (rows.length > 0) await session.query(`INSERT INTO ${table} VALUES ${rows.join(', ')}`)
}

export async function createView(session: DuckdbSession, rows: readonly BruteRow[], name = '"view:v"'): Promise<void> {
  await fill(
    session,
    name,
    'k VARCHAR, "two words" VARCHAR, __event TIMESTAMP, __created TIMESTAMP, r INTEGER, s INTEGER, value DOUBLE, whole BIGINT, flag BOOLEAN, __row BIGINT',
    // In reverse: the order in which a table holds its rows must not matter.
    rows
      .map((row, place) => {
        const keys = row.keys.map(text).join(', ')
        const parts = row.rowKey.map(plain).join(', ')
        return `(${keys}, ${instant(row.event)}, ${instant(row.created)}, ${parts}, ${plain(row.value)}, ${plain(row.whole)}, ${plain(row.flag)}, ${place})`
      })
      .reverse(),
  )
}

export async function createLabels(session: DuckdbSession, labels: readonly BruteLabel[]): Promise<void> {
  await fill(
    session,
    'labels',
    '__row BIGINT, __at TIMESTAMP, x VARCHAR, y VARCHAR, kept INTEGER',
    labels.map(({ keys, at }, place) => `(${place}, ${instant(at)}, ${keys.map(text).join(', ')}, ${place * 10})`).reverse(),
  )
}
