/** The process table where there is no /proc (macOS): what `ps` prints. It does not tell variables, nor what processes share. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ProcessEntry, ProcessTable } from './process-table.ts'

interface PsLine extends ProcessEntry {
  readonly residentBytes: number
}

/** A machine with many processes prints more than the default of 1 MiB. */
const outputLimitBytes = 64 * 1024 * 1024

export function createPsTable(): ProcessTable {
  return {
    list: async () => parsePsLines(await runPs(['-A'])),
    async measure(pid) {
      const [line] = parsePsLines(await runPs(['-p', String(pid)]))
      return line === undefined ? null : { bytes: line.residentBytes, peakBytes: null }
    },
    measureShared: () => Promise.resolve(null),
    hasVariable: () => Promise.resolve(false),
    countMemoryKills: () => Promise.resolve(null),
  }
}

/** `ps` ends with 1 when none of the asked-for processes is there. */
async function runPs(selection: readonly string[]): Promise<string> {
  const columns = ['pid', 'ppid', 'pgid', 'rss', 'stat', 'lstart', 'comm'].flatMap((name) => ['-o', `${name}=`])
  try {
    const { stdout } = await promisify(execFile)('ps', [...selection, ...columns], {
      env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' },
      maxBuffer: outputLimitBytes,
    })
    return stdout
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 1) return ''
    throw thrown
  }
}

/** Columns pid, ppid, pgid, rss in KiB, state, start as `Fri Nov 27 14:38:00 2026`, program. Ended processes are left out. */
export function parsePsLines(text: string): readonly PsLine[] {
  const form = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, group, resident, state = '', started = '', program = ''] = form.exec(line) ?? []
    if (pid === undefined || state.startsWith('Z')) return []
    const name = program.slice(program.lastIndexOf('/') + 1)
    const numbers = { pid: Number(pid), parent: Number(parent), group: Number(group) }
    return [{ ...numbers, started, name, residentBytes: Number(resident) * 1024 }]
  })
}
