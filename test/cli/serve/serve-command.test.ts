/** `mainward serve` as a process: a real Postgres, a real artifact store, and then neither. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openArtifactStore } from '../../../reconciler/artifacts/artifact-store.ts'
import { runCli } from '../../../reconciler/cli/run-cli.ts'
import { commands } from '../../../reconciler/cli/commands.ts'
import { serveArguments, type UpOptions } from '../../../reconciler/cli/up/up-options.ts'
import { builtFile } from '../../../reconciler/core/package-root.ts'
import type { Release } from '../../../reconciler/core/release.ts'
import type { ReplicaStatus } from '../../../reconciler/core/serving-state.ts'
import { openPool, type Pool } from '../../../reconciler/database/pool.ts'
import { readReplicas, writeServingState } from '../../../reconciler/database/serving-queries.ts'
import { createTestContext } from '../../support/cli-context.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { readExampleModel, readExampleReleases } from '../../support/example-releases.ts'
import { servingState, stableRoute } from '../../serving/support/serving-state.ts'

const children: ChildProcess[] = []
let folder: string
let stateFolder: string
let database: TestDatabase
let pool: Pool
let releases: readonly Release[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mainward-serve-command-'))
  stateFolder = join(folder, 'state')
  database = await createTestDatabase()
  pool = openPool(database.url, { applicationName: 'the leader' })
  releases = readExampleReleases().filter(({ version }) => version === 1)
  const store = `folder:${join(folder, 'store')}`
  const artifacts = openArtifactStore()
  for (const release of releases) {
    await artifacts.put(store, release.artifact.sha256, await readExampleModel(release))
  }
  const state = servingState(1, { releases, routes: releases.map(stableRoute), artifactStore: store })
  await writeServingState(pool, { state, routesVersion: state.version })
})

afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
})

afterAll(async () => {
  await pool.end()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

interface Serving {
  readonly url: string
  readonly child: ChildProcess
  readonly ended: Promise<{ readonly code: number | null; readonly log: string }>
}

/** Starts the process with the arguments that `mainward up` gives it. */
async function serve(databaseUrl: string, state = stateFolder): Promise<Serving> {
  const up = {
    environment: 'production',
    port: 0,
    grpcPort: 0,
    processes: 1,
    host: '127.0.0.1',
    allowAnonymous: false,
  } as UpOptions
  const child = fork(builtFile('main.js'), serveArguments(up, state, null), {
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  children.push(child)
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const ended = once(child, 'exit').then(([code]) => ({ code: code as number | null, log }))
  const message = once(child, 'message').then(([content]) => content as { readonly type: string; readonly url: string })
  const first = await Promise.race([message, ended])
  if ('code' in first) throw new Error(`the process ended: ${first.log}`)
  expect(first.type).toBe('listening')
  await expect.poll(async () => (await fetch(`${first.url}/v2/health/ready`)).status, { timeout: 20_000 }).toBe(200)
  return { url: first.url, child, ended }
}

/** The score of a release's first golden row, and the score that it should have. */
async function scoreOf(url: string, { model, goldenRows, signature }: Release): Promise<readonly [number, number]> {
  const { score, positiveIndex } = signature.outputs
  const response = await fetch(`${url}/v1/models/${model}/predict`, {
    method: 'POST',
    body: JSON.stringify({ rows: [goldenRows[0]?.inputs] }),
  })
  const { predictions } = (await response.json()) as { readonly predictions: readonly { readonly score: number }[] }
  const expected = (goldenRows[0]?.outputs[score] as number[] | undefined)?.[positiveIndex ?? 0]
  return [predictions[0]?.score ?? NaN, expected ?? NaN]
}

async function expectPredictions(url: string): Promise<void> {
  for (const release of releases) {
    const [found, expected] = await scoreOf(url, release)
    expect(found).toBeCloseTo(expected, 5)
  }
}

describe('mainward serve', () => {
  it('serves the state of the database from the store, and reports under the name of its state folder', async () => {
    const [one, other] = await Promise.all([serve(database.url), serve(database.url, join(folder, 'other-state'))])
    await expectPredictions(one.url)
    const ready = (replica: ReplicaStatus) => Object.values(replica.releases).every(({ status }) => status === 'ready')
    await expect.poll(async () => (await readReplicas(pool, 'production')).filter(ready).length, { timeout: 10_000 }).toBe(2)
    for (const { child, ended } of [one, other]) {
      child.kill('SIGTERM')
      const { code, log } = await ended
      expect(code).toBe(0)
      expect(
        log
          .trim()
          .split('\n')
          .map((line) => (JSON.parse(line) as { part: string }).part),
      ).toContain('serve')
    }
  })

  it('starts and answers with database and store both gone, after kill -9', async () => {
    const before = await serve(database.url)
    before.child.kill('SIGKILL')
    await before.ended
    await rm(join(folder, 'store'), { recursive: true })
    const { url, child, ended } = await serve('postgresql://nobody@127.0.0.1:1/none')
    await expectPredictions(url)
    child.kill('SIGTERM')
    const { code, log } = await ended
    expect(code).toBe(0)
    expect(log).toContain('the source of serving states is down; serving goes on')
  })

  it('is used wrongly without a database', async () => {
    const context = createTestContext({ databaseUrl: null, folder })
    expect(await runCli({ context, commands, argv: ['serve'], version: '0' })).toBe(2)
    expect(context.terminal.errors()).toBe(
      'error: no database: DATABASE_URL is not set\nhint: set it, or run mainward up, which brings a database along\n',
    )
  })
})
