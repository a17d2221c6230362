/** One segment of a spool while it is written: created, appended to, closed by a rename. Knows nothing of its lines. */
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../../sync-folder.ts'
import { closedSuffix, openSuffix } from './segment-name.ts'

export class SegmentFile {
  readonly #handle: FileHandle
  readonly #path: string
  readonly #folder: string
  #bytes = 0

  private constructor(handle: FileHandle, folder: string, path: string) {
    this.#handle = handle
    this.#folder = folder
    this.#path = path
  }

  /** Makes the folder. With `durable` the new name is on disk before anyone writes. */
  static async create(folder: string, stem: string, durable: boolean): Promise<SegmentFile> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, stem)
    const handle = await open(path + openSuffix, 'ax', 0o600)
    if (durable) await syncFolder(folder)
    return new SegmentFile(handle, folder, path)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** With `durable` it is on disk when this resolves. */
  async append(content: Buffer, durable: boolean): Promise<void> {
    await this.#handle.appendFile(content)
    if (durable) await this.#handle.datasync()
    this.#bytes += content.byteLength
  }

  /** From now on it belongs to the one who drains. */
  async close(durable: boolean): Promise<void> {
    await this.#handle.close()
    await rename(this.#path + openSuffix, this.#path + closedSuffix)
    if (durable) await syncFolder(this.#folder)
  }
}
