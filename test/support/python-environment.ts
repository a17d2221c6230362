/** Python environments for real clients and trainers: made once from a pinned list, kept under node_modules/.cache, keyed by the list. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { digestBytes, shortDigest } from '../../reconciler/core/digest.ts'
import { packageRoot } from '../../reconciler/core/package-root.ts'

/** How long the first making may take: some 80 packages are fetched. */
export const makingTimeoutMs = 600_000

const programs = ['python3.11', 'python3']

/**
 * The path of the environment's Python. `requirementsFile` is a path in the package. Made on first use; later calls find
 * it. Throws with what to install when there is no Python 3.11 with venv.
 */
export async function ensurePythonEnvironment(requirementsFile: string): Promise<string> {
  const requirements = join(packageRoot, requirementsFile)
  const environments = join(packageRoot, 'node_modules/.cache/python')
  const folder = join(environments, shortDigest(digestBytes(readFileSync(requirements))))
  const python = join(folder, 'bin/python')
  if (existsSync(join(folder, 'complete'))) return python
  await mkdir(environments, { recursive: true })
  await withLock(`${folder}.lock`, async () => {
    if (!existsSync(join(folder, 'complete'))) await makeEnvironment(folder, requirements)
  })
  return python
}

async function makeEnvironment(folder: string, requirements: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await execa(await findPython(), ['-m', 'venv', folder])
  const pip = ['-m', 'pip', '--disable-pip-version-check', '--quiet']
  await execa(join(folder, 'bin/python'), [...pip, 'install', '--requirement', requirements])
  await mkdir(join(folder, 'complete.making'))
  await rename(join(folder, 'complete.making'), join(folder, 'complete'))
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
async function withLock(lock: string, work: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + makingTimeoutMs
  while (!(await tryLock(lock))) {
    if (Date.now() > deadline) throw new Error(`another run holds ${lock}: remove it if there is none`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  try {
    await work()
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
