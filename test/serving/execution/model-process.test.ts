import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { builtFile } from '../../../reconciler/core/package-root.ts'
import type { LoadedModel } from '../../../reconciler/inference/model.ts'
import { loadOnnxModel } from '../../../reconciler/inference/onnx-runtime.ts'
import type { Tensors } from '../../../reconciler/inference/tensor.ts'
import { makeSample } from '../../../reconciler/serving/execution/examine-model.ts'
import { Lane } from '../../../reconciler/serving/execution/lane.ts'
import { loadInProcess } from '../../../reconciler/serving/execution/model-process.ts'
import { placeModel, type PlacedModel } from '../../../reconciler/serving/execution/place-model.ts'
import { defaultLimits } from '../../../reconciler/serving/limits.ts'
import { makeReferenceModels, type ReferenceModels } from '../../inference/reference-models.ts'
import { makingTimeoutMs } from '../../support/python-environment.ts'
import { until } from '../support/running-server.ts'
import { dataOf, floats, integers, runnerOf } from './runners.ts'

let models: ReferenceModels
const loaded: LoadedModel[] = []

beforeAll(async () => {
  models = await makeReferenceModels('test/serving/execution/models.py')
}, makingTimeoutMs)

afterEach(async () => {
  await Promise.all(loaded.splice(0).map((model) => model.release()))
})

afterAll(() => rm(models.folder, { recursive: true, force: true }))

const endless = 10 ** 12

function turns(trips: number): Tensors {
  return { x: floats([1, 64], new Array<number>(64).fill(1)), trips: integers([1, 1], [trips]) }
}

async function loadTurning(runTimeoutMs = 1000): Promise<LoadedModel> {
  const model = await loadInProcess({ readBytes: () => models.bytes('turning'), loadTimeoutMs: 20_000, runTimeoutMs })
  loaded.push(model)
  return model
}

/** Process ids of this process's models. */
async function modelProcesses(parent = process.pid): Promise<number[]> {
  const found: number[] = []
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    // A process may end while it is looked at.
    const read = (file: string) => readFile(`/proc/${entry}/${file}`, 'utf8').catch(() => '')
    const fields = (await read('stat')).split(') ')[1]?.split(' ') ?? []
    if (fields[1] === String(parent) && fields[0] !== 'Z' && (await read('cmdline')).includes('model-process-entry')) found.push(Number(entry)) // prettier-ignore
  }
  return found
}

describe('a model in its own process', () => {
  it.each(['turning', 'texts', 'doubled'])(
    'declares and computes what it does in this one, and what Python computes (%s)',
    async (name) => {
      const here = await loadOnnxModel(await models.bytes(name))
      const apart = await loadInProcess({ readBytes: () => models.bytes(name), loadTimeoutMs: 20_000, runTimeoutMs: 10_000 })
      loaded.push(here, apart)
      const { inputs, outputs, otherOutputs, sharesRows } = here
      expect(apart).toMatchObject({ inputs, outputs, otherOutputs, sharesRows })
      const found = await apart.run(models.inputs(name), Object.keys(models.outputs(name)))
      for (const [output, { datatype, shape, data }] of Object.entries(models.outputs(name))) {
        expect(found[output]).toMatchObject({ datatype, shape })
        if (datatype === 'FP32') dataOf(found, output).forEach((value, at) => expect(value).toBeCloseTo(data[at] as number, 4))
        else expect(dataOf(found, output)).toEqual(data)
      }
    },
  )

  it('says what it can not compute, and goes on', async () => {
    const model = await loadInProcess({ readBytes: () => models.bytes('lookup'), loadTimeoutMs: 20_000, runTimeoutMs: 10_000 })
    loaded.push(model)
    await expect(model.run({ x: integers([1, 1], [99]) })).rejects.toMatchObject({ code: 'invalid-input' })
    expect(dataOf(await model.run({ x: integers([1, 1], [2]) }), 'y')).toEqual([3])
  })

  it('refuses a file that is no model, and one that does not load in time, and leaves nothing behind', async () => {
    const before = await modelProcesses()
    const options = { readBytes: () => models.bytes('turning'), loadTimeoutMs: 20_000, runTimeoutMs: 1000 }
    await expect(loadInProcess({ ...options, readBytes: () => Promise.resolve(Buffer.from('none')) })).rejects.toMatchObject({ code: 'model-unusable' }) // prettier-ignore
    await expect(loadInProcess({ ...options, loadTimeoutMs: 1 })).rejects.toMatchObject({ code: 'timeout' })
    await until(async () => (await modelProcesses()).length === before.length)
  })

  it('is ended when a run does not end, and the next request is answered', async () => {
    const model = await loadTurning(500)
    const { runner, sink } = await runnerOf(model, { sharesLane: false })
    const [first] = await modelProcesses()
    const startedAt = performance.now()
    await expect(runner.run(turns(endless), ['y'], 1)).rejects.toMatchObject({ code: 'timeout', message: 'a run of the model took longer than 500 ms and was ended' }) // prettier-ignore
    expect(performance.now() - startedAt).toBeLessThan(1500)
    expect(dataOf(await runner.run(turns(0), ['y'], 1), 'y')).toEqual(new Array(64).fill(1))
    expect(sink).toMatchObject({ failed: 1, succeeded: 1 })
    const after = await modelProcesses()
    expect(after).toHaveLength(1)
    expect(after).not.toContain(first)
  })

  it('starts again when it died, and fails only what it had', async () => {
    const model = await loadTurning(20_000)
    const [pid = 0] = await modelProcesses()
    const lost = model.run(turns(endless))
    setTimeout(() => process.kill(pid, 'SIGKILL'), 100)
    await expect(lost).rejects.toMatchObject({ code: 'model-unusable', message: "the model's process ended with SIGKILL" })
    const answers = await Promise.all([model.run(turns(0)), model.run(turns(0))])
    for (const answer of answers) expect(dataOf(answer, 'y')[0]).toBe(1)
    expect(await modelProcesses()).toHaveLength(1)
  })

  it('fails what asks while its file is gone, and works again with it', async () => {
    let present = true
    const readBytes = () => (present ? models.bytes('turning') : Promise.reject(new Error('the disk is gone')))
    const model = await loadInProcess({ readBytes, loadTimeoutMs: 20_000, runTimeoutMs: 200 })
    loaded.push(model)
    present = false
    await expect(model.run(turns(endless))).rejects.toMatchObject({ code: 'timeout' })
    await expect(model.run(turns(0))).rejects.toThrow('the disk is gone')
    present = true
    await expect(model.run(turns(0))).resolves.toBeDefined()
  })

  it('is gone when it is released, also in the midst of a run', async () => {
    const model = await loadTurning(60_000)
    expect(await modelProcesses()).toHaveLength(1)
    const lost = model.run(turns(endless))
    lost.catch(() => undefined)
    await model.release()
    expect(await modelProcesses()).toEqual([])
    await expect(lost).rejects.toThrow()
    await expect(model.run(turns(0))).rejects.toMatchObject({ code: 'model-unusable' })
  })

  it('holds up nobody: the event loop is free while it computes', async () => {
    const model = await loadTurning(30_000)
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const startedAt = performance.now()
    await model.run(turns(500_000))
    const tookMs = performance.now() - startedAt
    delay.disable()
    expect(tookMs).toBeGreaterThan(200)
    expect(delay.max / 1e6).toBeLessThan(tookMs / 2)
  })

  it('ends with its parent, also when the parent is killed during a run', async () => {
    const program = new URL('killed-parent.mjs', import.meta.url)
    const module = builtFile('serving/execution/model-process.js')
    const parent = fork(program, [module, `${models.folder}/turning.onnx`], { execArgv: [] })
    await once(parent, 'message')
    const [child = 0] = await modelProcesses(parent.pid)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    await until(
      async () => (await readFile(`/proc/${child}/stat`, 'utf8').catch(() => ') Z')).split(') ')[1]?.startsWith('Z') === true,
    )
  })
})

describe('a model is placed', () => {
  async function place(name: string): Promise<{ placed: PlacedModel; mainLane: Lane }> {
    const mainLane = new Lane()
    const placed = await placeModel({
      bytes: await models.bytes(name),
      readBytes: () => models.bytes(name),
      load: loadOnnxModel,
      mainLane,
      limits: defaultLimits,
      runTimeoutMs: 10_000,
      sample: (model) => makeSample(model.inputs, 1),
    })
    loaded.push(placed.model)
    return { placed, mainLane }
  }

  it('beside the others when it is small and quick', async () => {
    const { placed, mainLane } = await place('doubled')
    expect(placed).toMatchObject({ lane: mainLane, sharesLane: true })
    expect(await modelProcesses()).toEqual([])
  })

  it.each([
    ['large', 'its file is large'],
    ['slow-unrolled', 'a run of one row is slow'],
    ['turning', 'it has a loop, which may go round for ever'],
  ])('in a process of its own (%s: %s)', async (name) => {
    const { placed, mainLane } = await place(name)
    expect(placed.sharesLane).toBe(false)
    expect(placed.lane).not.toBe(mainLane)
    expect(await modelProcesses()).toHaveLength(1)
  })

  it('nowhere when it is another model than was expected', async () => {
    const refuse = () => {
      throw new Error('another model')
    }
    for (const name of ['doubled', 'turning']) {
      const bytes = await models.bytes(name)
      const options = { bytes, readBytes: () => models.bytes(name), load: loadOnnxModel, mainLane: new Lane(), limits: defaultLimits, runTimeoutMs: 1000, sample: refuse } // prettier-ignore
      await expect(placeModel(options)).rejects.toThrow('another model')
    }
    await until(async () => (await modelProcesses()).length === 0)
  })
})
