/** The example's training set: every cell against the same values computed without a join, and none of them from a row's future. */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { ensurePythonEnvironment, makingTimeoutMs } from '../support/python-environment.ts'
import { runCommand } from '../support/run-command.ts'

const example = join(packageRoot, 'example-repo')
const cut = '2013-03-08 12:00:00+00'
let python: string
let scratch: string
/** What mainward dataset wrote. */
let set: string

async function check(script: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execa(python, [join(packageRoot, 'test/example', script), ...args])
  return stdout
}

async function writeSet(repository: string, out: string): Promise<void> {
  const { code, errors } = await runCommand(repository, ['dataset', 'flight-delay', '--out', out])
  expect([code, errors]).toEqual([0, ''])
}

beforeAll(async () => {
  python = await ensurePythonEnvironment('example-repo/training/requirements.txt')
  scratch = await mkdtemp(join(tmpdir(), 'mainward-training-set-'))
  set = join(scratch, 'set')
  await writeSet(example, set)
}, makingTimeoutMs)

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true })
})

describe('the training set of flights', () => {
  it('has the values that counting gives, in the order of the flights', async () => {
    const compared = JSON.parse(await check('training_set.py', join(example, 'data'), set)) as unknown
    expect(compared).toEqual({
      rows: { train: [96_337, 96_337], validation: [12_810, 12_810], test: [12_423, 12_423] },
      columns: 28,
      cells: 3_403_960,
      wrong: {},
    })
  }, 300_000)

  it('has no value that was not known yet', async () => {
    const changed = join(scratch, 'changed')
    await cp(example, changed, { recursive: true })
    await mkdir(join(changed, 'data'), { recursive: true })
    await check('change_future.py', join(example, 'data'), join(changed, 'data'), cut)
    const out = `${changed}-dataset`
    await writeSet(changed, out)
    const future = JSON.parse(await check('compare_future.py', set, out, cut)) as Record<string, number[]>
    expect(future.upToCut?.[0]).toBeGreaterThan(40_000)
    expect(future.upToCut?.[1]).toBe(0)
    // Nearly every later row has a window in which something changed.
    expect(future.afterCut?.[1]).toBeGreaterThan(60_000)
  }, 300_000)
})
