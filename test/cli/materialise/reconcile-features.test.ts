/** A reconciler with a real repository, database and materialising process: views from commit to store, and what goes wrong. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openArtifactNotes } from '../../../reconciler/artifacts/artifact-notes.ts'
import { openArtifactStore } from '../../../reconciler/artifacts/artifact-store.ts'
import type { CarryJob, CarryOutcome } from '../../../reconciler/cli/materialise/carry-pushes.ts'
import type { Failure } from '../../../reconciler/cli/materialise/describe-failure.ts'
import type {
  DescribeJob,
  MaterialiseJob,
  BackfillJob,
  BackfillOutcome,
  ViewOutcome,
} from '../../../reconciler/cli/materialise/materialise-messages.ts'
import { MaterialiseProcess } from '../../../reconciler/cli/materialise/materialise-process.ts'
import type { SegmentJob, SegmentOutcome } from '../../../reconciler/cli/materialise/store-segments.ts'
import { createMaterialiser } from '../../../reconciler/cli/materialise/materialiser.ts'
import type { Condition } from '../../../reconciler/core/condition.ts'
import { readConditions } from '../../../reconciler/database/journal-queries.ts'
import { readOnline } from '../../../reconciler/database/online-queries.ts'
import { readViews } from '../../../reconciler/database/online-view-queries.ts'
import { pushRows } from '../../../reconciler/database/push-queries.ts'
import { openPool, type Pool } from '../../../reconciler/database/pool.ts'
import { notifyLeader, readServingState } from '../../../reconciler/database/serving-queries.ts'
import { readKeptStatistics } from '../../../reconciler/reconcile/kept-statistics.ts'
import { type Reconciler, startReconciler } from '../../../reconciler/reconcile/reconciler.ts'
import { CutProxy } from '../../support/cut-proxy.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { eventually } from '../../support/eventually.ts'
import {
  commitFiles,
  createRepository,
  projectManifest,
  removeFolder,
  runGit,
  temporaryFolder,
} from '../../support/git-repositories.ts'

const head = 'apiVersion: mainward.dev/v1alpha1\n'
const viewManifest = (transform = '') => `${head}kind: FeatureView
metadata: { name: weather }
spec:
  entities: [{ name: airport }]
  source: weather_hourly
  features: [{ name: wind, dtype: float64 }]
${transform}  online: { refresh: 15m }
`
const manifests = {
  'mainward.yaml': projectManifest,
  'airport.yaml': `${head}kind: Entity\nmetadata: { name: airport }\nspec:\n  keys: [{ name: airport, dtype: string }]\n`,
  'source.yaml': `${head}kind: DataSource
metadata: { name: weather_hourly }
spec:
  file: data/*.csv
  eventTime: at
  columns:
    - { name: airport, dtype: string }
    - { name: at, dtype: timestamp }
    - { name: wind, dtype: float64 }
`,
  'view.yaml': viewManifest(),
  'data/1.csv': 'airport,at,wind\nJFK,2013-01-01T10:00:00Z,10\nJFK,2013-01-01T11:05:00Z,12\nLGA,2013-01-01T10:30:00Z,7.5\n',
}

let folder: string
let work: string
let database: TestDatabase
let pool: Pool
let reconciler: Reconciler
interface Jobs {
  run(job: MaterialiseJob): Promise<readonly ViewOutcome[]>
  describe(job: DescribeJob): Promise<Failure | null>
  store(job: SegmentJob): Promise<readonly SegmentOutcome[]>
  carry(job: CarryJob): Promise<CarryOutcome>
  backfill(job: BackfillJob): Promise<BackfillOutcome>
  warm(): void
  stop(): Promise<void>
}

let worker: MaterialiseProcess
let lines: object[]

async function start(wrap: (inner: Jobs) => Jobs = (inner) => inner, workerDatabase = database.url): Promise<void> {
  const source = { repository: folder, branch: 'main', path: '', token: null, cacheFolder: join(work, 'cache') }
  const clocks = { wall: { now: () => Date.now() }, monotonic: { now: () => performance.now() } }
  const write = (fields: object, message: string): void => void lines.push({ ...fields, message })
  const log = { info: write, warn: write, error: write }
  worker = new MaterialiseProcess({
    databaseUrl: workerDatabase, environment: 'dev', repository: folder, path: '', clonesFolder: join(work, 'clones'),
    workFolder: join(work, 'materialise'), secretFolder: folder, secrets: {},
  }, { log }) // prettier-ignore
  const jobs = wrap({
    run: (job) => worker.run(job),
    describe: (job) => worker.describe(job),
    store: (job) => worker.store(job),
    carry: (job) => worker.carry(job),
    backfill: (job) => worker.backfill(job),
    warm: () => worker.warm(),
    stop: () => worker.stop(),
  })
  reconciler = await startReconciler(
    {
      source,
      settings: { environment: 'dev', baseFolder: folder, stateFolder: work, dataClock: 'manual', dataStart: null, pollMs: 50, jitter: () => 0 },
      databaseUrl: database.url, token: 'secret', host: '127.0.0.1', port: 0, holder: 'test', version: '0',
    },
    {
      artifacts: openArtifactStore(), clocks, log: log,
      openMaterialiser: (own, onNews) =>
        createMaterialiser({ pool: own, environment: 'dev', jobs, monotonic: clocks.monotonic, log: log, onNews, keepMs: 1_000 }),
    },
  ) // prettier-ignore
}

async function moveClock(time: string): Promise<void> {
  await pool.query(`update environments set data_time = $1 where environment = 'dev'`, [`2013-01-01T${time}Z`])
  await notifyLeader(pool, 'dev', 'clock')
}

/** Wind by airport, of main's definition. */
async function winds(): Promise<Readonly<Record<string, string>>> {
  const view = (await readServingState(pool, 'dev'))?.state.featureViews?.[0]
  if (view === undefined) return {}
  const keys = ['JFK', 'LGA', 'EWR']
  const [answer] = await readOnline(pool, 'dev', [{ digest: view.digest, keys: keys.map((key) => JSON.stringify([key])) }])
  const found = keys.map((key, index) => [key, readable(answer?.rows[index]?.values)] as const)
  return Object.fromEntries(found.filter((entry): entry is readonly [string, string] => entry[1] !== undefined))
}

/** As JSON writes it: a whole float may be stored as 10.0. */
function readable(values: string | undefined): string | undefined {
  return values === undefined ? undefined : JSON.stringify(JSON.parse(values))
}

async function condition(wanted = 'FeaturesReady'): Promise<Pick<Condition, 'status' | 'reason' | 'message'> | null> {
  const rows = await readConditions(pool, 'dev')
  const found = rows.find(({ object, condition: { type } }) => object === 'Environment/dev' && type === wanted)?.condition
  return found === undefined ? null : { status: found.status, reason: found.reason, message: found.message }
}

beforeEach(async () => {
  lines = []
  folder = createRepository()
  work = temporaryFolder()
  database = await createTestDatabase()
  pool = openPool(database.url, { applicationName: 'features test' })
})

afterEach(async () => {
  await reconciler.stop()
  await pool.end()
  await database.drop()
  removeFolder(folder)
  removeFolder(work)
})

describe('a reconciler', () => {
  it('fills main’s online views on the data clock, and tells serving, conditions and metrics', async () => {
    commitFiles(folder, manifests)
    await start()
    await eventually(async () => expect(await readServingState(pool, 'dev')).not.toBeNull())
    await moveClock('11:10:00')
    await eventually(async () => expect(await winds()).toEqual({ JFK: '[10]', LGA: '[7.5]' }))
    await moveClock('11:20:00')
    await eventually(async () => expect(await winds()).toEqual({ JFK: '[12]', LGA: '[7.5]' }))
    await eventually(async () =>
      expect(await condition()).toEqual({ status: 'True', reason: 'Filled', message: '1 online view filled' }),
    )
    const views = (await readServingState(pool, 'dev'))?.state.featureViews ?? []
    expect(views.map(({ name, features, isPushed }) => ({ name, features, isPushed }))).toEqual([
      { name: 'weather', features: [{ name: 'wind', dtype: 'float64' }], isPushed: false },
    ])
    const named = { view: 'weather', definition: views[0]?.digest.slice(7, 19) }
    const line = { ...named, asOfUs: '1357038900000000', computed: 1, isLate: false, message: 'filled an online view' }
    await eventually(() => Promise.resolve(expect(lines).toContainEqual(line)))
    const labels = `view="weather",definition="${views[0]?.digest.slice(7, 19)}",environment="dev"`
    await eventually(async () => {
      const answer = await fetch(`${reconciler.url}/metrics`, { headers: { authorization: 'Bearer secret' } })
      const lines = (await answer.text()).split('\n')
      expect(lines).toContain(`mainward_online_view_rows{${labels}} 2`)
      expect(lines).toContain(`mainward_online_view_lag_seconds{${labels}} 300`)
      expect(lines).toContain(`mainward_online_view_failed{${labels}} 0`)
    })
  })

  it('keeps statistics of what it fills, once for each day of the data clock', async () => {
    commitFiles(folder, manifests)
    await start()
    await eventually(async () => expect(await readServingState(pool, 'dev')).not.toBeNull())
    await moveClock('11:00:00')
    await eventually(async () => expect(await winds()).toEqual({ JFK: '[10]', LGA: '[7.5]' }))
    const digest = (await readServingState(pool, 'dev'))?.state.featureViews?.[0]?.digest ?? 'sha256:'
    const place = { notes: openArtifactNotes(), store: `folder:${join(work, 'artifacts')}`, environment: 'dev' }
    const read = () => readKeptStatistics(place, digest)
    const rowsOf = async () => (await read())?.features.map(({ name, profile }) => [name, profile.rows, profile.moments?.mean])
    await eventually(async () => expect(await rowsOf()).toEqual([['wind', 2, 8.75]]))
    const first = await read()
    expect(first).toMatchObject({ asOf: '2013-01-01T11:00:00Z', sources: [{ name: 'weather_hourly', rows: 2 }] })
    await moveClock('11:30:00')
    await eventually(async () => expect(await winds()).toEqual({ JFK: '[12]', LGA: '[7.5]' }))
    expect(await read()).toEqual(first)
    await pool.query(`update environments set data_time = '2013-01-02T11:00:00Z' where environment = 'dev'`)
    await notifyLeader(pool, 'dev', 'clock')
    await eventually(async () => expect((await rowsOf())?.[0]?.slice(0, 2)).toEqual(['wind', 3]))
  })

  it('keeps the rows when a source breaks, says why, and goes on when it is mended', async () => {
    commitFiles(folder, manifests)
    await start()
    await eventually(async () => expect(await readServingState(pool, 'dev')).not.toBeNull())
    await moveClock('11:00:00')
    await eventually(async () => expect(await winds()).toEqual({ JFK: '[10]', LGA: '[7.5]' }))
    commitFiles(folder, { 'data/2.csv': 'airport,at,wind\nEWR,2013-01-01T10:00:00Z,strong\n' })
    await eventually(async () => expect(await condition()).toMatchObject({ status: 'False', reason: 'SourceUnusable' }))
    const { message = '' } = (await condition()) ?? {}
    expect(message).toMatch(/^view weather: .*data\/2\.csv.*wind.*strong.*; its 2 rows as of 2013-01-01T11:00:00\.000Z serve on$/)
    expect(await winds()).toEqual({ JFK: '[10]', LGA: '[7.5]' })
    expect(lines).toContainEqual({
      view: 'weather',
      definition: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
      message: expect.stringMatching(/^an online view could not be filled: .*strong/s) as string,
    })
    commitFiles(folder, { 'data/2.csv': 'airport,at,wind\nEWR,2013-01-01T10:00:00Z,3\n' })
    await eventually(async () => expect(await winds()).toEqual({ EWR: '[3]', JFK: '[10]', LGA: '[7.5]' }))
    await eventually(async () => expect(await condition()).toMatchObject({ status: 'True' }))
  })

  it('says which source has lost its only file, and goes on when it is back', async () => {
    commitFiles(folder, manifests)
    await start()
    await eventually(async () => expect(await readServingState(pool, 'dev')).not.toBeNull())
    await moveClock('11:00:00')
    await eventually(async () => expect(await winds()).toEqual({ JFK: '[10]', LGA: '[7.5]' }))
    runGit(folder, 'rm', '-q', 'data/1.csv')
    commitFiles(folder, {})
    await eventually(async () => expect(await condition()).toMatchObject({ status: 'False', reason: 'SourceUnusable' }))
    expect((await condition())?.message).toBe(
      'view weather: source weather_hourly: no file matches data/*.csv; check the path: it is from the root of the reconciled path, and case counts; its 2 rows as of 2013-01-01T11:00:00.000Z serve on',
    )
    expect(await winds()).toEqual({ JFK: '[10]', LGA: '[7.5]' })
    commitFiles(folder, { 'data/2.csv': manifests['data/1.csv'] })
    await eventually(async () => expect(await condition()).toMatchObject({ status: 'True', reason: 'Filled' }))
  })

  it('fills a new definition beside the old one, and removes the old one when nothing has read it for a while', async () => {
    commitFiles(folder, manifests)
    await start()
    await eventually(async () => expect(await readServingState(pool, 'dev')).not.toBeNull())
    await moveClock('11:00:00')
    await eventually(async () => expect(await winds()).toEqual({ JFK: '[10]', LGA: '[7.5]' }))
    const [old] = await readViews(pool, 'dev')
    const change = (sql: string) => commitFiles(folder, { 'view.yaml': viewManifest(`  transform: ${sql}\n`) })
    // One that cannot be computed leaves its place to the one before.
    change('SELECT airport, "at", wind FROM {{ source }} WHERE wind = no_such_column')
    await eventually(async () => expect(await condition()).toMatchObject({ status: 'False', reason: 'InvalidInput' }))
    // Validation binds no SQL where it runs without an engine, or with another one: the status says what did not bind.
    expect((await condition())?.message).toMatch(
      /^view weather: .*"no_such_column" not found.*; it has no rows yet, and what was served before serves on$/s,
    )
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(await winds()).toEqual({ JFK: '[10]', LGA: '[7.5]' })
    change('SELECT airport, "at", wind * 2 AS wind FROM {{ source }}')
    const seen = new Set<string>()
    await eventually(async () => {
      const now = await winds()
      seen.add(JSON.stringify(now))
      expect(now).toEqual({ JFK: '[20]', LGA: '[15]' })
    })
    expect([...seen]).toEqual([JSON.stringify({ JFK: '[10]', LGA: '[7.5]' }), JSON.stringify({ JFK: '[20]', LGA: '[15]' })])
    await eventually(async () => expect((await readViews(pool, 'dev')).map(({ digest }) => digest)).not.toContain(old?.digest))
    expect(await winds()).toEqual({ JFK: '[20]', LGA: '[15]' })
    const { rows } = await pool.query(`select from online_rows where view_id = $1`, [old?.id])
    expect(rows).toEqual([])
  })

  it('goes on with its passes while a fill never ends', async () => {
    commitFiles(folder, manifests)
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    await start((inner) => ({ ...inner, run: async (job) => (await held, inner.run(job)) }))
    await eventually(async () => expect(await readServingState(pool, 'dev')).not.toBeNull())
    await moveClock('11:00:00')
    await eventually(async () => expect(await condition()).toMatchObject({ reason: 'Filling' }))
    const commit = commitFiles(folder, { 'note.txt': 'nothing that counts' })
    await eventually(async () => {
      const { rows } = await pool.query<{ applied_commit: string }>(`select applied_commit from environments`)
      expect(rows[0]?.applied_commit).toBe(commit)
    })
    expect(await condition()).toMatchObject({ status: 'False', reason: 'Filling', message: 'filled for the first time: weather' })
    release()
    await eventually(async () => expect(await winds()).toEqual({ JFK: '[10]', LGA: '[7.5]' }))
  })

  it('says how far views are behind the data clock, serves what they have, and says when they are up to date', async () => {
    commitFiles(folder, manifests)
    let held = Promise.resolve()
    let release = (): void => undefined
    await start((inner) => ({ ...inner, run: async (job) => (await held, inner.run(job)) }))
    await eventually(async () => expect(await readServingState(pool, 'dev')).not.toBeNull())
    await moveClock('11:00:00')
    await eventually(async () => expect(await condition()).toMatchObject({ status: 'True', reason: 'Filled' }))
    held = new Promise<void>((resolve) => (release = resolve))
    await moveClock('13:10:00')
    await eventually(async () => expect(await condition()).toMatchObject({ status: 'False', reason: 'Behind' }))
    expect((await condition())?.message).toBe('behind the data clock: weather by 2h; its rows serve on')
    expect(await winds()).toEqual({ JFK: '[10]', LGA: '[7.5]' })
    release()
    await eventually(async () => expect(await condition()).toMatchObject({ status: 'True', reason: 'Filled' }))
    expect(await winds()).toEqual({ JFK: '[12]', LGA: '[7.5]' })
  })

  it('knows after a restart what was filled before it, whatever was last said of it', async () => {
    commitFiles(folder, manifests)
    await start()
    await eventually(async () => expect(await readServingState(pool, 'dev')).not.toBeNull())
    await moveClock('11:00:00')
    await eventually(async () => expect(await condition()).toMatchObject({ reason: 'Filled' }))
    await reconciler.stop()
    // As a leader left it that was killed before it could say that a failure was over.
    await pool.query(
      `update conditions set document = (document::jsonb || '{"status":"False","reason":"Unavailable","message":"SIGKILL"}')::text
       where type = 'FeaturesReady'`,
    )
    const told = async () =>
      (await pool.query<{ reason: string; message: string }>(
        `select reason, message from events where reason like 'FeaturesReady%' order by id`,
      )).rows // prettier-ignore
    const before = await told()
    let end = (): void => undefined
    const held = new Promise<void>((resolve) => (end = resolve))
    await start((inner) => ({
      ...inner,
      run: async (job) => (await held, inner.run(job)),
      stop: () => (end(), inner.stop()),
    }))
    await eventually(async () => expect(await condition()).toMatchObject({ status: 'True', reason: 'Filled' }))
    expect((await told()).slice(before.length)).toEqual([{ reason: 'FeaturesReady', message: '1 online view filled' }])
  })

  it('goes on when Postgres was away from the process', async () => {
    commitFiles(folder, manifests)
    const proxy = new CutProxy(database.url)
    await proxy.open()
    try {
      await start((inner) => inner, proxy.url)
      await eventually(async () => expect(await readServingState(pool, 'dev')).not.toBeNull())
      await proxy.cut()
      await moveClock('11:00:00')
      await eventually(async () => expect(await condition()).toMatchObject({ status: 'False', reason: 'DatabaseUnavailable' }))
      await proxy.open()
      await eventually(async () => expect(await winds()).toEqual({ JFK: '[10]', LGA: '[7.5]' }))
      await proxy.cut()
      await moveClock('11:20:00')
      await eventually(async () => expect(await condition()).toMatchObject({ status: 'False', reason: 'DatabaseUnavailable' }))
      expect(await winds()).toEqual({ JFK: '[10]', LGA: '[7.5]' })
      await proxy.open()
      await eventually(async () => expect(await winds()).toEqual({ JFK: '[12]', LGA: '[7.5]' }))
      await eventually(async () => expect(await condition()).toMatchObject({ status: 'True' }))
    } finally {
      await proxy.cut()
    }
  })

  it('starts the process again when it was killed', async () => {
    commitFiles(folder, manifests)
    let kills = 0
    await start((inner) => ({
      ...inner,
      run: (job) => {
        const outcome = inner.run(job)
        if (kills++ < 2 && worker.pid !== null) process.kill(worker.pid, 'SIGKILL')
        return outcome
      },
    }))
    await eventually(async () => expect(await readServingState(pool, 'dev')).not.toBeNull())
    await moveClock('11:00:00')
    await eventually(async () => expect(await winds()).toEqual({ JFK: '[10]', LGA: '[7.5]' }), 30_000)
    expect(kills).toBeGreaterThan(2)
  })

  it('stores what was pushed in segments when it is old enough, by the data clock, also after a kill and a full store', async () => {
    const view = viewManifest().replace('{ refresh: 15m }', '{ freshness: exact }')
    commitFiles(folder, { ...manifests, 'view.yaml': view })
    const told = async (): Promise<string | undefined> => {
      const answer = await fetch(`${reconciler.url}/metrics`, { headers: { authorization: 'Bearer secret' } })
      return (await answer.text()).split('\n').find((line) => line.startsWith('mainward_push_log_oldest_seconds{'))
    }
    let kills = 0
    await start((inner) => ({
      ...inner,
      store: (job) => {
        const outcome = inner.store(job)
        if (kills++ < 1 && worker.pid !== null) process.kill(worker.pid, 'SIGKILL')
        return outcome
      },
    }))
    await eventually(async () => expect((await readServingState(pool, 'dev'))?.state.featureViews).toHaveLength(1))
    const [pushed] = (await readServingState(pool, 'dev'))?.state.featureViews ?? []
    if (pushed === undefined) throw new Error('the view is served')
    await moveClock('11:00:00')
    const eleven = BigInt(Date.parse('2013-01-01T11:00:00Z')) * 1000n
    const row = (key: string, n: number) => ({ key: `["${key}"]`, eventUs: eleven, createdUs: eleven, values: `[${n}]` })
    await pushRows(pool, 'dev', pushed, [row('JFK', 1), row('LGA', 2)])
    await moveClock('11:59:00')
    await eventually(async () =>
      expect(await told()).toMatch(/view="weather",definition="[0-9a-f]{12}",environment="dev"} 3540$/),
    )
    expect(await condition('PushesStored')).toMatchObject({ status: 'True', reason: 'Stored' })
    const log = async () => (await pool.query<{ n: number }>('select count(*)::int as n from pushed_rows')).rows[0]?.n
    expect(await log()).toBe(2)
    await moveClock('12:00:00')
    await eventually(async () =>
      expect(await condition('PushesStored')).toMatchObject({ status: 'False', reason: 'Unavailable' }),
    )
    await eventually(async () => expect(await told()).toMatch(/ 0$/), 20_000)
    expect(await log()).toBe(0)
    expect(kills).toBe(2)
    const { rows } = await pool.query('select row_count, is_noted, store from pushed_segments')
    expect(rows).toEqual([{ row_count: 2, is_noted: true, store: `folder:${join(work, 'artifacts')}` }])
    await eventually(async () => expect(await condition('PushesStored')).toMatchObject({ status: 'True' }))
    // A file where the store's folder of notes would be: nothing can be noted, and the rows are listed and served.
    removeFolder(join(work, 'artifacts/pushed'))
    writeFileSync(join(work, 'artifacts/pushed'), 'a file')
    await pushRows(pool, 'dev', pushed, [row('EWR', 3)])
    await moveClock('13:00:01')
    await eventually(async () =>
      expect(await condition('PushesStored')).toMatchObject({ status: 'False', reason: 'Environment' }),
    )
    const named = { view: 'weather', definition: pushed.digest.slice(7, 19) }
    expect(lines).toContainEqual({ ...named, segments: 1, rows: 2, message: 'stored pushed rows in segments' })
    const refused = expect.stringMatching(/^pushed rows could not be stored in segments: the artifact store/) as string
    expect(lines).toContainEqual({ ...named, message: refused })
    expect((await condition('PushesStored'))?.message).toMatch(/^view weather: the artifact store .* can not be written/)
    removeFolder(join(work, 'artifacts/pushed'))
    await eventually(async () => expect(await condition('PushesStored')).toMatchObject({ status: 'True' }), 20_000)
    const noted = await pool.query('select row_count, is_noted from pushed_segments order by id')
    expect(noted.rows).toEqual([{ row_count: 2, is_noted: true }, { row_count: 1, is_noted: true }]) // prettier-ignore
    // A definition that nothing reads any more: its rows wait for nothing.
    await pushRows(pool, 'dev', pushed, [row('EWR', 4)])
    commitFiles(folder, { 'view.yaml': view.replace('float64', 'float32') })
    await eventually(async () => expect(await log()).toBe(0), 20_000)
  })
  it('serves rows of the source of a pushed view beside what is pushed: of each key the one that training has', async () => {
    const view = viewManifest().replace('{ refresh: 15m }', '{ freshness: exact }')
    commitFiles(folder, { ...manifests, 'view.yaml': view })
    await start()
    await eventually(async () => expect((await readServingState(pool, 'dev'))?.state.featureViews).toHaveLength(1))
    const [pushed] = (await readServingState(pool, 'dev'))?.state.featureViews ?? []
    if (pushed === undefined) throw new Error('the view is served')
    const us = (time: string): bigint => BigInt(Date.parse(`2013-01-01T${time}:00Z`)) * 1000n
    const push = (key: string, event: string, created: string, wind: number) =>
      pushRows(pool, 'dev', pushed, [{ key: `["${key}"]`, eventUs: us(event), createdUs: us(created), values: `[${wind}]` }])
    await moveClock('11:00:00')
    // The row of 11:05 is not known yet.
    await eventually(async () => expect(await winds()).toEqual({ JFK: '[10]', LGA: '[7.5]' }))
    await push('JFK', '10:30', '11:00', 11)
    // An older event, and one that happened just then but was pushed later.
    expect(await push('LGA', '10:29', '11:00', 1)).toBe(0)
    expect(await push('LGA', '10:30', '11:00', 8)).toBe(1)
    expect(await winds()).toEqual({ JFK: '[11]', LGA: '[8]' })
    await moveClock('12:00:00')
    await eventually(async () => expect(await winds()).toEqual({ JFK: '[12]', LGA: '[8]' }))

    // A value that was put right in the file, and a key that came.
    const corrected = manifests['data/1.csv'].replace(',12\n', ',13\n') + 'EWR,2013-01-01T09:00:00Z,3\n'
    commitFiles(folder, { 'data/1.csv': corrected }, 'Correct')
    await eventually(async () => expect(await winds()).toEqual({ JFK: '[13]', LGA: '[8]', EWR: '[3]' }))
    expect(lines).toContainEqual(
      expect.objectContaining({ view: 'weather', message: 'took rows of the source of a pushed view', rows: 2 }),
    )

    commitFiles(folder, { 'data/1.csv': corrected.replace(',13\n', ',much\n') }, 'Break')
    await eventually(async () =>
      expect(await condition()).toEqual({
        status: 'False',
        reason: 'SourceUnusable',
        message: expect.stringMatching(
          /^view weather: rows of its source could not be taken: .*row 1 of data\/1.csv: column wind: .*much.*; what is there serves on$/,
        ) as string,
      }),
    )
    expect(await winds()).toEqual({ JFK: '[13]', LGA: '[8]', EWR: '[3]' })
    commitFiles(folder, { 'data/1.csv': corrected }, 'Mend')
    await eventually(async () => expect(await condition()).toMatchObject({ status: 'True' }))
  })

  it('lets a changed pushed view begin with what was pushed before, and references lead to the old one until then', async () => {
    const view = viewManifest().replace('online: { refresh: 15m }', 'online: { freshness: exact }')
    commitFiles(folder, { ...manifests, 'view.yaml': view })
    let hold: () => void = () => undefined
    const held = new Promise<void>((resolve) => (hold = resolve))
    const carried: string[] = []
    await start((inner) => ({
      ...inner,
      async carry(job) {
        if (job.view.features.length > 1) await held
        carried.push(`${job.view.features.length} ${job.isLast}`)
        return inner.carry(job)
      },
    }))
    const published = async () => (await readServingState(pool, 'dev'))?.state.featureViews?.[0]
    await eventually(async () => expect(await published()).toBeDefined())
    const old = await published()
    if (old === undefined) throw new Error('the view is served')
    await moveClock('11:00:00')
    const eleven = BigInt(Date.parse('2013-01-01T11:00:00Z')) * 1000n
    await pushRows(pool, 'dev', old, [
      { key: '["JFK"]', eventUs: eleven, createdUs: eleven, values: '[1.5]' },
      { key: '["EWR"]', eventUs: eleven, createdUs: eleven, values: '[3]' },
    ])
    await eventually(() => expect(carried).toEqual(['1 true']))
    const features = '[{ name: gust, dtype: float64 }, { name: wind, dtype: float64 }]'
    const source = manifests['source.yaml'].trimEnd() + '\n    - { name: gust, dtype: float64 }\n'
    commitFiles(folder, {
      'source.yaml': source,
      'view.yaml': view.replace('[{ name: wind, dtype: float64 }]', features),
      'data/1.csv': 'airport,at,wind,gust\n',
    })
    await eventually(async () =>
      expect(await condition()).toMatchObject({
        status: 'False',
        reason: 'Filling',
        message: 'filled for the first time: weather',
      }),
    )
    const meanwhile = await published()
    hold()
    expect(meanwhile?.digest).toBe(old.digest)
    await eventually(async () => expect((await published())?.features).toHaveLength(2), 20_000)
    expect(await winds()).toEqual({ JFK: '[null,1.5]', EWR: '[null,3]' })
    await eventually(async () =>
      expect(await condition()).toMatchObject({
        status: 'True',
        message: '1 online view filled; of rows that were pushed under earlier definitions, weather: gust is new: null in them',
      }),
    )
    expect(carried).toEqual(['1 true', '2 false'])
  })
})
