/** A data plane in this process, on a free port, with ports that the test holds in its hands. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { startDataPlane, type DataPlane, type DataPlaneOptions } from '../../../reconciler/serving/data-plane.ts'
import type { ServingState } from '../../../reconciler/core/serving-state.ts'
import type { ModelRuntime, OnlineStore } from '../../../reconciler/serving/ports.ts'
import { benchBytes, benchRelease } from './bench-model.ts'
import { onnxRuntime } from '../../../reconciler/inference/onnx-runtime.ts'
import { FileStateSource, MemoryArtifacts, RecordingReporter } from './serving-state.ts'

export interface ServerParts {
  readonly folder: string
  readonly source: FileStateSource
  readonly artifacts: MemoryArtifacts
  readonly reporter: RecordingReporter
  readonly log: readonly Record<string, unknown>[]
}

export interface RunningServer extends ServerParts {
  readonly dataPlane: DataPlane
  readonly url: string
  /** Writes the state and waits until this replica has taken it over and every release is loaded or failed. */
  serve(state: ServingState): Promise<void>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<JsonAnswer>
  get(path: string): Promise<JsonAnswer>
  stop(): Promise<void>
}

export interface JsonAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

export interface ServerChanges extends Partial<DataPlaneOptions> {
  readonly runtime?: ModelRuntime
  /** Without one, a request that needs features fails. */
  readonly store?: OnlineStore
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Parts of a server that ran before, to start again from what it left. */
  readonly parts?: ServerParts
}

export async function startServer({
  runtime = onnxRuntime,
  store = noStore,
  now = () => Date.now(),
  parts,
  ...options
}: ServerChanges = {}): Promise<RunningServer> {
  const used = parts ?? (await createParts())
  const log = used.log as Record<string, unknown>[]
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      log.push(JSON.parse(chunk.toString()) as Record<string, unknown>)
      done()
    },
  })
  const dataPlane = await startDataPlane(
    {
      environment: 'production',
      replica: 'replica-1',
      stateFolder: used.folder,
      host: '127.0.0.1',
      port: 0,
      version: '0.1.0',
      ...options,
      times: { pollMs: 50, heartbeatMs: 100, portTimeoutMs: 500, firstRetryMs: 50, largestRetryMs: 100, ...options.times },
    },
    { ...used, runtime, store, clock: { now }, log: pino({}, stream) },
  )
  const { url } = dataPlane
  return {
    ...used,
    dataPlane,
    url,
    serve: (state) => takeOver(used, state),
    post: (path, body, headers = {}) => send(`${url}${path}`, { method: 'POST', body: toBody(body), headers }),
    get: (path) => send(`${url}${path}`, {}),
    stop: () => dataPlane.stop(),
  }
}

export const noStore: OnlineStore = {
  read: () => Promise.reject(new Error('this test has no online store')),
  push: () => Promise.reject(new Error('this test has no online store')),
}

async function createParts(): Promise<ServerParts> {
  const folder = await mkdtemp(join(tmpdir(), 'mainward-serving-'))
  const artifacts = new MemoryArtifacts()
  artifacts.contents.set(benchRelease().artifact.sha256, benchBytes)
  return { folder, source: new FileStateSource(folder), artifacts, reporter: new RecordingReporter(), log: [] }
}

export async function removeParts({ folder }: ServerParts): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}

async function takeOver({ source, reporter }: ServerParts, state: ServingState): Promise<void> {
  const since = reporter.reports.length
  await source.write(state)
  await until(() => {
    const last = reporter.reports.slice(since).at(-1)
    if (last?.stateVersion?.epoch !== state.version.epoch || last.stateVersion.sequence !== state.version.sequence) return false
    return Object.values(last.releases).every(({ status }) => status !== 'loading')
  })
}

/** Waits until it is so; fails after ten seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`this did not become true within ten seconds: ${condition.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function toBody(body: unknown): string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string' ? body : Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body)
}

async function send(url: string, init: RequestInit): Promise<JsonAnswer> {
  const response = await fetch(url, init)
  const text = await response.text()
  const isJson = response.headers.get('content-type') === 'application/json'
  return { status: response.status, headers: response.headers, body: isJson ? (JSON.parse(text) as unknown) : text }
}
