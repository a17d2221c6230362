/** A kernel that ends a trainer for want of memory: a real one, by a control group with little memory, where this machine permits that. */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { explainFailure } from '../../../reconciler/training/outcome/explain-failure.ts'
import { mebibyte, runProgram } from '../support/run-shell.ts'

/** The first version of control groups has a folder for memory, the second one for everything. */
const places = [
  { folder: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes' },
  { folder: '/sys/fs/cgroup', limit: 'memory.max' },
]

function makeGroup(): string | null {
  for (const { folder, limit } of places) {
    const group = join(folder, `mainward-test-${process.pid}`)
    try {
      mkdirSync(group)
      if (existsSync(join(group, limit))) {
        writeFileSync(join(group, limit), String(60 * mebibyte))
        return group
      }
      rmdirSync(group)
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown)) throw thrown
    }
  }
  return null
}

const group = makeGroup()

describe.skipIf(group === null)('a trainer that the kernel ends for want of memory', () => {
  it('is told from one that somebody killed', async () => {
    const enter = `echo $$ > ${group}/cgroup.procs; exec python3 -c 'held = [b"x" * 1048576 * (1 + i % 2) for i in range(300)]'`
    const run = await runProgram(['sh', '-c', enter])
    expect(run.end).toEqual({ kind: 'signalled', signal: 'SIGKILL', suspect: 'memory' })
    expect(run.memoryKills).toBeGreaterThanOrEqual(1)
    const limits = { timeoutMs: 1, memoryBytes: 1, diskBytes: 1, threads: 1 }
    expect(explainFailure({ name: 'the trainer', run, limits })).toMatchObject({
      code: 'trainer-failed',
      message: 'the trainer was killed by the kernel, which had no memory left (SIGKILL), and wrote nothing to its log',
      hint: expect.stringContaining('more memory') as string,
    })
    rmdirSync(group ?? '')
  })
})
