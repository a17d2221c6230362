/** From a prediction over HTTP to a row of Postgres, with the real server, spool and database. */
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { openRecordStore } from '../../../reconciler/cli/serve/record-store.ts'
import { openPool } from '../../../reconciler/database/pool.ts'
import { startSpoolDrain } from '../../../reconciler/serving/recording/start-spool-drain.ts'
import { createTestDatabase } from '../../support/database.ts'
import { benchRelease, benchRow, benchScore } from '../support/bench-model.ts'
import { removeParts, startServer, until } from '../support/running-server.ts'
import { canaryRoute, servingState } from '../support/serving-state.ts'

const cleanUps: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

describe('predictions and outcomes', () => {
  it('become rows of Postgres, each once, with the score that was answered', async () => {
    const database = await createTestDatabase()
    const store = openRecordStore(database.url, () => Date.now())
    const pool = openPool(database.url, { applicationName: 'test' })
    const server = await startServer()
    cleanUps.push(
      () => database.drop(),
      () => store.close(),
      () => pool.end(),
      () => removeParts(server),
    )
    const stable = benchRelease({ recording: { percent: 100, drop: ['f3'] } })
    const canary = benchRelease({ version: 2 })
    await server.serve(servingState(1, { releases: [stable, canary], routes: [canaryRoute(stable, canary, 50)] }))
    const log = pino({ level: 'silent' })
    const isLive = () => true
    const dataNow = () => Date.now()
    const drain = startSpoolDrain({ stateFolder: server.folder, replica: 'r', store, dataNow, isLive, log })
    cleanUps.push(() => drain.stop(1000))
    for (let index = 0; index < 50; index++) {
      const body = { rows: [0, 1, 2, 3].map(benchRow), units: [`u${index}`, `v${index}`, null, 'w'] }
      const headers = { 'mainward-request-id': `p${index}` }
      expect((await server.post('/v1/models/bench/predict', body, headers)).status).toBe(200)
    }
    const inputs = [{ name: 'input', shape: [1, 20], datatype: 'FP32', data: Object.values(benchRow(5)) }]
    await server.post('/v2/models/bench/infer', { inputs }, { 'mainward-request-id': 'i1', 'mainward-unit': 'z' })
    const outcomes = [
      { request_id: 'i1', label: 1 },
      { request_id: 'p3', row: 2, label: false },
      { unit: 'w', model: 'bench', label: 'late' },
    ]
    expect(await server.post('/v1/outcomes', { outcomes })).toMatchObject({ status: 202, body: { accepted: 3 } })
    await server.stop()
    await until(async () => (await pool.query('select from predictions')).rowCount === 201)
    await until(async () => (await pool.query('select from outcomes')).rowCount === 3)
    const found = await pool.query<{ request_id: string; row_index: number; score: number }>(
      'select request_id, row_index, score from predictions',
    )
    for (const { request_id: id, row_index: row, score } of found.rows) {
      expect(score).toBeCloseTo(benchScore(id === 'i1' ? 5 : row), 5)
    }
  })
})
