/** Which process a run belongs to, and whether that one still lives. */
import { hostname } from 'node:os'
import type { ProcessTable } from '../processes/process-table.ts'

export interface RunOwner {
  readonly host: string
  readonly pid: number
  /** Tells it from a later process with the same pid; null: the table did not show it. */
  readonly started: string | null
}

export async function nameOwner(table: ProcessTable): Promise<RunOwner> {
  return { host: hostname(), pid: process.pid, started: await readStart(process.pid, table) }
}

/** On another machine nobody can look: there it counts as living until the run must have ended, in milliseconds since the epoch. */
export async function isAlive({ host, pid, started }: RunOwner, table: ProcessTable, endsByMs: number): Promise<boolean> {
  if (host !== hostname()) return Date.now() < endsByMs
  return started !== null && (await readStart(pid, table)) === started
}

async function readStart(pid: number, table: ProcessTable): Promise<string | null> {
  return (await table.list()).find((entry) => entry.pid === pid)?.started ?? null
}
