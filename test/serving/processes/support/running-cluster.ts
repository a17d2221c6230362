/** A primary with its workers as real processes, with the state in a file and the artifacts in a folder. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import type { Agent } from 'node:http'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServeOptions } from '../../../../reconciler/cli/serve.ts'
import { builtFile, packageRoot } from '../../../../reconciler/core/package-root.ts'
import type { ReplicaStatus, ServingState } from '../../../../reconciler/core/serving-state.ts'
import { benchBytes, benchRelease, benchRow } from '../../support/bench-model.ts'

const program = join(packageRoot, 'test/serving/support/serve-process.mjs')

export interface Crash {
  readonly version: number
  /** `hold`: a run never ends once there is a file `hold` in the folder. */
  readonly when: 'load' | 'run' | 'hold'
}

export interface ClusterChanges extends Partial<ServeOptions> {
  readonly crashes?: readonly Crash[]
}

export interface Reply {
  readonly status: number
  readonly body: string
}

export interface RunningCluster {
  readonly primary: ChildProcess
  readonly url: string
  readonly heartbeats: readonly ReplicaStatus[]
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly output: string }>
  /** Process ids of the workers that are alive. */
  workers(): readonly number[]
  /** On a connection of its own: the next worker answers. */
  get(path: string): Promise<Reply>
  /** One row; `more` are fields besides the features. */
  predict(model?: string, more?: object): Promise<Reply>
  output(): string
}

/** A folder with a state and the model file; `serve` may be called several times, one after the other. */
export class ClusterFolder {
  readonly path: string
  readonly #children: ChildProcess[] = []

  private constructor(path: string) {
    this.path = path
  }

  static async create(): Promise<ClusterFolder> {
    const folder = new ClusterFolder(await mkdtemp(join(tmpdir(), 'mainward-cluster-')))
    await writeFile(join(folder.path, benchRelease().artifact.sha256), benchBytes)
    return folder
  }

  async offer(state: ServingState): Promise<void> {
    await writeFile(join(this.path, 'source.tmp'), JSON.stringify(state))
    await rename(join(this.path, 'source.tmp'), join(this.path, 'source.json'))
  }

  /** Neither states nor artifacts can be read any more. */
  async takeSourceAway(): Promise<void> {
    await rm(join(this.path, 'source.json'), { force: true })
    await rm(join(this.path, benchRelease().artifact.sha256), { force: true })
  }

  start(changes: ClusterChanges = {}): Omit<RunningCluster, 'url' | 'get' | 'predict'> {
    const { crashes = [], ...options } = changes
    const times = { pollMs: 20, heartbeatMs: 100, ...options.times }
    const argument = JSON.stringify({
      options: { ...defaults, stateFolder: this.path, ...options, times },
      folder: this.path,
      dist: builtFile(''),
      crashes,
    })
    const primary = fork(program, [argument], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    this.#children.push(primary)
    let output = ''
    primary.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const heartbeats: ReplicaStatus[] = []
    primary.on('message', (message: { type: string; status: ReplicaStatus }) => {
      if (message.type === 'heartbeat') heartbeats.push(message.status)
    })
    const ended = once(primary, 'exit').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as string | null,
      output,
    }))
    return { primary, heartbeats, ended, workers: () => listChildren(primary.pid ?? 0), output: () => output }
  }

  async serve(changes: ClusterChanges = {}): Promise<RunningCluster> {
    const started = this.start(changes)
    const failed = started.ended.then(({ output }): never => {
      throw new Error(`it ended before it listened: ${output}`)
    })
    const listening = new Promise<string>((resolve) => {
      started.primary.on('message', (message: { type: string; url: string }) => {
        if (message.type === 'listening') resolve(message.url)
      })
    })
    const url = await Promise.race([listening, failed])
    const bodyOf = (more: object) => JSON.stringify({ rows: [{ ...benchRow(7), ...more }] })
    return {
      ...started,
      url,
      get: (path) => send(`${url}${path}`),
      predict: (model = 'bench', more = {}) => send(`${url}/v1/models/${model}/predict`, { body: bodyOf(more) }),
    }
  }

  async remove(): Promise<void> {
    for (const child of this.#children) if (isRunning(child)) child.kill('SIGKILL')
    await rm(this.path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

const defaults = {
  environment: 'production',
  replica: 'replica-1',
  host: '127.0.0.1',
  port: 0,
  grpcPort: 0,
  processes: 2,
  version: '0.1.0',
  allowAnonymous: false,
}

/** Over the connection of the agent, or one of its own. Rejects when the connection breaks. */
export function send(url: string, { body, agent }: { readonly body?: string; readonly agent?: Agent } = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST'
    const sent = request(url, { method, agent: agent ?? false }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** The value of a series by its whole name; 0 when there is none. */
export function readSeries(text: string, name: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `))
  return line === undefined ? 0 : Number(line.split(' ').at(-1))
}

export function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}

/** False once the process is gone, or is a zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Process ids of the children that are alive. */
export function listChildren(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.trim().split(/\s+/).filter(Boolean).map(Number).filter(isAlive)
}

/** Connections to the port of the URL that the process has accepted, and that are open. */
export function countConnections(pid: number, url: string): number {
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0')
  // Columns: number, local address, remote address, state (01: established), …, inode.
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)
  const columns = lines.map((line) => line.trim().split(/\s+/))
  const ours = columns.filter(([, local, , state]) => local?.endsWith(`:${port}`) === true && state === '01')
  const sockets = new Set(ours.map((column) => `socket:[${column[9] ?? ''}]`))
  const held = readdirSync(`/proc/${pid}/fd`).map((fd) => readLink(`/proc/${pid}/fd/${fd}`))
  return held.filter((target) => sockets.has(target)).length
}

/** Empty for what is closed by now. */
function readLink(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
