/** Reads the manifests of a working tree or of a commit for a command, and says what was read. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Instant } from '../../core/clock.ts'
import { MainwardError } from '../../core/error.ts'
import { TreeReader } from '../../git/list-files.ts'
import { openRepository, type Repository } from '../../git/open-repository.ts'
import { resolveCommit } from '../../git/read-history.ts'
import type { CommitContents } from '../../manifests/assemble.ts'
import { type ParseManifest, readCommitContents, readWorkingTree } from '../../reconcile/source/read-contents.ts'

export interface ManifestSource {
  readonly contents: CommitContents
  /** What was read, in words. */
  readonly origin: string
  /** Null for a working tree. */
  readonly commit: { readonly id: string; readonly committedAt: Instant } | null
  /** The text of one of its files. */
  readText(path: string): Promise<string>
}

/** The working tree at a folder, or a commit of the repository that it belongs to. Throws `usage` for a ref that is none. */
export async function readManifests(folder: string, ref: string | null, parse?: ParseManifest): Promise<ManifestSource> {
  if (ref !== null) {
    const repository = openRepository(folder)
    return readCommitManifests(repository, await resolveRef(repository, ref), ref)
  }
  const contents = await readWorkingTree(folder, parse)
  return {
    contents,
    origin: `working tree ${folder}`,
    commit: null,
    readText: (path) => readFile(join(folder, path), 'utf8'),
  }
}

/** A commit by its full id; `name` is what the person called it. */
export async function readCommitManifests(repository: Repository, commit: string, name: string): Promise<ManifestSource> {
  const { objects, innerPath } = repository
  const { tree, committedAt } = await objects.readCommit(commit)
  const trees = new TreeReader(objects)
  const folder = await trees.findFolder(tree, innerPath)
  if (folder === null) {
    throw new MainwardError('usage', `expected the folder ${innerPath} in ${name}, found none`, { hint: `commit ${commit}` })
  }
  const short = commit.slice(0, 12)
  return {
    contents: await readCommitContents(repository, commit, innerPath),
    origin: name === commit || name === short ? `commit ${short}` : `${name} (commit ${short})`,
    commit: { id: commit, committedAt },
    readText: async (path) => Buffer.from(await objects.readBlob((await trees.findFile(folder, path)) ?? '')).toString(),
  }
}

/** The full id of what a person named. Throws `usage` when it names no commit. */
export async function resolveRef(repository: Repository, ref: string): Promise<string> {
  try {
    return await resolveCommit(repository, ref)
  } catch (thrown) {
    if (!(thrown instanceof MainwardError) || thrown.code === 'git-protocol') throw thrown
    const hint = thrown.hint === undefined ? {} : { hint: thrown.hint }
    throw new MainwardError('usage', thrown.message, { cause: thrown, ...hint })
  }
}
