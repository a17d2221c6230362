/** Finds the git directory of a path: a work tree, a folder in it, a linked work tree, or a bare repository. Writes nothing. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { MainwardError } from '../core/error.ts'
import { ObjectStore } from './object-store.ts'

export interface Repository {
  /** The common git directory: branches, tags, objects. */
  readonly gitdir: string
  /** Where HEAD is: differs from `gitdir` in a linked work tree. */
  readonly headFolder: string
  /** Root of the work tree; null in a bare repository. */
  readonly workTree: string | null
  /** The given path relative to the root of the work tree, with slashes; '' for the root. */
  readonly innerPath: string
  readonly objects: ObjectStore
}

/** Throws not-found when the path belongs to no repository, unsupported for formats that cannot be read. */
export function openRepository(path: string): Repository {
  const start = resolve(path)
  for (let folder = start; ; folder = dirname(folder)) {
    const found = gitDirectoryOf(folder)
    if (found !== null) return describe(found, start)
    if (dirname(folder) === folder) break
  }
  throw new MainwardError('not-found', `${path} is not in a git repository`, { hint: 'run `git init` and commit the manifests' })
}

interface Found {
  readonly headFolder: string
  readonly workTree: string | null
}

function gitDirectoryOf(folder: string): Found | null {
  const dotGit = join(folder, '.git')
  const kind = statSync(dotGit, { throwIfNoEntry: false })
  if (kind?.isDirectory() === true) return { headFolder: dotGit, workTree: folder }
  if (kind?.isFile() === true) {
    const target = /^gitdir: (.+?)\s*$/.exec(readFileSync(dotGit, 'utf8'))?.[1]
    if (target !== undefined) return { headFolder: resolve(folder, target), workTree: folder }
  }
  const bare = ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(folder, name)))
  return bare ? { headFolder: folder, workTree: null } : null
}

function describe({ headFolder, workTree }: Found, start: string): Repository {
  const commonFile = join(headFolder, 'commondir')
  const gitdir = existsSync(commonFile) ? resolve(headFolder, readFileSync(commonFile, 'utf8').trim()) : headFolder
  assertReadable(gitdir)
  const innerPath = workTree === null ? '' : relative(workTree, start).split(sep).join('/')
  return { gitdir, headFolder, workTree, innerPath, objects: new ObjectStore(gitdir) }
}

function assertReadable(gitdir: string): void {
  const config = join(gitdir, 'config')
  const text = existsSync(config) ? readFileSync(config, 'utf8') : ''
  if (/^\s*objectformat\s*=\s*sha256/im.test(text)) refuse(gitdir, 'SHA-256 object ids')
  if (/^\s*refstorage\s*=\s*reftable/im.test(text)) refuse(gitdir, 'the reftable format')
  if (existsSync(join(gitdir, 'objects/info/alternates'))) refuse(gitdir, 'objects of another repository (alternates)')
}

function refuse(gitdir: string, feature: string): never {
  throw new MainwardError('unsupported', `the repository ${gitdir} uses ${feature}`, {
    hint: 'a plain `git clone --no-local` can be read',
  })
}
