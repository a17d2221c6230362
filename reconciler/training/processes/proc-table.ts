/** The process table of Linux, from /proc (proc(5)). A process that ends while it is looked at is not there. */
import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProcessEntry, ProcessTable } from './process-table.ts'

const kibibyte = 1024

/** What a process of another user, or one that has just ended, answers. */
const unreadable = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM'])

export function readProcFolder(root: string): ProcessTable {
  return {
    // Synchronous: /proc answers from memory, and hundreds of small files are ten times faster so.
    list: () =>
      Promise.resolve(
        readdirSync(root)
          .filter(isPid)
          .flatMap((pid) => readEntry(root, pid)),
      ),
    async measure(pid) {
      const status = await readOrNull(join(root, String(pid), 'status'))
      const bytes = status === null ? null : readKibibytes(status, 'VmRSS')
      return bytes === null ? null : { bytes, peakBytes: readKibibytes(status ?? '', 'VmHWM') }
    },
    async measureShared(pid) {
      const rollup = await readOrNull(join(root, String(pid), 'smaps_rollup'))
      return rollup === null ? null : readKibibytes(rollup, 'Pss')
    },
    async hasVariable(pid, assignment) {
      const variables = await readOrNull(join(root, String(pid), 'environ'))
      return variables?.split('\0').includes(assignment) ?? false
    },
    async countMemoryKills() {
      const counters = await readOrNull(join(root, 'vmstat'))
      const found = counters === null ? null : /^oom_kill (\d+)$/m.exec(counters)
      return found === null ? null : Number(found[1])
    },
  }
}

function isPid(name: string): boolean {
  return /^\d+$/.test(name)
}

/** `pid (name) state ppid pgrp … starttime`: the name may hold spaces and brackets, so that the last bracket counts. */
function readEntry(root: string, pid: string): readonly ProcessEntry[] {
  try {
    const text = readFileSync(join(root, pid, 'stat'), 'utf8')
    const bracket = text.lastIndexOf(')')
    const [state, parent, group, ...rest] = text.slice(bracket + 2).split(' ')
    if (state === 'Z' || state === 'X') return []
    const name = text.slice(text.indexOf('(') + 1, bracket)
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), started: rest[16] ?? '', name }]
  } catch (thrown) {
    if (isUnreadable(thrown)) return []
    throw thrown
  }
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    if (isUnreadable(thrown)) return null
    throw thrown
  }
}

function isUnreadable(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && unreadable.has(String(thrown.code))
}

function readKibibytes(text: string, name: string): number | null {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)
  return found === null ? null : Number(found[1]) * kibibyte
}
