/** Makes a virtual environment and installs into it, as two child processes with limits. Knows nothing of which are kept. */
import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onDisk } from '../folder/on-disk.ts'
import { openBoundedLog } from '../log/bounded-log.ts'
import type { ProcessTable } from '../processes/process-table.ts'
import { runProcess, type ProcessResult } from '../processes/run-process.ts'
import { describePython, type PythonDescription } from './describe-python.ts'
import type { EnvironmentCache } from './environment-cache.ts'
import { explainPip } from './explain-pip.ts'

export interface EnvironmentRequest {
  /** Null: there is no requirements.txt beside the trainer. */
  readonly requirementsFile: string | null
  /** Where environments are kept, for all models and runs. */
  readonly cacheFolder: string
  /** Our own variables: PATH finds Python, and pip gets those of `choosePipVariables`. */
  readonly inherited: Readonly<Record<string, string | undefined>>
  readonly table: ProcessTable
  /** Hears what pip says while it works. */
  readonly onLines: (lines: readonly string[]) => void
  /** For each of the two steps: making the environment, and installing. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface WholeEnvironment {
  readonly folder: string
  readonly description: PythonDescription
}

export interface Making {
  readonly request: EnvironmentRequest
  readonly cache: EnvironmentCache
  readonly variables: Readonly<Record<string, string>>
  readonly python: PythonDescription
  readonly bytes: Buffer
}

/** Throws what `explainPip` says; then nothing is left. */
export async function makeEnvironment(making: Making): Promise<WholeEnvironment> {
  const { request, cache, variables, python, bytes } = making
  const made = await onDisk('a Python environment', request.cacheFolder, () => cache.reserve())
  try {
    await runStep(making, 'make a Python environment', [python.executable, '-m', 'venv', '--without-pip', made])
    // What is installed is what the digest is of, also when the file changes meanwhile.
    const requirements = join(made, 'requirements.txt')
    await onDisk('a Python environment', request.cacheFolder, () => writeFile(requirements, bytes))
    // Byte code is written for what a trainer imports, when it does: writing it for everything takes as long again as the rest.
    const install = ['-m', 'pip', 'install', '--progress-bar', 'off', '--no-compile', '--requirement', requirements]
    await runStep(making, 'install the packages', [join(made, 'bin', 'python3'), ...install])
    const folder = await onDisk('a Python environment', request.cacheFolder, () => cache.publish(made))
    const description = await describePython(join(folder, 'bin', 'python3'), variables)
    if (description === null) throw new Error(`an environment without Python was published: ${folder}`)
    return { folder, description }
  } catch (thrown) {
    await rm(made, { recursive: true, force: true })
    throw thrown
  }
}

/**
 * pip runs out of the wheel that comes with Python (as ensurepip does itself): putting it into every environment first would
 * take longer than the rest, and make it a part of what was installed.
 */
async function runStep({ request, variables, python }: Making, work: string, command: readonly string[]): Promise<void> {
  const { requirementsFile, cacheFolder } = request
  const run = await runLogged(request, { ...variables, PYTHONPATH: python.pipWheel ?? '' }, command)
  if (run.end.kind === 'exited' && run.end.code === 0) return
  throw explainPip({ work, run, requirementsFile: requirementsFile ?? '', cacheFolder })
}

async function runLogged(
  { cacheFolder, table, onLines, timeoutMs, signal }: EnvironmentRequest,
  variables: Readonly<Record<string, string>>,
  command: readonly string[],
): Promise<ProcessResult> {
  const log = openBoundedLog({ file: null, headBytes: 0, tailBytes: 64 * 1024, onLines })
  try {
    return await runProcess({
      command,
      folder: cacheFolder,
      environment: { ...variables, MAINWARD_RUN_ID: randomUUID() },
      markedBy: 'MAINWARD_RUN_ID',
      limits: { timeoutMs, memoryBytes: Infinity, diskBytes: Infinity },
      measureDisk: () => Promise.resolve(0),
      log,
      table,
      ending: { graceMs: 2_000, killMs: 5_000 },
      signal,
    })
  } finally {
    log.close()
  }
}
