/**
 * Which columns stand behind those of a SELECT: against lists written by hand, and against the engine itself, which shows what changes
 * in the result when one column of a table has other values.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, EngineRow } from '../../../reconciler/features/engine/engine.ts'
import { type Origins, originsOf, type Table } from '../../../reconciler/features/lineage/column-scope.ts'
import { followSelect } from '../../../reconciler/features/lineage/follow-select.ts'
import { parseSelect } from '../../../reconciler/features/transform/parse-select.ts'
import { prepareEngines } from '../engine/support/test-engine.ts'

const tables: Readonly<Record<string, readonly string[]>> = { s: ['k', 'a', 'b', 't'], r: ['k', 'c', 't'] }

const engines = prepareEngines()
let engine: Engine

beforeAll(async () => {
  engine = await engines.open({ threads: 1 })
})

afterAll(() => engines.close())

function tableOf(name: string): Table {
  const columns = (tables[name] ?? []).map((column) => ({
    name: column,
    origins: originsOf([{ input: { kind: 'DataSource', name }, column }]),
  }))
  return { columns, open: null }
}

const known: ReadonlyMap<string, Table> = new Map([
  ...Object.keys(tables).map((name) => [name, tableOf(name)] as const),
  ['open', { columns: [], open: { kind: 'FeatureView', name: 'v' } }],
])

function namesOf(origins: Origins): string {
  return [...origins.values()].map(({ input, column }) => `${input.name}.${column}`).sort().join(' ') // prettier-ignore
}

async function follow(sql: string): Promise<{ readonly columns: Readonly<Record<string, string>>; readonly rows: string }> {
  const parsed = await parseSelect(engine, sql)
  if (parsed.type === 'problem') throw new Error(parsed.problem)
  const { columns, rows } = followSelect(parsed.node, known)
  return { columns: Object.fromEntries(columns.map(({ name, origins }) => [name, namesOf(origins)])), rows: namesOf(rows) }
}

type Case = readonly [sql: string, columns: Readonly<Record<string, string>>, rows: string]

const cases: readonly Case[] = [
  ['select a, b as x from s', { a: 's.a', x: 's.b' }, ''],
  ['select * from s', { k: 's.k', a: 's.a', b: 's.b', t: 's.t' }, ''],
  ['select A + S.b as x, 1 as one from s', { x: 's.a s.b', one: '' }, ''],
  ['from s q select q.a', { a: 's.a' }, ''],
  ['select case when a > 3 then b end as x from s where t > 2', { x: 's.a s.b' }, 's.t'],
  ['select a * 2 as x, x + b as y from s', { x: 's.a', y: 's.a s.b' }, ''],
  ['select * exclude (t, k) replace (a + b as a) from s', { a: 's.a s.b', b: 's.b' }, ''],
  ['select r.*, a from s join r on s.k = r.k', { k: 'r.k', c: 'r.c', t: 'r.t', a: 's.a' }, 'r.k s.k'],
  ['select * exclude (t) from s join r using (k)', { k: 'r.k s.k', a: 's.a', b: 's.b', c: 'r.c' }, 'r.k s.k'],
  ['select a from s semi join r on s.k = r.k', { a: 's.a' }, 'r.k s.k'],
  ['select s.a, c from s asof left join r on s.k = r.k and s.t >= r.t', { a: 's.a', c: 'r.c' }, 'r.k r.t s.k s.t'],
  ['select k, sum(a) as x from s group by k having max(b) > 1', { k: 's.k', x: 's.a' }, 's.b s.k'],
  ['select k as g, count(*) as n from s group by 1', { g: 's.k', n: '' }, 's.k'],
  ['select k, max(a) as x from s group by all', { k: 's.k', x: 's.a' }, 's.a s.k'],
  ['select distinct a from s', { a: 's.a' }, 's.a'],
  ['select a from s order by b limit 2', { a: 's.a' }, 's.b'],
  ['select a, row_number() over (partition by k order by t, a) as n from s', { a: 's.a', n: 's.a s.k s.t' }, ''],
  ['select a from s qualify row_number() over (partition by k order by t, a) = 1', { a: 's.a' }, 's.a s.k s.t'],
  ['with q as (select k, a + b as x from s where t > 2) select x from q', { x: 's.a s.b' }, 's.t'],
  ['with q(y) as (select a from s), p as (select y * 2 as z from q) select z from p', { z: 's.a' }, ''],
  ['select y from (select a, b from s) as q(x, y)', { y: 's.b' }, ''],
  ['select a, (select max(c) from r where r.k = s.k) as m from s', { a: 's.a', m: 'r.c r.k s.k' }, ''],
  ['select a from s where k in (select k from r where c > 3)', { a: 's.a' }, 'r.c r.k s.k'],
  ['select a, m from s, lateral (select s.b + 1 as m) q', { a: 's.a', m: 's.b' }, ''],
  ['select a from s union all select c from r', { a: 'r.c s.a' }, ''],
  ['select a from s union select c from r', { a: 'r.c s.a' }, 'r.c s.a'],
  ['select a from s union all by name select c, k as a from r', { a: 'r.k s.a', c: 'r.c' }, ''],
  ['select a from s except select c from r', { a: 's.a' }, 'r.c s.a'],
  ['select a + f as x from s join (values (1, 10), (2, 20)) v(e, f) on s.k = e', { x: 's.a' }, 's.k'],
  ['select list_sum(list_transform([a, b], lambda x: x + t)) as y from s', { y: 's.a s.b s.t' }, ''],
]

describe('the columns behind a SELECT', () => {
  it.each(cases)('%s', async (sql, columns, rows) => expect(await follow(sql)).toEqual({ columns, rows }))

  it.each([
    ['select x, v.y as z from open v', { x: 'v.x', z: 'v.y' }],
    ['select a, x from s, open', { a: 's.a', x: 'v.x' }],
  ])('of a table whose columns are not known are taken by name: %s', async (sql, columns) => {
    expect((await follow(sql)).columns).toEqual(columns)
  })
})

describe('what cannot be followed', () => {
  it.each([
    ['select * from open', 'the columns of open are not known'],
    ['select a as x, x as y from s, open', 'x may be a column of a table, or a name given before'],
    ['select a.* from s', 'a.* names no table'],
    ['select missing from s', 'the column missing is in none of the tables'],
    ['select a from elsewhere', 'the table elsewhere is not known'],
    ["select columns(lambda c: c = 'a') from s", 'COLUMNS, and * with RENAME or LIKE, are not followed'],
    ['select * rename (a as z) from s', 'COLUMNS, and * with RENAME or LIKE, are not followed'],
    ['select max(columns(*)) from s', '* and # within an expression are not followed'],
    ['select #1 as x from s', '* and # within an expression are not followed'],
    ['select a from s natural join r', 'a natural join is not followed'],
    ['select range from range(3)', 'the statement reads something that is not followed (TABLE_FUNCTION)'],
    ['with recursive q as (select 1 as n union all select n + 1 from q where n < 3) select n from q', 'RECURSIVE_CTE_NODE'],
  ])('is said: %s', async (sql, reason) => await expect(follow(sql)).rejects.toThrow(reason))
})

describe('the engine', () => {
  /** The values of each column of a result, in an order of their own. */
  const valuesOf = (rows: readonly EngineRow[], columns: readonly string[]): ReadonlyMap<string, string> =>
    new Map(columns.map((name) => [name, rows.map((row) => String(row[name])).sort().join(' ')])) // prettier-ignore

  const fill = async (changed: string | null): Promise<void> => {
    for (const [name, columns] of Object.entries(tables)) {
      const cells = columns.map((column, at) => {
        const value = `(hash(i * ${at + 7} + ${name.length}) % 7)::int`
        return `${`${name}.${column}` === changed ? `(${value} * 3 + 5) % 11` : value} as ${column}`
      })
      await engine.query(`create or replace table ${name} as select ${cells.join(', ')} from range(40) q(i)`)
    }
  }

  it.each(cases)('changes no column that is not named, when another has other values: %s', async (sql, columns, rows) => {
    const names = Object.keys(columns)
    await fill(null)
    const before = valuesOf(await engine.query(sql), names)
    for (const column of Object.entries(tables).flatMap(([name, own]) => own.map((each) => `${name}.${each}`))) {
      if (rows.split(' ').includes(column)) continue
      await fill(column)
      const after = valuesOf(await engine.query(sql), names)
      const changed = names.filter((name) => before.get(name) !== after.get(name))
      expect([column, changed.filter((name) => !(columns[name] ?? '').split(' ').includes(column))]).toEqual([column, []])
    }
  })
})
