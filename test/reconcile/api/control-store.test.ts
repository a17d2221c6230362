/** What the planner starts from, read of a real database. */
import { afterAll, expect, it } from 'vitest'
import { digestValue } from '../../../reconciler/core/digest.ts'
import { ensureView, setWatermark } from '../../../reconciler/database/online-view-queries.ts'
import { openPool } from '../../../reconciler/database/pool.ts'
import { ControlStore } from '../../../reconciler/reconcile/api/control-store.ts'
import { createTestDatabase } from '../../support/database.ts'
import { writeOnlineRows } from '../../support/online-lines.ts'

const database = await createTestDatabase()
const pool = openPool(database.url, { applicationName: 'control store test' })

afterAll(async () => {
  await pool.end()
  await database.drop()
})

it('counts the rows of each definition of its environment, also while it is filled', async () => {
  const [filled, filling, other] = ['filled', 'filling', 'other'].map((name) => ({ name, digest: digestValue(name) }))
  if (filled === undefined || filling === undefined || other === undefined) throw new Error('three were named')
  const row = (key: string) => ({ key: `["${key}"]`, eventUs: 5n, createdUs: 6n, values: '[1]' })
  const { id } = await ensureView(pool, 'production', filled)
  await writeOnlineRows(pool, id, 1n, ['a', 'b', 'c'].map(row))
  await setWatermark(pool, id, { asOfUs: 1n, fingerprint: 'f', dataFiles: null, isSettled: false })
  await writeOnlineRows(pool, (await ensureView(pool, 'production', filling)).id, 1n, [row('a')])
  await writeOnlineRows(pool, (await ensureView(pool, 'staging', other)).id, 1n, [row('a')])
  const { onlineRows, observed } = await new ControlStore(pool, 'production').readObserved(0)
  expect(onlineRows).toEqual({ [filled.digest]: 3, [filling.digest]: 1 })
  expect(observed.filledViews).toEqual([filled.digest])
})
