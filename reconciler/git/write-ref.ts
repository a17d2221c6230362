/** Moves refs of a git directory with git's own lock files, so that it is safe beside a user's git. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MainwardError } from '../core/error.ts'
import { assertRefName, readPacked, readRef } from './read-ref.ts'

export interface RefMove {
  readonly ref: string
  /** Null: the ref must not exist. */
  readonly expected: string | null
  readonly next: string
}

/** git holds a ref's lock for milliseconds; an older one belongs to a process that was killed. */
const staleLockMs = 10_000
const patienceMs = 15_000

/** Sets a ref to `next` if it is at `expected`. False when it is not; throws `conflict` when the lock stays taken. */
export async function moveRef(gitdir: string, move: RefMove): Promise<boolean> {
  assertRefName(move.ref)
  const path = join(gitdir, move.ref)
  const lock = await takeLock(path, move.ref)
  let placed = false
  try {
    if (readRef(gitdir, move.ref) !== move.expected) return false
    if (move.expected === null) assertNameIsFree(gitdir, move.ref)
    writeSync(lock.descriptor, `${move.next}\n`)
    fsyncSync(lock.descriptor)
    removeEmptyFolders(path)
    renameSync(lock.path, path)
    placed = true
    return true
  } catch (cause) {
    if (cause instanceof MainwardError) throw cause
    throw new MainwardError('conflict', `ref ${move.ref} cannot be written`, { cause, retry: 'backoff' })
  } finally {
    closeSync(lock.descriptor)
    if (!placed) rmSync(lock.path, { force: true })
  }
}

/** A ref cannot have the name of another's folder: git would refuse to read both. Loose ones the file system keeps apart. */
function assertNameIsFree(gitdir: string, ref: string): void {
  const other = [...readPacked(gitdir).keys()].find((name) => ref.startsWith(`${name}/`) || name.startsWith(`${ref}/`))
  if (other === undefined || readRef(gitdir, other) === null) return
  throw new MainwardError('conflict', `ref ${ref} cannot be created beside ${other}`, { hint: `rename or delete ${other}` })
}

/** What git leaves behind of deleted refs below this name. Throws when a ref is in there. */
function removeEmptyFolders(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return
  for (const name of readdirSync(path)) removeEmptyFolders(join(path, name))
  rmdirSync(path)
}

interface Lock {
  readonly path: string
  readonly descriptor: number
}

async function takeLock(refPath: string, ref: string): Promise<Lock> {
  const path = `${refPath}.lock`
  for (let waitedMs = 0, pauseMs = 5; ; waitedMs += pauseMs, pauseMs = Math.min(pauseMs * 2, 250)) {
    const descriptor = tryCreate(path, ref)
    if (descriptor !== null) return { path, descriptor }
    breakStale(path)
    if (waitedMs > patienceMs) {
      throw new MainwardError('conflict', `ref ${ref} is locked by ${path}`, {
        retry: 'backoff',
        hint: 'another git process works on it; remove the file if none runs',
      })
    }
    await sleep(pauseMs)
  }
}

function tryCreate(path: string, ref: string): number | null {
  try {
    mkdirSync(dirname(path), { recursive: true })
    return openSync(path, 'wx')
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null
    // git removes empty folders of refs at any time: ENOENT means that it just did.
    if (code === 'EEXIST' && !isFileInTheWay(dirname(path))) return null
    if (code === 'ENOENT') return null
    throw new MainwardError('conflict', `ref ${ref} cannot be created: is there a branch with the name of its folder?`, {
      cause: thrown,
    })
  }
}

function isFileInTheWay(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isFile() === true
}

function breakStale(path: string): void {
  const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
  if (age > staleLockMs) rmSync(path, { force: true })
}
