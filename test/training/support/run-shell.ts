/** Runs a program as trainers are run, in a folder of its own, and looks for what is left of it. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureFolder } from '../../../reconciler/training/folder/measure-folder.ts'
import { openBoundedLog } from '../../../reconciler/training/log/bounded-log.ts'
import { openProcessTable } from '../../../reconciler/training/processes/open-process-table.ts'
import { runProcess, type ProcessRequest, type ProcessResult } from '../../../reconciler/training/processes/run-process.ts'

export interface ShellRun extends ProcessResult {
  readonly id: string
  readonly log: string
  /** Milliseconds until nobody of the run was left. */
  readonly tookMs: number
}

export const mebibyte = 1024 * 1024

/** A new folder below the system's temporary one; the caller removes it. */
export function makeTemporaryFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `mainward-${name}-`))
}

export async function runProgram(
  command: readonly string[],
  request: Partial<Omit<ProcessRequest, 'command'>> = {},
): Promise<ShellRun> {
  const id = randomUUID()
  const folder = makeTemporaryFolder('process')
  const file = join(folder, 'log.txt')
  const log = openBoundedLog({ file, headBytes: 64 * 1024, tailBytes: 64 * 1024, onLines: () => undefined })
  const startedMs = performance.now()
  try {
    const result = await runProcess({
      command,
      folder,
      environment: { PATH: process.env['PATH'] ?? '', RUN: id },
      markedBy: 'RUN',
      limits: { timeoutMs: 20_000, memoryBytes: 1024 * mebibyte, diskBytes: Infinity },
      measureDisk: () => measureFolder(folder),
      log,
      table: openProcessTable(),
      ending: { graceMs: 1_000, killMs: 5_000 },
      signal: new AbortController().signal,
      ...request,
    })
    log.close()
    return { ...result, id, log: readFileSync(file, 'utf8'), tookMs: performance.now() - startedMs }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Pids of processes that were started with this text among their variables: read by another way than the code under test does. */
export function findMarked(text: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && readVariables(pid).includes(text))
}

function readVariables(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return ''
  }
}
