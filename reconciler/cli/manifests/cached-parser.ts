/** Parses manifests, and remembers on disk what they gave: evidence makes version files long, and most of them never change. */
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync } from 'node:fs'
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
 * Where nothing can be kept (no repository, or one that may only be read), everything is parsed.
 */
export function openCachedParser(folder: string): CachedParser {
  const gitFolder = findGitFolderAt(folder)
  const place = gitFolder === null ? null : join(gitFolder, 'mainward')
  if (gitFolder === null || place === null || !isWritable(existsSync(place) ? place : gitFolder)) {
    return { parse: parseFile, save: () => undefined }
  }
  const cache = new ParseCache(join(place, 'parsed'), parsingVersion())
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
      cache.append(fresh)
      cache.compact(used)
    },
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch (thrown) {
    if (thrown instanceof Error && 'syscall' in thrown) return false
    throw thrown
  }
}
