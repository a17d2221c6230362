/** Digests of data files, remembered by size and time: a file that did not change is not read again. */
import { stat } from 'node:fs/promises'
import type { Digest } from '../../core/digest.ts'
import { digestFile } from '../../training/folder/list-output.ts'
import { keepEntries, readKeptEntries } from './kept-entries.ts'

export interface FileDigests {
  /** Of the bytes. */
  digest(localPath: string): Promise<Digest>
  /** Keeps what was learned for the next command. */
  save(): Promise<void>
}

interface KnownFile {
  readonly size: number
  /** Nanoseconds since the epoch, as text. */
  readonly changed: string
  readonly digest: Digest
}

const fileName = 'file-digests.json'

/** A file that was written within this time may change once more without another time. */
const settledAfterMs = 2000

/** `folder` is the one of `train` in the state folder. */
export async function openFileDigests(folder: string): Promise<FileDigests> {
  const known = await readKeptEntries<KnownFile>(folder, fileName)
  const changes = { count: 0 }
  return {
    async digest(localPath) {
      const { size, mtimeNs, ctimeNs, ino, mtimeMs } = await stat(localPath, { bigint: true })
      const changed = `${mtimeNs}-${ctimeNs}-${ino}`
      const before = known.get(localPath)
      if (before?.size === Number(size) && before.changed === changed) return before.digest
      const digest: Digest = `sha256:${await digestFile(localPath)}`
      if (BigInt(Date.now()) - mtimeMs > settledAfterMs) {
        known.set(localPath, { size: Number(size), changed, digest })
        changes.count++
      }
      return digest
    },
    async save() {
      if (changes.count === 0) return
      await keepEntries(folder, fileName, known)
      changes.count = 0
    },
  }
}
