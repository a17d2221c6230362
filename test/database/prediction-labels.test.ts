/** Which label belongs to which prediction, on a real Postgres: by request, by unit, early, late, twice, in conflict. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type DatabaseRecordStore, openRecordStore } from '../../reconciler/cli/serve/record-store.ts'
import { openPool, type Pool } from '../../reconciler/database/pool.ts'
import { readRecords } from '../../reconciler/database/record-queries.ts'
import type { PredictionRecord } from '../../reconciler/serving/recording/prediction-record.ts'
import type { OutcomeRecord } from '../../reconciler/serving/outcomes/outcome-record.ts'
import { recordLine } from '../serving/recording/support/record-lines.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let pool: Pool
let store: DatabaseRecordStore

beforeAll(async () => {
  database = await createTestDatabase()
  pool = openPool(database.url, { applicationName: 'labels test' })
  store = openRecordStore(database.url, () => Date.now())
})
afterAll(async () => {
  await Promise.all([store.close(), pool.end()])
  await database.drop()
})
beforeEach(() => pool.query('truncate predictions, outcomes, outcome_ids'))

let segments = 0
const segment = (lines: readonly string[]) => ({
  segment: `test/${segments++}`,
  lines,
  oldestMs: 0,
  setAside: () => Promise.reject(new Error('nothing is refused')),
})

const at = (hour: number): string => `2013-06-01T${String(hour).padStart(2, '0')}:00:00.000Z`

async function predict(...records: readonly Partial<PredictionRecord>[]): Promise<void> {
  await store.storePredictions(segment(records.map((record) => recordLine(record).trimEnd())))
}

let outcomes = 0
async function say(...given: readonly Partial<OutcomeRecord>[]): Promise<void> {
  const lines = given.map((outcome) =>
    JSON.stringify({ id: `o${outcomes++}`, environment: 'production', time: at(20), received_at: at(21), ...outcome }),
  )
  await store.storeOutcomes(segment(lines))
}

/** Request id and row, label, and when it happened. */
async function labels(): Promise<readonly (readonly [string, unknown, string])[]> {
  const { rows } = await pool.query<{ request_id: string; row_index: number; label: unknown; label_time: Date }>(
    `select request_id, row_index, label, label_time from labelled_predictions order by request_id, row_index`,
  )
  return rows.map(({ request_id, row_index, label, label_time }) => [
    `${request_id}/${row_index}`,
    label,
    label_time.toISOString(),
  ])
}

const ofUnit = { model: 'flight-delay', unit: 'U1' }

describe('a label by request id', () => {
  it('belongs to its row of that request, whether it comes early or late, and whatever its type', async () => {
    await say({ request_id: 'r1', row_index: 1, label: 'late' }, { request_id: 'r2', row_index: 0, label: true })
    await predict({ request_id: 'r1' }, { request_id: 'r1', row_index: 1 }, { request_id: 'r2' }, { request_id: 'r3' })
    await say({ request_id: 'r3', row_index: 0, label: 0.5, time: '2013-07-20T00:00:00.000Z' })
    expect(await labels()).toEqual([
      ['r1/1', 'late', at(20)],
      ['r2/0', true, at(20)],
      ['r3/0', 0.5, '2013-07-20T00:00:00.000Z'],
    ])
  })

  it('is no event, and of no other environment', async () => {
    await predict({ request_id: 'r1' })
    await say({ request_id: 'r1', row_index: 0, event: 'clicked', value: 1 })
    await say({ request_id: 'r1', row_index: 0, label: 1, environment: 'staging' })
    expect(await labels()).toEqual([])
  })

  it('of several the latest counts: by its time, then by its arrival', async () => {
    await predict({ request_id: 'r1' }, { request_id: 'r2' })
    await say(
      { request_id: 'r1', row_index: 0, label: 1, time: at(12), received_at: at(23) },
      { request_id: 'r1', row_index: 0, label: 2, time: at(13), received_at: at(22) },
      { request_id: 'r2', row_index: 0, label: 1, time: at(12), received_at: at(23) },
      { request_id: 'r2', row_index: 0, label: 2, time: at(12), received_at: at(22) },
    )
    expect(await labels()).toEqual([
      ['r1/0', 2, at(13)],
      ['r2/0', 1, at(12)],
    ])
  })
})

describe('a label by unit and time', () => {
  it("belongs to the unit's latest prediction by that model up to then", async () => {
    await predict(
      { request_id: 'r1', time: at(5) },
      { request_id: 'r2', time: at(8) },
      { request_id: 'r3', time: at(11) },
      { request_id: 'other unit', time: at(9), unit: 'U2' },
      { request_id: 'other model', time: at(9), model: 'm' },
    )
    await say({ ...ofUnit, label: 1, time: at(10) })
    expect(await labels()).toEqual([['r2/0', 1, at(10)]])
    await say({ ...ofUnit, label: 0, time: at(8) }, { ...ofUnit, label: 9, time: at(4) }, { ...ofUnit, label: 5, time: at(23) })
    expect(await labels()).toEqual([
      ['r2/0', 1, at(10)],
      ['r3/0', 5, at(23)],
    ])
  })

  it('that came before the prediction was stored finds it later', async () => {
    await say({ ...ofUnit, label: 1, time: at(10) })
    expect(await labels()).toEqual([])
    await predict({ request_id: 'r1', time: at(9) })
    expect(await labels()).toEqual([['r1/0', 1, at(10)]])
    await predict({ request_id: 'r0', time: at(3) }, { request_id: 'r2', time: at(10) })
    expect(await labels()).toEqual([['r2/0', 1, at(10)]])
  })

  it('belongs to one of several predictions of the same moment: the last one', async () => {
    await predict(
      { request_id: 'r1', time: at(9), wall_time: at(1) },
      { request_id: 'r2', time: at(9), wall_time: at(2) },
      { request_id: 'r2', time: at(9), wall_time: at(2), row_index: 1 },
    )
    await say({ ...ofUnit, label: 1, time: at(10) })
    expect(await labels()).toEqual([['r2/1', 1, at(10)]])
  })

  it('and one by request id: the later of both', async () => {
    await predict({ request_id: 'r1', time: at(9) })
    await say({ ...ofUnit, label: 1, time: at(10) }, { request_id: 'r1', row_index: 0, label: 0, time: at(12) })
    expect(await labels()).toEqual([['r1/0', 0, at(12)]])
  })
})

describe('reading records', () => {
  it('hands out the newest, oldest first, in pages, with labels', async () => {
    const time = (index: number): string => new Date(Date.UTC(2013, 5, 1) + index * 1_800_000).toISOString()
    await predict(...Array.from({ length: 1_500 }, (_, index) => ({ request_id: `r${index}`, time: time(index) })))
    await say({ request_id: 'r1499', row_index: 0, label: 1 })
    const pages: number[] = []
    const read: string[] = []
    for await (const page of readRecords(pool, 'production', { model: 'flight-delay', last: 1_100 })) {
      pages.push(page.length)
      read.push(...page.map(({ record, label }) => `${(JSON.parse(record) as PredictionRecord).request_id} ${label}`))
    }
    expect(pages).toEqual([500, 500, 100])
    expect(read).toEqual(Array.from({ length: 1_100 }, (_, index) => `r${index + 400} ${index === 1_099 ? '1' : 'null'}`))
  })

  it('that is given up leaves a usable pool', async () => {
    await predict(...Array.from({ length: 600 }, (_, index) => ({ request_id: `r${index}` })))
    for (let index = 0; index < 8; index++) {
      for await (const page of readRecords(pool, 'production', { model: 'flight-delay', last: 600 })) {
        expect(page.length).toBe(500)
        break
      }
    }
    expect((await pool.query('select from predictions')).rowCount).toBe(600)
  })
})
