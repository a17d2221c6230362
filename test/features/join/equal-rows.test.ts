/** Rows that are equal in event and created time: the earlier one counts, whatever order the table holds them in. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildJoin } from '../../../reconciler/features/join/build-join.ts'
import type { JoinView, TakenColumn } from '../../../reconciler/features/join/join-request.ts'
import { openDuckdb, type DuckdbSession } from './support/duckdb-session.ts'
import { createLabels, createView } from './support/small-tables.ts'

let session: DuckdbSession
beforeAll(async () => {
  session = await openDuckdb()
})
afterAll(() => session.close())

const edge = (which: 'first' | 'last'): TakenColumn => ({
  type: 'window',
  as: which,
  window: {
    function: which,
    column: 'value',
    columnType: 'DOUBLE',
    windowUs: 9n,
    where: null,
    quantile: null,
    resultType: 'DOUBLE',
  },
})

it.each([
  [[], false],
  [['r', 's'], false],
  [[], true],
  [['r', 's'], true],
])('gives the earlier of two equal rows, with the row key %j, sparse: %s', async (rowKey, isSparse) => {
  const row = { keys: ['a', 'b'], event: 1n, created: 2n, rowKey: [1, 7], whole: null, flag: null }
  await createView(session, [
    { ...row, value: 1 },
    { ...row, value: 2 },
  ])
  await createLabels(session, [{ keys: ['a', 'b'], at: 5n }])
  const view: JoinView = {
    prefix: 'v',
    relation: 'view:v',
    keys: [
      { column: 'k', label: 'x' },
      { column: 'two words', label: 'y' },
    ],
    isStatic: false,
    isSparse,
    rowKey,
    ttlUs: isSparse ? 9n : null,
    grid: null,
    take: [{ type: 'feature', column: 'value', as: 'value' }, edge('first'), edge('last')],
  }
  const sql = buildJoin({ labels: 'labels', keep: [], asOfUs: null, views: [view] })
  expect(await session.query(`SELECT value, first, last FROM (${sql})`)).toEqual([[1, 1, 1]])
})
