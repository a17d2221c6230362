/** The commit that brought a version: what it was trained from lies in it. */
import { posix } from 'node:path'
import { TreeReader } from '../../git/list-files.ts'
import type { Repository } from '../../git/open-repository.ts'
import { readFirstParents } from '../../git/read-history.ts'

/** Beyond this many commits back nobody looks. */
const mostCommits = 100_000

/** The oldest commit on the first-parent line of `from` that has the file as `from` has it; null where `from` has no such file. */
export async function findOrigin(repository: Repository, from: string, path: string): Promise<string | null> {
  const { objects, innerPath } = repository
  const trees = new TreeReader(objects)
  const file = posix.join(innerPath, path)
  const found: { commit: string | null; blob: string | null } = { commit: null, blob: null }
  for (const { oid, tree } of await readFirstParents(objects, from, mostCommits)) {
    const blob = await trees.findFile(tree, file)
    if (blob === null || (found.blob !== null && blob !== found.blob)) break
    Object.assign(found, { commit: oid, blob })
  }
  return found.commit
}
