/** The same join with windows on one thread and on eight gives the same bytes, in the real engine. DuckDB shares out 122,880 rows at a time. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openEngine } from '../../../reconciler/features/engine/open-engine.ts'
import { digestRows } from '../../../reconciler/features/digest/digest-rows.ts'
import { buildJoin } from '../../../reconciler/features/join/build-join.ts'
import type { JoinRequest, TakenColumn } from '../../../reconciler/features/join/join-request.ts'

const folder = mkdtempSync(join(tmpdir(), 'mainward-threads-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Pseudo-random and the same everywhere: a multiplication modulo a prime. */
const mixed = (factor: number): string => `((r + 1) * ${factor} % 2147483647)`
const view = `CREATE TABLE "view:v" AS SELECT r AS __row, ${mixed(48271)} % 2000 AS k, make_timestamp(${mixed(69621)} * 1000) AS __event,
  make_timestamp(${mixed(69621)} * 1000 + ${mixed(16807)} % 5000000) AS __created, ${mixed(39373)} / 7.0::DOUBLE * power(10, r % 9 - 4) AS value
  FROM range(150000) AS n(r)`
const labels = `CREATE TABLE labels AS SELECT r AS __row, ${mixed(16807)} % 2000 AS k, make_timestamp(${mixed(48271)} * 1000) AS __at
  FROM range(20000) AS n(r)`

const taken = (name: 'sum' | 'mean' | 'stddev' | 'last'): TakenColumn => ({
  type: 'window',
  as: name,
  window: {
    function: name,
    column: 'value',
    columnType: 'DOUBLE',
    windowUs: 86400000000n,
    where: null,
    quantile: null,
    resultType: 'DOUBLE',
  },
})
const names = ['sum', 'mean', 'stddev', 'last'] as const
const request: JoinRequest = {
  labels: 'labels',
  keep: [],
  asOfUs: null,
  views: [
    {
      prefix: 'v',
      relation: 'view:v',
      keys: [{ column: 'k', label: 'k' }],
      isStatic: false,
      isSparse: false,
      rowKey: [],
      ttlUs: 86400000000n,
      grid: null,
      take: [{ type: 'feature', column: 'value', as: 'value' }, ...names.map(taken)],
    },
  ],
}

async function joined(threads: number, isSparse: boolean): Promise<{ readonly digest: string; readonly held: unknown }> {
  const engine = await openEngine({ spillFolder: folder, threads })
  try {
    const sql = buildJoin({ ...request, views: request.views.map((each) => ({ ...each, isSparse })) })
    for (const statement of [view, labels, `CREATE TABLE output AS ${sql}`]) await engine.query(statement)
    const columns = ['value', ...names].map((name) => ({ name, type: 'DOUBLE' }))
    const [held] = await engine.query('SELECT count(value) > 10000 AS found, count(stddev) > 10000 AS spread FROM output')
    return { digest: await digestRows(engine, { relation: 'output', isOrdered: true }, columns), held }
  } finally {
    await engine.close()
  }
}

it('gives the same bytes on one thread and on eight, in both ways', { timeout: 180_000 }, async () => {
  const one = await joined(1, false)
  expect(one.held).toEqual({ found: true, spread: true })
  for (const isSparse of [false, true]) expect(await joined(8, isSparse)).toEqual(one)
})
