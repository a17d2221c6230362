/** Connections that idle, trickle, never read, break off, or send thousands of requests ahead. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { benchRow } from '../support/bench-model.ts'
import { startAttackedServer, type AttackedServer } from './support/attacked-server.ts'
import { post, predictPath, request } from './support/hostile-input.ts'
import { openSocket, openSockets, trickle, type HostileSocket } from './support/hostile-socket.ts'
import { expectIntact, expectUnmoved } from './support/judge.ts'
import { Watch, type Observed } from './support/watch.ts'

const good = post(predictPath, JSON.stringify({ rows: [benchRow(0)] }))
const limits = { headersTimeoutMs: 3000, requestTimeoutMs: 3000, answerTimeoutMs: 3000 }

let server: AttackedServer
let watch: Watch
let quiet: Observed

async function begin(): Promise<void> {
  server = await startAttackedServer(limits)
  const started = await Watch.start(server)
  watch = started.watch
  quiet = started.quiet
}

async function end(): Promise<void> {
  await watch.stop()
  await server.stop()
}

/** As many idle sockets as asked for, or as this machine gives a process. */
function affordable(count: number): number {
  const limit = Number(/Max open files +\d+ +(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 1024)
  return Math.min(count, limit - 500)
}

function statuses(socket: HostileSocket): readonly number[] {
  return socket.answers().map(({ status }) => status)
}

async function allClosed(sockets: readonly HostileSocket[], limitMs: number): Promise<boolean> {
  const closed = Promise.all(sockets.map((socket) => socket.closed)).then(() => true)
  return Promise.race([closed, sleep(limitMs, false, { ref: false })])
}

describe('clients that never read their answers', () => {
  beforeAll(begin)
  afterAll(end)

  it('are cut when they have waited, or take too much', async () => {
    const sockets = await openSockets(server.port, 30, { reads: false })
    const ahead = Buffer.concat(Array<Buffer>(250).fill(request('GET', '/openapi.json')))
    for (const { socket } of sockets) {
      const send = () => {
        for (let more = true; more && !socket.destroyed;) more = socket.write(ahead)
      }
      socket.on('drain', send)
      send()
    }
    expect(await allClosed(sockets, 20_000)).toBe(true)
    // A flood of valid requests is work, and others wait for their share of it: only memory is bounded here.
    expectIntact(server, await watch.observe())
  })

  // Each packet is read as a whole, and nothing is given back until the packets of all have been read.
  it.each(['/openapi.json', '/nothing'])('do not add up when hundreds send a packet full of %s', async (path) => {
    const sockets = await openSockets(server.port, 300, { reads: false })
    const one = request('GET', path)
    const packet = Buffer.concat(Array<Buffer>(Math.floor(65_536 / one.length)).fill(one))
    await Promise.all(sockets.map(({ socket }) => new Promise<unknown>((resolve) => socket.write(packet, resolve))))
    const last = await openSocket(server.port)
    last.socket.end(good)
    await last.closed
    expect(statuses(last)).toEqual([200])
    expectIntact(server, await watch.observe())
    for (const { socket } of sockets) socket.destroy()
  })
})

describe('connections', () => {
  beforeAll(begin)
  afterAll(end)

  it('ten thousand that say nothing are let go', async () => {
    const sockets = await openSockets(server.port, affordable(10_000))
    expect(await allClosed(sockets, 20_000)).toBe(true)
    expectUnmoved(server, quiet, await watch.observe())
  })

  it('slow clients are let go, whether they trickle headers or a body', async () => {
    const sockets = await openSockets(server.port, 200)
    for (const [index, socket] of sockets.entries()) {
      if (index % 2 === 0) trickle(socket, good, 50)
      else {
        socket.socket.write(`POST ${predictPath} HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n`)
        trickle(socket, Buffer.alloc(5000, '['), 50)
      }
    }
    expect(await allClosed(sockets, 12_000)).toBe(true)
    expect(new Set(sockets.flatMap(statuses))).toEqual(new Set([408]))
    expectUnmoved(server, quiet, await watch.observe())
  })

  it('thousands of requests ahead are answered in their order, the garbage behind them last', async () => {
    const socket = await openSocket(server.port)
    const requests = Array.from({ length: 3000 }, (_, index) => request('GET', '/v2', '', [`Mainward-Request-Id: r${index}`]))
    socket.socket.write(Buffer.concat([...requests, Buffer.from('garbage\r\n\r\n')]))
    expect(await allClosed([socket], 10_000)).toBe(true)
    const answers = socket.answers()
    const ids = answers.slice(0, -1).map(({ head }) => /Mainward-Request-Id: (\w+)/.exec(head)?.[1])
    expect(ids).toEqual(requests.map((_, index) => `r${index}`))
    expect(answers.every(({ status }) => [200, 400, 503].includes(status))).toBe(true)
    expect(answers.at(-1)?.status).toBe(400)
    expectUnmoved(server, quiet, await watch.observe())
  })

  it('that break off anywhere leave nothing behind', async () => {
    for (let round = 0; round < 5; round++) {
      const sockets = await openSockets(server.port, 200)
      for (const [index, { socket }] of sockets.entries()) {
        socket.write(good.subarray(0, 1 + ((index * 7 + round) % good.length)))
        if (index % 3 === 0) socket.end()
        else setTimeout(() => socket.resetAndDestroy(), index % 5)
      }
      await Promise.all(sockets.filter((_, index) => index % 3 !== 0).map(({ closed }) => closed))
      for (const { socket } of sockets) socket.destroy()
    }
    expectUnmoved(server, quiet, await watch.observe())
  })

  it('that are half closed still get their answer', async () => {
    const socket = await openSocket(server.port)
    socket.socket.end(good)
    expect(await allClosed([socket], 5000)).toBe(true)
    expect(statuses(socket)).toEqual([200])
  })

  it('with chunks of one byte cost no more than their bytes', async () => {
    const sockets = await openSockets(server.port, 20)
    const piece = Buffer.from('1\r\n \r\n'.repeat(20_000))
    for (const { socket } of sockets) {
      socket.write(`POST ${predictPath} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`)
      socket.write(piece)
      socket.end('0\r\n\r\n')
    }
    expect(await allClosed(sockets, 15_000)).toBe(true)
    expect(new Set(sockets.flatMap(statuses))).toEqual(new Set([400]))
    expectIntact(server, await watch.observe())
  })
})

describe('more connections than the limit', () => {
  it('are told so with 503, and the others go on', async () => {
    const small = await startAttackedServer({ connections: 20 })
    try {
      const sockets = await openSockets(small.port, 20)
      const refused = await openSocket(small.port)
      await refused.closed
      expect(statuses(refused)).toEqual([503])
      expect(refused.answers()[0]?.head).toContain('Retry-After: 1')
      sockets[0]?.socket.end(good)
      await sockets[0]?.closed
      expect(sockets.slice(0, 1).flatMap(statuses)).toEqual([200])
      for (const { socket } of sockets) socket.destroy()
    } finally {
      await small.stop()
    }
  })
})
