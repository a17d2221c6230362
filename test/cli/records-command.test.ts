/** `mainward records` against a real admin API on a real Postgres, and `mainward replay` with what it wrote. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readReplayRecords } from '../../reconciler/cli/replay/replay-records.ts'
import { replayCommand } from '../../reconciler/cli/replay-command.ts'
import { recordsCommand } from '../../reconciler/cli/records-command.ts'
import { openRecordStore } from '../../reconciler/cli/serve/record-store.ts'
import { openPool, type Pool } from '../../reconciler/database/pool.ts'
import { writeServingState } from '../../reconciler/database/serving-queries.ts'
import { ControlMetrics } from '../../reconciler/reconcile/api/control-metrics.ts'
import { type ControlServer, createControlServer } from '../../reconciler/reconcile/api/control-server.ts'
import { ControlStore } from '../../reconciler/reconcile/api/control-store.ts'
import { buildReadRoutes } from '../../reconciler/reconcile/api/read-routes.ts'
import { recordLine } from '../serving/recording/support/record-lines.ts'
import { benchRelease } from '../serving/support/bench-model.ts'
import { servingState, stableRoute } from '../serving/support/serving-state.ts'
import { createTestContext } from '../support/cli-context.ts'
import { writeControlFile } from '../support/control-server.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const folder = mkdtempSync(join(tmpdir(), 'mainward-records-'))
let database: TestDatabase
let pool: Pool
let server: ControlServer

const lines = [0, 1, 2].map((index) =>
  recordLine({ request_id: `r${index}`, unit: `U${index}`, time: `2013-06-01T0${index}:00:00.000Z`, row: { x: index, y: null } }),
)

beforeAll(async () => {
  database = await createTestDatabase()
  pool = openPool(database.url, { applicationName: 'records command test' })
  const store = openRecordStore(database.url, () => Date.now())
  const segment = { oldestMs: 0, setAside: () => Promise.reject(new Error('nothing is refused')) }
  await store.storePredictions({ ...segment, segment: 'a', lines: lines.map((line) => line.trimEnd()) })
  await store.storePredictions({
    ...segment,
    segment: 'b',
    lines: [recordLine({ environment: 'staging', request_id: 's' }).trimEnd()],
  })
  const outcome = {
    id: 'o',
    environment: 'production',
    time: '2013-06-01T10:00:00.000Z',
    received_at: '2013-06-01T10:00:00.000Z',
  }
  await store.storeOutcomes({
    ...segment,
    segment: 'c',
    lines: [JSON.stringify({ ...outcome, request_id: 'r1', row_index: 0, label: 1 })],
  })
  await store.close()
  const routes = [stableRoute(benchRelease()), stableRoute(benchRelease({ model: 'flight-delay' }))]
  const state = servingState(1, { releases: [], routes })
  await writeServingState(pool, { state, routesVersion: state.version })
  server = createControlServer({
    routes: buildReadRoutes({
      store: new ControlStore(pool, 'production'),
      metrics: new ControlMetrics('production'),
      clock: { now: () => Date.now() },
    }),
    token: 'secret',
    host: '127.0.0.1',
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    notStarted: () => null,
  })
  writeControlFile(folder, await server.listen(0))
})
afterAll(async () => {
  await server.close()
  await pool.end()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

async function run(model: string, options: Record<string, string> = {}, adminToken: string | null = null) {
  const context = createTestContext({ folder, adminToken })
  const code = await recordsCommand.run(context, { arguments: [model], options: { last: '100', ...options } })
  return { code, output: context.terminal.output(), errors: context.terminal.errors() }
}

const labelled = `${lines[1]?.trimEnd().slice(0, -1)},"label":1,"label_known_at":"2013-06-01T10:00:00.000Z"}\n`

describe('mainward records', () => {
  it('writes the newest, oldest first, as their exact text, with the label where it is known', async () => {
    expect(await run('flight-delay')).toEqual({ code: 0, output: `${lines[0]}${labelled}${lines[2]}`, errors: '' })
    expect((await run('flight-delay', { last: '2' })).output).toBe(`${labelled}${lines[2]}`)
  })

  it('reads another environment of the same database', async () => {
    expect((await run('flight-delay', { environment: 'staging' })).output).toBe(
      recordLine({ environment: 'staging', request_id: 's' }),
    )
  })

  it.each(['out.jsonl', 'out.jsonl.gz'])('writes %s, and nothing else', async (name) => {
    expect(await run('flight-delay', { out: name })).toEqual({ code: 0, output: '', errors: `3 records in ${name}\n` })
    const content = readFileSync(join(folder, name))
    expect((name.endsWith('gz') ? gunzipSync(content) : content).toString()).toBe(`${lines[0]}${labelled}${lines[2]}`)
    expect(readdirSync(folder).filter((file) => file.endsWith('.new'))).toEqual([])
  })

  it('leaves the file as it was when something fails', async () => {
    await expect(run('nothing', { out: 'never.jsonl' })).rejects.toMatchObject({ code: 'not-found' })
    expect(existsSync(join(folder, 'never.jsonl'))).toBe(false)
    await expect(run('flight-delay', { out: 'no/such/folder.jsonl' })).rejects.toMatchObject({ code: 'environment' })
  })

  it('says which model was meant, that nothing was recorded yet, or who asks', async () => {
    await expect(run('flight-dealy')).rejects.toMatchObject({
      message: 'there is no model flight-dealy, and there are no records of it',
      hint: 'did you mean flight-delay?',
    })
    await expect(run('something else')).rejects.toMatchObject({ hint: 'served are bench, flight-delay' })
    await expect(run('bench')).rejects.toMatchObject({ code: 'not-found', message: 'there are no records of bench yet' })
    await expect(run('flight-delay', { environment: 'none' })).rejects.toMatchObject({ hint: 'no model is served' })
    await expect(run('flight-delay', {}, 'wrong')).rejects.toMatchObject({ code: 'unauthorized' })
    await expect(run('flight-delay', { last: '0' })).rejects.toMatchObject({ code: 'usage' })
    await expect(run('flight-delay', { last: '1.5' })).rejects.toMatchObject({ code: 'usage' })
  })

  it('writes what mainward replay takes as it is', async () => {
    await run('flight-delay', { out: 'again.jsonl.gz' })
    const records: object[] = []
    for await (const record of readReplayRecords(join(folder, 'again.jsonl.gz'))) records.push(record)
    expect(records).toMatchObject(
      [0, 1, 2].map((index) => ({ model: 'flight-delay', unit: `U${index}`, row: { x: index, y: null } })),
    )
    const asked: unknown[] = []
    const serving = createServer((request, response) => {
      let body = ''
      request.on('data', (data: Buffer) => (body += data.toString()))
      request.on('end', () => {
        asked.push(JSON.parse(body))
        response.end('{"predictions":[{"version":2,"variant":"stable"}]}')
      })
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => serving.once('listening', resolve))
    const url = `http://127.0.0.1:${(serving.address() as AddressInfo).port}`
    const context = createTestContext({ folder })
    const options = { speed: '0', concurrency: '1', serving: url, clock: false }
    expect(await replayCommand.run(context, { arguments: ['again.jsonl.gz'], options })).toBe(0)
    expect(asked).toEqual([0, 1, 2].map((index) => ({ rows: [{ x: index, y: null }], units: [`U${index}`] })))
    await new Promise((resolve) => serving.close(resolve))
  })
})
