/** Whether a process died of what it was running. */
import { readFileSync } from 'node:fs'

export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** What native code dies of. */
const crashSignals: ReadonlySet<string> = new Set(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGSYS'])

/**
 * True for a crash, and for the kernel's kill of a process that took too much memory. A SIGKILL by hand says nothing of what was
 * running: then no out-of-memory kill has been counted since.
 */
export function isCrash({ signal }: ProcessEnd, oomKillsBefore: number | null, oomKillsNow: number | null): boolean {
  if (signal === 'SIGKILL') return oomKillsBefore !== null && oomKillsNow !== null && oomKillsNow > oomKillsBefore
  return signal !== null && crashSignals.has(signal)
}

/** Processes that this machine's kernel has killed for lack of memory; null where it does not say (not Linux). */
export function readOomKills(): number | null {
  let text: string
  try {
    text = readFileSync('/proc/vmstat', 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
  const found = /^oom_kill (\d+)$/m.exec(text)?.[1]
  return found === undefined ? null : Number(found)
}
