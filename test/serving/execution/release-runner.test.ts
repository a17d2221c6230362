import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadOnnxModel } from '../../../reconciler/inference/onnx-runtime.ts'
import type { Tensors } from '../../../reconciler/inference/tensor.ts'
import { Lane } from '../../../reconciler/serving/execution/lane.ts'
import type { ReleaseRunner } from '../../../reconciler/serving/execution/release-runner.ts'
import { makeReferenceModels, type ReferenceModels } from '../../inference/reference-models.ts'
import { makingTimeoutMs } from '../../support/python-environment.ts'
import { dataOf, floats, integers, onnxRunner, runnerOf } from './runners.ts'

let models: ReferenceModels

beforeAll(async () => {
  models = await makeReferenceModels('test/serving/execution/models.py')
}, makingTimeoutMs)

afterAll(() => rm(models.folder, { recursive: true, force: true }))

const triples = (rows: number, from = 0) => ({
  x: floats(
    [rows, 3],
    Array.from({ length: 3 * rows }, (_, at) => from + at),
  ),
})

describe('requests of one turn', () => {
  it('are answered from one run, each with its own rows', async () => {
    const { runner, sink } = await onnxRunner(models.bytes('doubled'))
    const answers = await Promise.all([1, 2, 3].map((rows) => runner.run(triples(rows, 100 * rows), ['y', 'z'], rows)))
    expect(sink.runs).toEqual([6])
    expect(sink.succeeded).toBe(3)
    answers.forEach((outputs, index) => {
      const given = dataOf(triples(index + 1, 100 * (index + 1)), 'x') as number[]
      expect(dataOf(outputs, 'y')).toEqual(given.map((value) => 2 * value))
      expect(dataOf(outputs, 'z')).toEqual(given.map((value) => -value))
      expect(outputs.y?.shape).toEqual([index + 1, 3])
    })
  })

  it.each(['doubled', 'texts', 'lookup', 'unnamed'])('have the answers that Python has (%s)', async (name) => {
    const { runner, sink } = await onnxRunner(models.bytes(name))
    const inputs = models.inputs(name)
    const expected = models.outputs(name)
    const rows = inputs.x?.shape[0] ?? 0
    const answers = await Promise.all([1, 2, 3].map(() => runner.run(inputs, Object.keys(expected), rows)))
    expect(sink.runs).toEqual([3 * rows])
    for (const answer of answers) for (const output in expected) expect(dataOf(answer, output)).toEqual(dataOf(expected, output))
  })

  it('have runs of their own where rows depend on each other', async () => {
    const { runner, sink } = await onnxRunner(models.bytes('centred'))
    const answers = await Promise.all([1, 9].map((value) => runner.run({ x: floats([2, 2], [0, 0, value, value]) }, ['y'], 2)))
    expect(sink.runs).toEqual([2, 2])
    expect(answers.map((outputs) => dataOf(outputs, 'y'))).toEqual([[-0.5, -0.5, 0.5, 0.5], [-4.5, -4.5, 4.5, 4.5]]) // prettier-ignore
  })

  it('have runs of their own by inner shape and by output', async () => {
    const wide = await loadOnnxModel(await models.bytes('wide'))
    // Rows of known size, as golden rows have them.
    const { runner, sink } = await runnerOf({ ...wide, inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }] })
    const asked: [Tensors, string[]][] = [
      [triples(1), ['y']],
      [triples(1, 7), ['y']],
      [{ x: floats([1, 2], [5, 6]) }, ['y']],
      [triples(1, 9), ['z']],
    ]
    const answers = await Promise.all(asked.map(([inputs, names]) => runner.run(inputs, names, 1)))
    expect(sink.runs).toEqual([2, 1, 1])
    expect(answers.map((outputs) => Object.entries(outputs).map(([name]) => [name, dataOf(outputs, name)]))).toEqual([
      [['y', [0, 2, 4]]],
      [['y', [14, 16, 18]]],
      [['y', [10, 12]]],
      [['z', [-9, -10, -11]]],
    ])
  })

  it('fail alone when one of them can not be computed', async () => {
    const { runner, sink } = await onnxRunner(models.bytes('lookup'))
    const indices = [1, 2, 77, 4, 5]
    const answers = await Promise.allSettled(indices.map((index) => runner.run({ x: integers([1, 1], [index]) }, ['y'], 1)))
    expect(
      answers.map((answer) => (answer.status === 'fulfilled' ? dataOf(answer.value, 'y') : (answer.reason as unknown))),
    ).toEqual([
      [1.5],
      [3],
      expect.objectContaining({ code: 'invalid-input', message: expect.stringContaining('77') as string }),
      [6],
      [7.5],
    ])
    expect(sink).toMatchObject({ runs: [1, 1, 1, 1], succeeded: 4, failed: 1 })
  })
})

describe('a large request', () => {
  it('is run in parts and answered in its order', async () => {
    const { runner, sink } = await onnxRunner(models.bytes('doubled'), { batchRows: 100 })
    const [small, large] = await Promise.all([runner.run(triples(1, 5), ['y'], 1), runner.run(triples(1050), ['y', 'z'], 1050)])
    expect(dataOf(small, 'y')).toEqual([10, 12, 14])
    expect(large.y?.shape).toEqual([1050, 3])
    expect(dataOf(large, 'y')).toEqual(Array.from({ length: 3150 }, (_, at) => 2 * at))
    expect(Math.max(...sink.runs)).toBeLessThanOrEqual(100)
    expect(sink.runs.reduce((sum, rows) => sum + rows, 0)).toBe(1051)
  })

  it('fails as a whole when one of its rows can not be computed, and leaves the model in order', async () => {
    const { runner } = await onnxRunner(models.bytes('lookup'), { batchRows: 10 })
    const indices = Array.from({ length: 95 }, (_, at) => (at === 3 ? -50 : at % 10))
    const failing = runner.run({ x: integers([95, 1], indices) }, ['y'], 95)
    const retired = failing.catch(() => runner.retire())
    await expect(failing).rejects.toMatchObject({ code: 'invalid-input' })
    await retired
  })
})

describe('a request that is alone', () => {
  it('waits for no timer', async () => {
    const { runner } = await onnxRunner(models.bytes('doubled'))
    const waits: number[] = []
    for (let count = 0; count < 200; count++) {
      const startedAt = performance.now()
      await runner.run(triples(1), ['y'], 1)
      waits.push(performance.now() - startedAt)
    }
    // The smallest timer is a millisecond.
    expect(waits.sort((a, b) => a - b)[100]).toBeLessThan(1)
  })
})

describe('after requests that came one by one', () => {
  const askOneByOne = async (runner: ReleaseRunner) => {
    for (let count = 0; count < 20; count++) {
      await runner.run(triples(1), ['y'], 1)
      await new Promise(setImmediate)
    }
  }
  /** Three of one turn, as from three sockets. */
  const burst = async (runner: ReleaseRunner) => {
    const answers: Promise<Tensors>[] = []
    for (const from of [1, 2, 3]) {
      answers.push(runner.run(triples(1, from), ['y'], 1))
      await new Promise<void>((resolve) => process.nextTick(resolve))
    }
    return Promise.all(answers)
  }

  it('the next is run at once, who comes with it together, and three of the next turn in one run', async () => {
    const { runner, sink } = await onnxRunner(models.bytes('doubled'))
    await askOneByOne(runner)
    const answers = await burst(runner)
    expect(answers.map((outputs) => dataOf(outputs, 'y'))).toEqual([[2, 4, 6], [4, 6, 8], [6, 8, 10]]) // prettier-ignore
    await new Promise(setImmediate)
    await burst(runner)
    expect(sink.runs.slice(20)).toEqual([1, 2, 3])
  })

  it('a run that is long is gathered for all the same', async () => {
    const model = await loadOnnxModel(await models.bytes('doubled'))
    const { runner, sink } = await runnerOf({
      ...model,
      run: async (...asked) => {
        const outputs = await model.run(...asked)
        for (const until = performance.now() + 2; performance.now() < until;);
        return outputs
      },
    })
    await askOneByOne(runner)
    await burst(runner)
    expect(sink.runs.slice(20)).toEqual([3])
  })
})

describe('models of one lane', () => {
  it('have their turns: one that is flooded does not starve the other', async () => {
    const lane = new Lane()
    const flooded = await onnxRunner(models.bytes('slow'), { lane })
    const other = await onnxRunner(models.bytes('doubled'), { lane })
    const inputs = { x: floats([1, 64], new Array<number>(64).fill(1)) }
    const startedAt = performance.now()
    const flood = Array.from({ length: 30 }, () => flooded.runner.run(inputs, ['y'], 1))
    const waits: number[] = []
    for (let count = 0; count < 10; count++) {
      const askedAt = performance.now()
      await other.runner.run(triples(1), ['y'], 1)
      waits.push(performance.now() - askedAt)
    }
    const finished = flooded.sink.runs.length
    await Promise.all(flood)
    const runMs = (performance.now() - startedAt) / 30
    // The run that is under way, and at most one more.
    expect(Math.max(...waits)).toBeLessThan(3 * runMs)
    expect(finished).toBeLessThanOrEqual(20)
  })

  it('share their time, whatever a run of theirs costs', async () => {
    const lane = new Lane()
    const slow = await onnxRunner(models.bytes('slow'), { lane })
    const apart = await onnxRunner(models.bytes('turning'), { lane })
    const x = floats([1, 64], new Array<number>(64).fill(1))
    const long = Array.from({ length: 12 }, () => slow.runner.run({ x }, ['y'], 1))
    // A quarter of the other's rounds: four times as many runs fit into the same time.
    const short = Array.from({ length: 60 }, () => apart.runner.run({ x: floats([1, 64], new Array<number>(64).fill(1)), trips: integers([1, 1], [5_000]) }, ['y'], 1)) // prettier-ignore
    await Promise.all(long)
    const rows = apart.sink.runs.reduce((sum, count) => sum + count, 0)
    expect(rows).toBeGreaterThan(24)
    await Promise.all(short)
  })
})

describe('a queue that is too long', () => {
  it('refuses at once, counts nothing wrong, and takes in again what comes later', async () => {
    const { runner, sink } = await onnxRunner(models.bytes('slow'), { budgetMs: 200 })
    const inputs = { x: floats([1, 64], new Array<number>(64).fill(1)) }
    const startedAt = performance.now()
    const refusedAt: number[] = []
    const asked = Array.from({ length: 50 }, () =>
      runner.run(inputs, ['y'], 1).catch((error: unknown) => {
        refusedAt.push(performance.now() - startedAt)
        throw error
      }),
    )
    const answers = await Promise.allSettled(asked)
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []))
    expect(refused.length).toBeGreaterThan(30)
    for (const error of refused) expect(error).toMatchObject({ code: 'unavailable', retry: 'after' })
    expect(answers.length - refused.length).toBe(sink.runs.length)
    expect(refusedAt[0]).toBeLessThan(20)
    await expect(runner.run(inputs, ['y'], 1)).resolves.toBeDefined()
    await runner.retire()
  })
})

describe('a release that nothing asks for any more', () => {
  it('is freed when its last run has ended, and answers it', async () => {
    const { runner, sink } = await onnxRunner(models.bytes('slow'))
    const inputs = { x: floats([1, 64], new Array<number>(64).fill(1)) }
    const waiting = [1, 2, 3].map(() => runner.run(inputs, ['y'], 1))
    let retired = false
    const end = runner.retire().then(() => (retired = true))
    await waiting[0]
    expect(retired).toBe(false)
    await Promise.all(waiting)
    await end
    expect(sink.succeeded).toBe(3)
    await expect(runner.run(inputs, ['y'], 1)).rejects.toThrow()
  })

  it('answers its last request also when it can not be freed, and says so to whoever freed it', async () => {
    const model = await loadOnnxModel(await models.bytes('doubled'))
    const { runner } = await runnerOf({ ...model, release: () => Promise.reject(new Error('still in use')) })
    const answer = runner.run(triples(1), ['y'], 1)
    const retired = runner.retire()
    await expect(answer).resolves.toBeDefined()
    await expect(retired).rejects.toThrow('still in use')
  })
})
