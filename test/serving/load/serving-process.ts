/** A serving process under load: starts it with models, hands it states, looks at its memory. What it runs is the built program. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServeOptions } from '../../../reconciler/cli/serve.ts'
import { digestBytes } from '../../../reconciler/core/digest.ts'
import { builtFile, packageRoot } from '../../../reconciler/core/package-root.ts'
import type { Release } from '../../../reconciler/core/release.ts'
import type { ServingState } from '../../../reconciler/core/serving-state.ts'
import { until } from '../support/running-server.ts'

const program = join(packageRoot, 'test/serving/support/serve-process.mjs')

/** What is there for a serving process: its folder, the source of its states, the store of its models. */
export class ServingPlace {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async create(): Promise<ServingPlace> {
    return new ServingPlace(await mkdtemp(join(tmpdir(), 'mainward-load-')))
  }

  /** The artifact of a release that has these bytes. */
  async store(bytes: Uint8Array): Promise<{ readonly sha256: string; readonly sizeBytes: number }> {
    const sha256 = digestBytes(bytes).slice(7)
    await writeFile(join(this.folder, sha256), bytes)
    return { sha256, sizeBytes: bytes.byteLength }
  }

  async offer(state: ServingState): Promise<void> {
    await writeFile(join(this.folder, 'source.tmp'), JSON.stringify(state))
    await rename(join(this.folder, 'source.tmp'), join(this.folder, 'source.json'))
  }

  /** The source and the store are gone; the state folder of the process is not. */
  async removeOutside(releases: readonly Release[]): Promise<void> {
    await rm(join(this.folder, 'source.json'))
    for (const { artifact } of releases) await rm(join(this.folder, artifact.sha256), { force: true })
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true })
  }
}

export interface ServingProcess {
  readonly child: ChildProcess
  readonly url: string
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>
  isReady(): Promise<boolean>
  metrics(): Promise<string>
}

/** `processes`: workers; a primary comes on top. */
export async function startServing({ folder }: ServingPlace, processes: number): Promise<ServingProcess> {
  const options: ServeOptions = {
    environment: 'production',
    replica: 'replica-1',
    stateFolder: folder,
    host: '127.0.0.1',
    port: 0,
    grpcPort: 0,
    processes,
    version: '0.1.0',
    allowAnonymous: false,
    times: { pollMs: 50 },
  }
  const argument = JSON.stringify({ options, folder, dist: builtFile('') })
  const child = fork(program, [argument], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] })
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-10_000)))
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const failed = ended.then((): never => {
    throw new Error(`it ended before it listened: ${output}`)
  })
  const listening = new Promise<string>((resolve) => {
    child.on('message', (message: { readonly type: string; readonly url: string }) => {
      if (message.type === 'listening') resolve(message.url)
    })
  })
  const url = await Promise.race([listening, failed])
  return {
    child,
    url,
    ended,
    isReady: async () => (await fetch(`${url}/v2/health/ready`)).ok,
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
  }
}

/** Ends what the test left running. */
export async function endServing({ child, ended }: ServingProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await ended
}

export async function untilReady(serving: ServingProcess): Promise<void> {
  await until(() => serving.isReady())
}

/** Resident bytes of a process and all that it started. */
export async function residentBytes(pid: number): Promise<number> {
  const tree = await processTree(pid)
  const sizes = await Promise.all(tree.map(async (member) => Number(/VmRSS:\s+(\d+) kB/.exec(await readProc(member, 'status'))?.[1] ?? 0))) // prettier-ignore
  return 1024 * sizes.reduce((sum, size) => sum + size, 0)
}

/** A process and all that it started, by id. */
export async function processTree(root: number): Promise<readonly number[]> {
  const entries = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const parents = await Promise.all(entries.map(async (name) => [Number(name), Number((await readProc(Number(name), 'stat')).split(') ')[1]?.split(' ')[1])] as const)) // prettier-ignore
  const found = [root]
  for (const member of found) for (const [pid, parent] of parents) if (parent === member) found.push(pid)
  return found
}

/** Those of them that hold a model of their own. */
export async function modelProcesses(root: number): Promise<readonly number[]> {
  const tree = await processTree(root)
  const commands = await Promise.all(tree.map((pid) => readProc(pid, 'cmdline')))
  return tree.filter((_pid, index) => commands[index]?.includes('model-process-entry'))
}

/** Empty for a process that is gone. */
function readProc(pid: number, file: string): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
}
