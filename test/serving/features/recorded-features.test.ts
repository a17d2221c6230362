/** Records of predictions whose features were read from views: values as they were found, keys as they were sent. Hand-computed. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PredictionRecord } from '../../../reconciler/serving/recording/prediction-record.ts'
import { MainwardError } from '../../../reconciler/core/error.ts'
import { benchFeatures, benchRelease, benchRow, type ReleaseChanges } from '../support/bench-model.ts'
import { removeParts, startServer, type RunningServer } from '../support/running-server.ts'
import { servingState, stableRoute } from '../support/serving-state.ts'
import { clicks, dataTime, eightUs, hourUs, openStore, weather } from './support/online-views.ts'

const sent = benchFeatures.slice(3)
const request = Object.fromEntries(sent.map((name) => [name, benchRow(0)[name] ?? 0]))

function release(model: string, changes: ReleaseChanges = {}) {
  return benchRelease({
    model,
    signature: {
      inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 20], features: ['wind_speed', 'rows_6h', 'me__rate', ...sent] }],
      outputs: { score: 'probabilities', positiveIndex: 1 },
    },
    requestFeatures: sent.map((name) => ({ name, dtype: 'float32' })),
    goldenRows: [],
    nulls: { default: 'model', features: { wind_speed: 7 } },
    views: [
      { view: weather, join: { airport: 'origin' }, as: null, take: ['wind_speed', 'rows_6h'] },
      { view: clicks, join: { user: 'customer' }, as: 'me', take: ['rate'] },
    ],
    ...changes,
  })
}

const whole = release('whole')
const dropped = release('dropped', { recording: { percent: 100, drop: ['customer', 'wind_speed', ...sent] } })
const fallback = release('fallback')
const online = await openStore()
let server: RunningServer
let isDown = false

beforeAll(async () => {
  await online.fill(weather, eightUs - hourUs / 4n, [
    { key: ['JFK'], eventUs: eightUs - 3n * hourUs - 1n, values: [12.5, 'x', 20, 3n] },
  ])
  await online.store.push(
    [{ view: clicks, rows: [{ key: '["9007199254740993"]', eventUs: eightUs, values: '["NaN",null,null,null]' }] }],
    eightUs,
  )
  const store: typeof online.store = {
    ...online.store,
    read: (asked) =>
      isDown ? Promise.reject(new MainwardError('timeout', 'late', { retry: 'backoff' })) : online.store.read(asked),
  }
  server = await startServer({ store })
  const constant = { ...stableRoute(fallback), fallback: { type: 'constant', score: 0.25 } as const }
  const routes = [stableRoute(whole), stableRoute(dropped), constant]
  await server.serve({ ...servingState(1, { releases: [whole, dropped, fallback], routes }), dataTime })
})

afterAll(async () => {
  await removeParts(server)
  await online.close()
})

/** What the server has written, by request id and row. */
async function readRecords(): Promise<Map<string, PredictionRecord>> {
  const folder = join(server.folder, 'serving/spool/predictions')
  const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')))
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line !== '')
  const records = lines.map((line) => JSON.parse(line) as PredictionRecord)
  return new Map(records.map((record) => [`${record.request_id}.${record.row_index}`, record]))
}

it('hold what was read of each view, before the null policy, and what a request has, so that it can be asked again', async () => {
  const rows = [
    { ...request, origin: 'JFK', customer: '9007199254740993' },
    { ...request, origin: null, customer: 8 },
  ]
  const post = async (model: string, id: string) => {
    const { status } = await server.post(`/v1/models/${model}/predict`, { rows }, { 'mainward-request-id': id })
    expect(status).toBe(200)
  }
  await post('whole', 'a')
  await post('dropped', 'b')
  isDown = true
  await post('fallback', 'c')
  isDown = false
  await server.dataPlane.stop()
  const records = await readRecords()
  expect(records.size).toBe(6)
  const asOf = '2013-01-01T07:45:00Z'
  const float = Object.fromEntries(sent.map((name) => [name, expect.closeTo(request[name] ?? 0, 5) as number]))
  const first = records.get('a.0')
  expect(first?.row).toEqual({ ...float, origin: 'JFK', customer: '9007199254740993' })
  expect(first?.features).toEqual([
    {
      view: 'weather',
      key: ['JFK'],
      status: 'OUTSIDE_MAX_AGE',
      computed_as_of: asOf,
      event_time: '2013-01-01T04:59:59.999999Z',
      values: { wind_speed: null, rows_6h: '3' },
    },
    {
      view: 'clicks',
      as: 'me',
      key: ['9007199254740993'],
      status: 'PRESENT',
      computed_as_of: '2013-01-01T08:00:00Z',
      event_time: '2013-01-01T08:00:00Z',
      values: { rate: 'NaN' },
    },
  ])
  expect(records.get('a.1')?.row).toMatchObject({ origin: null, customer: '8' })
  expect(records.get('a.1')?.features).toEqual([
    { view: 'weather', key: [null], status: 'NOT_FOUND', computed_as_of: asOf, values: { wind_speed: null, rows_6h: '0' } },
    { view: 'clicks', as: 'me', key: ['8'], status: 'NOT_FOUND', values: { rate: null } },
  ])
  // Names of the drop-list are nowhere.
  expect(records.get('b.0')?.row).toEqual({ origin: 'JFK' })
  expect(records.get('b.0')?.features).toMatchObject([{ key: ['JFK'], values: { rows_6h: '3' } }, { values: { rate: 'NaN' } }])
  expect(records.get('b.0')?.features?.[0]?.values).not.toHaveProperty('wind_speed')
  expect(records.get('b.0')?.features?.[1]).not.toHaveProperty('key')
  // Nothing was read: nothing is said of features.
  expect(records.get('c.1')).toMatchObject({ fallback: 'no-features', score: 0.25, row: {} })
  expect(records.get('c.1')).not.toHaveProperty('features')
})
