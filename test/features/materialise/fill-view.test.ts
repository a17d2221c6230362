/** Rows of grid views in a real store, from real files: values by hand, late and restated rows, windows, and what is removed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Aggregation, ViewDefinition } from '../../../reconciler/core/feature-definition.ts'
import { column, fileSource, micros } from '../sources/support/source-lab.ts'
import { FillLab, type Definitions } from './support/fill-lab.ts'

let lab: FillLab

beforeEach(async () => {
  lab = await FillLab.open()
})

afterEach(() => lab.close())

const minute = 60_000
const day = 24 * 60 * minute
const at = (time: string): bigint => micros(`2013-01-01T${time}Z`)
const text = (time: string): string => String(at(time))

const source = fileSource({
  name: 'readings', pattern: 'r.csv', eventTime: 'ts', createdTime: 'seen',
  columns: [column('id', 'int64'), column('place', 'string'), column('ts', 'timestamp'), column('seen', 'timestamp'), column('v', 'float64')],
}) // prettier-ignore

function definitions(view: Partial<ViewDefinition> = {}, rowKey: readonly string[] = []): Definitions {
  return {
    entities: [{ name: 'place', keys: [{ name: 'place', dtype: 'string' }] }],
    sources: [{ ...source, rowKey }],
    views: [
      {
        name: 'latest',
        entities: [{ name: 'place', columns: { place: 'place' } }],
        inputs: [{ kind: 'DataSource', name: 'readings' }],
        transform: null,
        eventTime: 'ts',
        createdTime: 'seen',
        rowKey,
        ttlMs: null,
        features: [{ name: 'v', dtype: 'float64' }],
        aggregations: [],
        online: { type: 'grid', refreshMs: 15 * minute, lagMs: 0 },
        ...view,
      },
    ],
  }
}

const window = (more: Partial<Aggregation>): Aggregation => ({
  name: 'n', function: 'count', column: null, windowMs: 60 * minute, where: null, quantile: null, dtype: 'int64', ...more,
}) // prettier-ignore

/** Each line: id, place, event, created, value; times of the first of January 2013. */
function write(...lines: readonly string[]): void {
  const rows = lines.map((line) => {
    const [id, place, ts, seen, v] = line.split(' ')
    return [id, place, `2013-01-01T${ts}Z`, `2013-01-01T${seen}Z`, v === '-' ? '' : v].join(',')
  })
  lab.lab.write('r.csv', ['id,place,ts,seen,v', ...rows, ''].join('\n'))
}

async function values(given: Definitions): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries((await lab.rows(given, 'latest')).map((row) => [row.key, JSON.stringify(JSON.parse(row.values))]))
}

describe('a view without windows', () => {
  it('has the newest row that was known at the time, with its times; then only what became known is computed', async () => {
    const given = definitions()
    write(
      '1 JFK 10:00:00 10:05:00 1.5',
      '2 LGA 10:00:00 10:05:00 -',
      '3 JFK 10:10:00 10:40:00 2',
      '4 EWR 11:00:00 11:00:00 nan',
      '5 LGA 09:00:00 11:20:00 7',
    )
    expect(await lab.fill(given, at('10:30:00'))).toEqual({ computed: 2, isLate: false })
    expect(await lab.rows(given, 'latest')).toEqual([
      { key: '["JFK"]', event: text('10:00:00'), created: text('10:05:00'), values: '[1.5]' },
      { key: '["LGA"]', event: text('10:00:00'), created: text('10:05:00'), values: '[null]' },
    ])
    // JFK's third row became known at 10:40, EWR's exactly at 11:00.
    expect(await lab.fill(given, at('11:00:00'))).toEqual({ computed: 2, isLate: false })
    expect(await values(given)).toEqual({ '["EWR"]': '["NaN"]', '["JFK"]': '[2]', '["LGA"]': '[null]' })
    // LGA's last row happened before the one that is there: it is computed, and changes nothing.
    expect(await lab.fill(given, at('11:30:00'))).toEqual({ computed: 1, isLate: false })
    expect(await values(given)).toEqual({ '["EWR"]': '["NaN"]', '["JFK"]': '[2]', '["LGA"]': '[null]' })
    expect(await lab.fill(given, at('11:30:00'))).toEqual({ computed: 0, isLate: false })
  })

  it('is computed anew when data of the past came late or went away, also without a later time', async () => {
    const given = definitions()
    write('1 JFK 10:00:00 10:00:00 1', '2 LGA 10:00:00 10:00:00 2')
    await lab.fill(given, at('11:00:00'))
    write('1 JFK 10:00:00 10:00:00 1', '3 EWR 09:00:00 09:00:00 3')
    expect(await lab.fill(given, at('11:00:00'))).toEqual({ computed: 3, isLate: true })
    expect(await values(given)).toEqual({ '["EWR"]': '[3]', '["JFK"]': '[1]' })
    write('1 JFK 10:00:00 10:00:00 5', '3 EWR 09:00:00 09:00:00 3')
    expect(await lab.fill(given, at('11:15:00'))).toEqual({ computed: 2, isLate: true })
    expect(await values(given)).toEqual({ '["EWR"]': '[3]', '["JFK"]': '[5]' })
  })

  it('stays when the clock was set back', async () => {
    const given = definitions()
    write('1 JFK 10:00:00 10:00:00 1', '2 JFK 10:45:00 10:45:00 2')
    await lab.fill(given, at('11:00:00'))
    expect(await lab.fill(given, at('10:30:00'))).toEqual({ computed: 0, isLate: false })
    expect(await values(given)).toEqual({ '["JFK"]': '[2]' })
  })

  it('keeps rows seven days past their ttl, and removes what is older', async () => {
    const given = definitions({ ttlMs: 60 * minute })
    write('1 JFK 10:00:00 10:00:00 1', '2 LGA 10:00:01 10:00:00 2')
    const limit = at('11:00:00') + BigInt(7 * day) * 1000n
    await lab.fill(given, at('12:00:00'))
    await lab.fill(given, limit)
    expect(Object.keys(await values(given))).toEqual(['["JFK"]', '["LGA"]'])
    await lab.fill(given, limit + 1n)
    expect(Object.keys(await values(given))).toEqual(['["LGA"]'])
    await lab.forget()
    await lab.fill(given, limit + 1n)
    expect(Object.keys(await values(given))).toEqual(['["LGA"]'])
  })

  it('follows a restatement to another time, and to another key', async () => {
    const given = definitions({}, ['id'])
    write('1 JFK 10:00:00 10:00:00 1', '1 JFK 09:00:00 10:20:00 5', '2 LGA 10:00:00 10:00:00 2', '3 JFK 09:30:00 09:30:00 3', '2 EWR 10:00:00 10:25:00 2') // prettier-ignore
    await lab.fill(given, at('10:15:00'))
    expect(await values(given)).toEqual({ '["JFK"]': '[1]', '["LGA"]': '[2]' })
    // Row 1 now happened before row 3; row 2 was never of LGA.
    await lab.fill(given, at('10:30:00'))
    expect(await values(given)).toEqual({ '["EWR"]': '[2]', '["JFK"]': '[3]' })
  })

  it('of a static source changes with its data', async () => {
    const given = definitions({ eventTime: null, createdTime: null })
    write('1 JFK 10:00:00 10:00:00 1')
    await lab.fill(given, at('11:00:00'))
    expect(await lab.rows(given, 'latest')).toEqual([{ key: '["JFK"]', event: null, created: null, values: '[1.0]' }])
    expect(await lab.fill(given, at('11:15:00'))).toEqual({ computed: 0, isLate: false })
    write('1 JFK 10:00:00 10:00:00 4')
    await lab.fill(given, at('11:30:00'))
    expect(await values(given)).toEqual({ '["JFK"]': '[4]' })
  })
})

describe('a view with windows', () => {
  it('changes as rows enter and leave; without any row in them the entity is gone', async () => {
    const given = definitions({ features: [], aggregations: [window({}), window({ name: 's', function: 'sum', column: 'v', windowMs: 30 * minute, dtype: 'float64' })] }) // prettier-ignore
    write('1 JFK 10:00:00 10:00:00 1', '2 JFK 10:20:00 10:50:00 2', '3 LGA 10:05:00 10:05:00 4')
    const seen: unknown[] = []
    for (const time of ['10:15:00', '10:30:00', '10:45:00', '11:00:00', '11:15:00', '11:30:00']) {
      const { computed } = await lab.fill(given, at(time))
      seen.push([time, computed, await values(given)])
    }
    expect(seen).toEqual([
      ['10:15:00', 2, { '["JFK"]': '["1",1]', '["LGA"]': '["1",4]' }],
      // At 10:30 the row of 10:00 has left the half hour: a window is open at its beginning.
      ['10:30:00', 1, { '["JFK"]': '["1",null]', '["LGA"]': '["1",4]' }],
      ['10:45:00', 1, { '["JFK"]': '["1",null]', '["LGA"]': '["1",null]' }],
      // The row of 10:20 is known now, and has left the half hour; that of 10:00 has left the hour.
      ['11:00:00', 1, { '["JFK"]': '["1",null]', '["LGA"]': '["1",null]' }],
      ['11:15:00', 1, { '["JFK"]': '["1",null]' }],
      ['11:30:00', 1, {}],
    ])
  })

  it('keeps what it has of an entity that is gone until all of it is as of the later time', async () => {
    const given = definitions({ features: [], aggregations: [window({})] })
    write('1 JFK 10:00:00 10:00:00 1', '2 LGA 10:30:00 10:30:00 1')
    await lab.fill(given, at('10:45:00'))
    const seen: unknown[] = []
    const read = async (): Promise<void> => {
      const { watermarkUs } = await lab.store.ensure(lab.onlineView(given, 'latest'))
      seen.push([watermarkUs, await values(given)])
    }
    const { store } = lab
    const watched: typeof store = { ...store, finish: async (...all) => { await read(); await store.finish(...all); await read() } } // prettier-ignore
    await lab.fill(given, at('11:15:00'), watched)
    // A key without a row has no value as of the watermark: training would find the one of JFK at 10:45.
    expect(seen).toEqual([
      [at('10:45:00'), { '["JFK"]': '["1"]', '["LGA"]': '["1"]' }],
      [at('11:15:00'), { '["LGA"]': '["1"]' }],
    ])
  })

  it('keeps the newest row while a window holds one, however short the ttl', async () => {
    const given = definitions({ ttlMs: minute, aggregations: [window({ windowMs: 30 * day })] })
    write('1 JFK 10:00:00 10:00:00 1')
    const later = at('10:00:00') + BigInt(29 * day) * 1000n
    await lab.fill(given, later)
    expect(await lab.rows(given, 'latest')).toEqual([
      { key: '["JFK"]', event: text('10:00:00'), created: text('10:00:00'), values: '[1.0,"1"]' },
    ])
    await lab.fill(given, later + BigInt(2 * day) * 1000n)
    expect(await lab.rows(given, 'latest')).toEqual([])
  })
})

it('writes keys of several entities and every dtype without loss', async () => {
  const dtypes = ['bool', 'int32', 'int64', 'float32', 'float64', 'string', 'timestamp'] as const
  const all = fileSource({ name: 'readings', pattern: 'all.parquet', eventTime: 'ts', columns: [column('n', 'int64'), column('t', 'timestamp'), column('ts', 'timestamp'), ...dtypes.map((dtype) => column(`f_${dtype}`, dtype))] }) // prettier-ignore
  await lab.lab.writeParquet(
    'all.parquet',
    `select 9007199254740993::bigint n, timestamp '2013-01-01 00:00:00.000001' t, timestamp '2013-01-01 10:00:00' ts, true f_bool, -5::int f_int32,
     -9223372036854775807::bigint f_int64, 0.1::float f_float32, -0.0::double f_float64, 'q"é' f_string, timestamp '1969-12-31 23:59:59.999999' f_timestamp
     union all select -1, timestamp '2013-01-01', timestamp '2013-01-01 10:00:00', null, null, null, 'inf'::float, 0.1::double, '', null`,
  )
  const base = definitions()
  const given: Definitions = {
    entities: [
      { name: 'a', keys: [{ name: 'n', dtype: 'int64' }] },
      { name: 'b', keys: [{ name: 't', dtype: 'timestamp' }] },
    ],
    sources: [all],
    views: base.views.map((view) => ({
      ...view,
      createdTime: null,
      entities: [
        { name: 'b', columns: { t: 't' } },
        { name: 'a', columns: { n: 'n' } },
      ],
      features: dtypes.map((dtype) => ({ name: `f_${dtype}`, dtype })),
    })),
  }
  await lab.fill(given, at('11:00:00'))
  const found = await lab.rows(given, 'latest')
  expect(found.map(({ key, values: stored }) => [key, stored])).toEqual([
    ['["1356998400000000","-1"]', '[null,null,null,"Infinity",0.1,"",null]'],
    ['["1356998400000001","9007199254740993"]', '[true,-5,"-9223372036854775807",0.10000000149011612,"-0","q\\"é","-1"]'],
  ])
})
