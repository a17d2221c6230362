/** Real `up` processes on real repositories, for the tests of the supervisor. Everything that was started is ended. */
import { eventually } from '../support/eventually.ts'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { StatusDocument } from '../../reconciler/core/status.ts'
import { canEnter, chooseAccount, isRoot, type Account } from '../../reconciler/database/embedded/account.ts'
import { removeEmbeddedPostgres } from '../../reconciler/database/embedded/start-embedded.ts'
import type { UpOptions } from '../../reconciler/cli/up/up-options.ts'
import type { ControlFile } from '../../reconciler/supervisor/supervise.ts'

export interface UpRun {
  readonly process: ChildProcess
  readonly exited: Promise<number | null>
  output(): string
}

export const programs = join(dirname(fileURLToPath(import.meta.url)), 'programs')

/** An unprivileged user for programs, when the tests run as root and that user can reach them. */
export function findOtherUser(): Account | null {
  if (!isRoot()) return null
  const account = chooseAccount(null)
  return canEnter(account, programs) ? account : null
}

export class Sandbox {
  readonly folder: string
  readonly repository: string
  readonly state: string
  private readonly runs: UpRun[] = []
  private readonly user: Account | null

  constructor(name = 'repo', user: Account | null = null) {
    this.user = user
    this.folder = mkdtempSync(join(tmpdir(), 'mainward-up-'))
    this.repository = join(this.folder, name)
    this.state = join(this.repository, '.mainward')
    mkdirSync(this.repository, { recursive: true })
    execFileSync('git', ['init', '--quiet', '-b', 'main', this.repository])
    if (user !== null) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, this.folder])
    else execFileSync('chmod', ['755', this.folder])
  }

  /** Puts a file into the state folder, made like `up` makes it. */
  write(name: string, content: string): void {
    mkdirSync(this.state, { recursive: true, mode: 0o700 })
    writeFileSync(join(this.state, name), content)
    if (this.user !== null) {
      chownSync(this.state, this.user.uid, this.user.gid)
      chownSync(join(this.state, name), this.user.uid, this.user.gid)
    }
  }

  status(status: Partial<StatusDocument>): void {
    this.write('stand-in-status.json', JSON.stringify({ ...emptyStatus, ...status }))
  }

  up(options: Partial<UpOptions> = {}, environment: Record<string, string> = {}): UpRun {
    const all = { ...defaultOptions, repository: this.repository, ...options }
    const started = spawn(process.execPath, [join(programs, 'run-up.mjs'), JSON.stringify(all)], {
      cwd: this.folder,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(this.user === null ? {} : { uid: this.user.uid, gid: this.user.gid }),
    })
    const text: string[] = []
    for (const stream of [started.stdout, started.stderr]) stream.on('data', (chunk: Buffer) => text.push(String(chunk)))
    const exited = new Promise<number | null>((resolve) => started.once('close', resolve))
    const run = { process: started, exited, output: () => text.join('') }
    this.runs.push(run)
    return run
  }

  /** Waits for control.json with both addresses. */
  async control(run: UpRun): Promise<ControlFile & { readonly serving: string }> {
    return eventually(() => {
      const file = join(this.state, 'control.json')
      if (run.process.exitCode !== null) throw new Error(`up has ended:\n${run.output()}`)
      const control = JSON.parse(readFileSync(file, 'utf8')) as ControlFile
      if (control.serving === null || control.pid !== run.process.pid) throw new Error('not all addresses are known')
      return { ...control, serving: control.serving }
    })
  }

  notes(): readonly string[] {
    const file = join(this.state, 'stand-in.log')
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  }

  async end(): Promise<void> {
    for (const run of this.runs) {
      run.process.kill('SIGKILL')
      await run.exited
    }
    // Children of a killed supervisor end by themselves; its Postgres does not.
    if (existsSync(this.state)) await removeEmbeddedPostgres(this.state)
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}

export async function stop(run: UpRun, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  run.process.kill(signal)
  return run.exited
}

export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return false
    throw error
  }
}

const defaultOptions: UpOptions = {
  repository: '',
  branch: 'main',
  path: '',
  environment: 'production',
  port: 0,
  grpcPort: 0,
  adminPort: 0,
  processes: 1,
  host: '127.0.0.1',
  stateFolder: null,
  readyFile: null,
  dataClock: 'wall',
  dataStart: null,
  allowAnonymous: false,
  pollSeconds: null,
  tokenFile: null,
}

export const emptyStatus: StatusDocument = {
  environment: 'production',
  project: null,
  leader: null,
  head: null,
  appliedCommit: null,
  dataTime: null,
  servingVersion: null,
  settled: false,
  conditions: [],
  models: [],
  replicas: [],
}
