/** Clients that mean harm: never much memory, never another caller's time, never an INTERNAL. Against a process of its own. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { builtFile, packageRoot } from '../../../reconciler/core/package-root.ts'
import { workerHeap, workerMemory } from '../../../reconciler/serving/worker-memory.ts'
import { benchExpected, benchRelease } from '../support/bench-model.ts'
import { until } from '../support/running-server.ts'
import { servingState, stableRoute } from '../support/serving-state.ts'
import { GrpcClient } from './support/grpc-client.ts'
import { encode } from './support/messages.ts'
import { PlainClient } from './support/plain-call.ts'
import { callHeaders, flags, frame, frameTypes, headerBlock, messageHead, RawConnection } from './support/raw-http2.ts'

const megabyte = 1_000_000
const inferPath = '/inference.GRPCInferenceService/ModelInfer'
// What is asked is never too long for the model's budget, also on a busy machine.
const release = benchRelease({ serving: { budgetMs: 5000 } })
const limits = { headersTimeoutMs: 1500, requestTimeoutMs: 2500, keepAliveTimeoutMs: 4000 }

let folder: string
let child: ChildProcess
let address: string
let honest: GrpcClient
let atStart: number
let before: number

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mainward-grpc-'))
  const state = servingState(1, { releases: [release], routes: [stableRoute(release)] })
  const path = join(packageRoot, 'test/fixtures/bench-model/model.onnx')
  const argument = { dist: builtFile(''), folder, limits, state, artifact: { sha256: release.artifact.sha256, path } }
  const program = join(packageRoot, 'test/serving/grpc/support/grpc-process.mjs')
  // As the primary starts its workers.
  const started = { execArgv: [...workerHeap, '--expose-gc'], env: { ...process.env, ...workerMemory } }
  child = fork(program, [JSON.stringify(argument)], started)
  const [{ grpc }] = (await once(child, 'message')) as [{ grpc: string }]
  address = grpc
  honest = new GrpcClient(address)
  for (let round = 0; round < 200; round++) await predict()
  atStart = await readMemory()
})

afterAll(async () => {
  honest.close()
  child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  before = await readMemory()
})

async function readMemory(): Promise<number> {
  return (await readUsage()).rss
}

async function readUsage(): Promise<{ readonly rss: number; readonly heldUpMs: number }> {
  child.send('memory')
  const [usage] = (await once(child, 'message')) as [{ rss: number; heldUpMs: number }]
  return usage
}

const goodRequest = encode('ModelInferRequest', {
  model_name: 'bench',
  inputs: [{ name: 'input', datatype: 'FP32', shape: [1, 20] }],
  raw_input_contents: [Buffer.from(new Float32Array(benchExpected.rows[0] ?? []).buffer)],
})

async function predict(): Promise<void> {
  await honest.call(inferPath, goodRequest)
}

interface Measured {
  /** How long the server's event loop, and so any other caller, waited at most. */
  readonly heldUpMs: number
  readonly grewBy: number
}

const longestHeldMs = 1000

/** A busy machine may hold up the server as well, but not each time: what an attack does, it does again. */
async function observe(attack: () => Promise<unknown>): Promise<Measured> {
  let measured = await observeOnce(attack)
  for (let again = 0; again < 2 && measured.heldUpMs >= longestHeldMs; again++) {
    const next = await observeOnce(attack)
    measured = {
      heldUpMs: Math.min(measured.heldUpMs, next.heldUpMs),
      grewBy: Math.max(measured.grewBy, next.grewBy),
    }
  }
  return measured
}

/** While `attack` runs, an honest caller predicts. */
async function observeOnce(attack: () => Promise<unknown>): Promise<Measured> {
  let isOver = false
  let [heldUpMs, largest] = [0, 0]
  const attacking = attack().finally(() => (isOver = true))
  while (!isOver) {
    await predict()
    const usage = await readUsage()
    heldUpMs = Math.max(heldUpMs, usage.heldUpMs)
    largest = Math.max(largest, usage.rss)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  await attacking
  await predict()
  return { heldUpMs, grewBy: (largest - before) / megabyte }
}

function expectUnmoved({ heldUpMs, grewBy }: Measured): void {
  expect(grewBy).toBeLessThan(100)
  expect(heldUpMs).toBeLessThan(longestHeldMs)
}

async function open(): Promise<RawConnection> {
  return (await new RawConnection(address).connected()).greet()
}

function times<Value>(count: number, make: (index: number) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

/** A message that is one call's only one. */
async function refusal(message: Buffer, metadata: Record<string, string> = {}) {
  return honest.refusal('ModelInfer', message, { metadata })
}

describe('a message that is', () => {
  const size = 16 * 1024 * 1024 - 100

  it('full of tiny parameters, inputs, outputs, raw contents, unknown fields, groups', async () => {
    const repeat = (hex: string) => Buffer.alloc(size - (size % (hex.length / 2)), hex, 'hex')
    const found: (readonly [number, string])[] = []
    const measured = await observe(async () => {
      for (const hex of ['2200', '22030a0161', '2a00', '3200', '3a00', '7800', '7a00', '7b7c', '08', '2a042a020800', '1a0161']) {
        const { code, details } = await refusal(repeat(hex))
        found.push([code, details])
      }
    })
    expect(found.filter(([code]) => code !== 3)).toEqual([])
    expectUnmoved(measured)
  })

  it('one value after the other where one array is meant', async () => {
    const tensor = (contents: Buffer, shape: readonly number[], datatype = 'FP32') => {
      const input = encode('ModelInferRequest', { model_name: 'bench', inputs: [{ name: 'input', datatype, shape }] })
      const inner = input.subarray(input.indexOf(0x2a) + 2)
      const length = (bytes: number) =>
        Buffer.from([(bytes & 127) | 128, ((bytes >> 7) & 127) | 128, ((bytes >> 14) & 127) | 128, bytes >> 21])
      const body = Buffer.concat([inner, Buffer.from([0x2a]), length(contents.length), contents])
      return Buffer.concat([input.subarray(0, input.indexOf(0x2a)), Buffer.from([0x2a]), length(body.length), body])
    }
    const elements = 10_000 * 20
    const measured = await observe(async () => {
      const varints = tensor(Buffer.alloc(size - 200, '1801', 'hex'), [10_000, 20], 'INT64')
      expect(await refusal(varints)).toMatchObject({ code: 3 })
      const packed = Buffer.concat([Buffer.from([0x1a, 0x80, 0x80, 0x80, 0x07]), Buffer.alloc(7 * 2 ** 21, 1)])
      expect(await refusal(tensor(packed, [10_000, 20], 'INT64'))).toMatchObject({ code: 3 })
      const floats = tensor(Buffer.alloc(elements * 5, '350000803f', 'hex'), [10_000, 20])
      expect(await honest.call(inferPath, floats)).toMatchObject({})
    })
    expectUnmoved(measured)
  })

  it('nested groups, deep beyond all sense', async () => {
    expect(await refusal(Buffer.alloc(size, '7b', 'hex'))).toMatchObject({ code: 3 })
  })

  it('a bomb: gzip of zeros, of a message full of fields; not gzip at all; or larger than the limit', async () => {
    const framed = (body: Buffer) => Buffer.concat([messageHead(body.length, 1), body])
    const bodies = [Buffer.alloc(200 * megabyte), Buffer.alloc(size, '2200', 'hex'), Buffer.alloc(size)].map((body) =>
      gzipSync(body),
    )
    const caller = new PlainClient(address)
    const call = (body: Buffer, coding = 'gzip') => caller.call({ headers: { 'grpc-encoding': coding }, body: framed(body) })
    const measured = await observe(async () => {
      const codes = await Promise.all([...bodies, Buffer.from('no gzip')].map(async (body) => (await call(body)).code))
      expect(codes).toEqual([8, 3, 3, 3])
      const many = await Promise.all(times(24, () => call(bodies[1] ?? Buffer.alloc(0))))
      expect(new Set(many.map(({ code }) => code))).toEqual(new Set([3]))
      expect((await call(Buffer.alloc(1), 'br')).code).toBe(12)
      expect((await call(Buffer.alloc(1), 'identity')).code).toBe(3)
      expect((await refusal(Buffer.alloc(17 * 1024 * 1024))).code).toBe(8)
    })
    caller.close()
    expectUnmoved(measured)
  })
})

function slices(bytes: Buffer, size: number): Buffer[] {
  return times(Math.ceil(bytes.length / size), (index) => bytes.subarray(index * size, (index + 1) * size))
}

describe('a connection that', () => {
  it('sends a message of 16 MB in frames of one byte', async () => {
    const measured = await observe(async () => {
      const connection = await open()
      connection.write(frame(frameTypes.headers, flags.endHeaders, 1, callHeaders(inferPath)))
      await connection.sendData(1, [messageHead(16 * megabyte)])
      await connection.sendData(
        1,
        times(200_000, () => Buffer.from([1])),
      )
      expect(await connection.answer(1)).not.toBe('')
      connection.close()
    })
    expectUnmoved(measured)
  })

  it('announces large messages on all its streams, sends most of them, and waits', async () => {
    const measured = await observe(async () => {
      const connections = await Promise.all(times(8, open))
      await Promise.all(
        connections.map(async (connection) => {
          for (let stream = 1; stream < 40; stream += 2) {
            connection.write(frame(frameTypes.headers, flags.endHeaders, stream, callHeaders(inferPath)))
            await connection.sendData(stream, [messageHead(16 * megabyte), ...times(100, () => Buffer.alloc(16_000))])
          }
        }),
      )
      await Promise.all(connections.map((connection) => connection.answer(39)))
      for (const connection of connections) connection.close()
    })
    expectUnmoved(measured)
  })

  it('never says that it is HTTP/2, or says nothing after that', async () => {
    const silent = await Promise.all(times(20, () => new RawConnection(address).connected()))
    const greeted = await Promise.all(times(20, open))
    const wrong = await new RawConnection(address).connected()
    wrong.write(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'))
    await until(() => wrong.closed && silent.every(({ closed }) => closed))
    // The server looks once a second, at all of them: those that have greeted have two more.
    expect(greeted.some(({ closed }) => closed)).toBe(false)
    await until(() => greeted.every(({ closed }) => closed))
  })

  it('is one of 10,000 that do nothing', async () => {
    const connections: RawConnection[] = []
    const measured = await observe(async () => {
      for (let batch = 0; batch < 50; batch++) {
        connections.push(
          ...(await Promise.all(times(200, (index) => (index % 2 === 0 ? open() : new RawConnection(address).connected())))),
        )
      }
    })
    for (const connection of connections) connection.close()
    expectUnmoved(measured)
  })

  it('opens streams and resets them, without end', async () => {
    const measured = await observe(async () => {
      const connection = await open()
      for (let stream = 1; stream < 100_000 && !connection.closed; stream += 2) {
        const opened = frame(frameTypes.headers, flags.endHeaders, stream, callHeaders(inferPath))
        const reset = frame(frameTypes.reset, 0, stream, Buffer.from([0, 0, 0, 8]))
        if (!connection.write(Buffer.concat([opened, reset]))) await connection.drained()
        if (stream % 200 === 1) await new Promise((resolve) => setImmediate(resolve))
      }
      expect(connection.closed || connection.frames.some(({ type }) => type === frameTypes.goaway)).toBe(true)
      connection.close()
    })
    expectUnmoved(measured)
  })

  it('floods with PING, SETTINGS, CONTINUATION, empty frames, headers of 200 KB, thousands of headers', async () => {
    const continuation = () =>
      Buffer.concat([
        frame(frameTypes.headers, 0, 1, callHeaders(inferPath)),
        ...times(20_000, () => frame(frameTypes.continuation, 0, 1, headerBlock([['x', 'y'.repeat(100)]]))),
      ])
    const floods: readonly (() => Buffer)[] = [
      () => Buffer.concat(times(100_000, () => frame(frameTypes.ping, 0, 0, Buffer.alloc(8)))),
      () => Buffer.concat(times(100_000, () => frame(frameTypes.settings, 0, 0))),
      continuation,
      () =>
        Buffer.concat([
          frame(frameTypes.headers, flags.endHeaders, 1, callHeaders(inferPath)),
          ...times(100_000, () => frame(frameTypes.data, 0, 1)),
        ]),
      () => frame(frameTypes.headers, flags.endHeaders | flags.endStream, 1, callHeaders(inferPath, [['x', 'y'.repeat(16_000)]])),
      () =>
        frame(
          frameTypes.headers,
          flags.endHeaders | flags.endStream,
          1,
          callHeaders(
            inferPath,
            times(1000, (index) => [`h${index}`, 'v']),
          ),
        ),
    ]
    for (const flood of floods) {
      const bytes = flood()
      const measured = await observe(async () => {
        const connection = await open()
        for (const slice of slices(bytes, 64 * 1024)) {
          if (connection.closed) break
          if (!connection.write(slice)) await connection.drained()
        }
        await new Promise((resolve) => setTimeout(resolve, 100))
        connection.close()
      })
      expectUnmoved(measured)
    }
  })

  it('asks, and never reads the answers', async () => {
    const measured = await observe(async () => {
      const connections = await Promise.all(times(20, async () => (await new RawConnection(address).connected()).greet([[4, 0]])))
      const body = Buffer.concat([messageHead(goodRequest.length), goodRequest])
      for (const connection of connections) {
        for (let stream = 1; stream < 512; stream += 2) {
          connection.write(frame(frameTypes.headers, flags.endHeaders, stream, callHeaders(inferPath)))
          connection.write(frame(frameTypes.data, flags.endStream, stream, body))
          if (stream % 64 === 1) await new Promise((resolve) => setTimeout(resolve, 5))
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 1000))
      for (const connection of connections) connection.close()
    })
    expectUnmoved(measured)
  })

  it('is too slow with its message', async () => {
    const caller = new PlainClient(address)
    const answer = await caller.call({ body: messageHead(100), ends: false })
    expect(answer).toMatchObject({ code: 4, message: 'the message was not sent in time' })
    caller.close()
  })

  it('sends half a message, two messages, none, or what is not gRPC', async () => {
    const caller = new PlainClient(address)
    const whole = Buffer.concat([messageHead(goodRequest.length), goodRequest])
    expect((await caller.call({ body: whole })).code).toBe(0)
    for (const body of [
      whole.subarray(0, 3),
      whole.subarray(0, 50),
      Buffer.concat([whole, whole]),
      Buffer.from([7, 0, 0, 0, 0]),
    ]) {
      expect((await caller.call({ body })).code).toBe(3)
    }
    expect((await caller.call({})).code).toBe(3)
    expect((await caller.call({ body: whole, headers: { 'grpc-timeout': 'soon' } })).code).toBe(3)
    expect((await caller.call({ body: messageHead(100), ends: false, headers: { 'grpc-timeout': '50m' } })).code).toBe(4)
    expect(await caller.call({ body: whole, headers: { 'content-type': 'application/json' } })).toMatchObject({ http: 415 })
    expect(await caller.call({ headers: { ':method': 'GET' } })).toMatchObject({ http: 405 })
    expect(await caller.call({ path: '/../../etc/passwd', body: whole })).toMatchObject({ code: 12 })
    caller.close()
  })
})

it('leaves the process as it was', async () => {
  await new Promise((resolve) => setTimeout(resolve, 3000))
  expect(((await readMemory()) - atStart) / megabyte).toBeLessThan(100)
})
