/** `mainward serve` as a person runs it: the command itself, a real Postgres that can be cut off, a store that can be taken away. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openArtifactStore } from '../../../../reconciler/artifacts/artifact-store.ts'
import { builtFile } from '../../../../reconciler/core/package-root.ts'
import { openPool, type Pool } from '../../../../reconciler/database/pool.ts'
import { writeServingState } from '../../../../reconciler/database/serving-queries.ts'
import { CutProxy } from '../../../support/cut-proxy.ts'
import { createTestDatabase, type TestDatabase } from '../../../support/database.ts'
import { benchBytes, benchRelease } from '../../support/bench-model.ts'
import { until } from '../../support/running-server.ts'
import { servingState, stableRoute } from '../../support/serving-state.ts'
import { isRunning, send } from './running-cluster.ts'

export interface ServedProcess {
  readonly url: string
  readonly primary: ChildProcess
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  log(): string
  /** Primary and workers at once, as a machine that loses its power. */
  killAll(): Promise<void>
}

/** One model is served: bench, version 1. */
export class ServedInstallation {
  readonly pool: Pool
  readonly #folder: string
  readonly #database: TestDatabase
  readonly #proxy: CutProxy
  readonly #started: ChildProcess[] = []

  private constructor(folder: string, database: TestDatabase) {
    this.#folder = folder
    this.#database = database
    this.#proxy = new CutProxy(database.url)
    this.pool = openPool(database.url, { applicationName: 'the test' })
  }

  static async create(): Promise<ServedInstallation> {
    const folder = await mkdtemp(join(tmpdir(), 'mainward-served-'))
    const installation = new ServedInstallation(folder, await createTestDatabase())
    await installation.#proxy.open()
    const release = benchRelease({ version: 1 })
    const artifactStore = `folder:${installation.#store}`
    await openArtifactStore().put(artifactStore, release.artifact.sha256, benchBytes)
    const state = servingState(1, { releases: [release], routes: [stableRoute(release)], artifactStore })
    await writeServingState(installation.pool, { state, routesVersion: state.version })
    return installation
  }

  get #store(): string {
    return join(this.#folder, 'store')
  }

  /** Resolves when every worker is ready. */
  async serve(): Promise<ServedProcess> {
    const args = ['serve', '--processes', '2', '--port', '0', '--grpc-port', '0', '--state', join(this.#folder, 'state')]
    const env = { ...process.env, DATABASE_URL: this.#proxy.url }
    // A group of its own, so that all of it can be killed at once.
    const primary = spawn(process.execPath, [builtFile('main.js'), ...args], {
      env,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#started.push(primary)
    let log = ''
    primary.stderr.on('data', (part: Buffer) => (log += part.toString()))
    const ended = once(primary, 'exit').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as string | null,
    }))
    const findUrl = () => /"url":"(http:[^"]+)"/.exec(log)?.[1]
    await until(() => findUrl() !== undefined || !isRunning(primary))
    const url = findUrl()
    if (url === undefined) throw new Error(`it has ended:\n${log}`)
    await until(async () => (await send(`${url}/metrics`)).body.includes('\nmainward_workers 2\n'))
    await until(async () => (await send(`${url}/v2/health/ready`)).status === 200)
    const killAll = async () => {
      process.kill(-(primary.pid ?? 0), 'SIGKILL')
      await ended
    }
    return { url, primary, ended, log: () => log, killAll }
  }

  /** Postgres refuses connections and breaks those that it has, and the artifact store is not there any more. */
  async beginOutage(): Promise<void> {
    await this.#proxy.cut()
    await rename(this.#store, `${this.#store}-away`)
  }

  async endOutage(): Promise<void> {
    await rename(`${this.#store}-away`, this.#store)
    await this.#proxy.open()
  }

  /** Names of the segments that wait on disk, in order. */
  spooled(kind: 'predictions' | 'outcomes'): readonly string[] {
    const folder = join(this.#folder, 'state/serving/spool', kind)
    return existsSync(folder) ? readdirSync(folder).sort() : []
  }

  async remove(): Promise<void> {
    for (const child of this.#started) if (isRunning(child)) process.kill(-(child.pid ?? 0), 'SIGKILL')
    await this.#proxy.cut()
    await this.pool.end()
    await this.#database.drop()
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}
