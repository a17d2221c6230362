/**
 * The example's versions, trained again by `mainward train` with their real trainer in its real environment: the same inputs give the same
 * evidence and the same predictions. Python's runtime and scikit-learn judge both model files apart from us.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { ReproductionOutcome } from '../../reconciler/core/evaluation.ts'
import type { Evidence } from '../../reconciler/core/evidence.ts'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import type { WrittenModelVersionSpec } from '../../reconciler/manifests/generated/modelversion.ts'
import { commitFiles, createRepository } from '../support/git-repositories.ts'
import { ensurePythonEnvironment, makingTimeoutMs, pythonState as state } from '../support/python-environment.ts'
import { runCommand } from '../support/run-command.ts'

type Version = WrittenModelVersionSpec & { readonly evidence: Evidence }

/** By model: the version whose inputs those of the manifest are, and the one that another training makes. */
const trained = {
  'flight-delay': { before: 2, again: 3, rows: 12_423 },
  'loan-approval': { before: 1, again: 2, rows: 596 },
} as const
type Model = keyof typeof trained
const models = Object.keys(trained) as readonly Model[]

let folder: string
let compared: Readonly<Record<string, Comparison>>

interface Comparison {
  readonly rows: number
  readonly spread: number
  readonly shareAbove: number
  /** Of the golden rows of the version before. */
  readonly golden: number
  readonly metrics: Readonly<Record<'roc_auc' | 'log_loss' | 'brier', number>>
}

beforeAll(async () => {
  folder = createRepository(await mkdtemp(join(tmpdir(), 'mainward-again-')))
  await cp(join(packageRoot, 'example-repo'), folder, { recursive: true })
  commitFiles(folder, {}, 'Start with the example')
  await ensurePythonEnvironment('example-repo/training/requirements.txt')
  await clearState()
  const { code, output, errors } = await runCommand(folder, ['train', ...models, '--force', '--state', state])
  expect(code, `${output}${errors}`).toBe(0)
  compared = await compareModels()
}, makingTimeoutMs)

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** What pip installed for the trainer is kept between runs of the tests, where it was made; everything else of the state is new. */
async function clearState(): Promise<void> {
  const train = join(state, 'train')
  await mkdir(train, { recursive: true, mode: 0o700 })
  const names = (await readdir(train)).filter((name) => name !== 'environments')
  for (const name of names) await rm(join(train, name), { recursive: true, force: true })
}

async function readVersion(model: Model, which: 'before' | 'again'): Promise<Version> {
  const text = await readFile(join(folder, `models/${model}/versions/${trained[model][which]}.yaml`), 'utf8')
  return (parse(text) as { readonly spec: Version }).spec
}

async function compareModels(): Promise<typeof compared> {
  const python = await ensurePythonEnvironment('example-repo/training/requirements.txt')
  const datasets = join(state, 'train/datasets')
  const names = await readdir(datasets)
  const questions = models.map(async (model) => {
    const before = await readVersion(model, 'before')
    const dataset = names.find((name) => name.startsWith(model)) ?? raise(`no ${model} among ${names.join(', ')}`)
    return {
      model,
      test: join(datasets, dataset, 'test.parquet'),
      before: join(folder, before.artifact.path ?? raise('a file in git')),
      again: join(folder, (await readVersion(model, 'again')).artifact.path ?? raise('a file in git')),
      features: before.signature.inputs[0]?.features,
      goldenRows: before.goldenRows,
    }
  })
  const input = JSON.stringify(await Promise.all(questions))
  const { stdout } = await execa(python, [join(packageRoot, 'test/example/compare_models.py')], { input })
  return JSON.parse(stdout) as typeof compared
}

describe.each(models)('%s, trained again', (model) => {
  it('gets a version of the same inputs and the same training set', async () => {
    const [before, again] = [await readVersion(model, 'before'), await readVersion(model, 'again')].map(
      ({ evidence }) => evidence,
    )
    expect(again?.inputsDigest).toBe(before?.inputsDigest)
    expect(again?.dataset.digest).toBe(before?.dataset.digest)
    expect(again?.run?.packages).toEqual(before?.run?.packages)
    expect(again?.run?.id).not.toBe(before?.run?.id)
  })

  it('gets the same metrics', async () => {
    const [before, again] = [await readVersion(model, 'before'), await readVersion(model, 'again')].map(measurementsOf)
    expect(before?.size).toBeGreaterThan(10)
    expect([...(again?.keys() ?? [])]).toEqual(expect.arrayContaining([...(before?.keys() ?? [])]))
    const differences = [...(before ?? [])].map(([name, value]) => Math.abs(value - (again?.get(name) ?? Number.NaN)))
    expect(Math.max(...differences)).toBeLessThanOrEqual(1e-6)
  })

  it('predicts the same, says Python’s runtime', () => {
    const { rows, spread, shareAbove, golden } = compared[model] ?? raise(model)
    expect(rows).toBe(trained[model].rows)
    expect(spread).toBeGreaterThan(0.1)
    // A threshold of a tree that is rounded to float32 can jump over a value exactly at it: a few rows may differ much.
    expect(shareAbove).toBeLessThanOrEqual(0.005)
    expect(golden).toBeLessThan(1e-6)
  })

  it('is worth what scikit-learn finds', async () => {
    const measured = measurementsOf(await readVersion(model, 'again'))
    for (const [metric, value] of Object.entries((compared[model] ?? raise(model)).metrics)) {
      // The evidence has six digits.
      expect(measured.get(`${metric} of candidate`), metric).toBeCloseTo(value, 5)
    }
  })
})

it('comes out of the commit alone: mainward reproduce', async () => {
  const { code, output } = await runCommand(folder, ['reproduce', 'loan-approval', '1', '--state', state, '--json'])
  const found = JSON.parse(output) as ReproductionOutcome
  expect(found).toMatchObject({ version: 1, sameDataset: true, rows: 596, rowsBeyondTolerance: 0 })
  expect(found.maximumScoreDifference).toBeLessThanOrEqual(1e-5)
  expect(code).toBe(0)
}, 120_000)

/** Estimates of the candidate and of the plain guess, on all rows: what production is differs between the two. */
function measurementsOf({ evidence }: Version): ReadonlyMap<string, number> {
  const found = evidence.evaluation.measurements.filter(({ of }) => of === 'candidate' || of === 'baseline')
  return new Map(
    found.flatMap(({ metric, of, group, estimate }) => {
      const name = `${metric} of ${of}${group === undefined ? '' : ` for ${JSON.stringify(group)}`}`
      return typeof estimate === 'number' ? [[name, estimate]] : []
    }),
  )
}

function raise(what: string): never {
  throw new Error(`expected ${what}`)
}
