import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { deflateSync, gzipSync } from 'node:zlib'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MainwardError } from '../../reconciler/core/error.ts'
import type { ModelRuntime } from '../../reconciler/serving/ports.ts'
import { benchRelease, benchRow } from './support/bench-model.ts'
import { onnxRuntime } from '../../reconciler/inference/onnx-runtime.ts'
import { removeParts, startServer, until, type RunningServer } from './support/running-server.ts'
import { servingState, stableRoute } from './support/serving-state.ts'

const release = benchRelease({ serving: { budgetMs: 5 } })
const failing = benchRelease({ model: 'failing' })

/** Fails, or is slow, when the first feature says so. */
const runtime: ModelRuntime = {
  ...onnxRuntime,
  load: async (bytes) => {
    const model = await onnxRuntime.load(bytes)
    return {
      ...model,
      run: async (inputs, names) => {
        const first = inputs.input?.data[0]
        if (first === 111) throw new Error('inside of the runtime: /secret/path')
        if (first === 222) await new Promise((resolve) => setTimeout(resolve, 300))
        return model.run(inputs, names)
      },
    }
  },
}

let server: RunningServer

beforeAll(async () => {
  server = await startServer({ runtime, limits: { bodyBytes: 100_000, requestTimeoutMs: 1500, headersTimeoutMs: 1000 } })
  await server.serve(
    servingState(7, { epoch: 3, releases: [release, failing], routes: [stableRoute(release), stableRoute(failing)] }),
  )
})

afterAll(async () => {
  await server.stop()
  await removeParts(server)
})

const predictPath = '/v1/models/bench/predict'

function port(): number {
  return Number(new URL(server.url).port)
}

/** Sends bytes as they are and returns all that comes back until the connection ends. */
function sendRaw(text: string, { end = false } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port(), '127.0.0.1', () => (end ? socket.end(text) : socket.write(text)))
    let answer = ''
    socket.on('data', (chunk) => (answer += chunk.toString()))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

describe('the HTTP edge', () => {
  it('takes a body with any content type, with a senseless one, and with none', async () => {
    const body = JSON.stringify({ rows: [benchRow(0)] })
    for (const type of [
      'application/json',
      'application/octet-stream',
      'text/plain',
      ';;;',
      'application/json; charset=latin1',
    ]) {
      expect((await server.post(predictPath, body, { 'content-type': type })).status).toBe(200)
    }
    const request = `POST ${predictPath} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    expect(await sendRaw(request)).toMatch(/^HTTP\/1\.1 200 OK/)
  })

  it('answers with exactly application/json, errors too', async () => {
    for (const path of ['/v2', '/v2/health/ready', '/openapi.json', '/nothing', '/v2/models/nobody', predictPath, '/%']) {
      expect((await server.get(path)).headers.get('content-type')).toBe('application/json')
    }
    expect((await server.post(predictPath, 'x')).headers.get('content-type')).toBe('application/json')
    expect((await server.post(predictPath, { rows: [benchRow(0)] })).headers.get('content-type')).toBe('application/json')
  })

  it('answers every error as {"error"} with a request id', async () => {
    const answer = await server.get('/nothing')
    expect(answer).toMatchObject({ status: 404, body: { error: expect.stringContaining('/openapi.json') as string } })
    expect(answer.headers.get('mainward-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect((await server.get('/%')).status).toBe(400)
    expect((await server.get('/v2/models/%E0%A4%A/ready')).status).toBe(400)
    expect((await server.get('/v2/../../etc/passwd')).status).toBe(404)
  })

  it('answers 405 with Allow for a wrong verb', async () => {
    const answer = await server.get(predictPath)
    expect(answer).toMatchObject({ status: 405, body: { error: 'Method Not Allowed' } })
    expect(answer.headers.get('allow')).toBe('POST')
    const deleted = await fetch(`${server.url}/v2/health/live`, { method: 'DELETE' })
    expect(deleted.status).toBe(405)
    expect(deleted.headers.get('allow')).toBe('GET, HEAD')
    expect((await fetch(`${server.url}/v2/health/live`, { method: 'HEAD' })).status).toBe(200)
  })

  it('refuses bodies beyond the limit, announced or not', async () => {
    const large = `{"rows":[${' '.repeat(100_000)}]}`
    expect(await server.post(predictPath, large)).toMatchObject({
      status: 413,
      body: { error: expect.stringMatching(/^the body is larger than this server takes: \d+ bytes$/) as string },
    })
    const chunked = `POST ${predictPath} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`
    expect(await sendRaw(chunked)).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('refuses an unknown content coding with 415', async () => {
    const answer = await server.post(predictPath, 'x', { 'content-encoding': 'br' })
    expect(answer.status).toBe(415)
    expect(answer.headers.get('accept-encoding')).toBe('gzip, deflate')
    expect((await server.post(predictPath, { rows: [benchRow(0)] }, { 'content-encoding': 'identity' })).status).toBe(200)
  })

  it('reads compressed requests, and compresses long answers for those who want that', async () => {
    const body = JSON.stringify({ rows: Array.from({ length: 40 }, (_, index) => benchRow(index)) })
    const plain = await server.post(predictPath, body)
    for (const [coding, packed] of [
      ['gzip', gzipSync(body)],
      ['deflate', deflateSync(body)],
    ] as const) {
      const headers = { 'content-encoding': coding, 'accept-encoding': coding }
      const answer = await fetch(`${server.url}${predictPath}`, { method: 'POST', body: packed, headers })
      expect(answer.headers.get('content-encoding')).toBe(coding)
      const { predictions } = (await answer.json()) as { predictions: unknown }
      expect(predictions).toEqual((plain.body as { predictions: unknown }).predictions)
    }
    expect((await server.post(predictPath, 'no gzip', { 'content-encoding': 'gzip' })).status).toBe(400)
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    expect((await server.post(predictPath, bomb, { 'content-encoding': 'gzip' })).status).toBe(413)
  })

  it('answers requests that were sent ahead in their order, and garbage behind them at the end', async () => {
    const request = (index: number) => {
      const body = JSON.stringify({ rows: [{ ...benchRow(index), ...(index === 0 ? { f0: 222 } : {}) }] })
      return `POST ${predictPath} HTTP/1.1\r\nHost: x\r\nMainward-Request-Id: r${index}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    }
    const answers = await sendRaw(`${[0, 1, 2].map(request).join('')}garbage\r\n\r\n`)
    expect([...answers.matchAll(/Request-Id: (\w+)/g)].map(([, id]) => id)).toEqual(['r0', 'r1', 'r2'])
    const statuses = answers.match(/HTTP\/1.1 \d+/g)
    // Those behind the slow one run with it, or would wait longer than the budget.
    expect(statuses?.slice(1, -1).filter((status) => !/ (200|503)$/.test(status))).toEqual([])
    expect([statuses?.length, statuses?.[0], statuses?.at(-1)]).toEqual([4, 'HTTP/1.1 200', 'HTTP/1.1 400'])
  })

  it('meets the expectation 100-continue, and no other', async () => {
    const body = JSON.stringify({ rows: [benchRow(0)] })
    const head = (expect: string, length: number) =>
      `POST ${predictPath} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: ${expect}\r\nContent-Length: ${length}\r\n\r\n`
    expect(await sendRaw(head('100-continue', body.length) + body)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
    expect(await sendRaw(head('100-continue', 200_000))).toMatch(/^HTTP\/1\.1 413 /)
    expect(await sendRaw(head('a-miracle', body.length) + body)).toMatch(/^HTTP\/1\.1 417 .*"error"/s)
  })

  it('takes an address that names a server, and refuses a second Host', async () => {
    const head = (address: string, host: string) => `GET ${address} HTTP/1.1\r\nConnection: close\r\n${host}\r\n\r\n`
    expect(await sendRaw(head('http://any.example:80/v2/health/live', 'Host: x'))).toMatch(/^HTTP\/1\.1 200 /)
    expect(await sendRaw(head('http://any.example', 'Host: x'))).toMatch(/^HTTP\/1\.1 404 .*"error"/s)
    expect(await sendRaw(head('/v2', 'Host: x\r\nhost: y'))).toMatch(/^HTTP\/1\.1 400 .*the header Host is there more than once/s)
  })

  it('refuses headers beyond the limit with 431 and garbage with 400', async () => {
    const headers = `GET /v2 HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(200_000)}\r\n\r\n`
    expect(await sendRaw(headers)).toMatch(/^HTTP\/1\.1 431 .*"error"/s)
    expect(await sendRaw('\u0001\u0002\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*"error"/s)
    expect(await sendRaw('POST /v2 HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('lets go of clients that do not finish their request', async () => {
    const slowHeaders = sendRaw('GET /v2 HTTP/1.1\r\nHost: x\r\n')
    const slowBody = sendRaw(`POST ${predictPath} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"rows"`)
    expect(await slowHeaders).toMatch(/^HTTP\/1\.1 408 .*"error"/s)
    expect(await slowBody).toMatch(/^(HTTP\/1\.1 408 .*)?$/s)
    expect((await server.post(predictPath, { rows: [benchRow(0)] })).status).toBe(200)
  }, 20_000)

  it('shows nothing of its inside when a model fails, and logs the reason under the request id', async () => {
    const answer = await server.post(
      '/v1/models/failing/predict',
      { rows: [{ ...benchRow(0), f0: 111 }] },
      { 'mainward-request-id': 'id-500' },
    )
    expect(answer.status).toBe(500)
    expect(JSON.stringify(answer.body)).not.toContain('secret')
    const logged = server.log.find(({ requestId }) => requestId === 'id-500')
    expect(logged).toMatchObject({ level: 50, status: 500, err: { message: 'inside of the runtime: /secret/path' } })
  })

  it('does not log refused requests', async () => {
    const { length } = server.log
    await server.post(predictPath, 'x')
    await server.get('/nothing')
    expect(server.log).toHaveLength(length)
  })

  it('survives a client that leaves in the middle', async () => {
    const body = JSON.stringify({ rows: [{ ...benchRow(0), f0: 222 }] })
    const socket = connect(port(), '127.0.0.1')
    socket.write(`POST ${predictPath} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect((await server.get('/v2/health/live')).status).toBe(200)
  })
})

describe('/openapi.json', () => {
  it('has the very schemas that validate, and every route of the server', async () => {
    const { body } = await server.get('/openapi.json')
    const document = body as {
      openapi: string
      paths: Record<string, Record<string, unknown>>
      components: { schemas: Record<string, object> }
      info: { description: string }
    }
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths).sort()).toEqual([
      '/get-online-features',
      '/metrics',
      '/push',
      '/v1/models/{model}/predict',
      '/v1/outcomes',
      '/v2',
      '/v2/health/live',
      '/v2/health/ready',
      '/v2/models',
      '/v2/models/stats',
      '/v2/models/{model}',
      '/v2/models/{model}/config',
      '/v2/models/{model}/infer',
      '/v2/models/{model}/ready',
      '/v2/models/{model}/stats',
      '/v2/models/{model}/versions/{version}',
      '/v2/models/{model}/versions/{version}/config',
      '/v2/models/{model}/versions/{version}/infer',
      '/v2/models/{model}/versions/{version}/ready',
      '/v2/models/{model}/versions/{version}/stats',
      '/v2/repository/index',
    ])
    expect(document.info.description).toContain('100000 bytes of body')
    expect(document.info.description).toContain('POST /v2/repository/models/:model/load')
    const ajv = new Ajv2020({ strict: false })
    const validate = ajv.compile(document.components.schemas.PredictRequest ?? {})
    expect(validate({ rows: [benchRow(0)] })).toBe(true)
    expect(validate({ rows: [] })).toBe(false)
  })
})

describe('/metrics', () => {
  async function metric(name: string): Promise<number> {
    const text = (await server.get('/metrics')).body as string
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `))
    return line === undefined ? 0 : Number(line.split(' ').at(-1))
  }

  it('counts rows by model, version and variant, and requests by route, model and status class', async () => {
    const rows = 'mainward_predictions_total{model="bench",version="1",variant="stable"}'
    const requests = 'mainward_request_duration_seconds_count{route="predict",model="bench",status="2xx"}'
    const refused = 'mainward_request_errors_total{route="predict",model="bench",reason="invalid-input"}'
    const before = [await metric(rows), await metric(requests), await metric(refused)] as const
    await server.post(predictPath, { rows: [benchRow(0), benchRow(1), benchRow(2)] })
    await server.post(predictPath, { rows: [] })
    expect(await metric(rows)).toBe(before[0] + 3)
    expect(await metric(requests)).toBe(before[1] + 1)
    expect(await metric(refused)).toBe(before[2] + 1)
    const answer = await server.get('/metrics')
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  })

  it('counts answers that took longer than the budget', async () => {
    const name = 'mainward_requests_over_budget_total{model="bench",version="1",variant="stable"}'
    const before = await metric(name)
    await server.post(predictPath, { rows: [{ ...benchRow(0), f0: 222 }] })
    expect(await metric(name)).toBe(before + 1)
  })

  it('shows state, releases and requests in flight', async () => {
    expect(await metric('mainward_serving_state_epoch')).toBe(3)
    expect(await metric('mainward_serving_state_sequence')).toBe(7)
    expect(await metric('mainward_loaded_releases{model="bench"}')).toBe(1)
    const slow = server.post(predictPath, { rows: [{ ...benchRow(0), f0: 222 }] })
    await until(async () => (await metric('mainward_requests_in_flight')) === 1)
    await slow
    expect(await metric('mainward_requests_in_flight')).toBe(0)
  })

  it('makes no series for names that a client invents', async () => {
    for (let index = 0; index < 20; index++) {
      await server.post(`/v1/models/invented-${index}/predict`, { rows: [{}] })
      await server.post(`/v2/models/bench/versions/${index + 50}/infer`, { inputs: [] })
    }
    const text = (await server.get('/metrics')).body as string
    expect(text).not.toContain('invented')
    expect(text).toContain('mainward_request_errors_total{route="predict",model="",reason="not-found"} 20')
  })
})

describe('listening', () => {
  it('says that the port is in use', async () => {
    const failure = startServer({ port: port() })
    await expect(failure).rejects.toThrow(`another program listens on 127.0.0.1:${port()}`)
    await expect(failure).rejects.toBeInstanceOf(MainwardError)
    await expect(failure).rejects.toMatchObject({ code: 'port-in-use' })
  })

  it('answers what is in flight when it stops, and takes no new connections', async () => {
    const own = await startServer({ runtime })
    await own.serve(servingState(1, { releases: [release], routes: [stableRoute(release)] }))
    const slow = own.post(predictPath, { rows: [{ ...benchRow(0), f0: 222 }] })
    await new Promise((resolve) => setTimeout(resolve, 50))
    const startedAt = Date.now()
    const stopped = own.stop()
    await expect(fetch(`${own.url}/v2`, { headers: { connection: 'close' } })).rejects.toThrow()
    expect((await slow).status).toBe(200)
    await stopped
    expect(Date.now() - startedAt).toBeLessThan(2000)
    await removeParts(own)
  })

  it('cuts connections that are still open after the drain time', async () => {
    const own = await startServer({ limits: { drainTimeoutMs: 300 } })
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(`POST ${predictPath} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const startedAt = Date.now()
    await own.stop()
    expect(Date.now() - startedAt).toBeLessThan(1500)
    await removeParts(own)
  })

  it('answers predictions byte for byte the same whoever asks again', async () => {
    const digest = async () => {
      const { body } = await server.post(predictPath, { rows: [benchRow(5)] }, { 'mainward-request-id': 'same' })
      return createHash('sha256').update(JSON.stringify(body)).digest('hex')
    }
    expect(await digest()).toBe(await digest())
  })
})
