/** What becomes of a trainer when the program that runs it is killed. */
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import { findMarked, makeTemporaryFolder, runProgram } from '../support/run-shell.ts'

describe('a killed runner', () => {
  it('asks everybody to end, and leaves nobody behind, also not in other sessions', async () => {
    const folder = makeTemporaryFolder('guard')
    const told = join(folder, 'told')
    const mark = `guard-${process.pid}`
    const built = join(packageRoot, 'dist/training')
    // It has no child in its group: a shell says which one a signal has ended, and dies when nobody reads that.
    const script = `
      import { runProcess } from '${built}/processes/run-process.js'
      import { openProcessTable } from '${built}/processes/open-process-table.js'
      import { openBoundedLog } from '${built}/log/bounded-log.js'
      const log = openBoundedLog({ file: null, headBytes: 0, tailBytes: 100, onLines: (lines) => console.log(lines.join()) })
      await runProcess({
        command: ['sh', '-c', 'trap "echo ended > ${told}" TERM; setsid sleep 60 & echo started; wait; wait'], folder: '${folder}',
        environment: { PATH: '/usr/bin:/bin', RUN: '${mark}' }, markedBy: 'RUN', log, table: openProcessTable(),
        limits: { timeoutMs: 60000, memoryBytes: Infinity, diskBytes: Infinity }, measureDisk: async () => 0,
        ending: { graceMs: 100, killMs: 100 }, signal: new AbortController().signal })`
    const runner = spawn(process.execPath, ['--input-type=module', '-e', script])
    await new Promise((resolve) => runner.stdout.once('data', resolve))
    expect(findMarked(mark).length).toBeGreaterThanOrEqual(2)
    runner.kill('SIGKILL')
    const deadline = Date.now() + 15_000
    while (findMarked(mark).length > 0 && Date.now() < deadline) await sleep(100)
    expect(findMarked(mark)).toEqual([])
    expect(readFileSync(told, 'utf8')).toBe('ended\n')
    rmSync(folder, { recursive: true })
  })

  it('that ends well leaves no guard behind either', async () => {
    const run = await runProgram(['true'])
    const guards = await runProgram(['sh', '-c', `sleep 0.1; ps -A -o args= | grep -c '[R]UN=${run.id}'`])
    expect(guards.logTail).toEqual(['0'])
  })
})
