/** Fills of files that an earlier fill has read: nothing is computed, and no engine started, where nothing can change; only new rows are read. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
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
const at = (time: string): bigint => micros(`2013-01-01T${time}Z`)

function definitions(view: Partial<ViewDefinition> = {}): Definitions {
  return {
    entities: [{ name: 'place', keys: [{ name: 'place', dtype: 'string' }] }],
    sources: [
      fileSource({
        name: 'readings', pattern: 'in/*.parquet', eventTime: 'ts', createdTime: 'seen',
        columns: [column('place', 'string'), column('ts', 'timestamp'), column('seen', 'timestamp'), column('v', 'int64')],
      }),
    ],
    views: [
      {
        name: 'latest', entities: [{ name: 'place', columns: { place: 'place' } }], inputs: [{ kind: 'DataSource', name: 'readings' }],
        transform: null, eventTime: 'ts', createdTime: 'seen', rowKey: [], ttlMs: null, features: [{ name: 'v', dtype: 'int64' }],
        aggregations: [], online: { type: 'grid', refreshMs: 15 * minute, lagMs: 0 }, ...view,
      },
    ],
  } // prettier-ignore
}

const window: Aggregation = { name: 'n', function: 'count', column: null, windowMs: 60 * minute, where: null, quantile: null, dtype: 'int64' } // prettier-ignore

/** Each line: place, event, created (`-`: none), value; times of the first of January 2013, as instants or as times in UTC. */
async function write(file: string, type: 'timestamptz' | 'timestamp', ...lines: readonly string[]): Promise<void> {
  mkdirSync(lab.lab.at('in'), { recursive: true })
  const time = (text: string | undefined): string =>
    text === '-' ? `null::${type}` : `${type} '2013-01-01 ${text}${type === 'timestamptz' ? '+00' : ''}'`
  const rows = lines.map((line) => {
    const [place, ts, seen, v] = line.split(' ')
    return `select '${place}' as place, ${time(ts)} as ts, ${time(seen)} as seen, ${v}::bigint as v`
  })
  await lab.lab.writeParquet(`in/${file}`, rows.join(' union all '))
}

async function values(given: Definitions): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries((await lab.rows(given, 'latest')).map((row) => [row.key, row.values]))
}

const isSettled = async (given: Definitions): Promise<boolean> =>
  (await lab.store.ensure(lab.onlineView(given, 'latest'))).isSettled

describe.each(['timestamptz', 'timestamp'] as const)('of times as %s', (type) => {
  it('takes the rows that became known since, by either time, from every file', async () => {
    const given = definitions()
    await write('a.parquet', type, 'A 10:00:00 - 1', 'B 10:00:00 10:00:00 2', 'C 10:00:00 10:40:00 3', 'D 10:00:00 10:00:00 4')
    // D happens only after it was created; E is later than every fill but the last.
    await write('b.parquet', type, 'A 10:20:00 10:25:00 5', 'D 10:35:00 10:10:00 6', 'B 10:50:00 - 7', 'E 11:30:00 10:00:00 8')
    const seen: unknown[] = []
    for (const time of ['10:15:00', '10:30:00', '10:45:00', '11:00:00', '11:15:00', '11:30:00', '11:45:00']) {
      const { computed, isLate } = await lab.fill(given, at(time))
      seen.push([time, computed, isLate, await values(given), await isSettled(given)])
    }
    expect(seen).toEqual([
      ['10:15:00', 3, false, { '["A"]': '["1"]', '["B"]': '["2"]', '["D"]': '["4"]' }, false],
      ['10:30:00', 1, false, { '["A"]': '["5"]', '["B"]': '["2"]', '["D"]': '["4"]' }, false],
      ['10:45:00', 2, false, { '["A"]': '["5"]', '["B"]': '["2"]', '["C"]': '["3"]', '["D"]': '["6"]' }, false],
      ['11:00:00', 1, false, { '["A"]': '["5"]', '["B"]': '["7"]', '["C"]': '["3"]', '["D"]': '["6"]' }, false],
      ['11:15:00', 0, false, { '["A"]': '["5"]', '["B"]': '["7"]', '["C"]': '["3"]', '["D"]': '["6"]' }, false],
      ['11:30:00', 1, false, { '["A"]': '["5"]', '["B"]': '["7"]', '["C"]': '["3"]', '["D"]': '["6"]', '["E"]': '["8"]' }, true],
      ['11:45:00', 0, false, { '["A"]': '["5"]', '["B"]': '["7"]', '["C"]': '["3"]', '["D"]': '["6"]', '["E"]': '["8"]' }, true],
    ])
  })
})

describe('of a file whose rows are all known', () => {
  /** A file where an engine would make its folder: none can start. */
  function breakEngines(): void {
    rmSync(lab.lab.at('spill'), { recursive: true })
    writeFileSync(lab.lab.at('spill'), '')
  }

  it('starts no engine, keeps the watermark moving, and still removes what is too old', async () => {
    const given = definitions({ ttlMs: 60 * minute })
    await write('a.parquet', 'timestamptz', 'A 10:00:00 10:00:00 1', 'B 10:30:00 10:30:00 2')
    await lab.fill(given, at('11:00:00'))
    breakEngines()
    const limit = at('11:00:00') + 7n * 86_400_000_000n
    expect(await lab.fill(given, limit)).toEqual({ computed: 0, isLate: false })
    expect(await values(given)).toEqual({ '["A"]': '["1"]', '["B"]': '["2"]' })
    expect(await lab.fill(given, limit + 1n)).toEqual({ computed: 0, isLate: false })
    expect(await values(given)).toEqual({ '["B"]': '["2"]' })
    expect(await lab.store.ensure(lab.onlineView(given, 'latest'))).toMatchObject({ watermarkUs: limit + 1n, isSettled: true })
    await write('a.parquet', 'timestamptz', 'A 10:00:00 10:00:00 1')
    await expect(lab.fill(given, limit + 2n)).rejects.toThrow()
  })

  it('starts one as soon as the file is another, and where windows move', async () => {
    const given = definitions()
    await write('a.parquet', 'timestamptz', 'A 10:00:00 10:00:00 1')
    await lab.fill(given, at('11:00:00'))
    await write('a.parquet', 'timestamptz', 'A 10:00:00 10:00:00 9', 'B 10:00:00 10:00:00 2')
    expect(await lab.fill(given, at('11:15:00'))).toEqual({ computed: 2, isLate: true })
    expect(await values(given)).toEqual({ '["A"]': '["9"]', '["B"]': '["2"]' })
    const windowed = definitions({ aggregations: [window], features: [] })
    await lab.fill(windowed, at('10:30:00'))
    expect(await isSettled(windowed)).toBe(false)
    await lab.fill(windowed, at('11:00:00'))
    expect(await values(windowed)).toEqual({})
  })
})

it('reads all rows for whoever else reads the source', async () => {
  const given = definitions()
  const [latest] = given.views
  if (latest === undefined) throw new Error('there is a view')
  const both: Definitions = { ...given, views: [latest, { ...latest, name: 'hourly', features: [], aggregations: [window] }] }
  await write('a.parquet', 'timestamptz', 'A 10:00:00 10:00:00 1', 'A 10:20:00 10:20:00 2', 'A 10:40:00 10:40:00 3')
  for (const time of ['10:15:00', '10:30:00', '10:45:00']) await lab.materialise(both, at(time))
  expect((await lab.rows(both, 'latest')).map((row) => row.values)).toEqual(['["3"]'])
  expect((await lab.rows(both, 'hourly')).map((row) => row.values)).toEqual(['["3"]'])
})
