/**
 * A repository whose model has on-demand features: its rows as files, its version by import, its training set by dataset, and a real
 * server that answers from a real online store. The steps of a user, by the same hands as in production.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { createOnlineRows } from '../../../../../reconciler/cli/materialise/online-rows.ts'
import { readManifests } from '../../../../../reconciler/cli/manifests/read-manifests.ts'
import { parseInstant } from '../../../../../reconciler/core/instant.ts'
import type { Release } from '../../../../../reconciler/core/release.ts'
import type { Resource } from '../../../../../reconciler/core/resource.ts'
import { beginEpoch } from '../../../../../reconciler/database/leader-queries.ts'
import { materialsOf } from '../../../../../reconciler/features/compute/closure-materials.ts'
import { materialiseViews } from '../../../../../reconciler/features/materialise/materialise-views.ts'
import { createFolderFiles } from '../../../../../reconciler/features/sources/folder-files.ts'
import { assembleCommit } from '../../../../../reconciler/manifests/assemble.ts'
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

/** Inputs of the model, in its order: joined, computed, sent. */
export const joined = ['wind', 'there__wind']
export const computed = ['windy', 'head', 'ratio', 'hour', 'calm', 'wait']
export const sent = ['share', ...benchFeatures.slice(joined.length + computed.length + 1)]
const head = 'apiVersion: mainward.dev/v1alpha1\n'

const manifests = `${head}kind: Entity
metadata: { name: airport }
spec:
  keys: [{ name: airport, dtype: string }]
---
${head}kind: DataSource
metadata: { name: readings }
spec:
  file: data/readings.csv
  eventTime: at
  columns:
    - { name: airport, dtype: string }
    - { name: at, dtype: timestamp }
    - { name: wind, dtype: float32 }
    - { name: gusts, dtype: int64 }
---
${head}kind: DataSource
metadata: { name: flights }
spec:
  file: data/flights.csv
  eventTime: at
  columns:
    - { name: at, dtype: timestamp }
    - { name: origin, dtype: string }
    - { name: dest, dtype: string }
    - { name: scheduled, dtype: timestamp }
    - { name: late, dtype: bool }
${sent.map((name) => `    - { name: ${name}, dtype: float64 }\n`).join('')}---
${head}kind: FeatureView
metadata: { name: weather }
spec:
  entities: [{ name: airport }]
  source: readings
  ttl: 3h
  features:
    - { name: wind, dtype: float32 }
    - { name: gusts, dtype: int64 }
    - { name: at, dtype: timestamp }
  online: { refresh: 15m, lag: 1m }
---
${head}kind: Model
metadata: { name: delay, owner: tests }
spec:
  task: binary-classification
  features:
    - { view: weather, join: { airport: origin }, take: [wind, gusts, at] }
    - { view: weather, as: there, join: { airport: dest }, take: [wind] }
  requestFeatures:
${sent.map((name) => `    - { name: ${name}, dtype: float32 }\n`).join('')}    - { name: scheduled, dtype: timestamp }
  onDemand:
    - { name: windy, dtype: bool, cel: wind > 25 }
    - { name: head, dtype: float32, unit: kn, cel: there__wind - wind }
    - { name: ratio, dtype: float32, cel: wind / gusts * share }
    - { name: hour, dtype: int32, cel: scheduled.getHours() }
    - { name: calm, dtype: bool, cel: "wind == null || !windy && wind < 12.3" }
    - name: wait
      dtype: int64
      cel: |
        // Minutes since the reading.
        (scheduled - at)
          .getMinutes()
  onDemandOnly: [gusts, at, scheduled]
  nulls: { default: model }
  label: { source: flights, column: late, predictAt: at }
`

/** Of the first of January 2013, -: null. Airport, time, wind, gusts. */
const readings = ['JFK 07:30 12.3 4', 'JFK 09:00 30.7 0', 'LGA 07:40 - 6', 'EWR 07:45 25.5 -']

/** When it was asked, origin, dest, scheduled, share. */
export const flights = [
  '08:05 JFK EWR 08:30 0.1',
  '08:05 EWR JFK 23:59 0.5',
  '08:05 LGA EWR 00:00 0.5',
  '08:05 BOS JFK 10:00 0.5',
  '08:05 JFK LGA - 0.5',
  '08:05 JFK EWR 08:30 -',
  '09:20 JFK EWR 09:21 0.1',
].map((line) => line.split(' ').map((cell) => (cell === '-' ? null : cell)))

export const day = (time: string): string => `2013-01-01T${time}:00Z`
const micros = (time: string): bigint => parseInstant(day(time)) ?? 0n

function csv(columns: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  return [columns, ...rows].map((row) => `${row.join(',')}\n`).join('')
}

const withDay = (cell: string | null): string | null => (cell !== null && /^\d\d:\d\d$/.test(cell) ? day(cell) : cell)
const others = sent.slice(1)
export const plain = Object.fromEntries(others.map((name) => [name, benchRow(0)[name] ?? 0]))

export interface TrainedAndServed {
  readonly folder: string
  readonly release: Release
  /** Rows of the training set by column, in the order of the flights. */
  readonly trained: readonly Readonly<Record<string, unknown>>[]
  readonly report: { readonly onDemand: unknown; readonly columns: readonly { readonly name: string; readonly role: string }[] }
  readonly datasetText: string
  readonly server: Awaited<ReturnType<typeof startServer>>
  /** Serves at a time of the data clock; the views are filled as of their grid. */
  serveAt(time: string): Promise<void>
  records(): readonly PredictionRecord[]
  close(): Promise<void>
}

export async function trainAndServe(): Promise<TrainedAndServed> {
  const folder = mkdtempSync(join(tmpdir(), 'mainward-on-demand-'))
  await run(folder, ['init', '--name', 'tests'])
  writeRepository(folder)
  await run(folder, ['import', 'delay', '--onnx', 'model.onnx', '--sample', 'rows.json'])
  const datasetText = await run(folder, ['dataset', 'delay', '--out', 'set'])
  const release = await readRelease(folder)
  const online = await openStore()
  const epoch = await beginEpoch(online.pool, 'production', 'test', 1)
  const server = await startServer({ store: online.store, grpcPort: 0 })
  server.artifacts.contents.set(release.artifact.sha256, benchBytes)
  let sequence = 0
  return {
    folder,
    release,
    trained: await readParquet(join(folder, 'set/train.parquet')),
    report: JSON.parse(readFileSync(join(folder, 'set/dataset.json'), 'utf8')) as TrainedAndServed['report'],
    datasetText,
    server,
    async serveAt(time) {
      await fill(folder, release, { online, epoch, grid: time === '08:05' ? '08:00' : '09:15' })
      const state = servingState(++sequence, { releases: [release], routes: [stableRoute(release)] })
      await server.serve({ ...state, dataTime: `2013-01-01T${time}:00.000Z` })
    },
    records: () => readSpool(server.folder),
    async close() {
      await removeParts(server)
      await online.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function run(folder: string, argv: readonly string[]): Promise<string> {
  const { code, output, errors } = await runCommand(folder, argv)
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${errors}`)
  return output
}

function writeRepository(folder: string): void {
  mkdirSync(join(folder, 'data'))
  const rows = readings.map((line) => line.split(' ').map((cell) => (cell === '-' ? null : withDay(cell))))
  writeFileSync(join(folder, 'data/readings.csv'), csv(['airport', 'at', 'wind', 'gusts'], rows))
  const columns = ['at', 'origin', 'dest', 'scheduled', 'share', 'late', ...others]
  const cells = flights.map((row) => [...row.map(withDay), 'false', ...Object.values(plain)])
  writeFileSync(join(folder, 'data/flights.csv'), csv(columns, cells))
  writeFileSync(join(folder, 'delay.yaml'), manifests)
  writeFileSync(join(folder, 'model.onnx'), benchBytes)
  // As a training set has it: without what the model does not take.
  const first = { wind: 12.5, there__wind: 25.5, windy: false, head: 13, ratio: 0.3, hour: 8, calm: false, wait: 60, share: 0.1 }
  writeFileSync(join(folder, 'rows.json'), JSON.stringify([{ ...first, ...plain }]))
}

async function readRelease(folder: string): Promise<Release> {
  const { resources } = assembleCommit((await readManifests(folder, null)).contents, { mode: 'proposed' })
  const find = (name: string) => resources.find(({ metadata }) => metadata.name === name)
  return buildRelease(find('delay-1') as Resource<ModelVersionSpec>, find('delay') as Resource<ModelSpec>)
}

/** By a DuckDB of the test's own. */
async function readParquet(file: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  const rows = (await connection.runAndReadAll(`from '${file}'`)).getRowObjectsJS()
  connection.closeSync()
  instance.closeSync()
  return rows
}

interface Filling {
  readonly online: Awaited<ReturnType<typeof openStore>>
  readonly epoch: number
  readonly grid: string
}

async function fill(folder: string, release: Release, { online, epoch, grid }: Filling): Promise<void> {
  const view = release.views?.[0]?.view
  if (release.definitions === undefined || view === undefined) throw new Error('the release embeds definitions')
  const [outcome] = await materialiseViews({
    materials: materialsOf(release.definitions),
    due: [{ view, gridUs: micros(grid) }],
    ports: { files: createFolderFiles(folder), queries: noQueries, secrets: noSecrets },
    store: createOnlineRows({ pool: online.pool, environment: 'production' }, epoch),
    nowUs: micros(grid),
    engine: { spillFolder: join(folder, '.spill') },
  })
  if (outcome?.type !== 'filled') throw outcome?.error
}

function readSpool(folder: string): readonly PredictionRecord[] {
  const spool = join(folder, 'serving/spool/predictions')
  const lines = readdirSync(spool).flatMap((name) => readFileSync(join(spool, name), 'utf8').split('\n'))
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as PredictionRecord)
}
