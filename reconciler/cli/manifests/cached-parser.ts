/** Parses manifests, and remembers on disk what they gave: evidence makes version files long, and most of them never change. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { parseFile } from '../../manifests/parse-file.ts'
import type { ParsedFile } from '../../manifests/parsed-file.ts'
import { ParseCache } from '../../reconcile/source/parse-cache.ts'
import { parsingVersion } from '../../reconcile/source/parsing-version.ts'
import { findGitFolderAt } from '../../supervisor/state-folder.ts'

export interface CachedParser {
  readonly parse: (bytes: Uint8Array) => ParsedFile
  /** Keeps what was new. */
  save(): void
}

/**
 * For a folder of a repository. What is remembered lies in the git folder: no commit can bring along what its files are said to mean.
 * Where nothing can be kept (no repository, one that may only be read, a full disk), everything is parsed.
 */
export function openCachedParser(folder: string): CachedParser {
  const gitFolder = findGitFolderAt(folder)
  const open = (place: string): ParseCache => new ParseCache(join(place, 'mainward/parsed'), parsingVersion())
  const cache = gitFolder === null ? null : tryToKeep(() => open(gitFolder))
  if (cache === null) return { parse: parseFile, save: () => undefined }
  const [used, fresh] = [new Map<string, ParsedFile>(), new Map<string, ParsedFile>()]
  return {
    parse(bytes) {
      const id = createHash('sha1').update(bytes).digest('hex')
      const known = used.get(id) ?? cache.read(id)
      const parsed = known ?? parseFile(bytes)
      if (known === null) fresh.set(id, parsed)
      used.set(id, parsed)
      return parsed
    },
    save() {
      tryToKeep(() => {
        cache.append(fresh)
        cache.compact(used)
      })
    },
  }
}

/** Null where the disk refuses: a command that only reads does not end because nothing could be remembered. */
function tryToKeep<T>(work: () => T): T | null {
  try {
    return work()
  } catch (thrown) {
    if (thrown instanceof Error && 'syscall' in thrown) return null
    throw thrown
  }
}
