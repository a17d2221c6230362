/** Finds out whether files changed: what lies in a folder, with size and time of change, before and after. */
import { lstat, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { nullWhenMissing } from './when-missing.ts'

/** What a program must not touch. */
export interface WatchedFolder {
  /** As messages name it: `the repository`. */
  readonly name: string
  readonly folder: string
  /** Paths in it that are not looked at, such as the run's own folder. */
  readonly except: readonly string[]
  /** Whether to look into folders in it. */
  readonly deep: boolean
}

export interface Fingerprint {
  readonly watched: WatchedFolder
  /** By path. */
  readonly entries: ReadonlyMap<string, string>
  /** Not everything was looked at: there are more files than `entryLimit`. */
  readonly isPartial: boolean
}

/** Byte code that Python writes beside what it imports changes nothing. */
const ignoredNames = new Set(['__pycache__'])

/** Beyond this, looking would take longer than it is worth. */
const entryLimit = 100_000

export async function takeFingerprint(watched: WatchedFolder): Promise<Fingerprint> {
  const entries = new Map<string, string>()
  const waiting = [watched.folder]
  for (let folder = waiting.pop(); folder !== undefined && entries.size < entryLimit; folder = waiting.pop()) {
    const found = (await readdir(folder, { withFileTypes: true }).catch(nullWhenMissing)) ?? []
    const paths = found.filter(({ name }) => !ignoredNames.has(name)).map((entry) => ({ entry, path: join(folder, entry.name) }))
    const looked = paths.filter(({ path }) => !watched.except.includes(path))
    if (watched.deep) waiting.push(...looked.filter(({ entry }) => entry.isDirectory()).map(({ path }) => path))
    const marks = await Promise.all(looked.map(async ({ path }) => [path, await markOf(path)] as const))
    for (const [path, mark] of marks) if (mark !== null) entries.set(path, mark)
  }
  return { watched, entries, isPartial: entries.size >= entryLimit }
}

/** A folder has no time: it changes with what is written into it, which is looked at by itself. */
async function markOf(path: string): Promise<string | null> {
  const found = await lstat(path, { bigint: true }).catch(nullWhenMissing)
  if (found === null) return null
  if (found.isDirectory()) return 'folder'
  return [found.ino, found.mode, found.size, found.mtimeNs].join(' ')
}

/** What changed, as `written PATH`, `made PATH`, `removed PATH`, paths below the folder, in order. */
export function compareFingerprints(before: Fingerprint, after: Fingerprint): readonly string[] {
  // Where not everything was looked at, what is missing on one side may be there.
  const isPartial = before.isPartial || after.isPartial
  const paths = [...new Set([...before.entries.keys(), ...after.entries.keys()])].sort()
  return paths.flatMap((path) => {
    const [old, now] = [before.entries.get(path), after.entries.get(path)]
    if (old === now || (isPartial && (old === undefined || now === undefined))) return []
    const what = old === undefined ? 'made' : now === undefined ? 'removed' : 'written'
    return [`${what} ${relative(before.watched.folder, path)}`]
  })
}
