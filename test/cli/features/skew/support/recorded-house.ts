/**
 * A repository of a model that reads views, its rows in a real online store, and predictions that a real server recorded: everything
 * that a replay of records needs, by the same hands as in production. Files of rows are Parquet, written by a DuckDB of the test's own.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { createOnlineRows } from '../../../../../reconciler/cli/materialise/online-rows.ts'
import { readManifests } from '../../../../../reconciler/cli/manifests/read-manifests.ts'
import { encodeEntityKey } from '../../../../../reconciler/core/feature-value.ts'
import { parseInstant } from '../../../../../reconciler/core/instant.ts'
import type { Release } from '../../../../../reconciler/core/release.ts'
import type { Resource } from '../../../../../reconciler/core/resource.ts'
import { beginEpoch } from '../../../../../reconciler/database/leader-queries.ts'
import { materialsOf } from '../../../../../reconciler/features/compute/closure-materials.ts'
import { materialiseViews } from '../../../../../reconciler/features/materialise/materialise-views.ts'
import { createFolderFiles } from '../../../../../reconciler/features/sources/folder-files.ts'
import { assembleCommit } from '../../../../../reconciler/manifests/assemble.ts'
import { openArtifactNotes } from '../../../../../reconciler/artifacts/artifact-notes.ts'
import { openArtifactStore } from '../../../../../reconciler/artifacts/artifact-store.ts'
import { findArtifactStore } from '../../../../../reconciler/cli/features/find-artifact-store.ts'
import { digestBytes } from '../../../../../reconciler/core/digest.ts'
import { openEngine } from '../../../../../reconciler/features/engine/open-engine.ts'
import { formatSegmentNote, segmentTopic } from '../../../../../reconciler/features/pushed/segment-note.ts'
import { writeSegment } from '../../../../../reconciler/features/pushed/write-segment.ts'
import type { ModelVersionSpec } from '../../../../../reconciler/manifests/kinds/model-version.ts'
import type { ModelSpec } from '../../../../../reconciler/manifests/kinds/model.ts'
import { buildRelease } from '../../../../../reconciler/manifests/release.ts'
import type { PredictionRecord } from '../../../../../reconciler/serving/recording/prediction-record.ts'
import { noQueries, noSecrets } from '../../../../features/sources/support/source-lab.ts'
import { openStore } from '../../../../serving/features/support/online-views.ts'
import { benchBytes, benchFeatures, benchRow } from '../../../../serving/support/bench-model.ts'
import { removeParts, startServer } from '../../../../serving/support/running-server.ts'
import { servingState, stableRoute } from '../../../../serving/support/serving-state.ts'
import { runCommand } from '../../../../support/run-command.ts'

export const taken = ['wind', 'gusts', 'wind_mean_6h', 'rows_6h', 'there__wind', 'ceiling'] as const
export const sent = benchFeatures.slice(taken.length)
const head = 'apiVersion: mainward.dev/v1alpha1\n'

const manifests = `${head}kind: Entity
metadata: { name: airport }
spec:
  keys: [{ name: airport, dtype: string }]
---
${head}kind: Entity
metadata: { name: account }
spec:
  keys: [{ name: account, dtype: int64 }]
---
${head}kind: DataSource
metadata: { name: readings }
spec:
  file: data/readings.parquet
  eventTime: at
  createdTime: seen
  columns:
    - { name: airport, dtype: string }
    - { name: at, dtype: timestamp }
    - { name: seen, dtype: timestamp }
    - { name: wind, dtype: float32 }
    - { name: gusts, dtype: int64 }
---
${head}kind: DataSource
metadata: { name: ceilings }
spec:
  file: data/ceilings.parquet
  eventTime: at
  createdTime: pushed
  columns:
    - { name: account, dtype: int64 }
    - { name: at, dtype: timestamp }
    - { name: pushed, dtype: timestamp }
    - { name: ceiling, dtype: float32 }
---
${head}kind: DataSource
metadata: { name: outcomes }
spec:
  file: data/outcomes.parquet
  eventTime: at
  columns:
    - { name: at, dtype: timestamp }
    - { name: origin, dtype: string }
    - { name: dest, dtype: string }
    - { name: customer, dtype: int64 }
    - { name: late, dtype: bool }
${sent.map((name) => `    - { name: ${name}, dtype: float32 }\n`).join('')}---
${head}kind: FeatureView
metadata: { name: weather }
spec:
  entities: [{ name: airport }]
  source: readings
  ttl: 3h
  features:
    - { name: wind, dtype: float32 }
    - { name: gusts, dtype: int64 }
  aggregations:
    - { name: wind_mean_6h, column: wind, function: mean, window: 6h }
    - { name: rows_6h, function: count, window: 6h }
  online: { refresh: 15m, lag: 1m }
---
${head}kind: FeatureView
metadata: { name: limits }
spec:
  entities: [{ name: account }]
  source: ceilings
  features: [{ name: ceiling, dtype: float32 }]
  online: { freshness: exact }
---
${head}kind: Model
metadata: { name: delay, owner: tests }
spec:
  task: binary-classification
  features:
    - { view: weather, join: { airport: origin }, take: [wind, gusts, wind_mean_6h, rows_6h] }
    - { view: weather, as: there, join: { airport: dest }, take: [wind] }
    - { view: limits, join: { account: customer }, take: [ceiling] }
  requestFeatures:
${sent.map((name) => `    - { name: ${name}, dtype: float32 }\n`).join('')}  nulls: { default: model }
  label: { source: outcomes, column: late, predictAt: at }
`

/** Of the first of January 2013; a dash is null. Columns: airport, event, seen, wind, gusts. */
const readings = [
  'JFK 04:00 04:10 10.1 4',
  'JFK 06:00 06:10 12.3 4',
  'JFK 07:30 07:40 - 9007199254740991',
  'JFK 07:50 09:05 30.7 6', // Known only at 09:05.
  'LGA 04:10 04:20 7.7 1',
  'LGA 07:00 07:10 nan -',
]

const ceilingColumns = ['account bigint', 'at timestamptz', 'pushed timestamptz', 'ceiling float']

/** Columns: account, event, pushed, ceiling. */
const ceilings = ['17 07:00 07:00 250.5', '17 08:40 08:40 99.25', '18 09:00 09:00 -']

export const day = (time: string): string => `2013-01-01T${time}:00Z`
const micros = (time: string): bigint => parseInstant(day(time)) ?? 0n

/** Replaces the rows of a file: `lines` as above. */
async function writeParquet(file: string, columns: readonly string[], lines: readonly string[]): Promise<void> {
  mkdirSync(dirname(file), { recursive: true })
  const cells = lines.map((line) => line.split(' ').map(cell).join(', '))
  const casts = columns.map((column, index) => `col${index}::${column.split(' ')[1]} as ${column.split(' ')[0]}`)
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  await connection.run(`set timezone = 'UTC'`)
  await connection.run(
    `copy (select ${casts.join(', ')} from (values ${cells.map((row) => `(${row})`).join(', ')})) to '${file}' (format parquet)`,
  )
  connection.closeSync()
  instance.closeSync()
}

function cell(text: string): string {
  if (text === '-') return 'null'
  return /^\d\d:\d\d$/.test(text) ? `'${day(text)}'` : `'${text}'`
}

export interface RecordedHouse {
  readonly folder: string
  readonly release: Release
  /** In the order of the requests. */
  readonly records: readonly PredictionRecord[]
  /** Replaces the readings by what was known all along and these. */
  addReadings(...lines: readonly string[]): Promise<void>
  /** From now on what was pushed is in the artifact store alone. */
  keepPushes(): Promise<void>
  remove(): void
}

/** Asked at 08:05 and 09:20, at 09:40 while the store was still as of 09:15, and at 10:20; at each time for all of these. */
export const keys = [
  { origin: 'JFK', dest: 'LGA', customer: '17' },
  { origin: 'LGA', dest: 'JFK', customer: '18' },
  { origin: 'EWR', dest: 'JFK', customer: '19' },
  { origin: null, dest: 'LGA', customer: null },
]

export async function recordPredictions(): Promise<RecordedHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'mainward-skew-'))
  const release = await writeRepository(folder)
  const online = await openStore()
  const server = await startServer({ store: online.store })
  try {
    server.artifacts.contents.set(release.artifact.sha256, benchBytes)
    const house = { folder, release, online, server, epoch: await beginEpoch(online.pool, 'production', 'test', 1) }
    await push(house, '07:00', 17n, 250.5)
    await fill(house, '08:00')
    await ask(house, 1, '08:05')
    await push(house, '08:40', 17n, 99.25)
    await push(house, '09:00', 18n, null)
    await fill(house, '09:15')
    await ask(house, 2, '09:20')
    await ask(house, 3, '09:40')
    await fill(house, '10:15')
    await ask(house, 4, '10:20')
  } finally {
    await server.stop()
    await online.close()
  }
  const records = readSpool(server.folder)
  await removeParts(server)
  return {
    folder,
    release,
    records,
    keepPushes: () => keepPushes(folder, release),
    addReadings: (...lines) => writeReadings(folder, [...readings, ...lines]),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** As the reconciler does it: what was pushed is in a segment of the version's own definition, and in no file of the source. */
async function keepPushes(folder: string, release: Release): Promise<void> {
  const view = release.views?.find(({ view: { name } }) => name === 'limits')?.view
  if (view === undefined) throw new Error('the release reads limits')
  await writeParquet(join(folder, 'data/ceilings.parquet'), ceilingColumns, ['99 04:00 04:00 1'])
  const rows = ceilings.map((line, at) => {
    const [account = '', event = '', pushed = '', value = ''] = line.split(' ')
    const values = `[${value === '-' ? 'null' : value}]`
    return { id: BigInt(at), key: encodeEntityKey([BigInt(account)]), eventUs: micros(event), createdUs: micros(pushed), values }
  })
  const file = join(folder, 'data/segment.parquet')
  const engine = await openEngine({ spillFolder: join(folder, '.spill'), folders: [join(folder, 'data')] })
  try {
    await engine.lock()
    await writeSegment(engine, view, rows, file)
  } finally {
    await engine.close()
  }
  const bytes = readFileSync(file)
  const sha256 = digestBytes(bytes).slice('sha256:'.length)
  const { resources } = assembleCommit((await readManifests(folder, null)).contents, { mode: 'proposed' })
  const store = findArtifactStore(resources, { folder, stateFolder: null })
  await openArtifactStore().put(store, sha256, bytes)
  const times = { firstEventUs: 0n, lastEventUs: 0n, firstCreatedUs: micros('07:00'), lastCreatedUs: micros('09:00') }
  const note = { environment: 'production', view: 'limits', definition: view.digest, sha256, sizeBytes: bytes.byteLength, rows: rows.length, ...times, replaces: [] } // prettier-ignore
  await openArtifactNotes().add(store, segmentTopic('production', view.digest), formatSegmentNote(note))
}

function writeReadings(folder: string, lines: readonly string[]): Promise<void> {
  const columns = ['airport varchar', 'at timestamptz', 'seen timestamptz', 'wind float', 'gusts bigint']
  return writeParquet(join(folder, 'data/readings.parquet'), columns, lines)
}

async function writeRepository(folder: string): Promise<Release> {
  await runCommand(folder, ['init', '--name', 'tests'])
  await writeReadings(folder, readings)
  await writeParquet(join(folder, 'data/ceilings.parquet'), ceilingColumns, ceilings)
  writeFileSync(join(folder, 'delay.yaml'), manifests)
  writeFileSync(join(folder, 'model.onnx'), benchBytes)
  const sample = [0, 1, 2].map((row) => {
    const values = Object.values(benchRow(row))
    const whole = { gusts: row, rows_6h: row }
    return { ...Object.fromEntries([...taken, ...sent].map((name, index) => [name, values[index]])), ...whole }
  })
  writeFileSync(join(folder, 'rows.json'), JSON.stringify(sample))
  const { code, errors } = await runCommand(folder, ['import', 'delay', '--onnx', 'model.onnx', '--sample', 'rows.json'])
  if (code !== 0) throw new Error(errors)
  const { resources } = assembleCommit((await readManifests(folder, null)).contents, { mode: 'proposed' })
  const find = (name: string) => resources.find(({ metadata }) => metadata.name === name)
  return buildRelease(find('delay-1') as Resource<ModelVersionSpec>, find('delay') as Resource<ModelSpec>)
}

interface House {
  readonly folder: string
  readonly release: Release
  readonly online: Awaited<ReturnType<typeof openStore>>
  readonly server: Awaited<ReturnType<typeof startServer>>
  readonly epoch: number
}

function viewOf({ release }: House, name: string) {
  const found = release.views?.find(({ view }) => view.name === name)?.view
  if (found === undefined) throw new Error(`the release reads ${name}`)
  return found
}

function push(house: House, time: string, account: bigint, ceiling: number | null): Promise<void> {
  const row = { key: encodeEntityKey([account]), eventUs: micros(time), values: JSON.stringify([ceiling]) }
  return house.online.store.push([{ view: viewOf(house, 'limits'), rows: [row] }], micros(time))
}

async function fill(house: House, grid: string): Promise<void> {
  const { folder, release, online, epoch } = house
  if (release.definitions === undefined) throw new Error('the release embeds definitions')
  const [outcome] = await materialiseViews({
    materials: materialsOf(release.definitions),
    due: [{ view: viewOf(house, 'weather'), gridUs: micros(grid) }],
    ports: { files: createFolderFiles(folder), queries: noQueries, secrets: noSecrets },
    store: createOnlineRows({ pool: online.pool, environment: 'production' }, epoch),
    nowUs: micros(grid),
    engine: { spillFolder: join(folder, '.spill') },
  })
  if (outcome?.type !== 'filled') throw outcome?.error
}

async function ask({ server, release }: House, sequence: number, time: string): Promise<void> {
  const state = servingState(sequence, { releases: [release], routes: [stableRoute(release)] })
  await server.serve({ ...state, dataTime: `2013-01-01T${time}:00.000Z` })
  const request = Object.fromEntries(sent.map((name) => [name, benchRow(0)[name] ?? 0]))
  const rows = keys.map((key) => ({ ...request, ...key }))
  const { status, body } = await server.post('/v1/models/delay/predict', { rows }, { 'mainward-request-id': time })
  if (status !== 200) throw new Error(JSON.stringify(body))
}

function readSpool(folder: string): readonly PredictionRecord[] {
  const spool = join(folder, 'serving/spool/predictions')
  const lines = readdirSync(spool).flatMap((name) => readFileSync(join(spool, name), 'utf8').split('\n'))
  const records = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as PredictionRecord)
  return records.sort((a, b) => a.time.localeCompare(b.time) || (a.row_index ?? 0) - (b.row_index ?? 0))
}
