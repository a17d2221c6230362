/** From the log of pushes to segments: every row in exactly one that counts, whatever ends in the middle. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openArtifactNotes } from '../../../reconciler/artifacts/artifact-notes.ts'
import { openArtifactStore } from '../../../reconciler/artifacts/artifact-store.ts'
import { digestValue } from '../../../reconciler/core/digest.ts'
import type { OnlineView } from '../../../reconciler/core/online-view.ts'
import { beginEpoch } from '../../../reconciler/database/leader-queries.ts'
import type { PushedRow } from '../../../reconciler/database/push-queries.ts'
import { SegmentLab } from './support/segment-lab.ts'

const view: OnlineView = {
  name: 'clicks',
  digest: digestValue('clicks'),
  keys: [{ name: 'user', dtype: 'int64' }, { name: 'shop', dtype: 'string' }], // prettier-ignore
  features: [
    { name: 'rate', dtype: 'float32' }, { name: 'exact', dtype: 'float64' }, { name: 'page', dtype: 'string' },
    { name: 'total', dtype: 'int64' }, { name: 'count', dtype: 'int32' }, { name: 'seen', dtype: 'timestamp' }, { name: 'member', dtype: 'bool' },
  ], // prettier-ignore
  ttlMs: null,
  aggregations: [],
  isPushed: true,
}

const row = (at: number): PushedRow => ({
  key: `["${at}","shop ${at % 7}"]`,
  eventUs: 1_356_998_400_000_000n + BigInt((at * 7919) % 1000),
  createdUs: 1_356_998_500_000_000n + BigInt(at),
  values: `[${at / 4},null,"p${at}",null,${at},null,true]`,
})
const rows = (from: number, until: number): readonly PushedRow[] => Array.from({ length: until - from }, (_, n) => row(from + n))

let lab: SegmentLab

beforeAll(async () => {
  lab = await SegmentLab.open()
})

beforeEach(() => lab.forget())

afterAll(() => lab.close())

/** The rows that were pushed are those of the segments and the log together, each once. */
async function pages(): Promise<readonly unknown[]> {
  return (await lab.rows()).map(({ page }) => page)
}

it('writes every value as it was pushed, typed, with its times', async () => {
  const pushed = [
    { key: '["-9223372036854775808","ä\\"b"]', eventUs: 1n, createdUs: 1_356_998_400_000_001n, values: '["NaN","-0","","9223372036854775807",-5,"1356998400000001",false]' },
    { key: '["2",""]', eventUs: -1n, createdUs: 3n, values: '[0.10000000149011612,0.1,null,null,null,null,null]' },
    { key: '["3","x"]', eventUs: 0n, createdUs: 2n, values: '["Infinity","-Infinity","\\u0000",null,null,null,true]' },
  ] // prettier-ignore
  await lab.push(view, pushed)
  expect(await lab.storeAll()).toMatchObject([{ segments: 1, rows: 3, failure: null }])
  const found = await lab.rows()
  const nothing = { exact: null, page: null, total: null, count: null, seen: null, member: null }
  expect(found.map(({ __id: _, seen, ...values }) => ({ ...values, seen: seen === null ? null : `${seen as bigint}` }))).toEqual([
    {
      __event: 1n, __created: 1_356_998_400_000_001n, user: -(2n ** 63n), shop: 'ä"b',
      rate: NaN, exact: -0, page: '', total: 2n ** 63n - 1n, count: -5, seen: '2013-01-01 00:00:00.000001', member: false,
    },
    { ...nothing, __event: -1n, __created: 3n, user: 2n, shop: '', rate: Math.fround(0.1), exact: 0.1 },
    { ...nothing, __event: 0n, __created: 2n, user: 3n, shop: 'x', rate: Infinity, exact: -Infinity, page: '\0', member: true },
  ]) // prettier-ignore
  const [listed] = await lab.listed()
  expect(listed).toMatchObject({
    view: 'clicks', digest: view.digest, store: lab.store, row_count: 3, is_noted: true,
    first_event_us: '-1', last_event_us: '1', first_created_us: '2', last_created_us: '1356998400000001',
  }) // prettier-ignore
  const sha256 = String(listed?.['sha256'])
  expect(lab.notes(view)).toEqual({
    [`${sha256}.json`]: {
      format: 'mainward.dev/pushed-segment/v1alpha1', environment: 'dev', view: 'clicks', definition: view.digest,
      sha256, sizeBytes: listed?.['size_bytes'], rows: 3,
      firstEvent: '1969-12-31T23:59:59.999999Z', lastEvent: '1970-01-01T00:00:00.000001Z',
      firstCreated: '1970-01-01T00:00:00.000002Z', lastCreated: '2013-01-01T00:00:00.000001Z',
    },
  }) // prettier-ignore
  expect(await lab.logged()).toEqual([])
})

it('bounds a segment by rows and by bytes of its values', async () => {
  await lab.push(view, rows(0, 120))
  expect(await lab.storeAll({ rows: 50 })).toMatchObject([{ segments: 3, rows: 120 }])
  expect((await lab.listed()).map((listed) => listed['row_count'])).toEqual([50, 50, 20])
  const large = { ...row(1), values: `[null,null,"${'x'.repeat(4_000)}",null,null,null,null]` }
  await lab.push(view, [large, row(2), large, row(3), row(4)])
  await lab.storeAll({ bytes: 3_000 })
  expect((await lab.listed()).slice(3).map((listed) => listed['row_count'])).toEqual([1, 1, 1, 2])
  expect(await lab.storeAll()).toMatchObject([{ segments: 0, rows: 0, failure: null }])
})

it('keeps what is pushed meanwhile in the log, also a row that was numbered earlier and committed later', async () => {
  await lab.push(view, rows(0, 30))
  const late = await lab.pool.connect()
  try {
    await late.query('begin')
    await late.query(
      `insert into pushed_rows (view_id, entity_key, event_us, created_us, feature_values) select id, '["1","a"]', 1, 1, '[null,null,"late",null,null,null,null]' from pushed_views`,
    )
    await lab.push(view, rows(30, 60))
    expect(await lab.storeAll()).toMatchObject([{ segments: 2, rows: 60 }])
    await late.query('commit')
  } finally {
    void late.release()
  }
  expect(await lab.logged()).toHaveLength(1)
  await lab.storeAll()
  expect((await pages()).toSorted()).toEqual([...rows(0, 60).map((_, at) => `p${at}`), 'late'].toSorted())
})

class Killed extends Error {}

/** Each is gone at its call of that number, before it did what it was asked or after. */
function dying(point: { readonly call: 'put' | 'note'; readonly at: number; readonly isAfter: boolean }) {
  let calls = 0
  const step = async <T>(call: 'put' | 'note', work: () => Promise<T>): Promise<T> => {
    const isHere = call === point.call && calls++ === point.at
    if (isHere && !point.isAfter) throw new Killed('gone')
    const result = await work()
    if (isHere) throw new Killed('gone')
    return result
  }
  const [artifacts, notes] = [openArtifactStore(), openArtifactNotes()]
  return {
    artifacts: { ...artifacts, put: (...all: Parameters<typeof artifacts.put>) => step('put', () => artifacts.put(...all)) },
    notes: { ...notes, add: (...all: Parameters<typeof notes.add>) => step('note', () => notes.add(...all)) },
  }
}

it.each([
  { call: 'put', at: 0, isAfter: false },
  { call: 'put', at: 1, isAfter: true },
  { call: 'note', at: 0, isAfter: false },
  { call: 'note', at: 1, isAfter: true },
] as const)('goes on behind what was listed when it ends at $call $at, after: $isAfter', async (point) => {
  await lab.push(view, rows(0, 130))
  expect(await lab.storeAll(dying(point))).toMatchObject([{ failure: { message: expect.stringContaining('gone') as string } }])
  expect((await lab.logged()).length + (await lab.rows()).length).toBe(130)
  await lab.push(view, rows(130, 150))
  expect(await lab.storeAll()).toMatchObject([{ failure: null }])
  expect(await pages()).toEqual(rows(0, 150).map((_, at) => `p${at}`))
  expect(await lab.logged()).toEqual([])
  const names = (await lab.listed()).map(({ sha256 }) => `${String(sha256)}.json`)
  expect(Object.keys(lab.notes(view)).toSorted()).toEqual(names.toSorted())
})

it('writes nothing that counts when another leads, or when its rows are in another segment already', async () => {
  await lab.push(view, rows(0, 20))
  const artifacts = openArtifactStore()
  const outrun = {
    ...artifacts,
    put: async (...all: Parameters<typeof artifacts.put>) => {
      await artifacts.put(...all)
      await lab.storeAll({ rows: 10 })
    },
  }
  expect(await lab.storeAll({ artifacts: outrun })).toMatchObject([{ segments: 0, failure: { reason: 'conflict' } }])
  expect(await pages()).toEqual(rows(0, 20).map((_, at) => `p${at}`))
  await lab.push(view, rows(20, 30))
  const epoch = await beginEpoch(lab.pool, 'dev', 'another', 2)
  expect(await lab.storeAll()).toMatchObject([{ failure: { reason: 'leadership-lost' } }])
  expect(await lab.logged()).toHaveLength(10)
  expect(await lab.storeAll({ epoch })).toMatchObject([{ rows: 10, failure: null }])
})

it('puts each row into one segment by kills of the process at random moments, while clients push', async () => {
  const epoch = await beginEpoch(lab.pool, 'dev', 'test', 3)
  await lab.push(view, rows(0, 200))
  const logs = (await lab.pool.query<{ id: number }>('select id from pushed_views')).rows.map(({ id }) => id)
  const request = {
    job: { epoch, store: lab.store, nowUs: '0', logs }, environment: 'dev', workFolder: join(lab.folder, 'killed'), databaseUrl: lab.url, limits: { rows: 7, bytes: 1 << 20 },
  } // prettier-ignore
  const run = () =>
    spawn(process.execPath, [join(import.meta.dirname, 'support/store-process.mjs'), JSON.stringify(request)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  let kills = 0
  let pushed = 200
  for (;;) {
    const child = run()
    const ended = once(child, 'exit') as Promise<[number | null]>
    const delay = kills < 5 ? 500 + Math.random() * 700 : 60_000
    const code = await Promise.race([ended.then(([exit]) => exit ?? -1), sleep(delay).then(() => null)])
    if (code !== null) {
      expect(code).toBe(0)
      if (kills >= 5) break
    } else {
      child.kill('SIGKILL')
      await ended
      kills += 1
    }
    await lab.push(view, rows(pushed, pushed + 60))
    pushed += 60
  }
  expect(kills).toBe(5)
  expect(await lab.logged()).toEqual([])
  expect((await pages()).toSorted()).toEqual(rows(0, pushed).map((_, at) => `p${at}`).toSorted()) // prettier-ignore
  const names = (await lab.listed()).map(({ sha256 }) => String(sha256))
  expect(Object.keys(lab.notes(view)).toSorted()).toEqual(names.map((name) => `${name}.json`).toSorted())
  // What was stored and not listed may lie there, and counts nowhere.
  expect(readdirSync(join(lab.folder, 'store/sha256'))).toEqual(expect.arrayContaining(names))
})
