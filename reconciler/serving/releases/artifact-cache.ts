/**
 * Keeps the model files that this replica needs on its own disk, each as `FOLDER/SHA256`, so that it starts again when their
 * store is gone. Bounded by what is needed: the rest is removed. Knows no release and no state.
 */
import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { digestBytes } from '../../core/digest.ts'
import { messageOf } from '../../core/error.ts'
import type { ArtifactReader } from '../ports.ts'
import { replaceFile } from '../state/replace-file.ts'

export interface ArtifactCacheOptions {
  /** Absolute path; nothing else may lie in it. */
  readonly folder: string
  /** Where artifacts come from that are not here yet. */
  readonly origin: ArtifactReader
  readonly log: Logger
}

export class ArtifactCache implements ArtifactReader {
  readonly #options: ArtifactCacheOptions
  /** Work on the folder goes one after the other: what is being read is not removed. */
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(options: ArtifactCacheOptions) {
    this.#options = options
  }

  /**
   * The bytes from here when they have the digest, else from the store, and then kept here. A disk that can not be written
   * is logged: the bytes are answered all the same. Throws what the store throws.
   */
  async read(store: string, sha256: string): Promise<Uint8Array> {
    const kept = await this.#inTurn(() => this.#readKept(sha256))
    if (kept !== null) return kept
    const bytes = await this.#options.origin.read(store, sha256)
    if (!this.#closed && isWhole(bytes, sha256)) await this.#inTurn(() => this.#keep(sha256, bytes))
    return bytes
  }

  /**
   * The path of the artifact on disk, fetched when it is not there; null when this disk does not take it. The reader verifies the
   * digest, and says `damaged` when it was wrong: then the file is looked at, and fetched again.
   */
  async ensure(store: string, sha256: string, damaged: boolean): Promise<string | null> {
    const path = join(this.#options.folder, sha256)
    if (!damaged && existsSync(path)) return path
    await this.read(store, sha256)
    return existsSync(path) ? path : null
  }

  /** Removes everything that is not needed; asks when its turn has come. Failures are logged. */
  async prune(needed: () => ReadonlySet<string>): Promise<void> {
    if (this.#closed) return
    await this.#inTurn(async () => {
      const { folder, log } = this.#options
      const keep = needed()
      try {
        const surplus = (await listFolder(folder)).filter((name) => !keep.has(name))
        await Promise.all(surplus.map((name) => rm(join(folder, name), { force: true })))
      } catch (error) {
        log.warn({ reason: messageOf(error), folder }, 'model files that nothing needs could not be removed')
      }
    })
  }

  /** Resolves when the folder is left alone for good; reads that are under way are answered without being kept. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#last
  }

  async #readKept(sha256: string): Promise<Uint8Array | null> {
    const { folder, log } = this.#options
    const path = join(folder, sha256)
    try {
      const bytes = await readFile(path)
      if (isWhole(bytes, sha256)) return bytes
      log.warn({ path }, 'a kept model file is not what was kept: it is read from the store again')
    } catch (error) {
      if (isAbsent(error)) return null
      log.warn({ path, reason: messageOf(error) }, 'a kept model file can not be read: it is read from the store again')
    }
    return null
  }

  async #keep(sha256: string, bytes: Uint8Array): Promise<void> {
    const { folder, log } = this.#options
    try {
      await replaceFile(join(folder, sha256), bytes)
    } catch (error) {
      const sentence = 'a model file could not be kept: without its store this replica can not start again'
      log.error({ reason: messageOf(error), sha256 }, sentence)
    }
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }
}

function isWhole(bytes: Uint8Array, sha256: string): boolean {
  return digestBytes(bytes) === `sha256:${sha256}`
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
