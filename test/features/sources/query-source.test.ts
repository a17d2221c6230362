/** Sources of Postgres: the real server, read through the real reader. */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SourceColumn, SourceDefinition } from '../../../reconciler/core/feature-definition.ts'
import { openQueryReader } from '../../../reconciler/database/query-reader.ts'
import { prepareSource, type SourceReport } from '../../../reconciler/features/sources/prepare-source.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { prepareEngines } from '../engine/support/test-engine.ts'
import { column, micros } from './support/source-lab.ts'

const engines = prepareEngines()
let database: TestDatabase
let client: pg.Client

beforeAll(async () => {
  database = await createTestDatabase({ migrated: false })
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(
    `create table readings (id bigint, at timestamptz, local timestamp, value real, exact numeric, ok boolean, note text, n int)`,
  )
  await client.query(
    `insert into readings values
       (9223372036854775807, '2013-06-01 12:00:00.000001+02', '2013-06-01 12:00:00', 'NaN', 1.5, true, 'ä''"', 7),
       (-1, null, '2013-10-27 02:30:00', '-Infinity', null, false, '', -7),
       (null, '2014-01-01 00:00:00Z', null, 0.1, null, null, null, null)`,
  )
})

afterAll(async () => {
  await client.end()
  await engines.close()
  await database.drop()
})

function define(query: string, columns: readonly SourceColumn[], more: Partial<SourceDefinition> = {}): SourceDefinition {
  const place = { type: 'postgres', query, connection: { env: 'SOURCE_URL' } } as const
  return { name: 's', place, columns, eventTime: null, createdTime: null, timeZone: null, rowKey: [], ...more }
}

async function read(definition: SourceDefinition, url = database.url, batchRows = 2) {
  const engine = await engines.open()
  const queries = openQueryReader({ statementTimeoutMs: 20_000, batchRows })
  const context = { queries, secrets: { read: () => Promise.resolve(url) }, now: micros('2013-12-01T00:00:00Z') }
  const report: SourceReport = await prepareSource(engine, { definition, files: [] }, context)
  const rows = await engine.query('from "source:s" order by "__row"')
  return { report, rows: rows.map((row) => definition.columns.map(({ name }) => row[name] ?? null)) }
}

describe('a query', () => {
  const columns = [column('note', 'string'), column('id', 'int64'), column('at', 'timestamp'), column('value', 'float32'), column('ok', 'bool'), column('n', 'int32')] // prettier-ignore

  it('gives its values exactly, in its order, over several batches', async () => {
    const { rows } = await read(define('select * from readings order by n desc nulls last', columns))
    expect(rows).toEqual([
      [`ä'"`, 9223372036854775807n, micros('2013-06-01T10:00:00Z') + 1n, NaN, true, 7],
      ['', -1n, null, -Infinity, false, -7],
      [null, null, micros('2014-01-01T00:00:00Z'), Math.fround(0.1), null, null],
    ])
  })

  it('drops rows without event time, and counts those in the future', async () => {
    const { report } = await read(define('select * from readings', columns, { eventTime: 'at' }))
    expect(report).toMatchObject({ files: 0, rows: 2n, droppedNullEventTime: 1n, inFuture: 1n })
  })

  it('converts local times by the zone of the source, and refuses what was twice', async () => {
    const zoned = (query: string) => define(query, [column('local', 'timestamp')], { timeZone: 'Europe/Berlin' })
    const { rows } = await read(zoned('select local from readings where n = 7'))
    expect(rows).toEqual([[micros('2013-06-01T10:00:00Z')]])
    await expect(read(zoned('select local from readings order by n desc nulls last'))).rejects.toMatchObject({
      code: 'source-unusable',
      message: expect.stringContaining('source s: row 1: column local: "2013-10-27 02:30:00" is ambiguous') as string,
    })
  })

  it('may have no rows', async () => {
    expect((await read(define('select * from readings where false', columns))).rows).toEqual([])
  })

  it('reads one snapshot while others write', async () => {
    await client.query('create table growing as select x from generate_series(1, 10000) x')
    const reader = openQueryReader({ statementTimeoutMs: 20_000, batchRows: 1000 })
    const sizes = await reader.read(database.url, 'select x from growing', async ({ batches }) => {
      const found: number[] = []
      for await (const batch of batches) {
        found.push(batch.length)
        await client.query('insert into growing select x from generate_series(1, 1000) x')
      }
      return found
    })
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(10_000)
  })

  it.each([
    ['select id from readings', /^source s: the query has no column note; it has id$/],
    [
      'select 1::numeric as note, id, at, value, ok, n from readings',
      /^source s: column note is declared string, and is numeric in the query$/,
    ],
    ['select * from nothing', /^source s: the query failed: relation "nothing" does not exist$/],
    ['select 1; drop table readings', /^source s: the query failed: cannot insert multiple commands/],
    ['select 1; commit; drop table readings', /^source s: the query failed: cannot insert multiple commands/],
    ['delete from readings returning *', /^source s: the query failed: /],
    [
      `select note, id, 'infinity'::timestamptz as at, value, ok, n from readings`,
      /^source s: row 0: column at: infinity is no timestamp$/,
    ],
  ])('refuses %s', async (query, message) => {
    await expect(read(define(query, columns))).rejects.toMatchObject({
      code: 'source-unusable',
      message: expect.stringMatching(message) as string,
    })
    expect((await client.query('select count(*)::int as n from readings')).rows).toEqual([{ n: 3 }])
  })

  it('never tells the password', async () => {
    const wrong = new URL(database.url)
    wrong.password = 'hunter2'
    wrong.pathname = '/nowhere'
    for (const url of [wrong.href, 'postgres://u:hunter2@127.0.0.1:1/x', 'postgres://u:hunter2@[bad/x', 'hunter2']) {
      const thrown = await read(define('select 1', columns), url).then(
        () => null,
        (error: unknown) => error,
      )
      expect(thrown).toMatchObject({ name: 'MainwardError' })
      expect(`${(thrown as Error).message} ${(thrown as { hint?: string }).hint}`).not.toContain('hunter2')
    }
  })

  it('closes its connection, also after a failure', async () => {
    await expect(read(define('select 1 / 0 as note', [column('note', 'int32')]))).rejects.toThrow(/division by zero/)
    const { rows } = await client.query(
      `select count(*)::int as n from pg_stat_activity where application_name = 'mainward source'`,
    )
    expect(rows).toEqual([{ n: 0 }])
  })
})
