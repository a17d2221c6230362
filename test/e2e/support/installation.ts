/**
 * A whole Mainward on a repository of its own: `node dist/main.js up` with its children, as a person starts it.
 * Everything that was started is ended by `end`, also what a killed `up` left behind.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import type { ModelStatus, StatusDocument } from '../../../reconciler/core/status.ts'
import { removeEmbeddedPostgres } from '../../../reconciler/database/embedded/start-embedded.ts'
import { findRunningServer } from '../../../reconciler/database/embedded/postmaster-file.ts'
import { commitFiles } from '../../support/git-repositories.ts'
import { createExample, type FlightEdits } from './example.ts'
import { eventually } from '../../support/eventually.ts'
import { isRunning, listProcesses } from './processes.ts'

const program = join(packageRoot, 'dist/main.js')

export interface InstallationOptions {
  /** Further arguments of `up`. */
  readonly arguments?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly edits?: FlightEdits
  /** Makes another repository than the example's, in an empty folder. */
  readonly create?: (folder: string) => void
}

export interface CliOutcome {
  readonly code: number
  readonly output: string
}

export interface ControlAnswer {
  readonly status: number
  readonly body: unknown
}

/** A process that no `up` supervises. */
export interface LoneProcess {
  readonly url: string
  log(): string
  stop(): Promise<void>
}

export type Victim = 'reconcile' | 'serve' | 'postgres' | 'source' | 'materialise' | 'up'

export class Installation {
  readonly folder = mkdtempSync(join(tmpdir(), 'mainward-e2e-'))
  readonly repository = join(this.folder, 'repository')
  readonly #options: InstallationOptions
  readonly #output: string[] = []
  #up: ChildProcess | null = null
  #followed: string
  #state = join(this.repository, '.mainward')

  constructor(options: InstallationOptions = {}) {
    this.#options = options
    // Postgres runs as another user when the tests run as root.
    chmodSync(this.folder, 0o755)
    if (options.create === undefined) createExample(this.repository, options.edits)
    else options.create(this.repository)
    this.#followed = this.repository
  }

  /** From the first start on `up` follows this remote instead of the repository beside it. */
  follow(url: string): void {
    this.#followed = url
    this.#state = join(this.folder, 'state')
  }

  get state(): string {
    return this.#state
  }

  /** Starts `up`; resolves when every model is ready or stalled. */
  async start(): Promise<void> {
    const up = this.launch()
    const ready = this.#readyFile
    await eventually(() => {
      if (up.exitCode !== null) throw new Error(`up has ended:\n${this.output}`)
      if (!existsSync(ready)) throw new Error(`not settled:\n${this.output}`)
    }, 60_000)
  }

  get #readyFile(): string {
    return join(this.folder, 'ready.json')
  }

  /** Starts `up` and waits for nothing. */
  launch(): ChildProcess {
    rmSync(this.#readyFile, { force: true })
    const { environment = {} } = this.#options
    const settings = ['--port', '0', '--admin-port', '0', '--poll', '0.3', '--state', this.state, '--ready-file', this.#readyFile]
    const up = spawn(process.execPath, [program, 'up', this.#followed, ...settings, ...(this.#options.arguments ?? [])], {
      cwd: this.folder,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [up.stdout, up.stderr]) stream.on('data', (part: Buffer) => this.#output.push(String(part)))
    this.#up = up
    return up
  }

  /** What `up` printed, in all of its lives. */
  get output(): string {
    return this.#output.join('')
  }

  log(part: 'reconcile' | 'serve' | 'postgres'): string {
    const file = join(this.state, `logs/${part}.log`)
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }

  /** Ends `up` and waits for it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const up = this.#up
    if (up === null) return
    this.#up = null
    if (up.exitCode !== null || up.signalCode !== null) return
    const ended = new Promise((resolve) => up.once('exit', resolve))
    up.kill(signal)
    await ended
  }

  async end(): Promise<void> {
    for (const { pid } of this.#own()) process.kill(pid, 'SIGCONT')
    await this.stop('SIGKILL')
    // Children of a killed supervisor end by themselves; its Postgres does not.
    await eventually(() => {
      const left = this.#own()
      if (left.length > 0) throw new Error(`still running: ${JSON.stringify(left)}`)
    })
    await removeEmbeddedPostgres(this.state)
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }

  /** Processes of this installation but Postgres. */
  #own(): readonly { readonly pid: number }[] {
    return listProcesses().filter(({ commandLine }) => commandLine.includes(`${this.folder}/`) && commandLine.includes(program))
  }

  /** Null while it does not run. */
  pid(victim: Victim): number | null {
    if (victim === 'up') return this.#up?.pid ?? null
    if (victim === 'postgres') {
      const dataFolder = join(this.state, 'postgres/data')
      return existsSync(dataFolder) ? (findRunningServer(dataFolder)?.pid ?? null) : null
    }
    const all = listProcesses()
    const child = (name: string): number | null =>
      all.find(({ parent, commandLine }) => parent === this.#up?.pid && commandLine.includes(`main.js ${name} `))?.pid ?? null
    if (victim !== 'source' && victim !== 'materialise') return child(victim)
    const reconcile = child('reconcile')
    return all.find(({ parent, commandLine }) => parent === reconcile && commandLine.includes(`${victim}-worker`))?.pid ?? null
  }

  /** The processes that Postgres has for its clients and its own work. */
  databaseProcesses(): readonly number[] {
    const postmaster = this.pid('postgres')
    return listProcesses()
      .filter(({ parent }) => parent === postmaster)
      .map(({ pid }) => pid)
  }

  /** The address of the database, as the children of `up` got it. */
  get databaseUrl(): string {
    const environment = readFileSync(`/proc/${this.pid('serve')}/environ`, 'utf8').split('\0')
    return environment.find((entry) => entry.startsWith('DATABASE_URL='))?.slice('DATABASE_URL='.length) ?? ''
  }

  /** `mainward serve` on the same state folder, with a database address where nobody answers. */
  serveAlone(): Promise<LoneProcess> {
    return this.#runAlone(['serve', '--port', '0', '--state', this.state], 'postgres://nobody@127.0.0.1:1/none')
  }

  /** A second reconciler on the same repository and database, with a state folder and a token of its own. */
  standBy(state: string): Promise<LoneProcess> {
    const settings = ['--admin-port', '0', '--poll', '0.3', '--state', state]
    return this.#runAlone(['reconcile', this.#followed, ...settings], this.databaseUrl)
  }

  async #runAlone(args: readonly string[], databaseUrl: string): Promise<LoneProcess> {
    const env = { ...process.env, DATABASE_URL: databaseUrl }
    const child = spawn(process.execPath, [program, ...args], { env, cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] })
    const log: string[] = []
    child.stderr.on('data', (part: Buffer) => log.push(String(part)))
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    const url = await eventually(() => {
      const found = /"url":"(http:[^"]+)"/.exec(log.join(''))?.[1]
      if (found === undefined) throw new Error(`it does not listen:\n${log.join('')}`)
      return found
    })
    return {
      url,
      log: () => log.join(''),
      async stop() {
        child.kill('SIGTERM')
        await ended
      },
    }
  }

  /** Sends a signal; false when there was nobody to get it. */
  signal(victim: Victim, signal: NodeJS.Signals): boolean {
    const pid = this.pid(victim)
    if (pid === null || !isRunning(pid)) return false
    process.kill(pid, signal)
    return true
  }

  get control(): { readonly serving: string; readonly control: string } {
    return JSON.parse(readFileSync(join(this.state, 'control.json'), 'utf8')) as { serving: string; control: string }
  }

  get token(): string {
    return readFileSync(join(this.state, 'token'), 'utf8').trim()
  }

  /** Calls the admin API with the token. */
  async ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<ControlAnswer> {
    return askControl({ url: this.control.control, token: this.token }, method, path, body)
  }

  async status(): Promise<StatusDocument> {
    const { status, body } = await this.ask('GET', '/api/v1/status')
    if (status !== 200) throw new Error(`status ${status}: ${JSON.stringify(body)}`)
    return body as StatusDocument
  }

  async model(name = 'flight-delay'): Promise<ModelStatus> {
    const { models } = await this.status()
    const found = models.find((model) => model.name === name)
    if (found === undefined) throw new Error(`no model ${name}: there are ${models.map((model) => model.name).join(', ')}`)
    return found
  }

  /** The status, once it is as it should be; else what it is instead. */
  async until(isSo: (status: StatusDocument) => boolean, timeoutMs = 40_000): Promise<StatusDocument> {
    return eventually(async () => {
      const status = await this.status()
      if (!isSo(status)) throw new Error(`not yet:\n${JSON.stringify(status, null, 1)}\n${this.output}`)
      return status
    }, timeoutMs)
  }

  /** The first step of a canary of this version of flight-delay holds. */
  async untilHeld(version: number): Promise<StatusDocument> {
    return this.until(({ models }) =>
      models.some(
        ({ phase, arms }) => phase === 'Progressing' && arms.some((arm) => arm.version === version && arm.weight === 5),
      ),
    )
  }

  /** The commit is applied, and no rollout is on its way. */
  async untilSettled(commit: string, timeoutMs?: number): Promise<StatusDocument> {
    return this.until((status) => status.appliedCommit === commit && isAtRest(status), timeoutMs)
  }

  commit(files: Readonly<Record<string, string>>, message: string): string {
    return commitFiles(this.repository, files, message)
  }

  cli(...args: readonly string[]): Promise<CliOutcome> {
    return this.#run(this.folder, args)
  }

  /** As a person in the repository runs it. */
  cliInRepository(...args: readonly string[]): Promise<CliOutcome> {
    return this.#run(this.repository, args)
  }

  #run(cwd: string, args: readonly string[]): Promise<CliOutcome> {
    return new Promise((resolve) => {
      const options = { cwd, env: { ...process.env, ...this.#options.environment } }
      execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: `${stdout}${stderr}` })
      })
    })
  }
}

export async function askControl(
  { url, token }: { readonly url: string; readonly token: string },
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<ControlAnswer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text }
}

/** Nothing moves, and every model is where the commit wants it, or a person must act. */
export function isAtRest({ settled, models, conditions }: StatusDocument): boolean {
  const moves = models.some(({ phase, conditions: own }) => {
    return phase === 'Initializing' || phase === 'Progressing' || own.some(({ type, status }) => type === 'Progressing' && status === 'True') // prettier-ignore
  })
  return settled && !moves && conditions.every(({ type, status }) => type === 'HistoryDurable' || status === 'True')
}

export function conditionOf({ conditions }: StatusDocument, type: string): string {
  const found = conditions.find((condition) => condition.type === type)
  return found === undefined ? 'none' : `${found.status} ${found.reason}`
}
