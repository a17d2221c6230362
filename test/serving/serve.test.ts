import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refuseOpenHost, type ServeOptions } from '../../reconciler/cli/serve.ts'
import { builtFile, packageRoot } from '../../reconciler/core/package-root.ts'
import type { ServingState } from '../../reconciler/core/serving-state.ts'
import { benchBytes, benchRelease, benchRow, benchScore } from './support/bench-model.ts'
import { until } from './support/running-server.ts'
import { servingState, stableRoute } from './support/serving-state.ts'

const first = benchRelease({ version: 1 })
const second = benchRelease({ version: 2 })
const program = join(packageRoot, 'test/serving/support/serve-process.mjs')

let folder: string
const children: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mainward-serve-'))
  await writeFile(join(folder, first.artifact.sha256), benchBytes)
})

afterEach(async () => {
  for (const child of children.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

function options(changes: Partial<ServeOptions> = {}): ServeOptions {
  return {
    environment: 'production',
    replica: 'replica-1',
    stateFolder: folder,
    host: '127.0.0.1',
    port: 0,
    grpcPort: 0,
    processes: 1,
    version: '0.1.0',
    allowAnonymous: false,
    times: { pollMs: 20 },
    ...changes,
  }
}

interface Running {
  readonly child: ChildProcess
  readonly url: string
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>
}

function run(changes: Partial<ServeOptions> = {}): Omit<Running, 'url'> {
  const argument = JSON.stringify({ options: options(changes), folder, dist: builtFile('') })
  const child = fork(program, [argument], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  children.push(child)
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = once(child, 'exit').then(([code]) => ({ code: code as number | null, output }))
  return { child, ended }
}

async function serve(changes?: Partial<ServeOptions>): Promise<Running> {
  const { child, ended } = run(changes)
  const failed = ended.then(({ output }): never => {
    throw new Error(`it ended before it listened: ${output}`)
  })
  const listening = new Promise<string>((resolve) => {
    child.on('message', (message: { type: string; url: string }) => {
      if (message.type === 'listening') resolve(message.url)
    })
  })
  return { child, ended, url: await Promise.race([listening, failed]) }
}

async function offer(state: ServingState): Promise<void> {
  await writeFile(join(folder, 'source.json'), JSON.stringify(state))
}

async function predict(url: string): Promise<{ version: number; score: number } | null> {
  const response = await fetch(`${url}/v1/models/bench/predict`, {
    method: 'POST',
    body: JSON.stringify({ rows: [benchRow(7)] }),
  })
  const body = (await response.json()) as { predictions?: { version: number; score: number }[] }
  return body.predictions?.[0] ?? null
}

describe('the serving process', () => {
  it('tells its parent where it listens, serves, and follows the state', async () => {
    await offer(servingState(1, { releases: [first], routes: [stableRoute(first)] }))
    const { url } = await serve()
    await until(async () => (await predict(url)) !== null)
    expect((await predict(url))?.score).toBeCloseTo(benchScore(7), 5)
    await offer(servingState(2, { releases: [second], routes: [stableRoute(second)] }))
    await until(async () => (await predict(url))?.version === 2)
  })

  it('serves again after kill -9 from what is on disk, without any source', async () => {
    await offer(servingState(1, { releases: [first], routes: [stableRoute(first)] }))
    const { url, child, ended } = await serve()
    await until(async () => (await predict(url)) !== null)
    child.kill('SIGKILL')
    await ended
    await rm(join(folder, 'source.json'))
    const again = await serve()
    await until(async () => (await predict(again.url)) !== null)
  })

  it('answers every request over a SIGTERM, and ends with 0', async () => {
    const patient = benchRelease({ serving: { budgetMs: 60_000 } })
    await offer(servingState(1, { releases: [patient], routes: [stableRoute(patient)] }))
    const { url, child, ended } = await serve()
    await until(async () => (await predict(url)) !== null)
    const body = JSON.stringify({ rows: Array.from({ length: 5000 }, (_, index) => benchRow(index % 64)) })
    const requests = Array.from({ length: 8 }, () => fetch(`${url}/v1/models/bench/predict`, { method: 'POST', body }))
    await new Promise((resolve) => setTimeout(resolve, 30))
    child.kill('SIGTERM')
    const answers = await Promise.allSettled(requests)
    const statuses = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.status : 'refused'))
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0)
    expect(statuses.every((status) => status === 200 || status === 'refused')).toBe(true)
    expect((await ended).code).toBe(0)
  })

  it('ends when its parent lets go of the channel', async () => {
    const { child, ended } = await serve()
    child.disconnect()
    expect(await ended).toMatchObject({ code: 0, output: expect.stringContaining('"parentGone":true') as string })
  })

  it('says that the port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const { code, output } = await run({ port }).ended
    expect(code).toBe(1)
    expect(output).toContain(`port-in-use: another program listens on 127.0.0.1:${port}`)
    taken.close()
  })

  it('refuses an open address without --allow-anonymous as wrong use', async () => {
    const { code, output } = await run({ host: '0.0.0.0' }).ended
    expect(code).toBe(2)
    expect(output).toContain('usage: 0.0.0.0 can be reached from other machines')
  })
})

describe('addresses', () => {
  it.each(['0.0.0.0', '::', '10.0.0.1', 'example.org', '127.0.0.1.example.org', ''])('%j needs --allow-anonymous', (host) => {
    expect(() => refuseOpenHost(options({ host }))).toThrow('can be reached from other machines')
  })

  it.each(['127.0.0.1', '127.0.0.2', 'localhost'])('%j does not', (host) => {
    expect(() => refuseOpenHost(options({ host }))).not.toThrow()
  })

  it('any address is fine with --allow-anonymous', () => {
    expect(() => refuseOpenHost(options({ host: '0.0.0.0', allowAnonymous: true }))).not.toThrow()
  })
})
