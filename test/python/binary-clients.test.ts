/** Triton's and KServe's clients in their binary forms, and every datatype there and back through an ONNX model. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestBytes } from '../../reconciler/core/digest.ts'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import type { Datatype, Release } from '../../reconciler/core/release.ts'
import { makeReferenceModels, type ReferenceModels } from '../inference/reference-models.ts'
import { benchExpected, benchRelease } from '../serving/support/bench-model.ts'
import { removeParts, startServer, type RunningServer } from '../serving/support/running-server.ts'
import { canaryRoute, servingState, stableRoute } from '../serving/support/serving-state.ts'
import { ensurePythonEnvironment, makingTimeoutMs } from '../support/python-environment.ts'
import { largestDifference } from './client-server.ts'

interface CountedVersion {
  readonly name: string
  readonly version: string
  readonly inference_count: number
  readonly inference_stats: { readonly success: { readonly count: number } }
}

interface Seen {
  /** By datatype and pair of forms: true, or what was wrong. */
  readonly datatypes: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly triton: Readonly<Record<string, unknown>> & {
    readonly refused: Readonly<Record<string, readonly [string, string]>>
    readonly config: Readonly<Record<string, unknown>>
    readonly statistics: { readonly model_stats: readonly CountedVersion[] }
  }
  readonly kserve: Readonly<Record<'binary' | 'json', { readonly id: string; readonly probabilities: unknown }>>
}

const numbers: readonly Datatype[] = ['UINT8', 'UINT16', 'UINT32', 'INT8', 'INT16', 'INT32']
const datatypes: readonly Datatype[] = [...numbers, 'BOOL', 'UINT64', 'INT64', 'FP16', 'FP32', 'FP64', 'BYTES']

let server: RunningServer
let models: ReferenceModels
let seen: Seen

beforeAll(async () => {
  models = await makeReferenceModels()
  server = await startServer()
  const python = await ensurePythonEnvironment('test/python/requirements-clients.txt')
  const identities = await Promise.all(datatypes.map(identityRelease))
  const [stable, canary] = [benchRelease({ version: 1 }), benchRelease({ version: 2 })]
  const routes = [canaryRoute(stable, canary, 5), ...identities.map(stableRoute)]
  await server.serve(servingState(1, { releases: [stable, canary, ...identities], routes }))
  const rows = join(server.folder, 'rows.json')
  await writeFile(rows, JSON.stringify(benchExpected.rows))
  const program = join(packageRoot, 'test/python/binary_clients.py')
  const { stdout } = await execa(python, [program, server.url, rows], { timeout: 60_000 })
  seen = JSON.parse(stdout) as Seen
}, makingTimeoutMs)

afterAll(async () => {
  await server.stop()
  await removeParts(server)
  await rm(models.folder, { recursive: true, force: true })
})

async function identityRelease(datatype: Datatype): Promise<Release> {
  const bytes = await models.bytes(`identity-${datatype}`)
  const sha256 = digestBytes(bytes).slice('sha256:'.length)
  server.artifacts.contents.set(sha256, bytes)
  const { decision: _none, digest: _other, ...plain } = benchRelease()
  return benchRelease({
    ...plain,
    model: `identity-${datatype}`,
    task: 'regression',
    artifact: { path: `${datatype}.onnx`, sha256, sizeBytes: bytes.byteLength },
    signature: { inputs: [{ name: 'x', datatype, shape: [-1, 2] }], outputs: { score: 'y' } },
    requestFeatures: [],
    goldenRows: [],
  })
}

describe('a datatype goes there and back', () => {
  it.each(datatypes)('as bytes: %s', (datatype) => {
    expect(seen.datatypes[datatype]?.['binary to binary']).toBe(true)
  })

  it.each([...numbers, 'BOOL', 'BYTES'] as const)('in every form: %s', (datatype) => {
    const forms = { 'binary to binary': true, 'binary to json': true, 'json to binary': true, 'json to json': true }
    expect(seen.datatypes[datatype]).toEqual(forms)
  })

  it.each(['INT64', 'UINT64'])('with all 64 bits as bytes, and in JSON answers: %s', (datatype) => {
    const beyond = expect.stringContaining('the integer is beyond 2^53 and JSON numbers are rounded there') as string
    expect(seen.datatypes[datatype]).toEqual({
      'binary to binary': true,
      'binary to json': true,
      'json to binary': beyond,
      'json to json': beyond,
    })
  })

  it('as bytes alone, for halves', () => {
    const noAnswer = expect.stringContaining('the output "y" is FP16, which has no JSON form') as string
    expect(seen.datatypes.FP16).toMatchObject({ 'binary to binary': true, 'binary to json': noAnswer })
  })

  it.each(['FP32', 'FP64'])('with NaN as null in JSON answers: %s', (datatype) => {
    expect(seen.datatypes[datatype]).toMatchObject({ 'binary to binary': true, 'binary to json': true })
  })
})

describe("Triton's client as it comes", () => {
  it("gets onnxruntime's own numbers, all outputs as bytes", () => {
    expect(largestDifference(seen.triton.probabilities)).toBeLessThan(1e-5)
    expect(seen.triton).toMatchObject({ label: benchExpected.label, id: 'binary-1', is_binary: [true, true] })
  })

  it('mixes bytes and JSON, in inputs and in outputs', () => {
    expect(seen.triton).toMatchObject({ mixed: { label: true, probabilities: false }, mixed_label: benchExpected.label })
    expect(largestDifference(seen.triton.columns)).toBeLessThan(1e-5)
  })

  it.each(['gzip', 'deflate'])('compresses both ways with %s', (coding) => {
    expect(largestDifference(seen.triton[coding])).toBeLessThan(1e-5)
  })

  it('means by NaN what JSON means by null', () => {
    expect(seen.triton.nan).toBe(true)
  })

  it('reads configuration and statistics', () => {
    expect(seen.triton.config).toMatchObject({ name: 'bench', platform: 'onnxruntime_onnx', max_batch_size: 10_000 })
    expect(new Set(seen.triton.statistics.model_stats.map(({ name }) => name)).size).toBe(1 + datatypes.length)
    const stable = seen.triton.statistics.model_stats.find(({ name, version }) => name === 'bench' && version === '1')
    expect(stable?.inference_count).toBeGreaterThanOrEqual(6 * benchExpected.rows.length)
    expect(stable?.inference_stats.success.count).toBeGreaterThanOrEqual(6)
    expect(seen.triton.statistics_of_one).toMatchObject({ model_stats: [{ name: 'bench', version: '2' }] })
  })

  it.each([
    ['load', '501', 'merging a commit'],
    ['unload', '501', 'merging a commit'],
    ['system', '501', 'shared memory is not supported'],
    ['cuda', '501', 'shared memory is not supported'],
    ['trace', '501', 'tracing is not supported'],
    ['logging', '501', 'log settings'],
    ['sequence', '501', 'sequences are not supported'],
    ['classes', '501', 'classification is not supported'],
    ['config', '404', 'the model "nobody" is not served here'],
  ])('is told why not: %s', (call, status, message) => {
    expect(seen.triton.refused[call]).toEqual([status, expect.stringContaining(message)])
  })
})

describe("KServe's REST client, binary form", () => {
  it.each(['binary', 'json'] as const)("gets onnxruntime's own numbers, answered as %s", (form) => {
    expect(seen.kserve[form].id).toBe(`kserve-${form}`)
    expect(largestDifference(seen.kserve[form].probabilities)).toBeLessThan(1e-5)
  })
})
