/** Reads what a Postgres server says of itself in its data folder, and whether that server still lives. */
import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { hasCode, identifyProcess, type ProcessIdentity } from './process-identity.ts'

export interface PostmasterFile {
  readonly pid: number
  readonly port: number
  /** True once it accepts connections. */
  readonly ready: boolean
}

/** Lines 1, 4 and 8 of postmaster.pid: pid, port, status (Postgres's miscadmin.h, LOCK_FILE_LINE_*). */
export function readPostmasterFile(dataFolder: string): PostmasterFile | null {
  try {
    const lines = readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n')
    const pid = Number(lines[0])
    if (!Number.isSafeInteger(pid) || pid <= 0) return null
    return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}

/**
 * The living server of a data folder. A file of a server that is gone is removed when its number now belongs to a
 * program that is no Postgres of this folder: Postgres itself would refuse to start.
 */
export function findRunningServer(dataFolder: string): (PostmasterFile & { identity: ProcessIdentity }) | null {
  const file = readPostmasterFile(dataFolder)
  if (file === null) return null
  const identity = identifyProcess(file.pid)
  if (identity === null) return null
  if (servesFolder(file.pid, dataFolder)) return { ...file, identity }
  rmSync(join(dataFolder, 'postmaster.pid'), { force: true })
  return null
}

/** Postgres makes its data folder the working folder of every process. */
function servesFolder(pid: number, dataFolder: string): boolean {
  if (process.platform === 'win32') return true
  if (process.platform === 'linux') return readWorkingFolder(pid) === realpathSync(dataFolder)
  return readCommand(pid).includes(dataFolder)
}

function readWorkingFolder(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch (error) {
    // Somebody else's process: the data folder is ours alone.
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return null
    throw error
  }
}

function readCommand(pid: number): string {
  try {
    return execFileSync('/bin/ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  } catch (error) {
    if (error instanceof Error) return ''
    throw error
  }
}
