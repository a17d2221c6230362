/** Parquet sources: types, shapes, partitions, damage. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import type { SourceDefinition } from '../../../reconciler/core/feature-definition.ts'
import { column, fileSource, micros, SourceLab } from './support/source-lab.ts'

let lab: SourceLab

beforeEach(() => {
  lab = new SourceLab()
})

afterEach(() => lab.close())

async function failure(definition: SourceDefinition): Promise<string> {
  const thrown = await lab.prepare(definition).then(
    () => null,
    (error: unknown) => error,
  )
  expect(thrown).toMatchObject({ code: 'source-unusable', hint: expect.stringMatching(/./) as string })
  return (thrown as Error).message
}

const v = (dtype: SourceDefinition['columns'][number]['dtype'], more: object = {}): SourceDefinition =>
  fileSource({ pattern: 'a.parquet', columns: [column('v', dtype)], ...more })

it('reads instants of every age, and infinite ones, as they are', async () => {
  const written = ['1677-01-01 00:00:00.000001+00', '1969-12-31 23:59:59.999999+00', '2013-06-01 05:00:00+02', '290000-01-01 00:00:00+00', 'infinity', '-infinity'] // prettier-ignore
  await lab.writeParquet('t.parquet', `select unnest([${written.map((text) => `'${text}'`).join(', ')}])::timestamptz as t`)
  const { engine } = await lab.prepare(fileSource({ pattern: 't.parquet', columns: [column('t', 'timestamp')] }))
  const rows = await engine.query('select t::varchar as t, typeof(t) as type from "source:s" order by "__row"')
  expect(rows.map(({ t }) => t)).toEqual(['1677-01-01 00:00:00.000001', '1969-12-31 23:59:59.999999', '2013-06-01 03:00:00', '290000-01-01 00:00:00', 'infinity', '-infinity']) // prettier-ignore
  expect(new Set(rows.map(({ type }) => type))).toEqual(new Set(['TIMESTAMP']))
})

describe('types', () => {
  it.each([
    ['int32', '7::utinyint', 7],
    ['int64', '7::integer', 7n],
    ['int64', '4294967295::uinteger', 4294967295n],
    ['float32', '7::smallint', 7],
    ['float64', '0.5::float', 0.5],
    ['float64', `'nan'::double`, NaN],
    ['string', `'x'::enum('x')`, 'x'],
    ['bool', 'true', true],
    ['timestamp', `timestamptz '2013-06-01 12:00:00.000001+02'`, micros('2013-06-01T10:00:00Z') + 1n],
    ['timestamp', `timestamp '2013-06-01 12:00:00'`, micros('2013-06-01T12:00:00Z')],
    ['timestamp', `timestamp_ns '2013-06-01 12:00:00.000001'`, micros('2013-06-01T12:00:00Z') + 1n],
    ['timestamp', `date '2013-06-01'`, micros('2013-06-01T00:00:00Z')],
  ] as const)('%s holds %s', async (dtype, sql, value) => {
    // prettier-ignore
    await lab.writeParquet('a.parquet', `select ${sql} as v`)
    expect(await (await lab.prepare(v(dtype))).cells()).toEqual([[value]])
  })

  it.each([
    ['int32', '7::bigint', 'BIGINT'],
    ['float32', '0.5::double', 'DOUBLE'],
    ['float64', '7::bigint', 'BIGINT'],
    ['string', '7', 'INTEGER'],
    ['int32', `'7'`, 'VARCHAR'],
    ['float64', '1.5::decimal(9,1)', 'DECIMAL\\(9,1\\)'],
    ['timestamp', `'2013'`, 'VARCHAR'],
  ] as const)('%s refuses %s', async (dtype, sql, type) => {
    // prettier-ignore
    await lab.writeParquet('a.parquet', `select ${sql} as v`)
    expect(await failure(v(dtype))).toMatch(new RegExp(`^source s: column v is declared ${dtype}, and is ${type} in a.parquet$`))
  })

  it('keep times to the microsecond', async () => {
    await lab.writeParquet(
      'a.parquet',
      `select unnest([timestamp_ns '2013-06-01 12:00:00', timestamp_ns '2013-06-01 12:00:00.000000001']) as v`,
    )
    expect(await failure(v('timestamp'))).toContain(
      'row 1 of a.parquet: column v: "2013-06-01 12:00:00.000000001" has nanoseconds',
    )
  })

  it('without a zone take that of the source', async () => {
    await lab.writeParquet('a.parquet', `select unnest([timestamp '2013-10-27 01:30:00', timestamp '2013-10-27 04:30:00']) as v`)
    const zoned = v('timestamp', { timeZone: 'Europe/Berlin' })
    expect(await (await lab.prepare(zoned)).cells()).toEqual([[micros('2013-10-26T23:30:00Z')], [micros('2013-10-27T03:30:00Z')]])
    await lab.writeParquet('a.parquet', `select unnest([timestamp '2013-10-27 01:30:00', timestamp '2013-10-27 02:30:00']) as v`)
    expect(await failure(zoned)).toContain('row 1 of a.parquet: column v: "2013-10-27 02:30:00" is ambiguous in Europe/Berlin')
  })
})

describe('files', () => {
  it('of other shapes are read each by its own; rows count over all in path order', async () => {
    await lab.writeParquet('in/c.parquet', 'select 5::bigint as v, true as more')
    await lab.writeParquet('in/a.parquet', 'select unnest([1, 2])::integer as v')
    await lab.writeParquet('in/b.parquet', 'select unnest([3, 4])::bigint as v, true as more')
    await lab.writeParquet('in/d.parquet', 'select 6::integer as v')
    const { rows, report } = await lab.prepare(v('int64', { pattern: 'in/*.parquet' }))
    expect((await rows()).map(({ __row, v: value }) => [__row, value])).toEqual(
      [0n, 1n, 2n, 3n, 4n, 5n].map((row) => [row, row + 1n]),
    )
    expect(report).toMatchObject({ files: 4, filesRead: 4, rows: 6n })
  })

  it('of which a later one lacks a column are refused, by name', async () => {
    await lab.writeParquet('in/a.parquet', 'select 1 as v')
    await lab.writeParquet('in/b.parquet', 'select 1 as w')
    expect(await failure(v('int32', { pattern: 'in/*' }))).toBe('source s: in/b.parquet has no column v; it has w')
    await lab.writeParquet('in/b.parquet', 'select 0.5::double as v')
    expect(await failure(v('int32', { pattern: 'in/*' }))).toBe(
      'source s: column v is declared int32, and is DOUBLE in in/b.parquet',
    )
  })

  it('that are cut off, empty or something else are refused before a row is read', async () => {
    await lab.writeParquet('in/a.parquet', 'select range as v from range(10000)')
    await lab.writeParquet('in/b.parquet', 'select range as v from range(10000)')
    lab.write('in/b.parquet', readFileSync(lab.at('in/b.parquet')).subarray(0, 5000))
    expect(await failure(v('int64', { pattern: 'in/*' }))).toMatch(
      /^source s: in\/b.parquet is no whole Parquet file: .*No magic bytes/,
    )
    lab.write('in/b.parquet', '')
    expect(await failure(v('int64', { pattern: 'in/*' }))).toMatch(
      /^source s: in\/b.parquet is no whole Parquet file: .*too small/,
    )
  })

  it('with damage behind a whole footer are refused when their rows are read', async () => {
    await lab.writeParquet('a.parquet', `select hash(range)::varchar as v from range(20000)`)
    const bytes = readFileSync(lab.at('a.parquet'))
    bytes.fill(0xff, 4, 3000)
    lab.write('a.parquet', bytes)
    const thrown = await lab
      .prepare(v('string'))
      .then(({ cells }) => cells())
      .then(
        () => null,
        (error: unknown) => error,
      )
    expect((thrown as { code?: string } | null)?.code).toMatch(/^(source-unusable|engine-failed)$/)
  })

  it('without rows give an empty table', async () => {
    await lab.writeParquet('a.parquet', 'select 1 as v where false')
    const { report, cells } = await lab.prepare(v('int32'))
    expect([report.rows, await cells()]).toEqual([0n, []])
  })

  it('with a column that the reader needs itself are refused', async () => {
    await lab.writeParquet('a.parquet', 'select 1 as v, 5 as file_row_number')
    expect(await failure(v('int32'))).toContain('a.parquet has a column file_row_number')
  })
})

describe('a time range', () => {
  const columns = [column('t', 'timestamp'), column('n', 'int32')]
  const day = (text: string) => ({ from: micros(`${text}T00:00:00Z`), until: micros(`${text}T23:59:59.999Z`) })

  it('reads only the files that may hold it, by their statistics, and numbers rows as ever', async () => {
    for (const at of [1, 2, 3, 4]) {
      await lab.writeParquet(
        `in/${at}.parquet`,
        `select timestamptz '2013-01-0${at} 00:00:00+00' + to_hours(range) as t, ${at} as n from range(24)`,
      )
    }
    const source = fileSource({ pattern: 'in/*', columns, eventTime: 't' })
    const { report, rows } = await lab.prepare(source, { range: day('2013-01-03') })
    expect(report).toMatchObject({ files: 4, filesRead: 1, rows: 24n })
    expect((await rows())[0]).toEqual({ __row: 48n, t: micros('2013-01-03T00:00:00Z'), n: 3 })
    expect((await lab.prepare(source, { range: { from: day('2013-01-03').from, until: null } })).report.filesRead).toBe(2)
    expect((await lab.prepare(source, { range: day('2015-01-01') })).report).toMatchObject({ filesRead: 0, rows: 0n })
  })

  it('keeps files of local times that may lie in it', async () => {
    await lab.writeParquet('in/1.parquet', `select timestamp '2013-01-02 20:00:00' as t, 1 as n`)
    const source = fileSource({ pattern: 'in/*', columns, eventTime: 't', timeZone: 'America/New_York' })
    expect((await lab.prepare(source, { range: day('2013-01-03') })).report).toMatchObject({ filesRead: 1, rows: 1n })
  })

  it('reads only the partitions that are in it, when the event time is one', async () => {
    for (const at of [1, 2, 3]) lab.write(`t=2013-01-0${at}/a.csv`, `n\n${at}\n`)
    const source = fileSource({ pattern: 't=*/a.csv', partitions: ['t'], columns, eventTime: 't' })
    const { report, cells } = await lab.prepare(source, { range: day('2013-01-02') })
    expect(report).toMatchObject({ files: 3, filesRead: 1 })
    expect(await cells()).toEqual([[micros('2013-01-02T00:00:00Z'), 2]])
  })
})

describe('partitions', () => {
  it('are columns, of CSV and Parquet', async () => {
    const columns = [column('region', 'string'), column('year', 'int32'), column('n', 'int32')]
    await lab.writeParquet('p/year=2013/region=a%20b/1.parquet', 'select 1 as n')
    await lab.writeParquet('p/year=2014/region=__HIVE_DEFAULT_PARTITION__/1.parquet', 'select 2 as n')
    lab.write('c/year=2013/region=x/1.csv', 'n\n3\n')
    const partitions = ['year', 'region']
    const parquet = await lab.prepare(fileSource({ pattern: 'p/**', format: 'parquet', partitions, columns }))
    expect(await parquet.cells()).toEqual([['a b', 2013, 1], [null, 2014, 2]]) // prettier-ignore
    expect(await (await lab.prepare(fileSource({ pattern: 'c/**', format: 'csv', partitions, columns }))).cells()).toEqual([
      ['x', 2013, 3],
    ])
  })

  it('that a path lacks, or of a wrong dtype, are refused', async () => {
    lab.write('a.csv', 'n\n1\n')
    lab.write('c/year=x/a.csv', 'n\n1\n')
    const columns = [column('year', 'int32'), column('n', 'int32')]
    expect(await failure(fileSource({ pattern: 'a.csv', partitions: ['year'], columns }))).toBe(
      'source s: a.csv lies in no folder of the partition year',
    )
    expect(await failure(fileSource({ pattern: 'c/**', format: 'csv', partitions: ['year'], columns }))).toBe(
      'source s: row 0 of c/year=x/a.csv: column year: "x" is no int32',
    )
  })
})

it("reads the example's weather as it is declared", async () => {
  lab.write('w.parquet', readFileSync(join(packageRoot, 'example-repo/data/weather_hourly.parquet')))
  const columns = [
    column('origin', 'string'),
    column('observed_at', 'timestamp'),
    column('recorded_at', 'timestamp'),
    column('wind_speed', 'float32'),
  ]
  const { report } = await lab.prepare(
    fileSource({ pattern: 'w.parquet', columns, eventTime: 'observed_at', createdTime: 'recorded_at' }),
  )
  expect(report).toMatchObject({
    rows: 26115n,
    droppedNullEventTime: 0n,
    leftOutKnownLater: 0n,
    firstEvent: micros('2013-01-01T06:00:00Z'),
    lastEvent: micros('2013-12-30T23:00:00Z'),
  })
})
