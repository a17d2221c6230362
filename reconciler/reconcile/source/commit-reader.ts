/** Reads commits for the control plane: lists with git, parses in the thread, sends the outcome on in parts. */
import type { Commit } from '../../git/commit-object.ts'
import { TreeReader, type ListedFile } from '../../git/list-files.ts'
import type { ObjectStore } from '../../git/object-store.ts'
import type { StoredFile } from '../../manifests/commit-view.ts'
import type { ParserClient } from './parser-client.ts'
import { describeBytes, isYamlName, projectFile } from './read-contents.ts'
import type { BlobBatch, ReadingPart } from './source-messages.ts'

const batchBlobs = 64
const batchBytes = 1024 * 1024
/** Batches that wait for the parsing thread: reading never runs far ahead. */
const batchesAhead = 4

export interface TreeReading {
  readonly commit: Commit
  /** The tree of the reconciled folder: equal trees have equal readings. '' when the commit has no such folder. */
  readonly tree: string
  /** True when the asker has this tree's reading: no parts were sent. */
  readonly same: boolean
}

export interface ReadingRequest {
  readonly commit: string
  readonly path: string
  /** The tree whose reading the asker has. */
  readonly haveTree: string | null
  readonly onPart: (part: ReadingPart) => void
}

export class CommitReader {
  readonly #objects: ObjectStore
  readonly #parser: ParserClient
  readonly #trees: TreeReader
  #artifacts = new Map<string, StoredFile>()

  constructor(objects: ObjectStore, parser: ParserClient) {
    this.#objects = objects
    this.#parser = parser
    this.#trees = new TreeReader(objects)
  }

  async readCommit({ commit, path, haveTree, onPart }: ReadingRequest): Promise<TreeReading> {
    const found = await this.#objects.readCommit(commit)
    const tree = await this.#trees.findFolder(found.tree, path)
    if (tree !== null && tree === haveTree) return { commit: found, tree, same: true }
    const manifests = tree === null ? [] : await this.#selectManifests(tree)
    await this.#parseMissing(manifests)
    const artifacts = await this.#describeArtifacts(tree ?? '', await this.#parser.findArtifacts(manifests))
    await this.#parser.assemble(artifacts, onPart)
    this.#objects.forget()
    return { commit: found, tree: tree ?? '', same: false }
  }

  /** The blob id of a file under the reconciled folder; null when there is none. */
  async findFile(commit: string, path: string): Promise<string | null> {
    return this.#trees.findFile((await this.#objects.readCommit(commit)).tree, path)
  }

  async #selectManifests(tree: string): Promise<readonly ListedFile[]> {
    const listed = await this.#trees.listFiles(tree, isYamlName)
    const byPath = new Map(listed.map((file) => [file.path, file]))
    const project = byPath.get(projectFile)
    if (project !== undefined) await this.#parseMissing([project])
    const selected = await this.#parser.select(project?.oid ?? null, [...byPath.keys()])
    return selected.flatMap((path) => byPath.get(path) ?? [])
  }

  async #parseMissing(files: readonly ListedFile[]): Promise<void> {
    const missing = await this.#parser.findMissing([...new Set(files.map(({ oid }) => oid))])
    const running: Promise<void>[] = []
    for await (const batch of this.#readBatches(missing)) {
      const parsing = this.#parser.parse(batch)
      running.push(parsing)
      if (running.length > batchesAhead) await running.shift()
    }
    await Promise.all(running)
  }

  async *#readBatches(oids: readonly string[]): AsyncGenerator<BlobBatch, void> {
    let blobs: { oid: string; bytes: Uint8Array }[] = []
    let sizeBytes = 0
    for (const oid of oids) {
      const bytes = await this.#objects.readBlob(oid)
      blobs.push({ oid, bytes })
      sizeBytes += bytes.length
      if (blobs.length < batchBlobs && sizeBytes < batchBytes) continue
      yield joinBlobs(blobs, sizeBytes)
      blobs = []
      sizeBytes = 0
    }
    if (blobs.length > 0) yield joinBlobs(blobs, sizeBytes)
  }

  async #describeArtifacts(tree: string, paths: readonly string[]): Promise<ReadonlyMap<string, StoredFile>> {
    const byOid = new Map<string, StoredFile>()
    const byPath = new Map<string, StoredFile>()
    for (const path of paths) {
      const oid = await this.#trees.findFile(tree, path)
      if (oid === null) continue
      const stored = this.#artifacts.get(oid) ?? byOid.get(oid) ?? describeBytes(await this.#objects.readBlob(oid))
      byOid.set(oid, stored)
      byPath.set(path, stored)
    }
    this.#artifacts = byOid
    return byPath
  }
}

/** A buffer of its own: what isomorphic-git returns may be a piece of a shared pool. */
function joinBlobs(blobs: readonly { oid: string; bytes: Uint8Array }[], sizeBytes: number): BlobBatch {
  const bytes = new Uint8Array(sizeBytes)
  let start = 0
  for (const blob of blobs) {
    bytes.set(blob.bytes, start)
    start += blob.bytes.length
  }
  return { bytes, blobs: blobs.map(({ oid, bytes: { length } }) => ({ oid, length })) }
}
