/** Small segments of a day become one: whoever reads by the notes finds each row once, whatever ends in the middle. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openArtifactNotes } from '../../../reconciler/artifacts/artifact-notes.ts'
import { openArtifactStore } from '../../../reconciler/artifacts/artifact-store.ts'
import { createPushedSegments } from '../../../reconciler/cli/features/pushed-segments.ts'
import { planMerges, smallLimits, startOfDay } from '../../../reconciler/cli/materialise/plan-merges.ts'
import { digestValue } from '../../../reconciler/core/digest.ts'
import type { OnlineView } from '../../../reconciler/core/online-view.ts'
import type { ListedSegment } from '../../../reconciler/database/push-log-queries.ts'
import { readLogsToMerge } from '../../../reconciler/database/segment-merge-queries.ts'
import { SegmentLab, type StoreWish } from './support/segment-lab.ts'

const view: OnlineView = {
  name: 'clicks', digest: digestValue('clicks'), keys: [{ name: 'user', dtype: 'int64' }], features: [{ name: 'page', dtype: 'string' }],
  ttlMs: null, aggregations: [], isPushed: true,
} // prettier-ignore

const dayUs = 86_400_000_000n
const noon = 1_357_041_600_000_000n // 2013-01-01T12:00:00Z
const [sameDay, nextDay] = [noon + dayUs / 4n, noon + dayUs]
const limits = { rows: 100 }

let lab: SegmentLab
let pushed = 0

beforeAll(async () => {
  lab = await SegmentLab.open()
})

beforeEach(async () => {
  pushed = 0
  await lab.forget()
})

afterAll(() => lab.close())

/** So many rows become a segment, pushed at the time. */
async function segment(rows: number, createdUs = noon): Promise<void> {
  const more = Array.from({ length: rows }, (_, n) => ({ key: `["${pushed + n}"]`, eventUs: createdUs - 1n, createdUs, values: `["p${pushed + n}"]` })) // prettier-ignore
  pushed += rows
  await lab.push(view, more)
  expect(await lab.storeAll(limits)).toMatchObject([{ segments: 1, rows, merged: 0, failure: null }])
}

const merge = (wish: StoreWish = {}) => lab.storeAll({ ...limits, nowUs: nextDay, ...wish })

/** As `mainward dataset` reads them: by the notes alone, the values in the order of their rows. */
async function read(): Promise<{ readonly files: number; readonly pages: readonly unknown[] }> {
  const folder = join(lab.folder, 'read')
  const segments = createPushedSegments({ store: lab.store, environment: 'dev', digests: new Map([['clicks', view.digest]]), folder }) // prettier-ignore
  const files = await segments.list('clicks', null)
  const connection = await (await DuckDBInstance.create()).connect()
  const list = files.map((file) => `'${file}'`).join(', ')
  const found = await connection.runAndReadAll(`select page from read_parquet([${list}]) order by "__id"`)
  connection.closeSync()
  rmSync(folder, { recursive: true })
  return { files: files.length, pages: found.getRowObjects().map(({ page }) => page) }
}

const allPages = () => Array.from({ length: pushed }, (_, at) => `p${at}`)
const sha256sOf = async () => (await lab.listed()).map(({ sha256 }) => String(sha256))
const toMerge = (nowUs: bigint, graceSeconds = 3600) =>
  readLogsToMerge(lab.pool, 'dev', { store: lab.store, beforeUs: startOfDay(nowUs), ...smallLimits({ rows: 100, bytes: 1 << 20 }), graceSeconds }) // prettier-ignore

it('makes one of the small segments of a day when it is over, and removes the notes of the others later', async () => {
  for (const rows of [10, 20, 30]) await segment(rows)
  expect(await merge({ nowUs: sameDay })).toMatchObject([{ merged: 0, failure: null }])
  expect(await toMerge(sameDay)).toEqual([])
  expect(await toMerge(nextDay)).toHaveLength(1)
  expect(await merge()).toMatchObject([{ segments: 0, merged: 3, failure: null }])
  expect(await toMerge(nextDay)).toEqual([])
  expect(await read()).toEqual({ files: 1, pages: allPages() })
  const [a = '', b = '', c = '', whole = ''] = await sha256sOf()
  expect(Object.keys(lab.notes(view)).toSorted()).toEqual([a, b, c, whole].map((name) => `${name}.json`).toSorted())
  expect(lab.notes(view)[`${whole}.json`]).toMatchObject({ rows: 60, replaces: [a, b, c], firstCreated: '2013-01-01T12:00:00Z' })
  // An hour has not passed.
  await merge()
  expect(Object.keys(lab.notes(view))).toHaveLength(4)
  expect(await toMerge(nextDay, 0)).toHaveLength(1)
  expect(await merge({ graceSeconds: 0 })).toMatchObject([{ merged: 0, failure: null }])
  expect(Object.keys(lab.notes(view))).toEqual([`${whole}.json`])
  expect(await toMerge(nextDay, 0)).toEqual([])
  expect(await read()).toEqual({ files: 1, pages: allPages() })
  expect(readdirSync(join(lab.folder, 'store/sha256')).toSorted()).toEqual([a, b, c, whole].toSorted())
})

it('leaves alone what is large, alone on its day, or of another day', async () => {
  await segment(60)
  await segment(10)
  await segment(10, noon - dayUs)
  expect(await toMerge(nextDay)).toEqual([])
  expect(await merge()).toMatchObject([{ merged: 0 }])
  expect(await read()).toEqual({ files: 3, pages: allPages() })
})

it('takes a merged one again when more of its day comes, and a note that comes back late counts no more', async () => {
  await segment(10)
  await segment(10)
  const [first = ''] = await sha256sOf()
  const note = JSON.stringify(lab.notes(view)[`${first}.json`])
  await merge({ graceSeconds: 0 })
  await segment(10)
  expect(await merge({ graceSeconds: 0 })).toMatchObject([{ merged: 2 }])
  await merge({ graceSeconds: 0 })
  expect(Object.keys(lab.notes(view))).toHaveLength(1)
  writeFileSync(join(lab.folder, 'store/pushed/dev', view.digest.slice(7), `${first}.json`), note)
  expect(await read()).toEqual({ files: 1, pages: allPages() })
})

class Killed extends Error {}

interface Point {
  readonly call: 'put' | 'add' | 'remove'
  readonly isAfter: boolean
}

function dyingAt({ call, isAfter }: Point): Required<Pick<StoreWish, 'artifacts' | 'notes'>> {
  const [artifacts, notes] = [openArtifactStore(), openArtifactNotes()]
  const dying =
    <Arguments extends readonly unknown[], T>(name: Point['call'], work: (...all: Arguments) => Promise<T>) =>
    async (...all: Arguments): Promise<T> => {
      if (name === call && !isAfter) throw new Killed('gone')
      const result = await work(...all)
      if (name === call) throw new Killed('gone')
      return result
    }
  return {
    artifacts: { ...artifacts, put: dying('put', (...all: Parameters<typeof artifacts.put>) => artifacts.put(...all)) },
    notes: {
      ...notes,
      add: dying('add', (...all: Parameters<typeof notes.add>) => notes.add(...all)),
      remove: dying('remove', (...all: Parameters<typeof notes.remove>) => notes.remove(...all)),
    },
  }
}

describe.each(['put', 'add', 'remove'] as const)('ended at %s', (call) => {
  it.each([false, true])('after it: %s, it has every row once, and goes on', async (isAfter) => {
    for (const rows of [10, 20, 30]) await segment(rows)
    if (call === 'remove') await merge()
    const ended = await merge({ ...dyingAt({ call, isAfter }), graceSeconds: 0 })
    expect(ended).toMatchObject([{ failure: { message: expect.stringContaining('gone') as string } }])
    expect((await read()).pages).toEqual(allPages())
    expect(await merge({ graceSeconds: 0 })).toMatchObject([{ failure: null }])
    await merge({ graceSeconds: 0 })
    expect(await read()).toEqual({ files: 1, pages: allPages() })
    expect(Object.keys(lab.notes(view))).toHaveLength(1)
  })
})

it('changes nothing when a segment is missing or another, or when they were merged meanwhile', async () => {
  for (const rows of [10, 20]) await segment(rows)
  const [first = ''] = await sha256sOf()
  const artifacts = openArtifactStore()
  const outrun = { ...artifacts, put: async (...all: Parameters<typeof artifacts.put>) => (await artifacts.put(...all), void (await merge())) } // prettier-ignore
  expect(await merge({ artifacts: outrun })).toMatchObject([{ merged: 0, failure: { reason: 'conflict' } }])
  expect(await read()).toEqual({ files: 1, pages: allPages() })
  await lab.forget()
  pushed = 0
  for (const rows of [10, 20]) await segment(rows)
  writeFileSync(join(lab.folder, 'store/sha256', first), 'other')
  const before = await lab.listed()
  const [again = ''] = await sha256sOf()
  writeFileSync(join(lab.folder, 'store/sha256', again), 'other')
  expect(await merge()).toMatchObject([{ merged: 0, failure: { reason: 'artifact-mismatch' } }])
  rmSync(join(lab.folder, 'store/sha256', again))
  expect(await merge()).toMatchObject([{ merged: 0, failure: { reason: 'artifact-missing' } }])
  expect(await lab.listed()).toEqual(before)
})

it('plans groups of one day within the limits of a segment, in their order', () => {
  const of = (id: number, rows: number, createdUs = noon, sizeBytes = 1): ListedSegment => ({
    id: BigInt(id), store: 's', sha256: `${id}`, sizeBytes, rows, firstEventUs: 0n, lastEventUs: 0n, firstCreatedUs: createdUs, lastCreatedUs: createdUs,
  }) // prettier-ignore
  const ids = (...segments: readonly ListedSegment[]) =>
    planMerges(segments, { rows: 100, bytes: 50 }).map((group) => group.map(({ id }) => Number(id)))
  expect(ids(of(1, 40), of(2, 40), of(3, 40), of(4, 40))).toEqual([[1, 2], [3, 4]]) // prettier-ignore
  expect(ids(of(1, 50), of(2, 50), of(3, 1))).toEqual([[1, 2]])
  expect(ids(of(1, 1), of(2, 1, noon + dayUs), of(3, 1), of(4, 1, noon + dayUs))).toEqual([[1, 3], [2, 4]]) // prettier-ignore
  expect(ids(of(1, 1, noon, 25), of(2, 1, noon, 25), of(3, 1, noon, 25))).toEqual([[1, 2]])
  expect(startOfDay(-1n)).toBe(-dayUs)
  expect(startOfDay(noon)).toBe(noon - dayUs / 2n)
  expect(smallLimits({ rows: 101, bytes: 10 })).toEqual({ rows: 51, bytes: 5 })
})
