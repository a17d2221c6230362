/** The commit that a change is compared with: what the main branch has now, or HEAD where there is none. Reads files only when asked. */
import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { MainwardError } from '../../core/error.ts'
import { TreeReader } from '../../git/list-files.ts'
import { openRepository, type Repository } from '../../git/open-repository.ts'
import { readHead, resolveCommit } from '../../git/read-history.ts'
import { readRef } from '../../git/read-ref.ts'
import { resolveRef } from '../manifests/read-commit-manifests.ts'

export interface BaseCommit {
  /** Full id. */
  readonly id: string
  /** As a person named it, or where it was found: `origin/main`. */
  readonly name: string
  readonly repository: Repository
  /** Bytes of a file below the folder of the Project; null: there is none. */
  read(path: string): Promise<Uint8Array | null>
  /** Whether this file is there with other bytes, the same, or not at all. */
  compare(path: string, content: Uint8Array): Promise<'same' | 'other' | 'absent'>
  /** Numbers of the files `N.yaml` in a folder. */
  listNumbers(folder: string): Promise<readonly number[]>
}

const mainBranches = ['refs/remotes/origin/HEAD', 'refs/remotes/origin/main', 'refs/heads/main'] as const

/** Null outside of a repository, and before its first commit. Throws `usage` for a name that is no commit. */
export async function openBase(project: string, given: string | null): Promise<BaseCommit | null> {
  const repository = openOrNull(project)
  if (repository === null && given !== null) {
    throw new MainwardError('usage', `--base: ${project} is in no git repository`, {
      hint: 'leave --base out: without a commit, nothing is compared with production',
    })
  }
  if (repository === null) return null
  const found = given === null ? findBase(repository) : { id: await resolveRef(repository, given), name: given }
  return found === null ? null : describeBase(repository, found.id, found.name)
}

/** The commit of HEAD; null: there is none. */
export async function readHeadCommit(project: string): Promise<string | null> {
  const repository = openOrNull(project)
  return repository === null || readHead(repository) === null ? null : resolveCommit(repository, 'HEAD')
}

function openOrNull(project: string): Repository | null {
  try {
    return openRepository(project)
  } catch (thrown) {
    if (thrown instanceof MainwardError && thrown.code === 'not-found') return null
    throw thrown
  }
}

function findBase(repository: Repository): { readonly id: string; readonly name: string } | null {
  for (const ref of mainBranches) {
    const id = readRef(repository.gitdir, ref)
    if (id !== null) return { id, name: ref.replace(/^refs\/(?:heads|remotes)\//, '') }
  }
  const head = readHead(repository)
  return head === null ? null : { id: head, name: 'HEAD' }
}

function describeBase(repository: Repository, id: string, name: string): BaseCommit {
  const { objects, innerPath } = repository
  const trees = new TreeReader(objects)
  const root: { tree: string | null } = { tree: null }
  const find = async (path: string): Promise<string | null> => {
    root.tree ??= (await objects.readCommit(id)).tree
    return trees.findFile(root.tree, posix.join(innerPath, path))
  }
  return {
    id,
    name,
    repository,
    async read(path) {
      const oid = await find(path)
      return oid === null ? null : objects.readBlob(oid)
    },
    async compare(path, content) {
      const oid = await find(path)
      if (oid === null) return 'absent'
      return oid === blobId(content) ? 'same' : 'other'
    },
    async listNumbers(folder) {
      root.tree ??= (await objects.readCommit(id)).tree
      const tree = await trees.findFolder(root.tree, posix.join(innerPath, folder))
      if (tree === null) return []
      const names = (await objects.readTree(tree)).map((entry) => entry.name)
      return names.flatMap((file) => (/^[1-9]\d*\.yaml$/.test(file) ? [Number(file.slice(0, -'.yaml'.length))] : []))
    },
  }
}

/** As git names the bytes of a file (gitformat: `blob SIZE`, NUL, the bytes). */
function blobId(content: Uint8Array): string {
  return createHash('sha1').update(`blob ${content.byteLength}\0`).update(content).digest('hex')
}
