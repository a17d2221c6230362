/** Gives a test run a place for one embedded Postgres, and takes both away at its end. Starts no server itself. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { findRunningServer } from '../../reconciler/database/embedded/postmaster-file.ts'
import { identifyProcess, isAlive, type ProcessIdentity } from '../../reconciler/database/embedded/process-identity.ts'
import { stopServer } from '../../reconciler/database/embedded/server-process.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** State folder of the run's Postgres, started by the first test that asks for a database. */
    testDatabaseFolder: string
  }
}

interface RunRecord {
  readonly runner: ProcessIdentity
  readonly folder: string
}

const recordFolder = join(packageRoot, 'node_modules/.cache/test-databases')

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  mkdirSync(recordFolder, { recursive: true })
  await sweepKilledRuns()
  const folder = mkdtempSync(join(tmpdir(), 'mainward-tests-'))
  const runner = identifyProcess(process.pid) ?? { pid: process.pid, startMark: null }
  const record = join(recordFolder, `${process.pid}.json`)
  writeFileSync(record, JSON.stringify({ runner, folder } satisfies RunRecord))
  project.provide('testDatabaseFolder', folder)
  return async () => {
    await removeRun(folder)
    rmSync(record, { force: true })
  }
}

/** A run that was killed could not tidy up. */
async function sweepKilledRuns(): Promise<void> {
  for (const name of readdirSync(recordFolder)) {
    const file = join(recordFolder, name)
    const { runner, folder } = JSON.parse(readFileSync(file, 'utf8')) as RunRecord
    if (isAlive(runner)) continue
    await removeRun(folder)
    rmSync(file, { force: true })
  }
}

async function removeRun(folder: string): Promise<void> {
  const dataFolder = join(folder, 'postgres/data')
  const running = existsSync(dataFolder) ? findRunningServer(dataFolder) : null
  if (running !== null) await stopServer(running.identity)
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
