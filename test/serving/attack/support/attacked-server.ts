/** A serving process of its own, with models of several datatypes: what is attacked, and what its memory is read from. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { digestBytes } from '../../../../reconciler/core/digest.ts'
import { builtFile, packageRoot } from '../../../../reconciler/core/package-root.ts'
import type { Release } from '../../../../reconciler/core/release.ts'
import type { ServingLimits } from '../../../../reconciler/serving/limits.ts'
import { benchBytes, benchRelease } from '../../support/bench-model.ts'
import { servingState, stableRoute } from '../../support/serving-state.ts'
import { identityModel } from './identity-model.ts'

export interface AttackedServer {
  readonly port: number
  /** Bytes of memory of the process and of those that it started. */
  residentBytes(): number
  /** What the process wrote; empty as long as nothing went wrong inside. */
  errors(): string
  isRunning(): boolean
  stop(): Promise<void>
}

const program = join(packageRoot, 'test/serving/support/serve-process.mjs')
const identities = ['BYTES', 'INT64', 'UINT64', 'BOOL', 'UINT8', 'FP64', 'FP16'] as const

/** The name under which a model is served that answers what it is given. */
export function identityName(datatype: (typeof identities)[number]): string {
  return `same-${datatype.toLowerCase()}`
}

function identityRelease(datatype: (typeof identities)[number], bytes: Buffer): Release {
  return benchRelease({
    model: identityName(datatype),
    task: 'regression',
    artifact: { path: 'models/same.onnx', sha256: digestBytes(bytes).slice(7), sizeBytes: bytes.byteLength, opset: 15 },
    signature: { inputs: [{ name: 'x', datatype, shape: [-1, 2] }], outputs: { score: 'y' } },
    requestFeatures: [],
    goldenRows: [],
  })
}

async function writeModels(folder: string): Promise<readonly Release[]> {
  const bench = benchRelease({ serving: { budgetMs: 5000 } })
  const releases = [bench]
  await writeFile(join(folder, bench.artifact.sha256), benchBytes)
  for (const datatype of identities) {
    const bytes = identityModel(datatype)
    const release = identityRelease(datatype, bytes)
    await writeFile(join(folder, release.artifact.sha256), bytes)
    releases.push(release)
  }
  const routes = releases.map((release) => stableRoute(release))
  await writeFile(join(folder, 'source.json'), JSON.stringify(servingState(1, { releases, routes })))
  return releases
}

/** Listens and holds every model when it resolves. */
export async function startAttackedServer(limits: Partial<ServingLimits> = {}): Promise<AttackedServer> {
  const folder = await mkdtemp(join(tmpdir(), 'mainward-attacked-'))
  const releases = await writeModels(folder)
  const options = {
    environment: 'production',
    replica: 'replica-1',
    stateFolder: folder,
    host: '127.0.0.1',
    port: 0,
    grpcPort: 0,
    processes: 1,
  }
  const times = { pollMs: 500 }
  const argument = {
    options: { ...options, version: '0.1.0', allowAnonymous: false, times, limits },
    folder,
    dist: builtFile(''),
  }
  const child = fork(program, [JSON.stringify(argument)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const ended = once(child, 'exit')
  const url = await Promise.race([listening(child), ended.then(() => null)])
  if (url === null) throw new Error(`the server ended before it listened: ${log}`)
  await waitUntilReady(url, releases, () => log)
  return {
    port: Number(new URL(url).port),
    residentBytes: () => residentBytesOf(child.pid ?? 0),
    errors: () =>
      log
        .split('\n')
        .filter((line) => isBad(line))
        .join('\n'),
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Its address; heartbeats come on the same channel. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('message', (message: { readonly type: string; readonly url: string }) => {
      if (message.type === 'listening') resolve(message.url)
    })
  })
}

async function waitUntilReady(url: string, releases: readonly Release[], log: () => string): Promise<void> {
  const deadline = Date.now() + 20_000
  for (const { model } of releases) {
    while ((await fetch(`${url}/v2/models/${model}/ready`)).status !== 200) {
      if (Date.now() > deadline) throw new Error(`the model ${model} was not ready in time: ${log()}`)
      await sleep(50)
    }
  }
}

/** Lines of the log from level "warn" on, and what is no line of the log. */
function isBad(line: string): boolean {
  if (line === '') return false
  return !line.startsWith('{') || (JSON.parse(line) as { level: number }).level >= 40
}

function residentBytesOf(pid: number): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
    return pages * 4096 + children.reduce((total, child) => total + residentBytesOf(Number(child)), 0)
  } catch {
    return 0
  }
}
