/**
 * The example's training set: every cell against the same values computed without a join, and none of them from a row's future. Its model
 * files come from it: trained again they say the same.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { builtFile, packageRoot } from '../../reconciler/core/package-root.ts'
import { ensurePythonEnvironment, makingTimeoutMs } from '../support/python-environment.ts'
import { runCommand } from '../support/run-command.ts'

const example = join(packageRoot, 'example-repo')
const tools = join(example, 'tools')
const cut = '2013-03-08 12:00:00+00'
let python: string
let scratch: string
/** Where tools/datasets.py wrote its sets. */
let sets: string

async function run(script: string, ...args: readonly string[]): Promise<string> {
  const env = { PYTHONPATH: tools, PYTHONDONTWRITEBYTECODE: '1' }
  const { stdout } = await execa(python, [script, ...args], { env })
  return stdout
}

const check = (script: string, ...args: readonly string[]): Promise<string> =>
  run(join(packageRoot, 'test/example', script), ...args)

beforeAll(async () => {
  python = await ensurePythonEnvironment('example-repo/tools/requirements.txt')
  scratch = await mkdtemp(join(tmpdir(), 'mainward-training-set-'))
  sets = join(scratch, 'sets')
  await run(join(tools, 'datasets.py'), sets, '--mainward', `node ${builtFile('main.js')}`)
}, makingTimeoutMs)

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true })
})

describe('the training set of flights', () => {
  it('has the values that counting gives, in the order of the flights', async () => {
    const compared = JSON.parse(await check('training_set.py', join(example, 'data'), join(sets, 'flight-delay'))) as unknown
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
    const { code, errors } = await runCommand(changed, ['dataset', 'flight-delay', '--out', out])
    expect([code, errors]).toEqual([0, ''])
    const future = JSON.parse(await check('compare_future.py', join(sets, 'flight-delay'), out, cut)) as Record<string, number[]>
    expect(future.upToCut?.[0]).toBeGreaterThan(40_000)
    expect(future.upToCut?.[1]).toBe(0)
    // Nearly every later row has a window in which something changed.
    expect(future.afterCut?.[1]).toBeGreaterThan(60_000)
  }, 300_000)
})

interface Comparison {
  readonly shareAbove: number
  readonly largest: number
}

interface Rebuilt {
  readonly rows: number
  readonly digest: string
  readonly goldenRows: { readonly rows: number; readonly largest: number }
  readonly libraryToOnnx: Comparison
  readonly rebuiltToCommitted: Comparison
  readonly metrics: Readonly<Record<string, Readonly<Record<'roc_auc' | 'log_loss' | 'brier' | 'ece', number>>>>
  readonly spread: number
}

interface Version {
  readonly spec: {
    readonly goldenRows: readonly unknown[]
    readonly evidence: { readonly metrics: Rebuilt['metrics']; readonly data: { readonly digest: string } }
  }
}

describe('training the example again', () => {
  const names = ['flight-delay-1', 'flight-delay-2', 'flight-delay-3', 'loan-approval-1']
  let found: { readonly versions: Readonly<Record<string, Rebuilt>>; readonly gain: readonly [number, number] }
  let committed: Readonly<Record<string, Version>>

  beforeAll(async () => {
    const read = names.map(async (name) => [name, await readVersion(name)] as const)
    committed = Object.fromEntries<Version>(await Promise.all(read))
    const file = join(scratch, 'golden.json')
    const golden = Object.entries(committed).map(([name, { spec }]) => [name, spec.goldenRows])
    await writeFile(file, JSON.stringify(Object.fromEntries(golden)))
    found = JSON.parse(await check('rebuild.py', sets, file)) as typeof found
  }, 300_000)

  async function readVersion(name: string): Promise<Version> {
    const file = join(example, 'models', name.replace(/-(\d)$/, '/versions/$1.yaml'))
    return parse(await readFile(file, 'utf8')) as Version
  }

  it.each(names)('finds the predictions of %s', (name) => {
    const { rows, digest, goldenRows, libraryToOnnx, rebuiltToCommitted, spread } = found.versions[name] ?? raise(name)
    expect(rows).toBe(name === 'loan-approval-1' ? 596 : 12_423)
    expect(digest).toBe(committed[name]?.spec.evidence.data.digest)
    expect(goldenRows.rows).toBe(8)
    expect(goldenRows.largest).toBeLessThan(1e-6)
    expect(spread).toBeGreaterThan(0.1)
    // At most 0.5 % of the rows above 1e-5: a threshold that is rounded to float32 can jump over a value exactly at it.
    expect(libraryToOnnx.shareAbove).toBeLessThanOrEqual(0.005)
    expect(rebuiltToCommitted.shareAbove).toBeLessThanOrEqual(0.005)
  })

  // Of an independent prototype on the same data: features made by other code, without a grid, the same recipes.
  it.each([
    ['flight-delay-1', 'test', { roc_auc: 0.7037, log_loss: 0.52, brier: 0.1717, ece: 0.0236 }, 0.003],
    ['flight-delay-1', 'production', { roc_auc: 0.6701, log_loss: 0.5889, ece: 0.0378 }, 0.003],
    ['flight-delay-2', 'test', { roc_auc: 0.7708, log_loss: 0.4753, brier: 0.1526, ece: 0.033 }, 0.007],
    ['flight-delay-2', 'production', { roc_auc: 0.7468, log_loss: 0.5369, ece: 0.0197 }, 0.007],
    ['flight-delay-3', 'test', { roc_auc: 0.7725, log_loss: 0.5989, brier: 0.2047, ece: 0.2235 }, 0.015],
    ['flight-delay-3', 'production', { roc_auc: 0.7509, log_loss: 0.6477, ece: 0.218 }, 0.015],
    ['loan-approval-1', 'test', { roc_auc: 0.858, log_loss: 0.206 }, 0.0005],
  ] as const)('measures %s on %s nearly as the prototype did, and as its evidence says', (name, part, expected, tolerance) => {
    const measured = (found.versions[name] ?? raise(name)).metrics[part] ?? raise(part)
    for (const [metric, value] of Object.entries(expected)) {
      const difference = Math.abs(measured[metric as keyof typeof measured] - value)
      expect(difference, metric).toBeLessThanOrEqual(tolerance)
    }
    expect(committed[name]?.spec.evidence.metrics[part]).toEqual(measured)
  })

  it('makes a version 2 that is better than version 1, however its days are drawn', () => {
    expect(found.gain[0]).toBeGreaterThan(0.02)
    expect(found.gain[1]).toBeLessThan(0.1)
  })

  it('makes a version 3 that looks better than version 2 and is worse', () => {
    const [second, third] = ['flight-delay-2', 'flight-delay-3'].map((name) => found.versions[name]?.metrics.test ?? raise(name))
    if (second === undefined || third === undefined) throw new Error('two versions were asked for')
    expect(third.roc_auc).toBeGreaterThan(second.roc_auc)
    expect(third.log_loss).toBeGreaterThan(second.log_loss + 0.1)
    expect(third.ece).toBeGreaterThan(second.ece + 0.1)
  })
})

function raise(name: string): never {
  throw new Error(`the script said nothing about ${name}`)
}
