/** Reads the manifests of a commit for a command. Apart from working trees, so that those who read one wait for no git. */
import { MainwardError } from '../../core/error.ts'
import { TreeReader } from '../../git/list-files.ts'
import type { Repository } from '../../git/open-repository.ts'
import { resolveCommit } from '../../git/read-history.ts'
import { type ParseManifest, readCommitContents } from '../../reconcile/source/read-contents.ts'
import type { ManifestSource } from './manifest-source.ts'

/** A commit by its full id; `name` is what the person called it. */
export async function readCommitManifests(
  repository: Repository,
  commit: string,
  name: string,
  parse?: ParseManifest,
): Promise<ManifestSource> {
  const { objects, innerPath } = repository
  const { tree, committedAt } = await objects.readCommit(commit)
  const trees = new TreeReader(objects)
  const folder = await trees.findFolder(tree, innerPath)
  if (folder === null) {
    throw new MainwardError('usage', `expected the folder ${innerPath} in ${name}, found none`, { hint: `commit ${commit}` })
  }
  const short = commit.slice(0, 12)
  return {
    contents: await readCommitContents(repository, commit, innerPath, parse),
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
