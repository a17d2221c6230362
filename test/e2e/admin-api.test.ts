/** The admin API and the commands of people, over real HTTP on a running installation, with a data clock moved by hand. */
import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import type { Plan } from '../../reconciler/core/plan.ts'
import { readKnownRows, serveFlights } from './support/example.ts'
import { Installation } from './support/installation.ts'
import { readProvenHistory } from './support/outcome.ts'

let installation: Installation

beforeAll(async () => {
  installation = new Installation({ arguments: ['--data-clock', 'manual'] })
  await installation.start()
})

afterAll(() => installation.end())

interface Call {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** False: without the token. */
  readonly token?: boolean
}

interface Answer {
  readonly status: number
  readonly body: string
}

/** A request with exactly these headers: also a Host of somebody else, which fetch would not send. */
function call({ method = 'GET', path, headers = {}, body, token = true }: Call): Promise<Answer> {
  const url = new URL(path, installation.control.control)
  const all = { ...(token ? { authorization: `Bearer ${installation.token}` } : {}), ...headers }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: all }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const json = { 'content-type': 'application/json' }
const command = JSON.stringify({ rollout: 'flight-delay', verb: 'abort', reason: 'a test' })

describe('the door', () => {
  const routes = ['status', 'observed', 'history', 'serving-state', 'events', 'plans', 'features'].map(
    (name) => `/api/v1/${name}`,
  )

  it.each(routes)('%s needs the token, also on loopback', async (path) => {
    expect((await call({ path, token: false })).status).toBe(401)
    expect((await call({ path, token: false, headers: { authorization: 'Bearer wrong' } })).status).toBe(401)
    expect((await call({ path, token: false, headers: { authorization: `Basic ${installation.token}` } })).status).toBe(401)
    expect((await call({ path })).status).toBe(200)
  })

  it.each(['reconcile', 'commands', 'clock'])('POST /api/v1/%s needs the token before it reads a body', async (name) => {
    const answer = await call({ method: 'POST', path: `/api/v1/${name}`, token: false, headers: json, body: '{' })
    expect(answer.status).toBe(401)
  })

  it('lets nobody in who was sent by a page of another host', async () => {
    expect((await call({ path: '/api/v1/status', headers: { host: 'attacker.example' } })).status).toBe(401)
    expect((await call({ path: '/health/live', headers: { host: 'attacker.example' } })).status).toBe(401)
    expect((await call({ path: '/api/v1/status', headers: { host: 'localhost:1' } })).status).toBe(200)
  })

  it('takes JSON alone', async () => {
    const asForm = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await call({ method: 'POST', path: '/api/v1/commands', headers: asForm, body: 'a=b' })).status).toBe(415)
    expect((await call({ method: 'POST', path: '/api/v1/commands', headers: { 'content-type': 'text/plain' }, body: command })).status).toBe(415) // prettier-ignore
  })

  it('refuses what it does not understand, and says what it expected', async () => {
    const post = (body: string): Promise<Answer> => call({ method: 'POST', path: '/api/v1/commands', headers: json, body })
    expect((await post('{"rollout":')).status).toBe(400)
    expect(await post('{"rollout":"flight-delay","verb":"explode","reason":"x"}')).toMatchObject({ status: 400, body: containing('verb') }) // prettier-ignore
    expect(await post('{"rollout":"flight-delay","verb":"abort"}')).toMatchObject({ status: 400, body: containing('reason') }) // prettier-ignore
    expect((await post(JSON.stringify({ rollout: 'a', verb: 'abort', reason: 'x', more: 1 }))).status).toBe(400)
    expect((await post(JSON.stringify({ rollout: 'a', verb: 'abort', reason: 'x'.repeat(100_000) }))).status).toBe(413)
    expect(await call({ path: '/api/v1/events?limit=many' })).toMatchObject({ status: 400, body: containing('limit') }) // prettier-ignore
    expect((await call({ path: '/api/v1/plans?limit=0' })).status).toBe(400)
    expect((await call({ path: '/api/v1/plans?colour=red' })).status).toBe(400)
    expect((await call({ path: '/api/v1/nothing' })).status).toBe(404)
    expect((await call({ path: '/api/v1/nothing', token: false })).status).toBe(401)
    expect((await call({ method: 'POST', path: '/api/v1/status', headers: json, body: '{}' })).status).toBe(405)
  })

  it('describes every route, and no other', async () => {
    const document = JSON.parse((await call({ path: '/openapi.json', token: false })).body) as OpenApi
    expect(document.openapi).toMatch(/^3\.1/)
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({
        path,
        method: method.toUpperCase() as 'GET' | 'POST',
        operation,
      })),
    )
    expect(described.length).toBeGreaterThan(9)
    for (const { path, method, operation } of described) {
      const refused = await call({ method, path, token: false, ...(method === 'POST' ? { headers: json, body: '{}' } : {}) })
      expect(refused.status, `${method} ${path}`).not.toBe(404)
      expect(refused.status === 401, `${method} ${path}`).toBe(operation.security !== undefined)
    }
  })
})

interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security?: unknown }>>>>
}

/** A text with this in it. */
function containing(text: string): unknown {
  return expect.stringContaining(text)
}

function cli(verb: string, ...args: readonly string[]): ReturnType<Installation['cli']> {
  return installation.cli(verb, ...args, '--state', installation.state)
}

async function flightHistory(): Promise<readonly { event: string; by: unknown; message: string }[]> {
  return (await readProvenHistory(installation)).filter(({ rollout }) => rollout === 'flight-delay')
}

describe('commands of people', () => {
  it('are refused with the reason when there is nothing to do, or nobody by that name', async () => {
    const before = await flightHistory()
    expect(await cli('abort', 'flight-delay', '--reason', 'no reason')).toMatchObject({ code: 1, output: containing('nothing is on its way') }) // prettier-ignore
    expect(await cli('retry', 'flights', '--reason', 'x')).toMatchObject({ code: 1, output: containing('flight-delay') }) // prettier-ignore
    expect(await cli('resume', 'flight-delay', '--reason', 'x')).toMatchObject({ code: 1, output: containing('not Paused') }) // prettier-ignore
    expect(await cli('abort', 'flight-delay')).toMatchObject({ code: 2, output: containing('--reason') })
    expect(await flightHistory()).toEqual(before)
  })

  it('abort, retry and promote, with who and why in the history', async () => {
    installation.commit(serveFlights(2, { hold: '8d' }), 'Serve version 2, slowly')
    await installation.untilHeld(2)
    expect(await cli('abort', 'flight-delay', '--reason', 'wrong at night', '--name', 'ada')).toMatchObject({ code: 0 })
    expect(await installation.model()).toMatchObject({ phase: 'RolledBack', stableVersion: 1 })
    expect(await cli('retry', 'flight-delay', '--reason', 'it was the clock')).toMatchObject({ code: 0 })
    await installation.untilHeld(2)
    expect(await cli('promote', 'flight-delay', '--reason', 'it is urgent')).toMatchObject({ code: 0 })
    await installation.until(({ models }) => models.some(({ stableVersion }) => stableVersion === 2))
    const lines = await flightHistory()
    expect(lines.map(({ event, by, message }) => ({ event, by, message }))).toEqual(
      expect.arrayContaining([
        { event: 'RolledBack', by: { kind: 'admin-token', name: 'ada' }, message: 'abort: wrong at night' },
        { event: 'Retried', by: { kind: 'admin-token', name: 'admin' }, message: 'retry: it was the clock' },
        { event: 'Succeeded', by: { kind: 'admin-token', name: 'admin' }, message: 'promote: it is urgent' },
      ]),
    )
  })

  it('are carried out once, however many ask at the same time', async () => {
    installation.commit(serveFlights(3, { hold: '8d' }), 'Serve version 3, slowly')
    await installation.untilHeld(3)
    const asked = Array.from({ length: 12 }, (_, index) =>
      installation.ask('POST', '/api/v1/commands', {
        rollout: 'flight-delay',
        verb: index % 2 === 0 ? 'abort' : 'promote',
        reason: `caller ${index}`,
      }),
    )
    const answers = (await Promise.all(asked)).map(({ status, body }) => ({ status, ...(body as { accepted: boolean }) }))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 200))
    expect(answers.filter(({ accepted }) => accepted)).toHaveLength(1)
    expect((await flightHistory()).filter(({ message }) => message.includes(': caller '))).toHaveLength(1)
    expect((await installation.model()).phase).toMatch(/^(RolledBack|Succeeded)$/)
  })
})

describe('what was done', () => {
  it('is kept as events and plans', async () => {
    const { events } = (await installation.ask('GET', '/api/v1/events?limit=1000')).body as { events: { id: number; object: string; reason: string }[] } // prettier-ignore
    expect(events.map(({ id }) => id)).toEqual(events.map(({ id }) => id).sort((a, b) => a - b))
    expect(events.map(({ object }) => object)).toEqual(expect.arrayContaining(['Environment/production', 'Rollout/flight-delay']))
    const middle = events[Math.floor(events.length / 2)]?.id ?? 0
    const later = (await installation.ask('GET', `/api/v1/events?after=${middle}&limit=2`)).body as { events: { id: number }[] }
    expect(later.events).toHaveLength(2)
    expect(later.events[0]?.id).toBeGreaterThan(middle)

    const { plans } = (await installation.ask('GET', '/api/v1/plans?limit=500')).body as { plans: { plan: Plan }[] }
    const events2 = plans.flatMap(({ plan }) =>
      plan.actions.map((action) => (action.type === 'transition' ? action.event : action.type)),
    )
    expect(events2).toEqual(expect.arrayContaining(['Started', 'StepReached', 'Succeeded', 'store-artifact']))
  })

  it('is measured', async () => {
    const { body } = await call({ path: '/metrics', token: false })
    expect(body).toMatch(/^mainward_\w+(\{[^}]*\})? \d/m)
    expect(body).not.toContain(installation.token)
  })

  it('is looked at when somebody asks, and the answer comes after the pass', async () => {
    const commit = installation.commit({}, 'Change nothing')
    const { status, body } = await installation.ask('POST', '/api/v1/reconcile')
    expect(status).toBe(200)
    expect(body).toMatchObject({ head: commit, appliedCommit: commit })
  })
})

describe('the data clock', () => {
  it('is moved by hand, never backwards, and answered when every serving process has it', async () => {
    const move = (dataTime: string) => installation.ask('POST', '/api/v1/clock', { dataTime })
    expect(await move('2013-06-01T00:00:00Z')).toMatchObject({ status: 200, body: { dataTime: '2013-06-01T00:00:00.000Z' } })
    expect((await installation.status()).dataTime).toBe('2013-06-01T00:00:00.000Z')
    expect(await move('2013-05-31T23:59:59Z')).toMatchObject({ status: 409 })
    expect(JSON.stringify((await move('2013-05-31T23:59:59Z')).body)).toContain('never goes back')
    expect(await move('2013-06-01T00:00:00Z')).toMatchObject({ status: 200 })
    expect((await move('tomorrow')).status).toBe(400)
    const moves = await Promise.all(['2013-06-01T03:00:00Z', '2013-06-01T01:00:00Z', '2013-06-01T02:00:00Z'].map(move))
    expect(moves.map(({ status }) => status)).toContain(200)
    expect((await installation.status()).dataTime).toBe('2013-06-01T03:00:00.000Z')
  })

  it('is moved by a replay, whose predictions all are answered', async () => {
    const all = gunzipSync(readFileSync(join(packageRoot, 'example-repo/data/replay-2013-06-07.jsonl.gz'))).toString()
    // The times of the recorded flights; here every input is sent.
    const known = readKnownRows()
    const records = all.split('\n').slice(0, 300).map((line) => JSON.parse(line) as { readonly time: string }) // prettier-ignore
    const file = join(installation.folder, 'records.jsonl')
    writeFileSync(
      file,
      records.map((record, index) => JSON.stringify({ ...record, row: known[index % known.length]?.row })).join('\n'),
    )
    const last = records.at(-1)?.time ?? ''
    const replayed = await cli('replay', file)
    expect(replayed).toMatchObject({ code: 0, output: containing('300') })
    expect((await installation.status()).dataTime).toBe(new Date(last).toISOString())
  })

  it('is the time of day where it was not given to people', async () => {
    await installation.stop()
    const other = new Installation()
    try {
      await other.start()
      const answer = await other.ask('POST', '/api/v1/clock', { dataTime: '2030-01-01T00:00:00Z' })
      expect(answer).toMatchObject({ status: 409 })
      expect(JSON.stringify(answer.body)).toContain('--data-clock manual')
    } finally {
      await other.end()
    }
  })
})
