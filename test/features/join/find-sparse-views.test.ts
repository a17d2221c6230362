/** Which views are sparse, in the real engine: few labels a key, many labels far apart, many labels beside many rows. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Engine } from '../../../reconciler/features/engine/engine.ts'
import { openEngine } from '../../../reconciler/features/engine/open-engine.ts'
import { findSparseViews } from '../../../reconciler/features/join/find-sparse-views.ts'
import type { JoinRequest } from '../../../reconciler/features/join/join-request.ts'

const folder = mkdtempSync(join(tmpdir(), 'mainward-sparse-'))
let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ spillFolder: folder })
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

const request = (ttlUs: bigint | null): JoinRequest => ({
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
      ttlUs,
      grid: null,
      take: [{ type: 'feature', column: 'k', as: 'value' }],
    },
  ],
})

/** One key with a label and a row every 1000 microseconds. */
async function isSparse(labels: number, ttlUs: bigint | null): Promise<boolean | undefined> {
  const times = (column: string): string => `make_timestamp(r * 1000) AS ${column} FROM range(${labels}) AS n(r)`
  await engine.query(`CREATE OR REPLACE TABLE labels AS SELECT r AS __row, 1 AS k, ${times('__at')}`)
  await engine.query(
    `CREATE OR REPLACE TABLE "view:v" AS SELECT r AS __row, 1 AS k, NULL::TIMESTAMP AS __created, ${times('__event')}`,
  )
  return (await findSparseViews(engine, request(ttlUs))).views[0]?.isSparse
}

it('counts the pairs of keys that have many labels', async () => {
  // 100 rows and 100 labels are 10,000 pairs within one block; far fewer where a block holds 5 of each.
  expect(await isSparse(32, 1_000_000n)).toBe(true)
  expect(await isSparse(100, 1_000_000n)).toBe(false)
  expect(await isSparse(100, 4_999n)).toBe(true)
})

it('finds none where rows count at any age', async () => {
  expect(await isSparse(3, null)).toBe(false)
})
