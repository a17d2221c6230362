/** Finds and makes the state folder of a repository. Knows what lies in it by name only. */
import { randomBytes } from 'node:crypto'
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { MainwardError } from '../core/error.ts'
import { writeAtomically } from './write-atomically.ts'

export const stateFolderName = '.mainward'

/** Where a repository's git data lie: of a clone, a linked work tree or a bare repository. */
export interface LocalRepository {
  /** The top folder of the work tree, or the bare repository itself. */
  readonly root: string
  /** The folder shared by all work trees. */
  readonly gitFolder: string
}

/** The repository at exactly this folder; throws `usage` with the place of the nearest one when it is none. */
export function findRepository(path: string): LocalRepository {
  const root = resolve(path)
  const gitFolder = findGitFolder(root)
  if (gitFolder !== null) return { root, gitFolder }
  const above = findAbove(root)
  throw new MainwardError('usage', `expected a git repository, found none at ${root}`, {
    hint: above === null ? 'git init -b main, and commit something' : hintAbove(above, root),
  })
}

/** The git folder of the repository that a folder belongs to, shared by all its work trees; null: it belongs to none. */
export function findGitFolderAt(folder: string): string | null {
  const here = findGitFolder(folder)
  const above = here === null ? findAbove(folder) : null
  return above === null ? here : findGitFolder(above)
}

/** Makes the state folder, closed to everybody else, and keeps git from seeing it. */
export function ensureStateFolder(folder: string, repository: LocalRepository | null): void {
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
  } else if (!statSync(folder).isDirectory()) {
    throw new MainwardError('usage', `expected a folder for the state, found a file: ${folder}`)
  }
  mkdirSync(join(folder, 'logs'), { recursive: true, mode: 0o700 })
  if (repository !== null) excludeFromGit(folder, repository)
}

/** The admin token: made once, 32 random bytes in base64url, readable by the owner alone. */
export function ensureAdminToken(stateFolder: string): { readonly file: string; readonly token: string } {
  const file = join(stateFolder, 'token')
  if (!existsSync(file)) writeAtomically(file, `${randomBytes(32).toString('base64url')}\n`)
  const token = readFileSync(file, 'utf8').trim()
  if (token.length < 32) {
    throw new MainwardError('environment', `expected an admin token of at least 32 characters in ${file}`, {
      hint: 'remove the file: a new token is made',
    })
  }
  return { file, token }
}

/** Begins new logs; one generation before stays as NAME.log.1. */
export function rotateLog(stateFolder: string, name: string): string {
  const file = join(stateFolder, 'logs', `${name}.log`)
  if (existsSync(file) && statSync(file).size > 0) renameSync(file, `${file}.1`)
  return file
}

function findGitFolder(folder: string): string | null {
  const git = join(folder, '.git')
  if (existsSync(git)) {
    return statSync(git).isDirectory() ? git : followGitFile(folder, readFileSync(git, 'utf8'))
  }
  const bare = ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(folder, name)))
  return bare ? folder : null
}

/** `.git` as a file (gitrepository-layout): `gitdir: PATH`; a linked work tree's folder names the shared one. */
function followGitFile(folder: string, text: string): string | null {
  const target = /^gitdir: (.+)$/m.exec(text)?.[1]
  if (target === undefined) return null
  const gitFolder = resolve(folder, target)
  const shared = join(gitFolder, 'commondir')
  return existsSync(shared) ? resolve(gitFolder, readFileSync(shared, 'utf8').trim()) : gitFolder
}

function findAbove(folder: string): string | null {
  const parent = dirname(folder)
  if (parent === folder) return null
  return findGitFolder(parent) === null ? findAbove(parent) : parent
}

function hintAbove(above: string, root: string): string {
  return `the repository begins at ${above}: mainward up ${above} --path ${relative(above, root)}`
}

function excludeFromGit(folder: string, { root, gitFolder }: LocalRepository): void {
  const path = relative(root, resolve(folder))
  if (path === '' || path.startsWith('..') || isAbsolute(path) || root === gitFolder) return
  const pattern = `/${path.split(/[\\/]/).join('/')}/`
  const file = join(gitFolder, 'info/exclude')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (text.split(/\r?\n/).includes(pattern)) return
  mkdirSync(dirname(file), { recursive: true })
  appendFileSync(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}${pattern}\n`)
}
