/** What each commit of the first-parent line changed below a folder. Reads only; commits that changed nothing there cost two trees. */
import { diffTrees, type FileChange } from './diff-trees.ts'
import { TreeReader } from './list-files.ts'
import type { ObjectStore } from './object-store.ts'
import { type NamedCommit, readFirstParents } from './read-history.ts'

export interface CommitChanges {
  readonly commit: NamedCommit
  /** Against its first parent; paths relative to the folder. */
  readonly changes: readonly FileChange[]
}

export interface LineChanges {
  /** The oldest first; only commits that changed files that are wanted. */
  readonly commits: readonly CommitChanges[]
  /** False in a shallow clone: what the oldest commit of it has may be older. */
  readonly whole: boolean
}

/** `folder` is relative to the root, '' for all of it. Throws not-found for a commit that is not there. */
export async function readLineChanges(
  objects: ObjectStore,
  start: { readonly commit: string; readonly folder: string },
  wanted: (name: string) => boolean,
): Promise<LineChanges> {
  const line = [...(await readFirstParents(objects, start.commit, Infinity))].reverse()
  const trees = new TreeReader(objects)
  const commits: CommitChanges[] = []
  let before: string | null = null
  let rootBefore: string | null = null
  for (const commit of line) {
    const after: string | null = commit.tree === rootBefore ? before : await trees.findFolder(commit.tree, start.folder)
    const changes = after === before ? [] : await diffTrees(objects, { before, after }, wanted)
    if (changes.length > 0) commits.push({ commit, changes })
    ;[before, rootBefore] = [after, commit.tree]
  }
  return { commits, whole: (line[0]?.parents.length ?? 0) === 0 }
}
