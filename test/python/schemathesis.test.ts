/** The server keeps every promise of its OpenAPI document: Schemathesis calls it with what the document allows and forbids. */
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { benchRelease } from '../serving/support/bench-model.ts'
import { removeParts, startServer, type RunningServer } from '../serving/support/running-server.ts'
import { canaryRoute, servingState, stableRoute } from '../serving/support/serving-state.ts'
import { ensurePythonEnvironment, makingTimeoutMs } from '../support/python-environment.ts'

let server: RunningServer
let python: string

beforeAll(async () => {
  server = await startServer()
  python = await ensurePythonEnvironment('test/python/requirements-schemathesis.txt')
  const [stable, canary] = [benchRelease({ version: 1 }), benchRelease({ version: 2 })]
  const strict = benchRelease({ model: 'strict', nulls: { default: 'reject' } })
  await server.serve(
    servingState(1, { releases: [stable, canary, strict], routes: [canaryRoute(stable, canary, 50), stableRoute(strict)] }),
  )
}, makingTimeoutMs)

afterAll(async () => {
  await server.stop()
  await removeParts(server)
})

describe('the OpenAPI document', () => {
  it('is kept: Schemathesis finds nothing', async () => {
    const program = join(python, '../schemathesis')
    const config = join(packageRoot, 'test/python/schemathesis.toml')
    const options = ['--seed', '1', '--max-time', '20', '--no-color', '--continue-on-failure']
    const { exitCode, all } = await execa(program, ['--config-file', config, 'run', `${server.url}/openapi.json`, ...options], {
      all: true,
      reject: false,
      cwd: server.folder,
      timeout: 150_000,
    })
    expect(exitCode, all).toBe(0)
    expect(server.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
  }, 180_000)
})
