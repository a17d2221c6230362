/** Which files differ between two trees: folders with equal ids are not opened. Reads only. */
import { compareText } from '../core/finding.ts'
import type { ObjectStore } from './object-store.ts'
import { folderMode, isFile, type TreeEntry } from './tree-object.ts'

export interface FileChange {
  /** Relative to the trees. */
  readonly path: string
  /** Ids of blobs; null: no such file. */
  readonly before: string | null
  readonly after: string | null
}

/** The regular files whose name `wanted` takes; null is a tree of nothing. Sorted by path. */
export async function diffTrees(
  objects: ObjectStore,
  trees: { readonly before: string | null; readonly after: string | null },
  wanted: (name: string) => boolean,
): Promise<readonly FileChange[]> {
  const changes: FileChange[] = []
  const walk = async (before: string | null, after: string | null, prefix: string): Promise<void> => {
    if (before === after) return
    const [old, next] = [await readEntries(objects, before), await readEntries(objects, after)]
    for (const name of new Set([...old.keys(), ...next.keys()])) {
      const [was, is] = [old.get(name), next.get(name)]
      if (was?.oid === is?.oid && was?.mode === is?.mode) continue
      const [wasFolder, isFolder] = [folderOf(was), folderOf(is)]
      if (wasFolder !== null || isFolder !== null) await walk(wasFolder, isFolder, `${prefix}${name}/`)
      const change = { path: prefix + name, before: fileOf(was), after: fileOf(is) }
      if (change.before !== change.after && wanted(name)) changes.push(change)
    }
  }
  await walk(trees.before, trees.after, '')
  return changes.sort((a, b) => compareText(a.path, b.path))
}

async function readEntries(objects: ObjectStore, tree: string | null): Promise<ReadonlyMap<string, TreeEntry>> {
  if (tree === null) return new Map()
  return new Map((await objects.readTree(tree)).map((entry) => [entry.name, entry]))
}

function folderOf(entry: TreeEntry | undefined): string | null {
  return entry?.mode === folderMode ? entry.oid : null
}

function fileOf(entry: TreeEntry | undefined): string | null {
  return entry !== undefined && isFile(entry) ? entry.oid : null
}
