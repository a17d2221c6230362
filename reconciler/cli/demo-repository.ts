/** Makes, reuses and remakes the demo's git repository. Touches no folder that it did not make. */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { digestBytes, digestValue, type Digest } from '../core/digest.ts'
import { MainwardError, messageOf } from '../core/error.ts'
import { compareText } from '../core/finding.ts'
import { readBranches, streamBranches } from './demo-branches.ts'
import { removeEmbeddedPostgres } from '../database/embedded/start-embedded.ts'
import { stateFolderName } from '../supervisor/state-folder.ts'
import { readLockHolder } from '../supervisor/state-lock.ts'

export interface DemoRequest {
  /** The folder to copy. */
  readonly example: string
  /** Folder of what branches change of it; null: there are none. */
  readonly branches: string | null
  /** The repository to make. */
  readonly folder: string
  readonly fresh: boolean
  /** The wall clock. */
  readonly nowMs: number
}

/** `outdated`: reused, and the example has changed since it was made. */
export type DemoOutcome = 'made' | 'reused' | 'outdated'

/** Lies in `.git`, so that it is no part of the repository. */
const markName = 'mainward-example'

export async function ensureDemoRepository(request: DemoRequest): Promise<DemoOutcome> {
  const { example, branches, folder, fresh } = request
  const digest = digestValue([example, ...(branches === null ? [] : [branches])].map(digestFolder))
  if (existsSync(folder)) {
    const made = readMark(folder)
    if (!fresh) return made === digest ? 'reused' : 'outdated'
    await removeDemo(request)
  }
  await make(request, digest)
  return 'made'
}

/**
 * Where the demo of a folder lies: in its `demo/`, or in the folder itself when that is one already. Throws `usage` for a
 * folder that is to be made again while somebody stands in it.
 */
export function demoFolderOf(folder: string, fresh: boolean): string {
  if (!existsSync(join(folder, '.git', markName))) return join(folder, 'demo')
  if (!fresh) return folder
  throw new MainwardError('usage', `${folder} is the demo itself, and can not be made again from within`, {
    hint: 'cd .. and mainward demo --fresh',
  })
}

function readMark(folder: string): string {
  const mark = join(folder, '.git', markName)
  if (existsSync(mark)) return readFileSync(mark, 'utf8').trim()
  throw new MainwardError('conflict', `${folder} exists, and mainward demo did not make it`, {
    hint: 'move it away, or start mainward demo in another folder',
  })
}

async function removeDemo({ folder, nowMs }: DemoRequest): Promise<void> {
  const stateFolder = join(folder, stateFolderName)
  if (existsSync(stateFolder)) {
    const holder = readLockHolder(stateFolder, nowMs)
    if (holder !== null) {
      throw new MainwardError('state-locked', `the demo runs (process ${holder.process.pid} since ${holder.since})`, {
        hint: 'stop it first',
      })
    }
    await removeEmbeddedPostgres(stateFolder)
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}

/** In a folder beside it that is renamed at the end: an interrupted copy is never taken for a demo. */
async function make({ example, branches, folder, nowMs }: DemoRequest, digest: Digest): Promise<void> {
  const half = `${folder}.new`
  rmSync(half, { recursive: true, force: true })
  cpSync(example, half, { recursive: true })
  const git = (...args: readonly string[]): Promise<void> => runGit(half, args)
  await git('init', '--quiet', '--initial-branch=main')
  await git('config', 'user.name', 'Mainward demo')
  await git('config', 'user.email', 'demo@mainward.invalid')
  await git('config', 'commit.gpgsign', 'false')
  // Byte for byte: digests of model files are checked.
  await git('config', 'core.autocrlf', 'false')
  await git('add', '--all')
  await git('commit', '--quiet', '--message=Start with the example')
  if (branches !== null) await runGit(half, ['fast-import', '--quiet', '--done'], streamBranches(readBranches(branches), nowMs))
  writeFileSync(join(half, '.git', markName), `${digest}\n`)
  renameSync(half, folder)
}

async function runGit(folder: string, args: readonly string[], input: Uint8Array = new Uint8Array()): Promise<void> {
  try {
    const running = promisify(execFile)('git', ['-C', folder, ...args])
    // A git that ended before it read all says so by its end.
    running.child.stdin?.on('error', () => undefined).end(input)
    await running
  } catch (cause) {
    throw new MainwardError('environment', `git ${args[0] ?? ''} failed: ${messageOf(cause)}`, {
      hint: 'mainward demo needs the program git, 2.28 or newer',
      cause,
    })
  }
}

/** Digest of all paths and contents. */
function digestFolder(folder: string): Digest {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort(compareText)
  return digestValue(files.map((file) => [relative(folder, file), digestBytes(readFileSync(file))]))
}
