/** Records from the spool to a real Postgres: each once, in order, whatever breaks in between. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DatabaseRecordStore, openRecordStore } from '../../../reconciler/cli/serve/record-store.ts'
import { migrate } from '../../../reconciler/database/migrate.ts'
import { openPool, type Pool } from '../../../reconciler/database/pool.ts'
import { startRecording } from '../../../reconciler/serving/recording/start-recording.ts'
import {
  type RunningSpoolDrain,
  type SpoolDrainStart,
  startSpoolDrain,
} from '../../../reconciler/serving/recording/start-spool-drain.ts'
import { segmentStem } from '../../../reconciler/serving/recording/spool/segment-name.ts'
import { spoolFolders } from '../../../reconciler/serving/recording/spool/spool-folders.ts'
import { benchEntry } from '../../serving/recording/support/entries.ts'
import { recordLine } from '../../serving/recording/support/record-lines.ts'
import { until } from '../../serving/support/running-server.ts'
import { CutProxy } from '../../support/cut-proxy.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

const dataMs = Date.UTC(2013, 5, 10)
let folder: string
let database: TestDatabase
let pool: Pool
let store: DatabaseRecordStore
let drain: RunningSpoolDrain | null
let log: string[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mainward-records-'))
  database = await createTestDatabase()
  pool = openPool(database.url, { applicationName: 'records test' })
  store = openRecordStore(database.url, () => Date.now())
  drain = null
  log = []
})
afterEach(async () => {
  await drain?.stop(1_000)
  await store.close()
  await pool.end()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

function start(changes: Partial<SpoolDrainStart> = {}): RunningSpoolDrain {
  const note = (_fields: object, message: string): void => void log.push(message)
  drain = startSpoolDrain({
    stateFolder: folder,
    replica: 'host-1',
    store,
    dataNow: () => dataMs,
    isLive: () => false,
    log: { info: note, warn: note, error: note },
    times: { pollMs: 20, firstRetryMs: 20, largestRetryMs: 100 },
    retentionEveryMs: 50,
    ...changes,
  })
  return drain
}

let number = 0
function writeSegment(kind: 'predictions' | 'outcomes', text: string, suffix = '.jsonl'): string {
  const path = spoolFolders(folder)[kind]
  mkdirSync(path, { recursive: true })
  const name = `${segmentStem(1_000, 'w1', number++)}${suffix}`
  writeFileSync(join(path, name), text)
  return join(path, name)
}

async function ids(): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select request_id || '/' || row_index as id from predictions order by recorded_at, 1`,
  )
  return rows.map(({ id }) => id)
}

async function count(table: string): Promise<number> {
  return Number((await pool.query<{ n: string }>(`select count(*) as n from ${table}`)).rows[0]?.n)
}

const outcomeLine = (id: string, changes: object = {}): string =>
  `${JSON.stringify({ id, environment: 'production', time: '2013-06-02T00:00:00.000Z', received_at: '2026-11-24T10:00:01.000Z', request_id: 'r1', row_index: 0, label: 1, ...changes })}\n`

describe('the drain', () => {
  it('stores whole segments and those of the dead, as their exact text, and deletes them', async () => {
    const first = recordLine({ request_id: 'a', unit: 'x\\y\t' })
    const paths = [writeSegment('predictions', first + recordLine({ request_id: 'a', row_index: 1 }))]
    paths.push(writeSegment('predictions', recordLine({ request_id: 'b', score: [0.1, 0.9] }), '.open'))
    start()
    await until(async () => (await count('predictions')) === 3)
    await until(() => readdirSync(spoolFolders(folder).predictions).length === 0)
    expect(paths.some((path) => existsSync(path))).toBe(false)
    const { rows } = await pool.query<Record<string, unknown>>(
      `select unit, score, record::text as record, time, recorded_at from predictions order by request_id, row_index`,
    )
    expect(rows[0]).toEqual({
      unit: 'x\\y\t',
      score: 0.25,
      record: first.trimEnd(),
      time: new Date('2013-06-01T05:00:00Z'),
      recorded_at: new Date('2026-11-24T10:00:00Z'),
    })
    expect(rows[2]?.score).toBe(null)
  })

  it('leaves the open segments of living workers alone', async () => {
    const path = writeSegment('predictions', recordLine(), '.open')
    start({ isLive: (worker) => worker === 'w1' })
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect([existsSync(path), await count('predictions')]).toEqual([true, 0])
  })

  it('stores nothing twice after a crash between commit and deletion', async () => {
    const path = writeSegment('predictions', recordLine())
    const content = readFileSync(path)
    start()
    await until(() => !existsSync(path))
    writeFileSync(path, content)
    await until(() => !existsSync(path))
    expect(await count('predictions')).toBe(1)
  })

  it('keeps the names of two data planes apart', async () => {
    const path = writeSegment('predictions', recordLine({ request_id: 'a' }))
    await start().stop(1_000)
    await until(() => !existsSync(path))
    writeFileSync(path, recordLine({ request_id: 'b' }))
    start({ replica: 'host-2' })
    await until(() => !existsSync(path))
    expect(await ids()).toEqual(['a/0', 'b/0'])
  })

  it('waits for the tables', async () => {
    const empty = await createTestDatabase({ migrated: false })
    const own = openPool(empty.url, { applicationName: 'records test' })
    const ownStore = openRecordStore(empty.url, () => Date.now())
    const path = writeSegment('predictions', recordLine())
    const running = start({ store: ownStore })
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect([existsSync(path), running.counts().predictions.lost.rejected]).toEqual([true, 0])
    await migrate(own)
    await until(() => !existsSync(path))
    expect((await own.query('select from predictions')).rowCount).toBe(1)
    await running.stop(1_000)
    await Promise.all([own.end(), ownStore.close()])
    await empty.drop()
  })

  it('goes on when Postgres is back: in order, nothing lost, nothing twice', async () => {
    const proxy = new CutProxy(database.url)
    await proxy.open()
    const cutStore = openRecordStore(proxy.url, () => Date.now())
    const stored: string[] = []
    const watched = {
      ...cutStore,
      storePredictions: async (lines: Parameters<typeof cutStore.storePredictions>[0]) => {
        const result = await cutStore.storePredictions(lines)
        if (result.stored > 0) stored.push(lines.segment)
        return result
      },
    }
    const running = start({ store: watched })
    const expected: string[] = []
    for (let round = 0; round < 60; round++) {
      // Large enough that a cut falls into the middle of a segment now and then.
      const lines = Array.from({ length: 200 }, (_, index) => {
        expected.push(`r${String(round).padStart(3, '0')}/${index}`)
        return recordLine({ request_id: `r${String(round).padStart(3, '0')}`, row_index: index })
      })
      writeSegment('predictions', lines.join(''))
      if (round % 10 === 3) await proxy.cut()
      if (round % 10 === 7) await proxy.open()
      await new Promise((resolve) => setTimeout(resolve, 15))
    }
    await until(() => readdirSync(spoolFolders(folder).predictions).length === 0)
    expect((await ids()).toSorted()).toEqual(expected.toSorted())
    expect(stored).toEqual([...stored].sort())
    expect(log.filter((message) => message.startsWith('records wait on disk')).length).toBeGreaterThan(0)
    expect(log).toContain('the records that waited are stored')
    await running.stop(1_000)
    await cutStore.close()
    await proxy.cut()
  })

  it('sets lines aside that can not be stored, and stores the others', async () => {
    const bad = [
      '{"torn":\n',
      '[]\n',
      recordLine({ request_id: 'no time', time: 'yesterday' }),
      recordLine({ request_id: 'big', row_index: 2 ** 40 }),
      recordLine({ request_id: 'nul\0' }),
      `${JSON.stringify({ ...(JSON.parse(recordLine()) as object), sampled: 'x' })}\n`,
    ]
    const lines = [...Array.from({ length: 500 }, (_, index) => recordLine({ request_id: `good${index}` }))]
    bad.forEach((line, index) => lines.splice(index * 70, 0, line))
    const path = writeSegment('predictions', lines.join(''))
    const next = writeSegment('predictions', recordLine({ request_id: 'next' }))
    const running = start()
    await until(() => !existsSync(path) && !existsSync(next))
    expect(await count('predictions')).toBe(501)
    expect(running.counts().predictions.lost.rejected).toBe(bad.length)
    const rejected = readdirSync(spoolFolders(folder).rejectedPredictions)
    expect(rejected).toHaveLength(1)
    const kept = readFileSync(join(spoolFolders(folder).rejectedPredictions, rejected[0] ?? ''), 'utf8')
      .trim()
      .split('\n')
    expect(kept.map((line) => (JSON.parse(line) as { line: string }).line).sort()).toEqual(
      bad.map((line) => line.trimEnd()).sort(),
    )
    expect(kept.every((line) => (JSON.parse(line) as { reason: string }).reason !== '')).toBe(true)
  })

  it('throws the oldest segments away when the disk has too many, counts their lines, and keeps outcomes', async () => {
    const down = openRecordStore('postgres://nobody@127.0.0.1:1/none', () => Date.now())
    const paths = Array.from({ length: 10 }, () => writeSegment('predictions', recordLine().repeat(10)))
    const outcomes = writeSegment('outcomes', outcomeLine('a'))
    const size = readFileSync(paths[0] ?? '').byteLength
    const running = start({ store: down, largestPredictionBytes: size * 4 })
    await until(() => running.counts().predictions.lost['spool-full'] >= 60)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(paths.map((path) => existsSync(path))).toEqual([
      ...new Array<boolean>(6).fill(false),
      ...new Array<boolean>(4).fill(true),
    ])
    expect(running.counts().predictions.lost['spool-full']).toBe(60)
    expect(existsSync(outcomes)).toBe(true)
    await running.stop(200)
    await down.close()
  })

  it('takes what a recorder writes: every record of it, the last ones at the stop', async () => {
    const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const recording = startRecording({
      environment: 'production',
      stateFolder: folder,
      worker: 'w7',
      log: quiet,
      wallNow: () => Date.now(),
    })
    const running = start({ isLive: (worker) => worker === 'w7', dataNow: () => Date.UTC(2026, 10, 24) })
    for (let index = 0; index < 50; index++) recording.recorder.record(benchEntry({ requestId: `q${index}`, rows: 4 }))
    await until(async () => (await count('predictions')) === 200)
    recording.recorder.record(benchEntry({ requestId: 'last' }))
    await recording.stop()
    await running.stop(5_000)
    expect(await count('predictions')).toBe(201)
    expect(recording.counts()).toMatchObject({ recorded: 201, sampledOut: 0 })
  })
})

describe('outcomes', () => {
  it('are stored once by their id: within a segment, between segments, and with another time', async () => {
    writeSegment('outcomes', outcomeLine('a') + outcomeLine('b') + outcomeLine('a', { label: 0 }))
    writeSegment(
      'outcomes',
      outcomeLine('a', { time: '2013-06-05T00:00:00.000Z' }) + outcomeLine('c', { event: 'e', label: undefined }),
    )
    writeSegment('outcomes', outcomeLine('a', { environment: 'staging' }))
    start()
    await until(() => readdirSync(spoolFolders(folder).outcomes).length === 0)
    const { rows } = await pool.query<object>(`select environment, id, value, event from outcomes order by 1, 2`)
    expect(rows).toEqual([
      { environment: 'production', id: 'a', value: 1, event: null },
      { environment: 'production', id: 'b', value: 1, event: null },
      { environment: 'production', id: 'c', value: null, event: 'e' },
      { environment: 'staging', id: 'a', value: 1, event: null },
    ])
  })
})

describe('days of data time', () => {
  const days = async (table: string): Promise<readonly string[]> => {
    const { rows } = await pool.query<{ name: string }>(
      `select relname as name from pg_class c join pg_inherits i on i.inhrelid = c.oid where inhparent = $1::regclass order by 1`,
      [table],
    )
    return rows.map(({ name }) => name)
  }

  it('are made when a record of them comes, also by two at once', async () => {
    writeSegment(
      'predictions',
      recordLine() + recordLine({ time: '2013-06-01T23:59:59.999Z' }) + recordLine({ time: '2013-06-02T00:00:00.000Z' }),
    )
    const other = openRecordStore(database.url, () => Date.now())
    const setAside = () => Promise.reject(new Error('nothing is refused'))
    start()
    await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        other.storePredictions({
          segment: `other/${index}`,
          lines: [recordLine({ time: `2013-06-0${(index % 3) + 1}T12:00:00.000Z` }).trimEnd()],
          oldestMs: 0,
          setAside,
        }),
      ),
    )
    await until(async () => (await count('predictions')) === 9)
    expect(await days('predictions')).toEqual(['predictions_20130601', 'predictions_20130602', 'predictions_20130603'])
    await other.close()
  })

  it('go when the data clock leaves them behind, and what comes later for them is counted', async () => {
    let nowMs = dataMs
    writeSegment(
      'predictions',
      recordLine({ time: '2013-05-20T00:00:00.000Z' }) + recordLine({ time: '2013-06-09T00:00:00.000Z' }),
    )
    writeSegment('outcomes', outcomeLine('a') + outcomeLine('b', { time: '2013-06-20T00:00:00.000Z' }))
    const running = start({ dataNow: () => nowMs })
    await until(async () => (await days('predictions')).length === 2 && (await days('outcomes')).length === 2)
    nowMs = Date.UTC(2013, 5, 20, 1)
    await until(async () => (await days('predictions')).join() === 'predictions_20130609')
    expect((await days('outcomes')).length).toBe(2)
    const late = writeSegment('predictions', recordLine({ time: '2013-05-20T05:00:00.000Z' }))
    await until(() => !existsSync(late))
    expect(running.counts().predictions.lost.expired).toBe(1)
    nowMs = Date.UTC(2014, 6, 8)
    await until(async () => (await days('predictions')).length === 0 && (await days('outcomes')).join() === 'outcomes_20130620')
    expect(await count('outcome_ids')).toBe(1)
  })

  it('stay for an environment whose data clock stands earlier', async () => {
    await pool.query(
      `insert into environments (environment, project, artifact_store, data_time) values ('staging', 'p', 'folder:/x', '2013-06-01'), ('production', 'p', 'folder:/x', null)`,
    )
    writeSegment(
      'predictions',
      recordLine({ time: '2013-05-20T00:00:00.000Z' }) + recordLine({ time: '2013-04-20T00:00:00.000Z' }),
    )
    let nowMs = Date.UTC(2013, 4, 1)
    start({ dataNow: () => nowMs })
    await until(async () => (await days('predictions')).length === 2)
    nowMs = Date.UTC(2026, 10, 24)
    await until(async () => (await days('predictions')).join() === 'predictions_20130520')
  })
})
