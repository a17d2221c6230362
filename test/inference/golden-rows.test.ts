/** Golden rows on the models of the example, whose outputs Python computed, and on small models for every shape of a row. */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../../reconciler/core/digest.ts'
import type { Datatype, GoldenRow, InputTensor, Release } from '../../reconciler/core/release.ts'
import { recordGoldenRows, verifyGoldenRows } from '../../reconciler/inference/golden-rows.ts'
import { isExpected, toGoldenValue, type OutputValue } from '../../reconciler/inference/golden-values.ts'
import { loadOnnxModel } from '../../reconciler/inference/onnx-runtime.ts'
import { readOpset } from '../../reconciler/inference/opset.ts'
import type { RowLayout } from '../../reconciler/inference/rows/row-assembler.ts'
import { readExampleModel, readExampleReleases } from '../support/example-releases.ts'
import { makingTimeoutMs } from '../support/python-environment.ts'
import { makeReferenceModels, type ReferenceModels } from './reference-models.ts'

let models: ReferenceModels

beforeAll(async () => {
  models = await makeReferenceModels()
}, makingTimeoutMs)

afterAll(async () => {
  await rm(models.folder, { recursive: true, force: true })
})

const releases = readExampleReleases()

describe.each(releases.map((release) => [`${release.model} ${release.version}`, release] as const))('%s', (_name, release) => {
  const model = readExampleModel(release).then(loadOnnxModel)

  function changed(row: number, output: string, value: Json): Pick<Release, 'goldenRows'> & RowLayout {
    const goldenRows = release.goldenRows.map((golden, index) =>
      index === row ? { ...golden, outputs: { ...golden.outputs, [output]: value } } : golden,
    )
    return { ...release, goldenRows }
  }

  it('reproduces what training wrote down', async () => {
    expect(release.goldenRows).toHaveLength(10)
    expect(await verifyGoldenRows(await model, release)).toBeNull()
  })

  it('records the same rows within what a float32 can differ', async () => {
    const inputs = release.goldenRows.map((row) => row.inputs)
    const recorded = await recordGoldenRows(await model, release, inputs)
    expect(recorded.map((row) => row.inputs)).toEqual(inputs)
    expect(recorded.map(({ outputs }) => outputs.label)).toEqual(release.goldenRows.map(({ outputs }) => outputs.label))
    const scores = (rows: readonly GoldenRow[]) => rows.flatMap(({ outputs }) => outputs.probabilities as number[])
    const differences = scores(recorded).map((value, index) => Math.abs(value - (scores(release.goldenRows)[index] ?? NaN)))
    expect(Math.max(...differences)).toBeLessThan(1e-6)
    expect(await verifyGoldenRows(await model, { ...release, goldenRows: recorded })).toBeNull()
  })

  it('names row, output, expected and found of the first difference', async () => {
    const found = release.goldenRows[5]?.outputs.probabilities as [number, number]
    const wrong = [found[0], found[1] + 0.001]
    expect((await verifyGoldenRows(await model, changed(5, 'probabilities', wrong)))?.message).toMatch(
      /^golden row 5: output "probabilities": expected \[0\.\d+,0\.\d+\], found \[0\.\d+,0\.\d+\]$/,
    )
    expect((await verifyGoldenRows(await model, changed(2, 'label', 7)))?.message).toMatch(
      /^golden row 2: output "label": expected 7, found [01]$/,
    )
  })

  it('does not reproduce outputs of another shape or name', async () => {
    expect((await verifyGoldenRows(await model, changed(0, 'probabilities', [0.5])))?.message).toBe(
      'golden row 0: output "probabilities": expected 1 value, found 2 values',
    )
    expect((await verifyGoldenRows(await model, changed(1, 'scores', 1)))?.message).toBe(
      'golden row 1: expected an output "scores", found "label", "probabilities"',
    )
  })

  it('refuses a row that is not whole, with its place', async () => {
    const [first] = release.goldenRows
    const { [Object.keys(first?.inputs ?? {})[0] ?? '']: _left, ...inputs } = first?.inputs ?? {}
    const goldenRows = [{ inputs, outputs: first?.outputs ?? {} }]
    await expect(verifyGoldenRows(await model, { ...release, goldenRows })).rejects.toMatchObject({ code: 'invalid-input' })
  })

  it('was written for the operator set that its manifest says', async () => {
    expect(readOpset(await readExampleModel(release))).toBe(release.artifact.opset)
  })
})

function layout(inputs: readonly InputTensor[], score: string): RowLayout {
  return { signature: { inputs, outputs: { score } }, requestFeatures: [], nulls: { default: 'model' } }
}

describe('rows of other shapes', () => {
  it('are strings, large integers and booleans too', async () => {
    const rows: readonly (readonly [Datatype, Json])[] = [
      ['BYTES', ['Zürich', '']],
      ['INT64', ['9007199254740993', -5]],
      ['BOOL', [true, false]],
      ['FP32', [0.1, null]],
    ]
    for (const [datatype, values] of rows) {
      const model = await loadOnnxModel(await models.bytes(`identity-${datatype}`))
      const shaped = layout([{ name: 'x', datatype, shape: [-1, 2] }], 'y')
      const recorded = await recordGoldenRows(model, shaped, [{ x: values }])
      expect(recorded).toEqual([{ inputs: { x: values }, outputs: { y: values } }])
      expect(await verifyGoldenRows(model, { ...shaped, goldenRows: recorded })).toBeNull()
    }
  })

  it('put named features into halves, null as NaN', async () => {
    const model = await loadOnnxModel(await models.bytes('arithmetic-FP16'))
    const features = ['a', 'b'] as const
    const shaped: RowLayout = {
      ...layout([{ name: 'x', datatype: 'FP16', shape: [-1, 2], features }], 'y'),
      requestFeatures: features.map((name) => ({ name, dtype: 'float32' })),
    }
    const recorded = await recordGoldenRows(model, shaped, [{ a: 1.5, b: null }])
    expect(recorded[0]?.outputs).toEqual({ y: [3, null] })
    expect(await verifyGoldenRows(model, { ...shaped, goldenRows: recorded })).toBeNull()
  })

  it('fill a model that takes a fixed number of them', async () => {
    const model = await loadOnnxModel(await models.bytes('two-outputs'))
    const inputs = ['a', 'b'].map((name) => ({ name, datatype: 'FP32' as const, shape: [-1, 3] }))
    const recorded = await recordGoldenRows(model, layout(inputs, 'sum'), [{ a: [1, 2, 3], b: [10, 20, 30] }])
    expect(recorded[0]?.outputs).toEqual({ sum: [11, 22, 33] })
  })

  it('can not be recorded for an output that is no tensor', async () => {
    const model = await loadOnnxModel(await models.bytes('classifier'))
    const shaped = layout([{ name: 'X', datatype: 'FP32', shape: [-1, 2] }], 'output_probability')
    await expect(recordGoldenRows(model, shaped, [{ X: [0, 1] }])).rejects.toMatchObject({
      code: 'model-unusable',
      message: 'the model has no tensor output "output_probability"',
    })
  })
})

describe('a value', () => {
  it.each<[Json, OutputValue, Datatype, boolean]>([
    [0.5, 0.50005, 'FP32', true],
    [0.5, 0.5001, 'FP32', false],
    [250_000, 250_020, 'FP32', true],
    [250_000, 250_100, 'FP32', false],
    [0, 9e-6, 'FP32', true],
    [0, 2e-5, 'FP32', false],
    [0.5, 0.502, 'FP16', true],
    [0.5, 0.51, 'FP16', false],
    [null, NaN, 'FP32', true],
    [null, Infinity, 'FP64', true],
    [null, 0, 'FP32', false],
    [0, NaN, 'FP32', false],
    [NaN, NaN, 'FP32', true],
    ['0.5', 0.5, 'FP32', false],
    [1, 1n, 'INT64', true],
    ['9007199254740993', 9007199254740993n, 'INT64', true],
    [9007199254740992, 9007199254740993n, 'INT64', false],
    [1.5, 1n, 'INT64', false],
    [null, 0n, 'INT64', false],
    [1, 2, 'INT32', false],
    [true, true, 'BOOL', true],
    [1, true, 'BOOL', true],
    [0, true, 'BOOL', false],
    ['a', 'a', 'BYTES', true],
    ['a', 'A', 'BYTES', false],
  ])('expected %j, found %s of %s: %s', (expected, found, datatype, same) => {
    expect(isExpected(expected, found, datatype)).toBe(same)
  })

  it.each([0.1, 1 / 3, 3.4028234663852886e38, 1e-45, 16777216, -0.30000001192092896])(
    'is written as the shortest number that is the same float32: %d',
    (value) => {
      const written = toGoldenValue(Math.fround(value), 'FP32') as number
      expect(Math.fround(written)).toBe(Math.fround(value))
      expect(String(written).length).toBeLessThanOrEqual(String(Math.fround(value)).length)
    },
  )
})

describe('the operator set of a file', () => {
  it.each([
    ['nothing', new Uint8Array(), null],
    ['text', Buffer.from('no model at all'), null],
    ['only another domain', Buffer.from('42080a02612e10021000', 'hex'), null],
    ['the domain without a name', Buffer.from('080842021012', 'hex'), 18],
    ['a length beyond the end', Buffer.from('42ff01', 'hex'), null],
    ['a number without an end', Buffer.from('08ffffffffffffffffffffff', 'hex'), null],
  ])('of %s', (_what, bytes, opset) => {
    expect(readOpset(bytes)).toBe(opset)
  })
})
