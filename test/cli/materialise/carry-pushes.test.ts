/** A new definition begins with what was pushed under others: every row that fits once, in segments and online, whatever ends in the middle. */
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openArtifactNotes } from '../../../reconciler/artifacts/artifact-notes.ts'
import { openArtifactStore } from '../../../reconciler/artifacts/artifact-store.ts'
import { carryPushes, type CarryEffects } from '../../../reconciler/cli/materialise/carry-pushes.ts'
import { formerCarriers, planCarry } from '../../../reconciler/cli/materialise/plan-carries.ts'
import { digestValue } from '../../../reconciler/core/digest.ts'
import type { OnlineFeature, OnlineView } from '../../../reconciler/core/online-view.ts'
import { readCarryStates, readPushedDefinitions } from '../../../reconciler/database/carry-queries.ts'
import { readOnline } from '../../../reconciler/database/online-queries.ts'
import type { Pool } from '../../../reconciler/database/pool.ts'
import { removeView } from '../../../reconciler/database/online-view-queries.ts'
import { isCarrying } from '../../../reconciler/reconcile/is-carrying.ts'
import { createEngineKeeper } from '../../../reconciler/features/engine/engine-keeper.ts'
import { SegmentLab } from './support/segment-lab.ts'

const [user, shop] = [{ name: 'user', dtype: 'int64' }, { name: 'shop', dtype: 'string' }] as const // prettier-ignore
const define = (meaning: string, keys: OnlineView['keys'], features: readonly OnlineFeature[]): OnlineView => ({
  name: 'clicks', digest: digestValue(meaning), keys, features, ttlMs: null, aggregations: [], isPushed: true,
}) // prettier-ignore

const before = define('before', [user, shop], [{ name: 'rate', dtype: 'float32' }, { name: 'total', dtype: 'int64' }, { name: 'page', dtype: 'string' }]) // prettier-ignore
/** Keys in another order, `total` of another dtype, `page` gone, `fresh` new. */
const now = define('now', [shop, user], [{ name: 'total', dtype: 'int32' }, { name: 'rate', dtype: 'float32' }, { name: 'fresh', dtype: 'bool' }]) // prettier-ignore

let lab: SegmentLab
const keeper = createEngineKeeper()

beforeAll(async () => {
  lab = await SegmentLab.open()
})

beforeEach(() => lab.forget())

afterAll(async () => {
  await keeper.close()
  await lab.close()
})

function carry(view: OnlineView, effects: Partial<CarryEffects> = {}, isLast = false) {
  const base = {
    pool: lab.pool, environment: 'dev', workFolder: join(lab.folder, 'carry'), artifacts: openArtifactStore(), notes: openArtifactNotes(),
    limits: { rows: 3, bytes: 1 << 20 }, keeper,
  } // prettier-ignore
  return carryPushes({ epoch: lab.epoch, store: lab.store, view, isLast }, { ...base, ...effects })
}

/** Of segments that training would read for the definition: keys, times and values. */
async function segments(view: OnlineView): Promise<readonly unknown[]> {
  const noted = Object.keys(lab.notes(view)).map((name) => name.slice(0, 64))
  const listed = (await lab.listed()).filter(({ digest }) => digest === view.digest).map(({ sha256 }) => String(sha256))
  expect(noted.toSorted()).toEqual(listed.toSorted())
  const rows = await lab.rowsOf(listed)
  return rows.map(({ __event, __created, user: u, shop: s, ...row }) => [`${u as bigint} ${s as string}`, __event, __created, ...view.features.map(({ name }) => row[name])]) // prettier-ignore
}

async function online(view: OnlineView, ...keys: readonly string[]) {
  const [answer] = await readOnline(lab.pool, 'dev', [{ digest: view.digest, keys }])
  return answer?.rows.map((row) => row && [row.eventUs, row.computedAsOfUs, row.values])
}

/** Key 1: an older event that was pushed last; key 2: two pushes of one event; key 3: in the log, not in a segment. */
async function pushBefore(): Promise<void> {
  await lab.push(before, [
    { key: '["1","a"]', eventUs: 100n, createdUs: 110n, values: '[1.5,"7","p"]' },
    { key: '["2","b"]', eventUs: 100n, createdUs: 120n, values: '["NaN","8","q"]' },
    { key: '["1","a"]', eventUs: 90n, createdUs: 130n, values: '[2.5,"9","r"]' },
    { key: '["2","b"]', eventUs: 100n, createdUs: 140n, values: '[0.10000000149011612,null,null]' },
  ])
  await lab.storeAll({ rows: 3 })
  await lab.push(before, [{ key: '["3","c"]', eventUs: 150n, createdUs: 150n, values: '[4,"10","s"]' }])
}

const carried = [
  ['1 a', 100n, 110n, null, 1.5, null],
  ['2 b', 100n, 120n, null, NaN, null],
  ['1 a', 90n, 130n, null, 2.5, null],
  ['2 b', 100n, 140n, null, Math.fround(0.1), null],
  ['3 c', 150n, 150n, null, 4, null],
]
const served = [
  [100n, 110n, '[null,1.5,null]'],
  [100n, 140n, '[null,0.10000000149011612,null]'],
  [150n, 150n, '[null,4,null]'],
]
const keys = ['["a","1"]', '["b","2"]', '["c","3"]']

it('takes over rows of segments and log with their times, online the newest, and tells what does not fit', async () => {
  await pushBefore()
  const without = ['total is int32, and was int64: null in them', 'fresh is new: null in them', 'page is a feature no more']
  expect(await carry(now)).toEqual({ digest: now.digest, rows: 5, without, failure: null })
  expect(await segments(now)).toEqual(carried)
  expect(await online(now, ...keys)).toEqual(served)
  // What the old definition has stays its own.
  expect(await online(before, '["1","a"]')).toEqual([[100n, 110n, '[1.5,"7","p"]']])
  expect((await readCarryStates(lab.pool, 'dev')).find(({ digest }) => digest === now.digest)).toMatchObject({
    stage: 1,
    without,
  })
})

it('takes over nothing twice, and what came later with the last time', async () => {
  await pushBefore()
  await carry(now)
  await lab.push(now, [{ key: '["c","3"]', eventUs: 160n, createdUs: 160n, values: '[1,5,true]' }])
  await lab.push(before, [
    { key: '["3","c"]', eventUs: 155n, createdUs: 155n, values: '[6,"1","late"]' },
    { key: '["4","d"]', eventUs: 155n, createdUs: 155n, values: '[7,"1","late"]' },
  ])
  expect(await carry(now, {}, true)).toMatchObject({ rows: 2, failure: null })
  expect(await online(now, '["c","3"]', '["d","4"]')).toEqual([[160n, 160n, '[1,5,true]'], [155n, 155n, '[null,7,null]']]) // prettier-ignore
  expect(await carry(now, {}, true)).toMatchObject({ rows: 0, failure: null })
  await lab.storeAll()
  expect(await segments(now)).toHaveLength(8)
})

it('has of three definitions each row once, with the most of what was pushed', async () => {
  await pushBefore()
  await carry(now)
  await lab.push(now, [{ key: '["e","5"]', eventUs: 200n, createdUs: 200n, values: '[11,12,false]' }])
  const third = define('third', [user, shop], [{ name: 'total', dtype: 'int64' }, { name: 'fresh', dtype: 'bool' }]) // prettier-ignore
  expect(await carry(third)).toMatchObject({ rows: 6 })
  expect(await segments(third)).toEqual([
    ['1 a', 100n, 110n, 7n, null],
    ['2 b', 100n, 120n, 8n, null],
    ['1 a', 90n, 130n, 9n, null],
    ['2 b', 100n, 140n, null, null],
    ['3 c', 150n, 150n, 10n, null],
    ['5 e', 200n, 200n, null, false],
  ])
})

it('takes over nothing of rows with other keys, and says so', async () => {
  await pushBefore()
  const other = define('other', [user], now.features)
  const without = ['their keys are shop string, user int64, expected user int64']
  expect(await carry(other)).toEqual({ digest: other.digest, rows: 0, without, failure: null })
  expect(await online(other, '["1"]')).toEqual([null])
})

it('gives a definition that was removed, and comes back, its own rows', async () => {
  await pushBefore()
  const { rows } = await lab.pool.query<{ id: number }>('select id from online_views')
  await removeView(lab.pool, rows[0]?.id ?? 0, 1000)
  expect(await online(before, '["3","c"]')).toEqual([null])
  expect(await carry(before)).toMatchObject({ rows: 0, without: [], failure: null })
  expect(await online(before, '["3","c"]')).toEqual([[150n, 150n, '[4,"10","s"]']])
})

it.each([1, 2, 4, 6, 7])('ends the same when it is gone after effect %i', async (at) => {
  await pushBefore()
  const [artifacts, notes] = [openArtifactStore(), openArtifactNotes()]
  let calls = 0
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    if ((calls += 1) === at) throw new Error('gone')
    return work()
  }
  const dying = {
    artifacts: { ...artifacts, put: (...all: Parameters<typeof artifacts.put>) => step(() => artifacts.put(...all)) },
    notes: { ...notes, add: (...all: Parameters<typeof notes.add>) => step(() => notes.add(...all)) },
    pool: Object.assign(Object.create(lab.pool) as Pool, { connect: () => step(() => lab.pool.connect()) }),
  }
  expect((await carry(now, dying)).failure?.message).toContain('gone')
  expect(await carry(now)).toMatchObject({ failure: null })
  await lab.storeAll()
  expect(await segments(now)).toEqual(carried)
  expect(await online(now, ...keys)).toEqual(served)
})

it('leaves all as it is when another leads, or when a segment is not there', async () => {
  await pushBefore()
  const artifacts = { ...openArtifactStore(), read: () => Promise.reject(new Error('away')) }
  expect((await carry(now, { artifacts })).failure?.message).toContain('away')
  const stale = { epoch: lab.epoch - 1, store: lab.store, view: now, isLast: false }
  const effects = { pool: lab.pool, environment: 'dev', workFolder: join(lab.folder, 'carry'), artifacts: openArtifactStore(), notes: openArtifactNotes() } // prettier-ignore
  expect(await carryPushes(stale, effects)).toMatchObject({ failure: { reason: 'leadership-lost' } })
  expect(await online(now, ...keys)).toEqual([null, null, null])
})

it('is due for main’s definitions: first at once, last when everybody knows it, again when it comes back', async () => {
  await pushBefore()
  const read = async () => ({
    states: await readCarryStates(lab.pool, 'dev'),
    logs: await readPushedDefinitions(lab.pool, 'dev'),
  })
  const due = async (view: OnlineView, nowMs: number, since: readonly [OnlineView, number][] = []) =>
    planCarry([view], await read(), { readSince: new Map(since.map(([{ digest }, at]) => [digest, at])), failures: new Map(), nowMs }) // prettier-ignore
  expect([isCarrying(now, await read()), await due(now, 0)]).toEqual([true, { view: now, isLast: false }])
  expect([isCarrying(before, await read()), await due(before, 0)]).toEqual([false, { view: before, isLast: true }])
  await carry(now)
  expect([isCarrying(now, await read()), await due(now, 59_999, [[now, 0]])]).toEqual([false, null])
  expect(await due(now, 60_000, [[now, 0]])).toEqual({ view: now, isLast: true })
  await carry(now, {}, true)
  expect(await due(now, 1e9, [[now, 0]])).toBeNull()
  expect([formerCarriers([now], await read()), formerCarriers([before], await read())]).toEqual([[], [now.digest]])
})
