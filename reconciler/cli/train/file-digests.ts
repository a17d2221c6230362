/** Digests of data files, remembered by size and time: a file that did not change is not read again. */
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { writeWhole } from '../../artifacts/write-whole.ts'
import type { Digest } from '../../core/digest.ts'

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
  const known = new Map(Object.entries(await readKnown(join(folder, fileName))))
  const changes = { count: 0 }
  return {
    async digest(localPath) {
      const { size, mtimeNs, ctimeNs, ino, mtimeMs } = await stat(localPath, { bigint: true })
      const changed = `${mtimeNs}-${ctimeNs}-${ino}`
      const before = known.get(localPath)
      if (before?.size === Number(size) && before.changed === changed) return before.digest
      const digest = await digestFile(localPath)
      if (BigInt(Date.now()) - mtimeMs > settledAfterMs) {
        known.set(localPath, { size: Number(size), changed, digest })
        changes.count++
      }
      return digest
    },
    async save() {
      if (changes.count === 0) return
      await writeWhole(folder, fileName, Buffer.from(JSON.stringify(Object.fromEntries(known))))
      changes.count = 0
    },
  }
}

/** What can not be read is as nothing: digests are taken again. */
async function readKnown(path: string): Promise<Readonly<Record<string, KnownFile>>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, KnownFile>>
  } catch (thrown) {
    if (thrown instanceof SyntaxError || (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) return {}
    throw thrown
  }
}

async function digestFile(path: string): Promise<Digest> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return `sha256:${hash.digest('hex')}`
}
