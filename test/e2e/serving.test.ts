/** A whole installation as its clients see it: both protocols, outcomes, records and their replay, ports, and a release that kills. */
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { GrpcClient } from '../serving/grpc/support/grpc-client.ts'
import { eventually } from '../support/eventually.ts'
import { readPlainExample } from '../support/plain-example.ts'
import { countVersions, PatientClient } from './support/clients.ts'
import { readKnownRows, serveFlights } from './support/example.ts'
import { Installation } from './support/installation.ts'
import { eventsOf, readProvenHistory } from './support/outcome.ts'

const [known] = readKnownRows()
const row = known?.row ?? {}

describe('an installation', () => {
  let installation: Installation
  let address: { readonly serving: string; readonly grpc: string }

  beforeAll(async () => {
    installation = new Installation()
    await installation.start()
    address = JSON.parse(readFileSync(join(installation.folder, 'ready.json'), 'utf8')) as typeof address
  })

  afterAll(() => installation.end())

  it('answers over gRPC, where its ready-file says, what it answers over HTTP', async () => {
    expect(address.grpc).toMatch(/^127\.0\.0\.1:\d+$/)
    const client = new GrpcClient(address.grpc)
    try {
      const inputs = [{ name: 'input', datatype: 'FP32', shape: [1, 27], contents: { fp32_contents: featureValues() } }]
      expect(await overHttp(inputs)).toBeCloseTo(known?.scores[1] ?? NaN, 5)
      expect(await overGrpc(client, inputs)).toBeCloseTo(known?.scores[1] ?? NaN, 5)
    } finally {
      client.close()
    }
  })

  it('hands out its predictions with their labels, and a replay takes them', async () => {
    const ids: string[] = []
    for (let index = 0; index < 25; index++) ids.push(await predict(`N${index}`))
    const outcomes = ids.map((id, index) => ({ request_id: id, label: index % 2 }))
    expect((await post('/v1/outcomes', { outcomes })).status).toBe(202)
    const file = join(installation.folder, 'f.jsonl')
    const records = await eventually(async () => {
      const args = ['records', 'flight-delay', '--last', '20', '--out', file, '--state', installation.state]
      expect(await installation.cli(...args)).toMatchObject({ code: 0 })
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
      const found = lines.map((line) => JSON.parse(line) as { request_id: string; label?: number; score: number })
      expect(found.map(({ request_id: id, label }) => [id, label])).toEqual(
        ids.slice(5).map((id, index) => [id, (index + 5) % 2]),
      )
      return found
    })
    expect(records.every(({ score }) => Math.abs(score - (known?.scores[1] ?? NaN)) < 1e-5)).toBe(true)
    const replayed = await installation.cli('replay', file, '--no-clock', '--state', installation.state)
    expect(replayed).toMatchObject({ code: 0 })
    expect(replayed.output).toContain('20')
  })

  async function predict(unit: string): Promise<string> {
    const { status, body } = await post('/v1/models/flight-delay/predict', { rows: [row], units: [unit] })
    expect(status).toBe(200)
    return (body as { request_id: string }).request_id
  }

  async function post(path: string, body: object): Promise<{ readonly status: number; readonly body: unknown }> {
    const response = await fetch(`${address.serving}${path}`, { method: 'POST', body: JSON.stringify(body) })
    return { status: response.status, body: await response.json() }
  }

  async function overHttp(
    inputs: readonly { readonly contents: { readonly fp32_contents: readonly number[] } }[],
  ): Promise<number> {
    const asked = inputs.map(({ contents, ...rest }) => ({ ...rest, data: contents.fp32_contents }))
    const { body } = await post('/v2/models/flight-delay/infer', { inputs: asked })
    const { outputs } = body as { outputs: { name: string; data: number[] }[] }
    return outputs.find(({ name }) => name === 'probabilities')?.data[1] ?? NaN
  }
})

interface InferAnswer {
  readonly outputs: readonly { readonly name: string; readonly contents: { readonly fp32_contents: readonly number[] } | null }[]
  readonly raw_output_contents: readonly Buffer[]
}

async function overGrpc(client: GrpcClient, inputs: readonly object[]): Promise<number> {
  const answer = await client.ask<InferAnswer>('ModelInfer', { model_name: 'flight-delay', inputs })
  const index = answer.outputs.findIndex(({ name }) => name === 'probabilities')
  const raw = answer.raw_output_contents[index]
  return raw === undefined ? (answer.outputs[index]?.contents?.fp32_contents[1] ?? NaN) : raw.readFloatLE(4)
}

/** The known row in the order of the model's input. */
function featureValues(): readonly number[] {
  const { spec } = parse(readPlainExample('models/flight-delay/versions/1.yaml')) as {
    spec: { signature: { inputs: { features: string[] }[] } }
  }
  return (spec.signature.inputs[0]?.features ?? []).map((name) => row[name] ?? NaN)
}

describe('the port of gRPC', () => {
  it('that another program has is named, and nothing is left running', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as AddressInfo
    const installation = new Installation({ arguments: ['--grpc-port', String(port)] })
    try {
      const up = installation.launch()
      const code = await new Promise((resolve) => up.once('exit', resolve))
      expect(code).toBe(1)
      expect(installation.output).toContain(`port ${port} of 127.0.0.1 is taken by another program`)
    } finally {
      await installation.end()
      taken.close()
    }
  })
})

describe('a version that kills the process that loads it', () => {
  let installation: Installation | null = null

  afterEach(() => installation?.end())

  it('is taken back with the reason, while everything else answers', async () => {
    const { spec } = parse(readPlainExample('models/flight-delay/versions/2.yaml')) as { spec: { artifact: { sha256: string } } }
    const preload = join(packageRoot, 'test/e2e/support/crash-on-load.mjs')
    installation = new Installation({
      arguments: ['--processes', '2'],
      environment: { NODE_OPTIONS: `--import=${preload}`, MAINWARD_TEST_CRASH: spec.artifact.sha256 },
    })
    await installation.start()
    const client = new PatientClient(installation)
    const commit = installation.commit(serveFlights(2), 'Serve a version 2 that kills')
    const status = await installation.untilSettled(commit)
    const model = status.models.find(({ name }) => name === 'flight-delay')
    expect(model).toMatchObject({ ready: true, phase: 'RolledBack', stableVersion: 1 })
    expect(model?.stalled).toMatch(/3 worker processes died.*SIGSEGV/)
    expect(status.models.find(({ name }) => name === 'loan-approval')).toMatchObject({ ready: true, phase: 'Succeeded' })
    expect(await countVersions(installation.control.serving, 30)).toEqual({ 1: 30 })
    await client.stop()
    expect(client.wrong).toEqual([])
    expect(client.answered).toBeGreaterThan(20)
    const last = (await readProvenHistory(installation)).at(-1)
    expect(last).toMatchObject({ event: 'RolledBack', reason: 'Crashed' })
    expect(eventsOf(await readProvenHistory(installation)).at(-1)).toContain('v1=100')
    expect(installation.log('serve').split('"a worker died while it ran a release"').length - 1).toBe(3)
  })
})
