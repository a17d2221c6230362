/** Models that go wrong, and rows that do not fit: what is said, with the row. In the real process, with real model files. */
import { mkdtempSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FeatureDtype } from '../../reconciler/core/feature-dtype.ts'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { evaluateModel } from '../../reconciler/evaluation/evaluate-model.ts'
import type { EvaluatedModel, EvaluationRequest } from '../../reconciler/evaluation/evaluation-request.ts'
import type { RowBatch, RowColumn } from '../../reconciler/evaluation/evaluation-rows.ts'
import type { RowLayout } from '../../reconciler/inference/rows/row-assembler.ts'
import { ensurePythonEnvironment, makingTimeoutMs } from '../support/python-environment.ts'
import { rowsOf } from './support/batches.ts'

const folder = mkdtempSync(join(tmpdir(), 'mainward-evaluation-'))

beforeAll(async () => {
  const python = await ensurePythonEnvironment('example-repo/training/requirements.txt')
  await execa(python, [join(packageRoot, 'test/evaluation/support/models.py'), folder])
}, makingTimeoutMs)

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

interface Shape {
  readonly features?: readonly string[]
  readonly dtype?: FeatureDtype
  readonly datatype?: 'FP32' | 'INT64'
  readonly nulls?: RowLayout['nulls']
  readonly onDemand?: RowLayout['onDemand']
}

async function modelOf(
  name: string,
  { features = ['x'], dtype = 'float64', datatype = 'FP32', ...rest }: Shape = {},
): Promise<EvaluatedModel> {
  const { nulls = { default: 'model' }, onDemand } = rest
  return {
    bytes: await readFile(join(folder, `${name}.onnx`)),
    layout: {
      signature: { inputs: [{ name: 'x', datatype, shape: [-1, features.length], features }], outputs: { score: 'y' } },
      requestFeatures: features.map((feature) => ({ name: feature, dtype })),
      nulls,
      ...(onDemand === undefined ? {} : { onDemand }),
    },
    threshold: 0.5,
  }
}

const batchOf = (x: RowColumn, label: RowColumn, more: Partial<RowBatch> = {}): RowBatch => ({
  rows: x.length,
  features: { x },
  label,
  side: {},
  ...more,
})

const requestOf = (candidate: EvaluatedModel, changes: Partial<EvaluationRequest> = {}): EvaluationRequest => ({
  task: 'binary-classification',
  part: 'test',
  candidate,
  production: { version: null, because: 'nothing is rolled out' },
  baseline: { kind: 'prior', values: [0.5] },
  positiveClass: null,
  classes: null,
  metrics: ['accuracy'],
  slices: [],
  requests: [],
  clustersBy: null,
  weights: null,
  confidence: 0.95,
  replicates: 1000,
  seed: 1,
  ...changes,
})

describe('a model that goes wrong', () => {
  it('is named with the first row whose score is no number, counted over all batches', async () => {
    const batches = [batchOf([1, 2, 3], [1, 1, 0]), batchOf([5, 0, 0], [1, 0, 1])]
    await expect(evaluateModel(requestOf(await modelOf('nan')), rowsOf(batches))).rejects.toMatchObject({
      code: 'model-unusable',
      message: `row 4: the model's score is NaN, expected a finite number`,
    })
  })

  it('is named with the row that makes a whole run fail', async () => {
    const x = Array.from({ length: 100 }, (_, row) => (row === 77 ? 5n : BigInt(row % 3)))
    const model = await modelOf('table', { dtype: 'int64', datatype: 'INT64', nulls: { default: 'reject' } })
    const work = evaluateModel(requestOf(model), rowsOf([batchOf([0n], [1]), batchOf(x, x.map((_, row) => row % 2))])) // prettier-ignore
    await expect(work).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/^row 78: /) as string })
  })

  it('is refused when it is no model, or its output is not what the task needs', async () => {
    const broken = { ...(await modelOf('same')), bytes: new TextEncoder().encode('not a model') }
    await expect(evaluateModel(requestOf(broken), rowsOf([batchOf([1], [1])]))).rejects.toMatchObject({ code: 'model-unusable' })
    const batch: RowBatch = { rows: 1, features: { a: [0.2], b: [0.3], c: [0.5] }, label: [1], side: {} }
    const three = requestOf(await modelOf('three', { features: ['a', 'b', 'c'] }))
    await expect(evaluateModel(three, rowsOf([batch]))).rejects.toThrow(
      'the output "y" has 3 values a row, expected the column of the positive class (positiveIndex)',
    )
  })

  it('may take a fixed number of rows', async () => {
    const batches = [batchOf([0, 1, 2, 3, 4], [1, 2, 3, 4, 5]), batchOf([7], [9])]
    const request = requestOf(await modelOf('fixed'), { task: 'regression', metrics: ['mean_absolute_error', 'max_error'] })
    const { measurements, rows } = await evaluateModel(request, rowsOf(batches))
    expect(rows).toBe(6)
    // Five rows are exact, the last is off by 1.
    expect(measurements.filter(({ of }) => of === 'candidate').map(({ estimate }) => estimate)).toEqual([0.166667, 1])
  })
})

describe('rows that do not fit', () => {
  const refusals: readonly [string, RowBatch, Partial<EvaluationRequest>, string][] = [
    ['a label that is missing', batchOf([0.1, 0.2], [1, null]), {}, 'row 1 has no label'],
    ['a label of a third class', batchOf([0.1, 0.2, 0.3], ['a', 'b', 'c']), { positiveClass: 'a' }, 'expected labels of two classes, found 3: "a", "b", "c"'],
    ['a label that is neither 0 nor 1', batchOf([0.1], ['late']), {}, 'row 0: expected the label 0 or 1, or true or false, found "late"'],
    ['a weight below 0', batchOf([0.1, 0.2], [1, 0], { weights: Float64Array.of(1, -1) }), { weights: 'w' }, 'row 1: expected a weight that is finite and not negative, found -1'],
    ['no rows', batchOf([], []), {}, 'there are no rows to evaluate on'],
    ['a slice without its column', batchOf([0.1], [1]), { slices: [{ by: 'carrier', minGroup: null }] }, 'the rows have no column "carrier" beside them'],
    ['a text where the label is a number', batchOf([0.1], ['high']), { task: 'regression', metrics: ['r2'] }, 'row 0: expected a finite number as the label, found high'],
  ] // prettier-ignore

  it.each(refusals)('%s', async (_, batch, changes, message) => {
    const work = evaluateModel(requestOf(await modelOf('same'), changes), rowsOf([batch]))
    await expect(work).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining(message) as string })
  })

  it('columns that the model reads, and a null that it refuses', async () => {
    const other = requestOf(await modelOf('same', { features: ['distance'] }))
    await expect(evaluateModel(other, rowsOf([batchOf([0.1], [1])]))).rejects.toThrow(
      'the rows have no column distance, which the model reads',
    )
    const strict = requestOf(await modelOf('same', { nulls: { default: 'reject' } }))
    await expect(evaluateModel(strict, rowsOf([batchOf([0.1, null], [1, 0])]))).rejects.toThrow(
      'row 1, "x": null is refused by the null policy of the model',
    )
  })
})

describe('labels', () => {
  it('of two classes have the one that the manifest calls positive', async () => {
    const request = requestOf(await modelOf('same'), { positiveClass: 'late', metrics: ['selection_rate', 'recall'] })
    const { measurements, classes } = await evaluateModel(request, rowsOf([batchOf([0.9, 0.6, 0.2], ['late', 'early', 'late'])]))
    expect(classes).toEqual(['early', 'late'])
    expect(measurements.filter(({ of }) => of === 'candidate').map(({ estimate }) => estimate)).toEqual([0.666667, 0.5])
  })

  it('of several classes are ordered as scikit-learn orders them, or as given', async () => {
    const features = { a: [0.7, 0.1, 0.2], b: [0.2, 0.7, 0.1], c: [0.1, 0.2, 0.7] }
    const batch: RowBatch = { rows: 3, features, label: [9, 10, 100], side: {} }
    const model = await modelOf('three', { features: ['a', 'b', 'c'] })
    const asked = { task: 'multiclass-classification', baseline: { kind: 'prior', values: [0.4, 0.3, 0.3] } } as const
    const found = await evaluateModel(requestOf(model, asked), rowsOf([batch]))
    expect(found.classes).toEqual(['9', '10', '100'])
    expect(found.measurements[0]).toMatchObject({ metric: 'accuracy', of: 'candidate', estimate: 1 })
    const turned = await evaluateModel(requestOf(model, { ...asked, classes: ['100', '10', '9'] }), rowsOf([batch]))
    expect(turned.measurements[0]?.estimate).toBeCloseTo(1 / 3, 5)
    await expect(evaluateModel(requestOf(model, { ...asked, classes: ['9', '10'] }), rowsOf([batch]))).rejects.toThrow(
      'the model scores 3 classes, and the labels are of 2: 9, 10',
    )
  })
})

describe('a production version that can not see the rows as the candidate does', () => {
  const compare = async (production: EvaluatedModel, batch: RowBatch) => {
    const request = requestOf(await modelOf('same'), { production: { ...production, version: 4, artifact: 'ab' } })
    const found = await evaluateModel(request, rowsOf([batch]))
    expect(found.measurements.some(({ of }) => of.includes('production'))).toBe(false)
    expect(found.curves?.roc.map(({ of }) => of)).toEqual(['candidate'])
    return found.production
  }

  it('is left out with the reason: columns, expressions, nulls', async () => {
    expect(await compare(await modelOf('same', { features: ['temp'] }), batchOf([0.1, 0.9], [0, 1]))).toEqual({
      version: 4,
      artifact: 'ab',
      threshold: 0.5,
      because: 'it reads temp, which the rows of the candidate do not have',
    })
    const strict = await modelOf('same', { nulls: { default: 'reject' } })
    const batch = batchOf([0.1, 0.9, null], [0, 1, 1])
    const refused = requestOf(await modelOf('same', { nulls: { default: 0.5 } }), { production: { ...strict, version: 4, artifact: 'ab' } }) // prettier-ignore
    const found = await evaluateModel(refused, rowsOf([batchOf([0.1, 0.9], [0, 1]), batch]))
    expect(found.production.because).toBe(
      'it could not score the rows: row 4, "x": null is refused by the null policy of the model',
    )
    expect(found.rows).toBe(5)
  })

  it('is left out when it computes a feature by another expression', async () => {
    const onDemand = [{ name: 'x', dtype: 'float64', cel: 'a + b' }] as const
    const request = requestOf({ ...(await modelOf('same', { onDemand })) }, {
      production: { ...(await modelOf('same', { onDemand: [{ name: 'x', dtype: 'float64', cel: 'a - b' }] })), version: 4, artifact: 'ab' },
    }) // prettier-ignore
    const found = await evaluateModel(request, rowsOf([batchOf([0.1, 0.9], [0, 1])]))
    expect(found.production.because).toBe('it computes x by another expression than the candidate')
  })
})

it('ends with the error of whoever brings the rows', async () => {
  const failing = {
    features: ['x'],
    batches: async function* () {
      yield await Promise.resolve(batchOf([0.1], [1]))
      throw new Error('the file is gone')
    },
  }
  await expect(evaluateModel(requestOf(await modelOf('same')), failing)).rejects.toThrow('the file is gone')
})

it('is over at once when it was cancelled before', async () => {
  const signal = AbortSignal.abort()
  const work = evaluateModel(requestOf(await modelOf('same')), rowsOf([batchOf([0.1], [1])]), { signal })
  await expect(work).rejects.toMatchObject({ code: 'cancelled' })
})
