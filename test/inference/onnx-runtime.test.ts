/** The runtime against Python's onnxruntime: same tensors in, same tensors out, for every datatype; and what it refuses. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtFile } from '../../reconciler/core/package-root.ts'
import type { Datatype } from '../../reconciler/core/release.ts'
import type { LoadedModel } from '../../reconciler/inference/model.ts'
import { loadOnnxModel } from '../../reconciler/inference/onnx-runtime.ts'
import type { Tensor } from '../../reconciler/inference/tensor.ts'
import { compareSignature } from '../../reconciler/serving/releases/signature-check.ts'
import { makingTimeoutMs } from '../support/python-environment.ts'
import { benchBytes, benchExpected } from '../serving/support/bench-model.ts'
import { makeReferenceModels, type ReferenceModels } from './reference-models.ts'

let models: ReferenceModels

beforeAll(async () => {
  models = await makeReferenceModels()
}, makingTimeoutMs)

afterAll(async () => {
  await rm(models.folder, { recursive: true, force: true })
})

async function load(name: string): Promise<LoadedModel> {
  return loadOnnxModel(await models.bytes(name))
}

const datatypes: readonly Datatype[] = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES', // prettier-ignore
]

describe('a tensor', () => {
  it.each(datatypes)('of %s goes in and comes out as Python has it', async (datatype) => {
    const name = `identity-${datatype}`
    const model = await load(name)
    expect(model.inputs).toEqual([{ name: 'x', datatype, shape: [-1, 2] }])
    expect(model.outputs).toEqual([{ name: 'y', datatype, shape: [-1, 2] }])
    expect(await model.run(models.inputs(name))).toEqual(models.outputs(name))
    await model.release()
  })

  it.each(['arithmetic-FP16', 'arithmetic-INT64', 'arithmetic-FP64'])('is computed with as Python does: %s', async (name) => {
    expect(await (await load(name)).run(models.inputs(name))).toEqual(models.outputs(name))
  })

  it('without rows gives tensors without rows', async () => {
    const model = await load('identity-FP32')
    const empty: Tensor = { datatype: 'FP32', shape: [0, 2], data: new Float32Array() }
    expect(await model.run({ x: empty })).toEqual({ y: empty })
  })
})

describe('a model', () => {
  it('of boosted trees finds the numbers of Python', async () => {
    const model = await loadOnnxModel(benchBytes)
    const data = new Float32Array(benchExpected.rows.flat())
    const found = await model.run({ input: { datatype: 'FP32', shape: [benchExpected.rows.length, 20], data } })
    expect(Array.from(found.label?.data as BigInt64Array, Number)).toEqual(benchExpected.label)
    const probabilities = Array.from(found.probabilities?.data as Float32Array)
    const differences = benchExpected.probabilities.flat().map((value, index) => Math.abs(value - (probabilities[index] ?? NaN)))
    expect(Math.max(...differences)).toBeLessThan(1e-6)
  })

  it('answers only the outputs that are asked for, and says which shapes it fixes', async () => {
    const model = await load('two-outputs')
    expect(model.inputs.map(({ shape }) => shape)).toEqual([
      [2, 3],
      [2, 3],
    ])
    const { total } = models.outputs('two-outputs')
    expect(await model.run(models.inputs('two-outputs'), ['total'])).toEqual({ total })
    expect(await model.run(models.inputs('two-outputs'))).toEqual(models.outputs('two-outputs'))
  })

  it('runs several times at once', async () => {
    const model = await load('gather')
    const runs = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        model.run({ index: { datatype: 'INT64', shape: [1], data: new BigInt64Array([BigInt(index % 3)]) } }),
      ),
    )
    expect(runs.map(({ y }) => y?.data[0])).toEqual(Array.from({ length: 50 }, (_, index) => 10 * ((index % 3) + 1)))
  })

  it('with probabilities as a sequence of maps keeps its label, and says what to do about the rest', async () => {
    const model = await load('classifier')
    expect(model.outputs.map(({ name }) => name)).toEqual(['output_label'])
    expect(model.otherOutputs).toEqual(['output_probability'])
    expect(await model.run(models.inputs('classifier'))).toEqual(models.outputs('classifier'))
    const inputs = [{ name: 'X', datatype: 'FP32', shape: [-1, 2] }] as const
    expect(compareSignature({ inputs, outputs: { score: 'output_probability', label: 'output_label' } }, model)).toEqual([
      'expected a tensor as the output "output_probability" for the score, found a sequence or map: export the model with zipmap=False',
    ])
  })

  it('says nothing in the log, neither of wrong shapes nor of inputs that it refuses', async () => {
    const program = `
      const { loadOnnxModel } = await import(${JSON.stringify(builtFile('inference/onnx-runtime.js'))})
      const { readFile } = await import('node:fs/promises')
      const model = await loadOnnxModel(await readFile(${JSON.stringify(join(models.folder, 'wrong-label-shape.onnx'))}))
      const { label } = await model.run({ x: { datatype: 'FP32', shape: [1, 2], data: new Float32Array([0, 1]) } })
      const gather = await loadOnnxModel(await readFile(${JSON.stringify(join(models.folder, 'gather.onnx'))}))
      const index = { datatype: 'INT64', shape: [1], data: new BigInt64Array([7n]) }
      const refusal = await gather.run({ index }).catch(({ code }) => code)
      process.stdout.write(label.shape + ' ' + label.data + ' ' + refusal)`
    const { stdout, stderr } = await execa(process.execPath, ['--input-type=module', '--eval', program])
    expect([stdout, stderr]).toEqual(['1 1 invalid-input', ''])
  })
})

describe('a run refuses', () => {
  const row: Tensor = { datatype: 'FP32', shape: [1, 2], data: new Float32Array(2) }

  it.each<[string, Readonly<Record<string, Tensor>>, string]>([
    ['an input that is missing', {}, 'the input "x" is missing'],
    ['an input that the model does not have', { x: row, z: row }, 'the model has no input "z"'],
    ['another datatype', { x: { ...row, datatype: 'FP64', data: new Float64Array(2) } }, 'input "x": expected FP32, found FP64'],
    ['another rank', { x: { ...row, shape: [2] } }, 'input "x": expected the shape [-1, 2], found [2]'],
    ['another width', { x: { ...row, shape: [2, 1] } }, 'input "x": expected the shape [-1, 2], found [2, 1]'],
    ['too few elements', { x: { ...row, shape: [2, 2] } }, 'input "x": expected 4 elements, found 2'],
  ])('%s', async (_what, inputs, message) => {
    const model = await load('identity-FP32')
    await expect(model.run(inputs)).rejects.toMatchObject({ code: 'invalid-input', message })
  })

  it('an output that the model does not have', async () => {
    const model = await load('identity-FP32')
    await expect(model.run({ x: row }, ['z'])).rejects.toMatchObject({ code: 'invalid-input', message: /no output "z"/ })
  })

  it('a text that would be cut on its way to the model', async () => {
    const texts: Tensor = { datatype: 'BYTES', shape: [1, 2], data: ['a', 'b\0c'] }
    await expect((await load('identity-BYTES')).run({ x: texts })).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'input "x": the text of element 1 has a NUL character, which no model can be given',
    })
  })

  it('values that the model can not compute with, in words for people', async () => {
    const model = await load('gather')
    const outside = { index: { datatype: 'INT64' as const, shape: [1], data: new BigInt64Array([7n]) } }
    await expect(model.run(outside)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/^the model can not compute with these inputs: .*Gather.*out of data bounds/s) as string,
    })
    expect((await model.run(models.inputs('gather'))).y).toEqual(models.outputs('gather').y)
  })
})

describe('loading refuses', () => {
  it.each([
    ['nothing', () => new Uint8Array(), /^the file is empty, expected an ONNX model$/],
    ['text', () => Buffer.from('no model at all'), /^onnxruntime can not load the model: .*protobuf/i],
    ['half a model', () => benchBytes.subarray(0, 5000), /^onnxruntime can not load the model: /],
  ])('%s', async (_what, bytes, message) => {
    await expect(loadOnnxModel(bytes())).rejects.toMatchObject({
      code: 'model-unusable',
      message: expect.stringMatching(message) as string,
    })
  })

  it.each([
    ['bfloat16', /^onnxruntime can not load the model: .*(16|bfloat16)/i],
    ['opset-99', /opset 99|version 99|Opset 99/i],
    ['unknown-operator', /Nope/],
    ['external', /^onnxruntime can not load the model: its weights lie in a second file/],
  ])('a model with what is not known here: %s', async (name, message) => {
    await expect(load(name)).rejects.toMatchObject({
      code: 'model-unusable',
      message: expect.stringMatching(message) as string,
    })
  })

  it('any damaged bytes without dying', async () => {
    for (let at = 7; at < benchBytes.length; at += Math.floor(benchBytes.length / 60)) {
      const damaged = Buffer.from(benchBytes)
      damaged[at] = (damaged[at] ?? 0) ^ 0xff
      const outcome = await loadOnnxModel(damaged).then(
        (model) => model.release().then(() => 'loaded'),
        (error: { readonly code?: string }) => error.code,
      )
      expect(['loaded', 'model-unusable']).toContain(outcome)
    }
  })
})
