/** Pushed rows: the newest is served, all are in the log, and both or neither is there. */
import { afterAll, beforeEach, expect, it } from 'vitest'
import { digestValue } from '../../reconciler/core/digest.ts'
import { readOnline } from '../../reconciler/database/online-queries.ts'
import { ensureView, removeView } from '../../reconciler/database/online-view-queries.ts'
import { openPool } from '../../reconciler/database/pool.ts'
import { pushRows, type PushedRow } from '../../reconciler/database/push-queries.ts'
import { withTransaction } from '../../reconciler/database/transaction.ts'
import { createTestDatabase } from '../support/database.ts'

const database = await createTestDatabase()
const pool = openPool(database.url, { applicationName: 'push test' })

afterAll(async () => {
  await pool.end()
  await database.drop()
})

beforeEach(async () => {
  await pool.query('truncate online_rows, online_views, pushed_rows')
})

const view = { name: 'clicks', digest: digestValue('clicks'), keys: [], features: [] }

const pushed = (key: string, eventUs: bigint, createdUs: bigint, values: string): PushedRow => ({
  key, eventUs, createdUs, values,
}) // prettier-ignore

async function served(key: string) {
  const [answer] = await readOnline(pool, 'dev', [{ digest: view.digest, keys: [key] }])
  return answer?.rows[0] ?? null
}

async function log(): Promise<readonly string[]> {
  const { rows } = await pool.query<{ feature_values: string }>('select feature_values from pushed_rows order by id')
  return rows.map((row) => row.feature_values)
}

it('makes the view when it is not there, serves what is newest by event, then created, and logs everything', async () => {
  expect(await pushRows(pool, 'dev', view, [pushed('["a"]', 10n, 20n, '[1]')])).toBe(1)
  expect(await served('["a"]')).toEqual({ eventUs: 10n, computedAsOfUs: 20n, values: '[1]' })
  // Happened earlier, though pushed later.
  expect(await pushRows(pool, 'dev', view, [pushed('["a"]', 9n, 30n, '[2]')])).toBe(0)
  // Happened at the same time, and was pushed earlier; at the same moment.
  expect(await pushRows(pool, 'dev', view, [pushed('["a"]', 10n, 19n, '[3]'), pushed('["a"]', 10n, 20n, '[4]')])).toBe(0)
  expect((await served('["a"]'))?.values).toBe('[1]')
  expect(await pushRows(pool, 'dev', view, [pushed('["a"]', 10n, 21n, '[5]')])).toBe(1)
  expect(await served('["a"]')).toEqual({ eventUs: 10n, computedAsOfUs: 21n, values: '[5]' })
  expect(await log()).toEqual(['[1]', '[2]', '[3]', '[4]', '[5]'])
})

it('of rows of one key in one push serves the newest, and the first of equal ones', async () => {
  const rows = [pushed('["a"]', 1n, 9n, '[1]'), pushed('["b"]', 2n, 9n, '[2]'), pushed('["a"]', 3n, 9n, '[3]'), pushed('["a"]', 3n, 9n, '[4]')] // prettier-ignore
  expect(await pushRows(pool, 'dev', view, rows)).toBe(2)
  expect([(await served('["a"]'))?.values, (await served('["b"]'))?.values]).toEqual(['[3]', '[2]'])
  expect(await log()).toEqual(['[1]', '[2]', '[3]', '[4]'])
})

it('ends the same in whatever order many writers push', async () => {
  const rows = Array.from({ length: 400 }, (_, at) => pushed(`["${at % 10}"]`, BigInt((at * 7919) % 101), BigInt(at), `[${at}]`))
  await Promise.all(Array.from({ length: 40 }, (_, at) => pushRows(pool, 'dev', view, rows.slice(at * 10, at * 10 + 10))))
  for (let key = 0; key < 10; key++) {
    const own = rows.filter((each) => each.key === `["${key}"]`)
    const newest = own.reduce((a, b) => (b.eventUs > a.eventUs || (b.eventUs === a.eventUs && b.createdUs > a.createdUs) ? b : a))
    expect((await served(`["${key}"]`))?.values).toBe(newest.values)
  }
  expect((await log()).length).toBe(400)
})

it('writes neither value nor log row when one of them is refused', async () => {
  await ensureView(pool, 'dev', view)
  await pool.query(`alter table pushed_rows add constraint refuse check (feature_values <> '[7]')`)
  try {
    const push = pushRows(pool, 'dev', view, [pushed('["a"]', 1n, 1n, '[1]'), pushed('["b"]', 1n, 1n, '[7]')])
    await expect(push).rejects.toMatchObject({ code: '23514' })
    expect([await served('["a"]'), await log()]).toEqual([null, []])
  } finally {
    await pool.query('alter table pushed_rows drop constraint refuse')
  }
})

it('makes the view again when it is removed at the same time', async () => {
  const { id } = await ensureView(pool, 'dev', view)
  let push: Promise<number> | undefined
  await withTransaction(pool, async (transaction) => {
    expect(await removeView(transaction, id, 10)).toBe(true)
    push = pushRows(pool, 'dev', view, [pushed('["a"]', 1n, 1n, '[1]')])
    await new Promise((resolve) => setTimeout(resolve, 100))
  })
  expect(await push).toBe(1)
  expect((await served('["a"]'))?.values).toBe('[1]')
})
