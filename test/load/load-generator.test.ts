/** Both load generators as processes, against servers whose behaviour is known. */
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { startClosedLoop, startOpenLoop } from '../bench/load/run-load.mjs'

const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function listen(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function serveHttp(answer: RequestListener): Promise<string> {
  return listen(createHttpServer(answer))
}

/** Answers with the request's body. */
const echo: RequestListener = (request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const body = Buffer.concat(parts)
    response.writeHead(200, { 'content-length': body.length }).end(body)
  })
}

const requests = ['one', 'two', 'three'].map((body) => ({ path: `/${body}`, body }))

describe('the closed loop', () => {
  it('sends the requests in turn over as many connections as were asked for, and keeps a sample of the answers', async () => {
    const seen = { connections: new Set<Socket>(), paths: new Map<string, number>() }
    const url = await serveHttp((request, response) => {
      seen.connections.add(request.socket)
      seen.paths.set(request.url ?? '', (seen.paths.get(request.url ?? '') ?? 0) + 1)
      echo(request, response)
    })
    const result = await startClosedLoop({ url, requests, seconds: 0.5, connections: 4, sampleSize: 30 }).result
    expect(result).toMatchObject({ failed: 0, statuses: { 200: result.answered }, problems: [] })
    expect(result.ratePerSecond).toBeCloseTo(result.answered / result.seconds, 6)
    expect(seen.connections.size).toBe(4)
    const counts = requests.map(({ path }) => seen.paths.get(path) ?? 0)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
    expect(result.samples).toHaveLength(30)
    for (const { request, body } of result.samples) expect(body.toString()).toBe(requests[request]?.body)
    expect(new Set(result.samples.map(({ request }) => request)).size).toBe(3)
  })

  it('needs less processor time for a request than a server that only answers', async () => {
    const url = await serveHttp(echo)
    const load = startClosedLoop({ url, requests, seconds: 1, warmupSeconds: 0.5 })
    await load.measuring
    const before = process.cpuUsage()
    await load.measured
    const { user, system } = process.cpuUsage(before)
    const result = await load.result
    expect(result.generatorCpuUs).toBeLessThan((user + system) / result.answered)
  })

  it('measures a server that takes its time', async () => {
    const url = await serveHttp((_request, response) => setTimeout(() => response.writeHead(200, { 'content-length': 0 }).end(), 30)) // prettier-ignore
    const { latency, goodputPerSecond, ratePerSecond } = await startClosedLoop({ url, requests, seconds: 1, connections: 2, budgetMs: 20 }).result // prettier-ignore
    expect(latency.p50Ms).toBeGreaterThan(29)
    expect(ratePerSecond).toBeLessThan(2 / 0.029)
    expect(goodputPerSecond).toBe(0)
  })

  it('counts statuses apart, and keeps what a refusal said', async () => {
    let count = 0
    const url = await serveHttp((_request, response) => {
      const [status, text] = count++ % 2 === 0 ? [200, 'fine'] : [503, 'busy']
      response.writeHead(status, { 'content-length': 4 }).end(text)
    })
    const result = await startClosedLoop({ url, requests, seconds: 0.3 }).result
    expect(Math.abs((result.statuses[200] ?? 0) - (result.statuses[503] ?? 0))).toBeLessThanOrEqual(16)
    expect(result.latency.count).toBe(result.statuses[200])
    expect(result.otherLatency.count).toBe(result.statuses[503])
    expect(result.problems.map(({ status, body }) => [status, body.toString()])).toEqual(new Array(5).fill([503, 'busy']))
  })

  it('opens a new connection when the server says that it hangs up, and fails nothing', async () => {
    const connections = new Set<Socket>()
    const url = await serveHttp((request, response) => {
      connections.add(request.socket)
      response.writeHead(200, { 'content-length': 0, connection: 'close' }).end()
    })
    const result = await startClosedLoop({ url, requests, seconds: 0.3, connections: 2 }).result
    expect(result.failed).toBe(0)
    expect(result.answered).toBeGreaterThan(2)
    expect(connections.size).toBeGreaterThanOrEqual(result.answered)
  })

  it.each([
    ['unanswered', (socket: Socket) => socket.destroy()],
    ['cut', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf')],
    ['malformed', (socket: Socket) => socket.write('what?\r\n\r\n')],
    ['timeout', () => undefined],
  ])('says that a request was %s', async (reason, misbehave) => {
    const open = new Set<Socket>()
    const server = createTcpServer((socket) => {
      open.add(socket)
      socket.on('error', () => undefined).once('data', () => misbehave(socket))
    })
    const url = await listen(server)
    const result = await startClosedLoop({ url, requests, seconds: 0.6, connections: 2, timeoutMs: 200 }).result
    for (const socket of open) socket.destroy()
    expect(result.answered).toBe(0)
    expect(Object.keys(result.failures)).toEqual([reason])
    expect(result.failed).toBeGreaterThan(0)
    expect(result.notes[0]).toBe(reason === 'malformed' ? 'this is no answer of HTTP/1: what?' : undefined)
  })

  it('says that a connection was dropped which had answered before', async () => {
    const server = createTcpServer((socket) => {
      let count = 0
      socket.on('error', () => undefined).on('data', () => (++count === 3 ? socket.destroy() : socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'))) // prettier-ignore
    })
    const result = await startClosedLoop({ url: await listen(server), requests, seconds: 0.3, connections: 1 }).result
    expect(Object.keys(result.failures)).toEqual(['dropped'])
    expect(Math.abs(result.answered - 2 * result.failed)).toBeLessThanOrEqual(2)
  })

  it('says that connections are refused where nobody listens, and ends when it is told', async () => {
    const load = startClosedLoop({ url: 'http://127.0.0.1:1', requests, seconds: 60, connections: 2 })
    await load.measuring
    await sleep(200)
    load.stop()
    const result = await load.result
    expect(result.seconds).toBeLessThan(5)
    expect(result.failures.refused).toBeGreaterThan(2)
  })
})

describe('the open loop', () => {
  it.each(['uniform', 'poisson'] as const)('sends at its rate (%s), however few connections that takes', async (arrivals) => {
    const url = await serveHttp(echo)
    const result = await startOpenLoop({ url, requests, seconds: 2, ratePerSecond: 300, arrivals, connections: 8 }).result
    const expected = 300 * result.seconds
    // Poisson: within five standard deviations.
    expect(Math.abs(result.answered - expected)).toBeLessThan(arrivals === 'uniform' ? 3 : 5 * Math.sqrt(expected))
    expect(result).toMatchObject({ failed: 0, statuses: { 200: result.answered } })
  })

  it('charges a server that stands still for all who waited meanwhile', async () => {
    let stoodStill = false
    const url = await serveHttp((request, response) => {
      if (request.url === '/three' && !stoodStill) {
        stoodStill = true
        for (const end = performance.now() + 500; performance.now() < end;);
      }
      echo(request, response)
    })
    const result = await startOpenLoop({ url, requests, seconds: 1.5, ratePerSecond: 200, arrivals: 'uniform', connections: 4, budgetMs: 100 }).result // prettier-ignore
    // 100 of the 300 were due within the half second, and waited for 250 ms on average.
    expect(result.failed).toBe(0)
    expect(result.latency.maxMs).toBeGreaterThan(480)
    expect(result.latency.p90Ms).toBeGreaterThan(300)
    expect(result.goodputPerSecond * result.seconds).toBeLessThan(result.answered - 60)
  })

  it('lets requests wait for a connection when all are taken, and says for how long', async () => {
    const url = await serveHttp((request, response) => void setTimeout(() => echo(request, response), 50))
    const result = await startOpenLoop({ url, requests, seconds: 1, ratePerSecond: 100, connections: 1, timeoutMs: 5000 }).result
    expect(result.failed).toBe(0)
    // One connection answers 20 a second of 100.
    expect(result.sendDelay.maxMs).toBeGreaterThan(1000)
    expect(result.latency.maxMs).toBeGreaterThan(result.sendDelay.maxMs)
  })

  it('loses patience with a server that does not answer', async () => {
    const url = await serveHttp((_request, response) => void setTimeout(() => response.destroy(), 2000))
    const result = await startOpenLoop({ url, requests, seconds: 0.5, ratePerSecond: 50, timeoutMs: 200 }).result
    expect(result.answered).toBe(0)
    expect(Object.keys(result.failures)).toEqual(['timeout'])
    expect(result.failed).toBeGreaterThan(5)
  })
})
