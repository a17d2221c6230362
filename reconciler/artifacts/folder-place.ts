/** Artifacts in a folder of a file system, which several machines may share: `PATH/sha256/HEX`, and notes: `PATH/TOPIC/NAME`. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Digest } from '../core/digest.ts'
import { MainwardError, messageOf } from '../core/error.ts'
import type { ArtifactPlace } from './place.ts'
import { writeWhole } from './write-whole.ts'

/** Throws `invalid-input` for a path that is not absolute. */
export function folderPlace(path: string): ArtifactPlace {
  if (!isAbsolute(path)) {
    throw new MainwardError('invalid-input', `expected folder:/ABSOLUTE/PATH, found ${JSON.stringify(`folder:${path}`)}`)
  }
  const folder = join(path, 'sha256')
  return {
    digest: async (sha256) => {
      try {
        return await digestFile(join(folder, sha256))
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return null
        throw unreadable(path, error)
      }
    },
    read: async (sha256) => {
      try {
        return await readFile(join(folder, sha256))
      } catch (error) {
        if (hasCode(error, 'ENOENT')) throw missing(path, sha256)
        throw unreadable(path, error)
      }
    },
    write: async (sha256, bytes) => {
      try {
        await writeWhole(folder, sha256, bytes)
      } catch (error) {
        throw unwritable(path, bytes.byteLength, error)
      }
    },
    writeNote: async (topic, name, bytes) => {
      try {
        await writeWhole(join(path, ...topic), name, bytes)
      } catch (error) {
        throw unwritable(path, bytes.byteLength, error)
      }
    },
    removeNote: async (topic, name) => {
      try {
        await rm(join(path, ...topic, name), { force: true })
      } catch (error) {
        throw unwritable(path, 0, error)
      }
    },
    readNotes: async (topic) => {
      try {
        return await readTexts(join(path, ...topic))
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return []
        throw unreadable(path, error)
      }
    },
  }
}

/** Half-written files begin with a dot. */
async function readTexts(folder: string): Promise<readonly { readonly name: string; readonly text: string }[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort()
  const notes: { readonly name: string; readonly text: string }[] = []
  for (const name of names) {
    const text = await readUnlessGone(join(folder, name))
    if (text !== null) notes.push({ name, text })
  }
  return notes
}

/** It may be removed after it was listed. */
async function readUnlessGone(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}

async function digestFile(file: string): Promise<Digest> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return `sha256:${hash.digest('hex')}`
}

function missing(path: string, sha256: string): MainwardError {
  return new MainwardError('artifact-missing', `the artifact store ${path} has no artifact ${sha256}`, {
    retry: 'backoff',
    hint: 'put the file back into the store, or let the reconciler copy it from its commit',
  })
}

function unreadable(path: string, error: unknown): MainwardError {
  return new MainwardError('unavailable', `the artifact store ${path} can not be read: ${messageOf(error)}`, {
    retry: 'backoff',
    cause: error,
    hint: 'is its file system mounted, and may this user read it?',
  })
}

function unwritable(path: string, sizeBytes: number, error: unknown): MainwardError {
  const isFull = hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT')
  const message = isFull
    ? `the artifact store ${path} is full: ${sizeBytes} bytes do not fit`
    : `the artifact store ${path} can not be written: ${messageOf(error)}`
  const hint = isFull ? 'free space, or move the store to a larger disk' : 'may this user write there?'
  return new MainwardError('environment', message, { retry: 'backoff', cause: error, hint })
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
