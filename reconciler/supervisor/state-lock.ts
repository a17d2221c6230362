/**
 * The lock of a state folder: one living holder at most, never taken from a living process.
 *
 * Every holder has a file of its own, `lock.N`; the one with the highest number holds. Who finds that one's process
 * dead makes the next number, which only one can. Nobody ever changes the file of somebody else who lives.
 */
import { linkSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MainwardError } from '../core/error.ts'
import { hasCode, identifyProcess, isAlive, readProcessSpace, type ProcessIdentity } from '../database/embedded/process-identity.ts' // prettier-ignore

export interface LockHolder {
  readonly process: ProcessIdentity
  /** Boot and process namespace: elsewhere the process number means nothing. */
  readonly space: string
  /** ISO 8601. */
  readonly since: string
  readonly released: boolean
}

export interface StateLock {
  release(): void
}

/** A holder in another container shows that it lives by touching its file. */
const touchEveryMs = 2_000
const silentAfterMs = 10_000

/** Takes the lock or throws `state-locked`, which names the holder. `nowMs` is the wall clock. */
export function takeStateLock(folder: string, nowMs: number): StateLock {
  for (;;) {
    const highest = findHighest(folder)
    const holder = highest === 0 ? null : readHolder(folder, highest)
    if (holder !== null && holds(folder, highest, holder, nowMs)) throw lockedBy(folder, holder)
    const number = highest + 1
    const own = describeSelf(nowMs)
    if (!create(folder, number, own)) continue
    // Somebody slower than a whole generation may have made a number that was used and removed: it is not the highest.
    if (findHighest(folder) !== number) {
      rmSync(fileOf(folder, number), { force: true })
      continue
    }
    removeLower(folder, number)
    return keep(folder, number, own)
  }
}

/** Who holds the lock now; null when nobody does. */
export function readLockHolder(folder: string, nowMs: number): LockHolder | null {
  const highest = findHighest(folder)
  const holder = highest === 0 ? null : readHolder(folder, highest)
  return holder !== null && holds(folder, highest, holder, nowMs) ? holder : null
}

function describeSelf(nowMs: number): LockHolder {
  const self = identifyProcess(process.pid) ?? { pid: process.pid, startMark: null }
  return { process: self, space: readProcessSpace(), since: new Date(nowMs).toISOString(), released: false }
}

function keep(folder: string, number: number, own: LockHolder): StateLock {
  const file = fileOf(folder, number)
  const timer = setInterval(() => {
    try {
      const now = new Date()
      utimesSync(file, now, now)
    } catch (error) {
      // The state folder was removed while in use: the lock has nothing left to guard.
      if (!hasCode(error, 'ENOENT')) throw error
    }
  }, touchEveryMs)
  timer.unref()
  return {
    release() {
      clearInterval(timer)
      // The file stays, so that numbers only grow.
      writeFileSync(`${file}.released`, JSON.stringify({ ...own, released: true }), { mode: 0o600 })
      renameSync(`${file}.released`, file)
    },
  }
}

function holds(folder: string, number: number, holder: LockHolder, nowMs: number): boolean {
  if (holder.released) return false
  if (holder.space === readProcessSpace()) return isAlive(holder.process)
  try {
    return nowMs - statSync(fileOf(folder, number)).mtimeMs < silentAfterMs
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}

/** True when this process made the file; whole from its first moment on. */
function create(folder: string, number: number, own: LockHolder): boolean {
  const half = join(folder, `lock-${process.pid}.new`)
  writeFileSync(half, JSON.stringify(own), { mode: 0o600 })
  try {
    linkSync(half, fileOf(folder, number))
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  } finally {
    rmSync(half, { force: true })
  }
}

function readHolder(folder: string, number: number): LockHolder | null {
  try {
    return JSON.parse(readFileSync(fileOf(folder, number), 'utf8')) as LockHolder
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return null
    throw error
  }
}

function removeLower(folder: string, number: number): void {
  for (const lower of listNumbers(folder)) {
    if (lower < number) rmSync(fileOf(folder, lower), { force: true })
  }
}

function findHighest(folder: string): number {
  return Math.max(0, ...listNumbers(folder))
}

function listNumbers(folder: string): readonly number[] {
  return readdirSync(folder)
    .map((name) => /^lock\.(\d+)$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
}

function fileOf(folder: string, number: number): string {
  return join(folder, `lock.${number}`)
}

function lockedBy(folder: string, holder: LockHolder): MainwardError {
  const { pid } = holder.process
  return new MainwardError('state-locked', `${folder} is in use by process ${pid} since ${holder.since}`, {
    hint: `stop that one first (kill ${pid}), or choose another folder with --state`,
  })
}
