/** The example's training set: every cell against the same values computed without a join, and none of them from a row's future. */
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { ensurePythonEnvironment, makingTimeoutMs } from '../support/python-environment.ts'
import { runCommand } from '../support/run-command.ts'

const example = join(packageRoot, 'example-repo')
const cut = '2013-03-08 12:00:00+00'
let python: string
let scratch: string

/** A copy of the example whose model reads the feature views. */
async function copyExample(name: string): Promise<string> {
  const folder = join(scratch, name)
  await cp(example, folder, { recursive: true })
  await cp(join(packageRoot, 'test/example/joined-model.yaml'), join(folder, 'models/flight-delay/model.yaml'))
  return folder
}

async function writeDataset(folder: string): Promise<string> {
  const out = `${folder}-dataset`
  const { code, errors } = await runCommand(folder, ['dataset', 'flight-delay', '--out', out])
  expect(errors).toBe('')
  expect(code).toBe(0)
  return out
}

async function run(script: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execa(python, [join(packageRoot, 'test/example', script), ...args])
  return stdout
}

beforeAll(async () => {
  python = await ensurePythonEnvironment('example-repo/tools/requirements.txt')
  scratch = await mkdtemp(join(tmpdir(), 'mainward-training-set-'))
}, makingTimeoutMs)

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true })
})

it('has the values that counting gives, in the order of the flights, and none that was not known yet', async () => {
  const out = await writeDataset(await copyExample('real'))
  const compared = JSON.parse(await run('training_set.py', join(example, 'data'), out)) as unknown
  expect(compared).toEqual({
    rows: { train: [96_337, 96_337], validation: [12_810, 12_810], test: [12_423, 12_423] },
    columns: 28,
    cells: 3_403_960,
    wrong: {},
  })
  const report = JSON.parse(await readFile(join(out, 'dataset.json'), 'utf8')) as { readonly digest: string }
  expect(report.digest).toMatch(/^sha256:[0-9a-f]{64}$/)

  const changed = await copyExample('changed')
  await mkdir(join(changed, 'data'), { recursive: true })
  await run('change_future.py', join(example, 'data'), join(changed, 'data'), cut)
  const future = JSON.parse(await run('compare_future.py', out, await writeDataset(changed), cut)) as Record<string, number[]>
  expect(future.upToCut?.[0]).toBeGreaterThan(40_000)
  expect(future.upToCut?.[1]).toBe(0)
  // Nearly every later row has a window in which something changed.
  expect(future.afterCut?.[1]).toBeGreaterThan(60_000)
}, 300_000)
