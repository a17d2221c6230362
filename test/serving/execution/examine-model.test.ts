import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadOnnxModel } from '../../../reconciler/inference/onnx-runtime.ts'
import type { Tensors } from '../../../reconciler/inference/tensor.ts'
import { examineModel, makeSample, type ModelProfile } from '../../../reconciler/serving/execution/examine-model.ts'
import { makeReferenceModels, type ReferenceModels } from '../../inference/reference-models.ts'
import { makingTimeoutMs } from '../../support/python-environment.ts'
import { floats } from './runners.ts'

let models: ReferenceModels

beforeAll(async () => {
  models = await makeReferenceModels('test/serving/execution/models.py')
}, makingTimeoutMs)

afterAll(() => rm(models.folder, { recursive: true, force: true }))

async function examine(name: string, sample?: (rows: number) => Tensors | null): Promise<ModelProfile> {
  const model = await loadOnnxModel(await models.bytes(name))
  try {
    return await examineModel(model, sample ?? ((rows) => makeSample(model.inputs, rows)))
  } finally {
    await model.release()
  }
}

describe('requests may share a run', () => {
  it.each(['doubled', 'texts', 'lookup', 'unnamed'])('of the model %s, whose rows know nothing of each other', async (name) => {
    const { batches, runs } = await examine(name)
    expect(batches).toBe(true)
    expect(runs.map(([rows]) => rows)).toEqual([1, 8])
    for (const [, ms] of runs) expect(ms).toBeGreaterThan(0)
  })
})

describe('requests may not share a run', () => {
  it.each([
    ['centred', 'whose rows are compared with the mean of all'],
    ['centred-numbers', 'with the same of whole numbers'],
    ['counted', 'that answers how many rows there are'],
    ['total', 'that answers one row for all'],
    ['fixed', 'that takes four rows and no others'],
    ['wide', 'whose rows have a size that nobody knows'],
  ])('of the model %s, %s', async (name) => {
    expect((await examine(name)).batches).toBe(false)
  })

  it('when all rows that it was tried on are equal: they would show no difference', async () => {
    const equal = (rows: number) => ({
      x: floats(
        [rows, 2],
        Array.from({ length: 2 * rows }, () => 5),
      ),
    })
    expect((await examine('doubled', (rows) => ({ x: floats([rows, 3], new Array<number>(3 * rows).fill(5)) }))).batches).toBe(
      false,
    )
    expect((await examine('centred', equal)).batches).toBe(false)
  })

  it('when the model refuses the rows that it was tried on', async () => {
    expect(await examine('lookup', (rows) => ({ x: floats([rows, 1], new Array<number>(rows).fill(1)) }))).toEqual({
      batches: false,
      runs: [],
    })
  })
})

describe('rows to try a model on', () => {
  it('are as many as a model takes that fixes their number, and unknown for inner sizes that are not known', async () => {
    const fixed = await loadOnnxModel(await models.bytes('fixed'))
    expect(makeSample(fixed.inputs, 1)?.x?.shape).toEqual([4, 3])
    expect(Object.keys(await fixed.run(makeSample(fixed.inputs, 1) ?? {}))).toEqual(['y', 'z'])
    const wide = await loadOnnxModel(await models.bytes('wide'))
    expect(makeSample(wide.inputs, 1)).toBeNull()
  })
})
