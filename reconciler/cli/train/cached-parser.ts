/** Parses manifests, and remembers on disk what they gave: evidence makes version files long, and most of them never change. */
import { createHash } from 'node:crypto'
import { parseFile } from '../../manifests/parse-file.ts'
import type { ParsedFile } from '../../manifests/parsed-file.ts'
import { ParseCache } from '../../reconcile/source/parse-cache.ts'
import { parsingVersion } from '../../reconcile/source/parsing-version.ts'

export interface CachedParser {
  readonly parse: (bytes: Uint8Array) => ParsedFile
  /** Keeps what was new. */
  save(): void
}

export function openCachedParser(folder: string): CachedParser {
  const cache = new ParseCache(folder, parsingVersion())
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
