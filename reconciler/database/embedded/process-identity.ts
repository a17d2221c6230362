/** Tells one process from a later one with the same number. Knows nothing of what the process does. */
import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'

/** A process for its whole life: the number alone may be given to another one after its end. */
export interface ProcessIdentity {
  readonly pid: number
  /** Opaque mark of the start; null where the system does not tell. */
  readonly startMark: string | null
}

/** The identity of a living process; null when there is none with this number (a zombie is none). */
export function identifyProcess(pid: number): ProcessIdentity | null {
  if (!answersSignals(pid)) return null
  if (process.platform === 'linux') {
    const mark = readLinuxStart(pid)
    return mark === null ? null : { pid, startMark: mark }
  }
  return { pid, startMark: process.platform === 'win32' ? null : readPortableStart(pid) }
}

export function isAlive(identity: ProcessIdentity): boolean {
  const found = identifyProcess(identity.pid)
  if (found === null) return false
  return found.startMark === null || identity.startMark === null || found.startMark === identity.startMark
}

/**
 * Names the set of processes that this one can see: two containers or two boots have different ones, so that
 * process numbers mean something only among equals.
 */
export function readProcessSpace(): string {
  if (process.platform !== 'linux') return process.platform
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
}

/** Waits for the end of a process; false when it still lives after the time. */
export async function waitForEnd(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs
  while (isAlive(identity)) {
    if (Date.now() >= deadline) return false
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return true
}

/** Sends a signal, unless the process ended or its number belongs to another one by now. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return
  try {
    process.kill(identity.pid, signal)
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error
  }
}

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return hasCode(error, 'EPERM')
  }
}

/** Fields 3 (state) and 22 (start in clock ticks since boot) of /proc/PID/stat; the name in field 2 may hold anything. */
function readLinuxStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH')) return null
    throw error
  }
}

function readPortableStart(pid: number): string | null {
  try {
    const options = { encoding: 'utf8', env: { LC_ALL: 'C', PATH: '/bin:/usr/bin' } } as const
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], options).trim() || null
  } catch (error) {
    if (error instanceof Error) return null
    throw error
  }
}
