/** A look at model files that trainers write by mistake: real files, made by Python's onnx, and the real runtime. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readModelOnDemand } from '../../../reconciler/cli/import/model-on-demand.ts'
import { inspectModel, type InspectedModel } from '../../../reconciler/cli/train/inspect-model.ts'
import { MainwardError } from '../../../reconciler/core/error.ts'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import type { ModelSpec } from '../../../reconciler/manifests/kinds/model.ts'
import { listResources } from '../../../reconciler/manifests/assemble.ts'
import { parseFile } from '../../../reconciler/manifests/parse-file.ts'
import { ensurePythonEnvironment, makingTimeoutMs } from '../../support/python-environment.ts'

const rows = [
  { left: 1, right: 0 },
  { left: -3, right: 2.5 },
  { left: 0.5, right: 0.25 },
]
let folder: string

beforeAll(async () => {
  const python = await ensurePythonEnvironment('example-repo/training/requirements.txt')
  folder = mkdtempSync(join(tmpdir(), 'mainward-inspect-'))
  await execa(python, [join(packageRoot, 'test/cli/train/support/unservable_models.py'), folder])
}, makingTimeoutMs)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const manifest = `apiVersion: mainward.dev/v1alpha1
kind: Model
metadata: { name: late }
spec:
  task: binary-classification
  requestFeatures:
    - { name: left, dtype: float32 }
    - { name: right, dtype: float32 }
`

function readSpec(): ModelSpec {
  const [resource] = listResources([{ path: 'model.yaml', parsed: parseFile(Buffer.from(manifest)) }])
  if (resource === undefined) throw new Error('the manifest is valid')
  return resource.spec as ModelSpec
}

function inspect(name: string, columns: readonly string[] = ['left', 'right']): Promise<InspectedModel> {
  const spec = readSpec()
  const views = { views: [], definitions: null, roles: [], keyFields: new Set<string>() }
  const onDemand = readModelOnDemand({ model: { file: '', spec } }, views)
  const bytes = readFileSync(join(folder, `${name}.onnx`))
  return inspectModel({ model: 'late', bytes, spec, views, onDemand, columns, positiveIndex: 1, rows })
}

async function problemOf(name: string): Promise<MainwardError> {
  const thrown: unknown = await inspect(name).then(
    () => new Error(`${name} was taken`),
    (error: unknown) => error,
  )
  if (thrown instanceof MainwardError) return thrown
  throw thrown
}

describe('a model file that can be served', () => {
  it('gets a signature, and a golden row of each row that was tried', async () => {
    const { signature, goldenRows, varies } = await inspect('good')
    expect(signature.inputs).toMatchObject([{ name: 'input', datatype: 'FP32', features: ['left', 'right'] }])
    expect(signature.outputs).toEqual({ score: 'score' })
    // The sigmoid of left - 2 right.
    const expected = rows.map(({ left, right }) => 1 / (1 + Math.exp(2 * right - left)))
    const scores = goldenRows.map(({ outputs }) => Number(outputs['score']))
    expect(scores).toHaveLength(3)
    for (const [index, score] of scores.entries()) expect(score).toBeCloseTo(expected[index] ?? Number.NaN, 6)
    expect(varies).toMatchObject({ name: 'constant-prediction', status: 'passed', value: 3 })
  })

  it('and predicts the same of every row fails a check of the data, which rules and report show', async () => {
    const { varies } = await inspect('constant')
    expect(varies).toEqual({
      name: 'constant-prediction',
      status: 'failed',
      columns: [],
      value: 1,
      limit: 2,
      message: 'the model answers [0.5] to each of 3 rows: it learned nothing of them',
    })
  })
})

describe('a model file that can not be served', () => {
  it.each([
    ['opset-99', /opset 99/i, 'export it for an older operator set, for example target_opset=15'],
    ['unknown-operator', /Nope/, 'export the model again as one ONNX file that onnxruntime loads'],
    [
      'external-data',
      /its weights lie in a second file \(external data\)/,
      'save the weights inside of model.onnx: save_as_external_data=False',
    ],
    [
      'nan',
      /"score" is no number \(NaN\) for row 2 of 3 that were tried: left=-3, right=2\.5$/,
      'the trainer must handle missing values, or spec.nulls of the model must put a number in their place',
    ],
  ])('%s', async (name, message, hint) => {
    const problem = await problemOf(name)
    expect(problem.code).toBe('model-unusable')
    expect(problem.message).toMatch(/^the trainer of late wrote a model that can not be served: /)
    expect(problem.message.match(/can not be served/g)).toHaveLength(1)
    expect(problem.message).toMatch(message)
    expect(problem.hint).toBe(hint)
  })

  it('as it takes other columns than the training set has', async () => {
    await expect(inspect('good', ['left', 'right', 'third'])).rejects.toMatchObject({
      code: 'model-unusable',
      message: expect.stringContaining('the input "input" takes 2 columns, the training set has 3 features') as string,
    })
  })
})
