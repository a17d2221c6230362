/** The files of a commit, with folders that have not changed since the last listing taken from memory. */
import { MainwardError } from '../core/error.ts'
import type { ObjectStore } from './object-store.ts'
import { folderMode, isFile, type TreeEntry } from './tree-object.ts'

export interface ListedFile {
  /** Relative to the folder that was listed. */
  readonly path: string
  readonly oid: string
}

/** Trees that name one folder many times, one within the other, hold more files than any machine could list. */
const maximumEntries = 2_000_000

/** Reads trees once by id. Memory is what the last listing needed. */
export class TreeReader {
  readonly #objects: ObjectStore
  #known = new Map<string, readonly TreeEntry[]>()

  constructor(objects: ObjectStore) {
    this.#objects = objects
  }

  /**
   * The regular files under a tree whose path `wanted` takes. Links and submodules are no files; paths that are no
   * UTF-8 are left out, because nothing could name them. Throws unsupported for trees of millions of entries.
   */
  async listFiles(tree: string, wanted: (name: string) => boolean): Promise<readonly ListedFile[]> {
    const used = new Map<string, readonly TreeEntry[]>()
    const files: ListedFile[] = []
    let seen = 0
    const walk = async (oid: string, prefix: string): Promise<void> => {
      const entries = this.#known.get(oid) ?? used.get(oid) ?? (await this.#objects.readTree(oid))
      used.set(oid, entries)
      seen += entries.length
      if (seen > maximumEntries) throw tooMany(tree)
      for (const entry of entries) {
        if (entry.name.includes('\uFFFD')) continue
        if (entry.mode === folderMode) await walk(entry.oid, `${prefix}${entry.name}/`)
        else if (isFile(entry) && wanted(entry.name)) files.push({ path: prefix + entry.name, oid: entry.oid })
      }
    }
    await walk(tree, '')
    this.#known = used
    return files
  }

  /** The id of a folder's tree; null when the path is no folder. '' is the tree itself. */
  async findFolder(tree: string, path: string): Promise<string | null> {
    const entry = path === '' ? { mode: folderMode, oid: tree } : await this.#find(tree, path)
    return entry?.mode === folderMode ? entry.oid : null
  }

  /** The id of a regular file's blob; null when there is none. */
  async findFile(tree: string, path: string): Promise<string | null> {
    const entry = await this.#find(tree, path)
    return entry !== null && isFile(entry) ? entry.oid : null
  }

  async #find(tree: string, path: string): Promise<TreeEntry | null> {
    let found: TreeEntry | null = null
    let oid = tree
    for (const step of path.split('/')) {
      if (found !== null && found.mode !== folderMode) return null
      const entries = this.#known.get(oid) ?? (await this.#objects.readTree(oid))
      found = entries.find(({ name }) => name === step) ?? null
      if (found === null) return null
      oid = found.oid
    }
    return found
  }
}

function tooMany(tree: string): MainwardError {
  return new MainwardError('unsupported', `expected at most ${maximumEntries} files and folders, found more in tree ${tree}`, {
    retry: 'backoff',
    hint: 'reconcile a folder of the repository with --path',
  })
}
