/** Python environments for real clients and trainers: made once from a pinned list, kept under node_modules/.cache, keyed by the list. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { execa } from 'execa'
import { digestBytes, shortDigest } from '../../reconciler/core/digest.ts'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { prepareEnvironment } from '../../reconciler/training/environment/prepare-environment.ts'
import { openProcessTable } from '../../reconciler/training/processes/open-process-table.ts'

/** How long the first making may take: some 80 packages are fetched. */
export const makingTimeoutMs = 600_000

/** A state folder whose environments these are: `mainward train` finds the one of the example's trainer there. */
export const pythonState = join(packageRoot, 'node_modules/.cache/python-state')

const environments = join(pythonState, 'train/environments')
/** The machine's own first: `mainward train` takes it. */
const programs = ['python3', 'python3.11']

/**
 * The path of the environment's Python. `requirementsFile` is a path in the package. Made on first use, as for a trainer; later
 * calls find it. Throws with what to install when there is no Python 3.11 with venv.
 */
export async function ensurePythonEnvironment(requirementsFile: string): Promise<string> {
  const requirements = join(packageRoot, requirementsFile)
  const note = join(pythonState, shortDigest(digestBytes(readFileSync(requirements))))
  return (
    (await findMade(note)) ?? withLock(`${note}.lock`, async () => (await findMade(note)) ?? makeEnvironment(note, requirements))
  )
}

/** Asking the environment itself would take half a second each time. */
async function findMade(note: string): Promise<string | null> {
  if (!existsSync(note)) return null
  const python = await readFile(note, 'utf8')
  return existsSync(python) ? python : null
}

async function makeEnvironment(note: string, requirements: string): Promise<string> {
  const { own } = await prepareEnvironment({
    requirementsFile: requirements,
    cacheFolder: environments,
    inherited: { ...process.env, PATH: await findPath() },
    table: openProcessTable(),
    onLines: () => undefined,
    timeoutMs: makingTimeoutMs,
    signal: new AbortController().signal,
  })
  if (own === null) throw new Error(`${requirements} asks for nothing`)
  const python = join(own.folder, 'bin/python')
  await writeFile(note, python)
  return python
}

/** A PATH on which `python3` is Python 3.11. */
async function findPath(): Promise<string> {
  const program = await findPython()
  const path = process.env['PATH'] ?? ''
  if (program === 'python3') return path
  const folder = join(pythonState, 'bin')
  const { stdout } = await execa(program, ['-c', 'import sys; print(sys.executable)'])
  await mkdir(folder, { recursive: true })
  await rm(join(folder, 'python3'), { force: true })
  await symlink(stdout.trim(), join(folder, 'python3'))
  return [folder, path].join(delimiter)
}

async function findPython(): Promise<string> {
  const check = 'import sys, venv, ensurepip; sys.exit(0 if sys.version_info[:2] == (3, 11) else 1)'
  for (const program of programs) {
    const { exitCode } = await execa(program, ['-c', check], { reject: false })
    if (exitCode === 0) return program
  }
  throw new Error(
    'these tests need Python 3.11 with venv and found neither python3.11 nor a python3 of that version: ' +
      'install it (Debian: apt-get install python3.11 python3.11-venv) and run them again',
  )
}

/** Two test files that start at once make the environment once. The lock of a process that is gone is taken over. */
async function withLock<Result>(lock: string, work: () => Promise<Result>): Promise<Result> {
  await mkdir(pythonState, { recursive: true, mode: 0o700 })
  const deadline = Date.now() + makingTimeoutMs
  while (!(await tryLock(lock))) {
    if (Date.now() > deadline) throw new Error(`another run holds ${lock}: remove it if there is none`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  try {
    return await work()
  } finally {
    await rm(lock, { force: true })
  }
}

async function tryLock(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
  const holder = Number(await readFile(lock, 'utf8').catch(() => ''))
  if (holder > 0 && !isAlive(holder)) await rm(lock, { force: true })
  return false
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !hasCode(error, 'ESRCH')
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
