/** A fill that ends in the middle, at any call or by a kill, and is begun again ends as one that was not disturbed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { ensureView } from '../../../reconciler/database/online-view-queries.ts'
import type { OnlineRows } from '../../../reconciler/features/materialise/online-rows.ts'
import { column, fileSource, micros } from '../sources/support/source-lab.ts'
import { FillLab, type Definitions } from './support/fill-lab.ts'

const minute = 60_000
const start = micros('2013-01-01T10:00:00Z')
const first = start + 60n * 60_000_000n
const second = first + 15n * 60_000_000n

const given: Definitions = {
  entities: [{ name: 'pair', keys: [{ name: 'a', dtype: 'string' }, { name: 'b', dtype: 'int64' }] }], // prettier-ignore
  sources: [
    fileSource({
      name: 'events', pattern: 'e.parquet', eventTime: 'ts', createdTime: 'seen',
      columns: [column('a', 'string'), column('b', 'int64'), column('ts', 'timestamp'), column('seen', 'timestamp'), column('v', 'float64')],
    }),
  ], // prettier-ignore
  views: [
    {
      name: 'pairs',
      entities: [{ name: 'pair', columns: { a: 'a', b: 'b' } }],
      inputs: [{ kind: 'DataSource', name: 'events' }],
      transform: null,
      eventTime: 'ts',
      createdTime: 'seen',
      rowKey: [],
      ttlMs: null,
      features: [{ name: 'v', dtype: 'float64' }],
      aggregations: [
        { name: 'n', function: 'count', column: null, windowMs: 60 * minute, where: null, quantile: null, dtype: 'int64' },
      ],
      online: { type: 'grid', refreshMs: 15 * minute, lagMs: 0 },
    },
  ],
}

let lab: FillLab
/** Of a run that nothing disturbed. */
let expected: unknown

async function writeEvents(salt: number): Promise<void> {
  // 9,000 entities and 30,000 rows: several pages in either fill.
  await lab.lab.writeParquet(
    'e.parquet',
    `select 'k' || (hash(i, ${salt}) % 90) as a, (hash(i, 'b') % 100)::bigint - 50 as b,
            make_timestamp(${start} + (hash(i, 'ts') % 4500000000)::bigint) as ts,
            make_timestamp(${start} + (hash(i, 'ts') % 4500000000)::bigint + (hash(i, 'seen') % 900000000)::bigint) as seen, i / 4 as v
     from range(30000) t(i)`,
  )
}

beforeAll(async () => {
  lab = await FillLab.open()
  await writeEvents(1)
  expect((await lab.fill(given, first)).computed).toBeGreaterThan(4_000)
  expect((await lab.fill(given, second)).computed).toBeGreaterThan(4_000)
  expected = await lab.rows(given, 'pairs')
})

afterAll(() => lab.close())

beforeEach(() => lab.forget())

class Killed extends Error {}

/** A store that is gone at one of its calls: before it did what it was asked, or after. */
function dying(inner: OnlineRows, at: number): { readonly store: OnlineRows; readonly calls: () => number } {
  let calls = 0
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    const call = calls++
    if (call === at) throw new Killed()
    const result = await work()
    if (call + 0.5 === at) throw new Killed()
    return result
  }
  const store: OnlineRows = {
    ensure: (view) => step(() => inner.ensure(view)),
    keys: (viewId) => inner.keys(viewId),
    write: (viewId, page) => step(() => inner.write(viewId, page)),
    finish: (viewId, filled) => step(() => inner.finish(viewId, filled)),
  }
  return { store, calls: () => calls }
}

async function state() {
  return ensureView(lab.pool, 'dev', lab.onlineView(given, 'pairs'))
}

// A fill asks where it is, writes three or more pages, and sets the watermark: in between are random points.
const points = [1, 1.5 + Math.floor(Math.random() * 3) / 2, -1.5, -1]

it.each(points)('at call %d of the store, and goes on behind what is written', async (point) => {
  const counting = dying(lab.store, Infinity)
  const whole = await lab.fill(given, first, counting.store)
  await lab.forget()
  const at = point < 0 ? counting.calls() + point : point
  await expect(lab.fill(given, first, dying(lab.store, at).store)).rejects.toThrow(Killed)
  const { filling } = await state()
  const again = await lab.fill(given, first)
  if (filling === null) expect(again.computed === whole.computed || again.computed === 0).toBe(true)
  else expect(again.computed).toBeLessThan(whole.computed)
  await expect(lab.fill(given, second, dying(lab.store, at).store)).rejects.toThrow(Killed)
  await lab.fill(given, second)
  expect(await lab.rows(given, 'pairs')).toEqual(expected)
  expect(await state()).toMatchObject({ watermarkUs: second, filling: null })
})

it('when the time moved on since: what was begun is ended first', async () => {
  await expect(lab.fill(given, first, dying(lab.store, 2).store)).rejects.toThrow(Killed)
  await lab.fill(given, second)
  expect(await lab.rows(given, 'pairs')).toEqual(expected)
})

it('when the data changed since: nothing of the old data stays', async () => {
  await lab.fill(given, first)
  await expect(lab.fill(given, second, dying(lab.store, 3).store)).rejects.toThrow(Killed)
  await writeEvents(2)
  try {
    expect((await lab.fill(given, second)).isLate).toBe(true)
    const found = await lab.rows(given, 'pairs')
    await lab.forget()
    await lab.fill(given, second)
    expect(found).toEqual(await lab.rows(given, 'pairs'))
    expect(found).not.toEqual(expected)
  } finally {
    await writeEvents(1)
  }
})

it('by kills of the process at random moments', async () => {
  const request = join(lab.lab.at('.'), 'request.json')
  const job = { definitions: given, digest: lab.onlineView(given, 'pairs').digest, database: lab.url, epoch: lab.epoch, file: lab.lab.at('e.parquet'), spill: lab.lab.at('spill') } // prettier-ignore
  writeFileSync(request, JSON.stringify(job))
  const run = (grid: bigint) => spawn(process.execPath, [join(import.meta.dirname, 'support/fill-process.mjs'), request, String(grid)], { stdio: ['ignore', 'ignore', 'inherit'] }) // prettier-ignore
  let kills = 0
  for (const grid of [first, second]) {
    for (;;) {
      const child = run(grid)
      const ended = once(child, 'exit') as Promise<[number | null]>
      // The first ends it before a fast machine is done, the later ones further into the fill.
      const delay = kills < 4 ? 100 + kills * 200 + Math.random() * 200 : 60_000
      const code = await Promise.race([ended.then(([exit]) => exit ?? -1), sleep(delay).then(() => null)])
      if (code !== null) {
        expect(code).toBe(0)
        break
      }
      child.kill('SIGKILL')
      await ended
      kills += 1
    }
  }
  expect(kills).toBeGreaterThan(0)
  expect(await lab.rows(given, 'pairs')).toEqual(expected)
  expect(await state()).toMatchObject({ watermarkUs: second, filling: null })
})
