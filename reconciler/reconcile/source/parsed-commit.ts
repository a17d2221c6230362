/** Parses blobs, keeps what the last commit needs, and assembles a commit from it. Knows no git and no messages. */
import { artifactPaths, assembleCommit } from '../../manifests/assemble.ts'
import type { StoredFile } from '../../manifests/commit-view.ts'
import { parseFile } from '../../manifests/parse-file.ts'
import type { ParsedFile } from '../../manifests/parsed-file.ts'
import { projectOf, selectManifestPaths } from '../../manifests/select-files.ts'
import type { ParseCache } from './parse-cache.ts'
import type { BlobBatch, PathAndBlob, ReadingPart } from './source-messages.ts'

/** About two milliseconds of parsing JSON on the other side. */
const partLength = 256 * 1024
const partItems = 200

export class ParsedCommit {
  readonly #cache: ParseCache
  #parsed = new Map<string, ParsedFile>()
  #unsaved = new Map<string, ParsedFile>()
  #files: readonly { readonly path: string; readonly parsed: ParsedFile }[] = []

  constructor(cache: ParseCache) {
    this.#cache = cache
  }

  /** Those that are neither in memory nor on disk. */
  findMissing(oids: readonly string[]): string[] {
    return oids.filter((oid) => {
      if (this.#parsed.has(oid)) return false
      const cached = this.#cache.read(oid)
      if (cached !== null) this.#parsed.set(oid, cached)
      return cached === null
    })
  }

  parse({ bytes, blobs }: BlobBatch): void {
    let start = 0
    for (const { oid, length } of blobs) {
      const parsed = parseFile(bytes.subarray(start, start + length))
      this.#parsed.set(oid, parsed)
      this.#unsaved.set(oid, parsed)
      start += length
    }
  }

  select(projectOid: string | null, paths: readonly string[]): string[] {
    return selectManifestPaths(paths, projectOid === null ? null : projectOf(this.#get(projectOid)))
  }

  /** Takes these files as the commit's; the paths of the model files that they name. */
  findArtifacts(files: readonly PathAndBlob[]): string[] {
    this.#files = files.map(({ path, oid }) => ({ path, parsed: this.#get(oid) }))
    this.#parsed = new Map(files.map(({ oid }) => [oid, this.#get(oid)]))
    return artifactPaths(this.#files)
  }

  *assemble(artifacts: ReadonlyMap<string, StoredFile>): Generator<ReadingPart> {
    const { resources, findings } = assembleCommit({ files: this.#files, artifacts }, { mode: 'reconciled' })
    yield* parts('findings', findings)
    yield* parts('resources', resources)
  }

  /** Writes what was parsed since to the cache on disk. */
  save(): void {
    const unsaved = this.#unsaved
    this.#unsaved = new Map()
    this.#cache.append(unsaved)
    this.#cache.compact(this.#parsed)
  }

  #get(oid: string): ParsedFile {
    const parsed = this.#parsed.get(oid)
    if (parsed === undefined) throw new Error(`blob ${oid} was not parsed before it was used`)
    return parsed
  }
}

function* parts(kind: ReadingPart['kind'], items: readonly unknown[]): Generator<ReadingPart> {
  let texts: string[] = []
  let length = 0
  for (const item of items) {
    const text = JSON.stringify(item)
    texts.push(text)
    length += text.length
    if (length < partLength && texts.length < partItems) continue
    yield { kind, json: `[${texts.join(',')}]` }
    texts = []
    length = 0
  }
  if (texts.length > 0) yield { kind, json: `[${texts.join(',')}]` }
}
