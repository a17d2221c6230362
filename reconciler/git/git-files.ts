/** The file system as isomorphic-git sees it: whole files only, so that a killed writer leaves no half object. Knows no git objects. */
import { createHash, randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { PromiseFsClient } from 'isomorphic-git'
import { MainwardError } from '../core/error.ts'

/**
 * Reads are synchronous: this runs in processes of its own, where a turn of the event loop for each of 50,000 objects
 * costs more than the read. isomorphic-git looks for every object as a loose file first, so a miss must be cheap.
 */
export function createGitFiles(): PromiseFsClient {
  const missing = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' })
  return {
    promises: {
      readFile: (path: string, options?: { encoding?: 'utf8' } | 'utf8') =>
        settle(() => {
          if (!existsSync(path)) throw missing
          const encoding = typeof options === 'string' ? options : options?.encoding
          return readFileSync(path, encoding)
        }),
      writeFile: (path: string, content: Uint8Array | string) => settle(() => writeWhole(path, content)),
      unlink: (path: string) => settle(() => unlinkSync(path)),
      readdir: (path: string) => settle(() => readdirSync(path)),
      mkdir: (path: string) => settle(() => mkdirSync(path)),
      rmdir: (path: string) => settle(() => rmdirSync(path)),
      stat: (path: string) => settle(() => statSync(path)),
      lstat: (path: string) => settle(() => lstatSync(path)),
      readlink: (path: string) => settle(() => readlinkSync(path)),
      symlink: (target: string, path: string) => settle(() => symlinkSync(target, path)),
    },
  }
}

function settle<T>(action: () => T): Promise<T> {
  return new Promise((resolve) => resolve(action()))
}

/**
 * Writes beside the place, waits for the disk, and renames: a ref never outlives the objects that it names. `tmp_obj_` is the prefix
 * that `git gc` clears away after a crash.
 */
export function writeWhole(path: string, content: Uint8Array | string): void {
  if (path.endsWith('.pack')) assertWholePack(content)
  const temporary = join(dirname(path), `tmp_obj_${randomUUID().slice(0, 8)}`)
  const descriptor = openNew(temporary)
  try {
    writeFileSync(descriptor, content)
    fsyncSync(descriptor)
  } catch (thrown) {
    unlinkSync(temporary)
    throw thrown
  } finally {
    closeSync(descriptor)
  }
  renameSync(temporary, path)
}

/** `git gc` removes a folder that has become empty, also in the moment before something is written to it: then it is made again. */
function openNew(path: string): number {
  for (let left = 5; ; left--) {
    try {
      return openSync(path, 'wx')
    } catch (thrown) {
      if (codeOf(thrown) !== 'ENOENT' || left === 0) throw thrown
      makeFolder(dirname(path))
    }
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown
  }
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
}

/** A pack ends with the SHA-1 of everything before: one that was cut off never reaches its place (gitformat-pack). */
function assertWholePack(content: Uint8Array | string): void {
  const bytes = Buffer.from(content)
  const sum = createHash('sha1').update(bytes.subarray(0, -20)).digest()
  if (bytes.length >= 32 && sum.equals(bytes.subarray(-20))) return
  throw new MainwardError('git-protocol', `expected a whole pack, found one of ${bytes.length} bytes that is cut off`, {
    retry: 'backoff',
  })
}
