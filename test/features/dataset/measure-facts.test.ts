/** Facts of a dataset's parts, and what is judged of them, against scikit-learn, scipy and numpy on the same Parquet files. */
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DataFacts } from '../../../reconciler/core/data-facts.ts'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import type { Task } from '../../../reconciler/core/release.ts'
import { correctedStability, judgeData } from '../../../reconciler/evaluation/data-checks/judge-data.ts'
import { measureFacts } from '../../../reconciler/features/dataset/measure-facts.ts'
import type { DatasetColumn } from '../../../reconciler/features/dataset/plan-dataset.ts'
import { ensurePythonEnvironment, makingTimeoutMs } from '../../support/python-environment.ts'
import { prepareEngines } from '../engine/support/test-engine.ts'

interface Reference {
  readonly areas: Readonly<Record<string, number>>
  readonly classArea: number
  readonly correlations: Readonly<Record<string, number>>
  readonly stability: Readonly<Record<string, number>>
  readonly newCarrierRows: number
  readonly labels: Readonly<Record<string, readonly [number, number]>>
}

const engines = prepareEngines()
let reference: Reference

beforeAll(async () => {
  const python = await ensurePythonEnvironment('example-repo/training/requirements.txt')
  const { stdout } = await execa(python, [join(packageRoot, 'test/features/dataset/support/reference_facts.py'), engines.folder])
  reference = JSON.parse(stdout) as Reference
}, makingTimeoutMs)

afterAll(() => engines.close())

const dtypes = {
  even: 'float32',
  leak: 'float64',
  missing: 'float64',
  steps: 'int32',
  carrier: 'string',
  unique: 'string',
  constant: 'int64',
  nothing: 'float64',
  flag: 'bool',
  whole: 'int64',
} as const

const column = (name: string, dtype: DatasetColumn['dtype'], role: DatasetColumn['role']): DatasetColumn => ({
  name,
  dtype,
  role,
  from: null,
})

async function measure(
  task: Task = 'binary-classification',
  label = 'label',
  features = Object.keys(dtypes),
): Promise<DataFacts> {
  const engine = await engines.open()
  const columns = features.map((name) => column(name, dtypes[name as keyof typeof dtypes], 'feature'))
  const facts = await measureFacts(engine, {
    task,
    columns: [...columns, column(label, 'int32', 'label')],
    train: { path: join(engines.folder, 'train.parquet'), rows: 4000 },
    judged: { name: 'test', path: join(engines.folder, 'test.parquet'), rows: 1500 },
  })
  await engine.close()
  return facts
}

const featureOf = (facts: DataFacts, name: string) => {
  const found = facts.features.find((feature) => feature.name === name)
  if (found === undefined) throw new Error(`no facts of ${name}`)
  return found
}

describe('facts', () => {
  it('have areas as scikit-learn has them, also of nulls and texts', async () => {
    const facts = await measure()
    for (const [name, area] of Object.entries(reference.areas))
      expect(featureOf(facts, name).association, name).toBeCloseTo(area, 10)
    expect(featureOf(facts, 'constant')).toMatchObject({ association: 0.5, isConstant: true })
    expect(featureOf(facts, 'nothing')).toMatchObject({ association: 0.5, isConstant: true })
    expect(facts.features.filter(({ isConstant }) => isConstant)).toHaveLength(2)
    // Every null is a label: rows with a value are of one class, and say nothing alone.
    expect(featureOf(facts, 'missing').association).toBe(1)
    // A text of its own in every row: only the 120 rows that both parts have tell their label.
    expect(featureOf(facts, 'unique').association).toBeLessThan(0.6)
  })

  it('have bins whose corrected stability index is that of numpy', async () => {
    const facts = await measure()
    for (const [name, index] of Object.entries(reference.stability)) {
      expect(correctedStability(featureOf(facts, name).bins), name).toBeCloseTo(index, 10)
    }
    expect(reference.stability['even']).toBeGreaterThan(0.2)
    expect(reference.stability['steps']).toBeLessThan(0.02)
  })

  it('have classes, shared rows and new texts', async () => {
    const facts = await measure()
    const [zero, one] = [reference.labels['0'], reference.labels['1']]
    expect(facts.labels).toEqual([
      { value: '0', train: zero?.[0], judged: zero?.[1] },
      { value: '1', train: one?.[0], judged: one?.[1] },
    ])
    expect(facts).toMatchObject({
      sharedRows: 120,
      trainRows: 4000,
      judgedRows: 1500,
      sampledRows: { train: 4000, judged: 1500 },
    })
    const { newCategories } = featureOf(facts, 'carrier')
    expect(newCategories).toMatchObject({ kinds: 2, rows: reference.newCarrierRows })
    expect(newCategories?.examples.toSorted()).toEqual(['VX', 'ZZ'])
    expect(featureOf(facts, 'whole').newCategories).toBeNull()
  })

  it('have the mean area of several classes, and rank correlations of a regression', async () => {
    expect(featureOf(await measure('multiclass-classification', 'classes', ['leak']), 'leak').association).toBeCloseTo(
      reference.classArea,
      10,
    )
    const facts = await measure('regression', 'value', Object.keys(reference.correlations))
    for (const [name, rho] of Object.entries(reference.correlations))
      expect(featureOf(facts, name).association, name).toBeCloseTo(rho, 10)
  })
})

describe('data checks', () => {
  it('say what is wrong with it', async () => {
    const outcomes = judgeData(await measure())
    expect(outcomes.map(({ name, status, columns }) => [name, status, columns])).toEqual([
      ['shared-rows', 'failed', []],
      ['label-balance', 'passed', []],
      ['constant-feature', 'failed', ['constant', 'nothing']],
      ['new-category', 'failed', ['unique', 'carrier']],
      ['train-test-drift', 'failed', ['carrier', 'even']],
      ['single-feature-predicts', 'failed', ['missing', 'leak']],
    ])
    expect(outcomes[0]).toMatchObject({
      value: 0.08,
      limit: 0.05,
      message: 'expected at most 5 % of the rows of the test part in the training part, found 120 of 1500',
    })
  })

  it('find a class that is only in the test part', async () => {
    const outcome = judgeData(await measure('multiclass-classification', 'classes', ['leak']))[1]
    expect(outcome).toMatchObject({
      name: 'label-balance',
      status: 'failed',
      message: 'expected every class of the test part in the training part, found d only there',
    })
  })
})
