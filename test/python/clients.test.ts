import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { benchExpected } from '../serving/support/bench-model.ts'
import { removeParts, type RunningServer } from '../serving/support/running-server.ts'
import { makingTimeoutMs } from '../support/python-environment.ts'
import { largestDifference, startClientServer } from './client-server.ts'

interface Seen {
  readonly triton: Readonly<Record<string, unknown>> & { readonly errors: Readonly<Record<string, readonly [string, string]>> }
  readonly kserve: Readonly<Record<string, unknown>>
}

let server: RunningServer
let seen: Seen

beforeAll(async () => {
  const started = await startClientServer()
  const { python, rows } = started
  server = started.server
  const { stdout } = await execa(python, [join(packageRoot, 'test/python/clients.py'), server.url, rows], { timeout: 60_000 })
  seen = JSON.parse(stdout) as Seen
}, makingTimeoutMs)

afterAll(async () => {
  await server.stop()
  await removeParts(server)
})

describe("Triton's client, JSON form", () => {
  it('finds health, readiness and metadata', () => {
    expect(seen.triton).toMatchObject({
      live: true,
      ready: true,
      model_ready: true,
      version_ready: true,
      unknown_ready: false,
      server: { name: 'mainward' },
      model: { name: 'bench', versions: ['1', '2'], platform: 'onnx_onnxv1' },
      index: [
        { name: 'bench', version: '1', state: 'READY' },
        { name: 'bench', version: '2', state: 'READY' },
      ],
    })
  })

  it("gets onnxruntime's own numbers, by matrix and by named columns", () => {
    expect(largestDifference(seen.triton.probabilities)).toBeLessThan(1e-5)
    expect(largestDifference(seen.triton.columns)).toBeLessThan(1e-5)
    expect(seen.triton).toMatchObject({ label: benchExpected.label, label_dtype: 'int64', id: 'triton-1', variant: 'stable' })
  })

  it('sets units and versions', () => {
    expect(seen.triton).toMatchObject({ unit_assigned: true, version: '2' })
  })

  it('reads the errors', () => {
    expect(seen.triton.errors.shape?.[0]).toBe('400')
    expect(seen.triton.errors.shape?.[1]).toContain('expected the shape [-1, 20], found [1, 3]')
    expect(seen.triton.errors.model).toEqual(['404', 'the model "nobody" is not served here'])
  })
})

describe("KServe's REST client", () => {
  it('finds health and readiness', () => {
    expect(seen.kserve).toMatchObject({ live: true, ready: true, model_ready: true, unknown_ready: false })
  })

  it("gets onnxruntime's own numbers, its id back, and the error's message", () => {
    expect(largestDifference(seen.kserve.probabilities)).toBeLessThan(1e-5)
    expect(seen.kserve.id).toBe('kserve-1')
    expect(seen.kserve.error).toContain('the model "nobody" is not served here')
  })
})
