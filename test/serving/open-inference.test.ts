import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { benchExpected, benchFeatures, benchRelease, benchScore } from './support/bench-model.ts'
import { removeParts, startServer, type RunningServer } from './support/running-server.ts'
import { canaryRoute, servingState, stableRoute } from './support/serving-state.ts'

interface Output {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

interface InferAnswer {
  readonly error?: string
  readonly model_name: string
  readonly model_version: string
  readonly id?: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly outputs: readonly Output[]
}

const stable = benchRelease({ version: 1 })
const canary = benchRelease({ version: 2 })
const proven = benchRelease({ version: 3 })
const broken = benchRelease({ version: 4, goldenRows: [{ inputs: stable.goldenRows[0]?.inputs ?? {}, outputs: { label: 0 } }] })
const strict = benchRelease({ model: 'strict', nulls: { default: 'reject', features: { f0: 'model', f1: 0 } } })
const typed = benchRelease({
  model: 'typed',
  requestFeatures: benchFeatures.map((name, index) => ({
    name,
    dtype: index === 0 ? 'int64' : index === 1 ? 'bool' : 'float32',
  })),
  goldenRows: [],
})

let server: RunningServer

beforeAll(async () => {
  server = await startServer()
  await server.serve(
    servingState(1, {
      releases: [stable, canary, proven, broken, strict, typed],
      routes: [canaryRoute(stable, canary, 50), stableRoute(strict), stableRoute(typed)],
    }),
  )
})

afterAll(async () => {
  await server.stop()
  await removeParts(server)
})

function matrixInput(rows = 2): Record<string, unknown> {
  return { name: 'input', datatype: 'FP32', shape: [rows, 20], data: benchExpected.rows.slice(0, rows).flat() }
}

/** The same rows, one tensor a feature. */
function columnInputs(rows = 2): Record<string, unknown>[] {
  return benchFeatures.map((name, column) => {
    const data = benchExpected.rows.slice(0, rows).map((row) => row[column])
    return { name, datatype: 'FP32', shape: column % 2 === 0 ? [rows] : [rows, 1], data }
  })
}

function replaceInput(name: string, changes: Record<string, unknown>): Record<string, unknown>[] {
  return columnInputs().map((input) => (input.name === name ? { ...input, ...changes } : input))
}

async function infer(
  path: string,
  body: unknown,
  headers?: Record<string, string>,
): Promise<{ status: number; body: InferAnswer }> {
  const answer = await server.post(`/v2/models/${path}/infer`, body, headers)
  return { status: answer.status, body: answer.body as InferAnswer }
}

describe('inference of the Open Inference Protocol', () => {
  it('answers all outputs with name, datatype, shape and data, and echoes the id', async () => {
    const { status, body } = await infer('bench', { id: 'my-1', inputs: [matrixInput(3)] })
    expect(status).toBe(200)
    expect(body).toMatchObject({ model_name: 'bench', model_version: '1', id: 'my-1' })
    expect(body.parameters).toEqual({
      request_id: body.parameters.request_id,
      variant: 'stable',
      version: 1,
      unit_assigned: false,
    })
    const [label, probabilities] = [...body.outputs].sort((a, b) => (a.name < b.name ? -1 : 1))
    expect(label).toMatchObject({ name: 'label', datatype: 'INT64', shape: [3], data: benchExpected.label.slice(0, 3) })
    expect(probabilities).toMatchObject({ name: 'probabilities', datatype: 'FP32', shape: [3, 2] })
    expect(probabilities?.data[1]).toBeCloseTo(benchScore(0), 5)
    expect(probabilities?.data[5]).toBeCloseTo(benchScore(2), 5)
  })

  it('answers the same for the matrix flat, the matrix nested and named columns', async () => {
    const flat = await infer('bench', { inputs: [matrixInput()] })
    const nested = await infer('bench', { inputs: [{ ...matrixInput(), data: benchExpected.rows.slice(0, 2) }] })
    const columns = await infer('bench', { inputs: columnInputs() })
    expect(nested.body.outputs).toEqual(flat.body.outputs)
    expect(columns.body.outputs).toEqual(flat.body.outputs)
  })

  it('answers only the outputs that were asked for, in that order', async () => {
    const { body } = await infer('bench', {
      inputs: [matrixInput()],
      outputs: [{ name: 'probabilities', parameters: { binary_data: false } }],
    })
    expect(body.outputs.map(({ name }) => name)).toEqual(['probabilities'])
  })

  it('assigns one unit a request, by parameter or header, and says so', async () => {
    const seen = new Map<unknown, string>()
    for (let unit = 0; unit < 40; unit++) {
      const byParameter = await infer('bench', { inputs: [matrixInput()], parameters: { unit: `U${unit}` } })
      const byHeader = await infer('bench', { inputs: [matrixInput()] }, { 'Mainward-Unit': `U${unit}` })
      expect(byParameter.body.parameters).toMatchObject({ unit_assigned: true, variant: byHeader.body.parameters.variant })
      seen.set(byParameter.body.parameters.variant, byParameter.body.model_version)
    }
    expect(Object.fromEntries(seen)).toEqual({ stable: '1', canary: '2' })
    const unicode = 'Jürgen 😀'
    const header = Buffer.from(unicode).toString('latin1')
    const same = await infer('bench', { inputs: [matrixInput()], parameters: { unit: unicode } }, { 'Mainward-Unit': header })
    expect(same.status).toBe(200)
    const both = await infer('bench', { inputs: [matrixInput()], parameters: { unit: 'a' } }, { 'Mainward-Unit': 'b' })
    expect(both).toMatchObject({
      status: 400,
      body: { error: 'parameters.unit and the header Mainward-Unit differ: send one of the two' },
    })
  })

  it('answers a version that is loaded whatever the rollout says, and 404 for one that is not', async () => {
    expect((await infer('bench/versions/2', { inputs: [matrixInput()] })).body).toMatchObject({
      model_version: '2',
      parameters: { variant: 'canary' },
    })
    const outside = await infer('bench/versions/3', { inputs: [matrixInput()] })
    expect(outside.body.model_version).toBe('3')
    expect(outside.body.parameters).toEqual({ request_id: outside.body.parameters.request_id, version: 3, unit_assigned: false })
    expect((await infer('bench/versions/4', { inputs: [matrixInput()] })).status).toBe(404)
    expect((await infer('bench/versions/1.0', { inputs: [matrixInput()] })).status).toBe(404)
    expect((await infer('nobody', { inputs: [matrixInput()] })).body.error).toBe('the model "nobody" is not served here')
  })

  it('reads null as NaN, as a number, or refuses it, by the null policy', async () => {
    const withNull = (column: number) => ({
      ...matrixInput(1),
      data: benchExpected.rows[0]?.map((value, index) => (index === column ? null : value)),
    })
    expect((await infer('strict', { inputs: [withNull(0)] })).status).toBe(200)
    const zero = { ...matrixInput(1), data: benchExpected.rows[0]?.map((value, index) => (index === 1 ? 0 : value)) }
    expect((await infer('strict', { inputs: [withNull(1)] })).body.outputs).toEqual(
      (await infer('strict', { inputs: [zero] })).body.outputs,
    )
    const refused = await infer('strict', { inputs: [withNull(2)] })
    expect(refused).toMatchObject({
      status: 400,
      body: { error: 'input "input": data[2]: null is refused by the null policy of the model' },
    })
  })

  it('takes columns by the dtype of the feature, and never rounds an INT64', async () => {
    const columns = columnInputs(1).map((input) => {
      if (input.name === 'f0') return { ...input, datatype: 'INT64', data: [3] }
      return input.name === 'f1' ? { ...input, datatype: 'BOOL', data: [true] } : input
    })
    const asColumns = await infer('typed', { inputs: columns })
    const data = benchExpected.rows[0]?.map((value, index) => (index === 0 ? 3 : index === 1 ? 1 : value))
    expect(asColumns.body.outputs).toEqual((await infer('typed', { inputs: [{ ...matrixInput(1), data }] })).body.outputs)
    const body = JSON.stringify({ inputs: columns }).replace('"data":[3]', '"data":[9007199254740993]')
    const refused = await infer('typed', body)
    expect(refused.status).toBe(400)
    expect(refused.body.error).toMatch(/input "f0": data\[0\]/)
  })

  it('tolerates members that it does not know, as clients send them', async () => {
    const request = {
      model_name: 'bench',
      inputs: [{ ...matrixInput(), parameters: { content_type: 'np' } }],
      parameters: { priority: 1, binary_data_output: true },
    }
    expect((await infer('bench', request)).status).toBe(200)
  })

  it.each<[string, unknown, RegExp]>([
    ['no inputs', {}, /the request: "inputs" is missing/],
    ['empty inputs', { inputs: [] }, /inputs: at least 1 must be there, found 0/],
    ['an unknown input', { inputs: [matrixInput(), { ...matrixInput(), name: 'x' }] }, /the model has no input "x"/],
    ['an input twice', { inputs: [matrixInput(), matrixInput()] }, /the input "input" is there twice/],
    ['a matrix and its column', { inputs: [matrixInput(), columnInputs()[0]] }, /"f0" is a column of "input"/],
    ['a missing column', { inputs: columnInputs().slice(1) }, /the input "f0" is missing/],
    [
      'a wrong datatype',
      { inputs: [{ ...matrixInput(), datatype: 'FP64' }] },
      /input "input": expected the datatype FP32, found FP64/,
    ],
    [
      'an unknown datatype',
      { inputs: [{ ...matrixInput(), datatype: 'FLOAT' }] },
      /inputs\[0\]\.datatype: expected one of BOOL,/,
    ],
    ['a wrong shape', { inputs: [{ ...matrixInput(), shape: [4, 10] }] }, /expected the shape \[-1, 20\], found \[4, 10\]/],
    ['a wrong rank', { inputs: [{ ...matrixInput(), shape: [40] }] }, /expected the shape \[-1, 20\], found \[40\]/],
    [
      'a negative size',
      { inputs: [{ ...matrixInput(), shape: [-1, 20] }] },
      /inputs\[0\]\.shape\[0\]: expected at least 0, found -1/,
    ],
    [
      'a size with a fraction',
      { inputs: [{ ...matrixInput(), shape: [1.5, 20] }] },
      /inputs\[0\]\.shape\[0\]: expected an integer, found 1\.5/,
    ],
    [
      'a size beyond 2^53',
      { inputs: [{ ...matrixInput(), shape: [2 ** 60, 20] }] },
      /inputs\[0\]\.shape\[0\]: expected at most 9007199254740991/,
    ],
    [
      'a product that overflows',
      { inputs: [{ ...matrixInput(), shape: [2 ** 52, 20] }] },
      /more elements than a request can carry/,
    ],
    ['no rows', { inputs: [{ ...matrixInput(), shape: [0, 20], data: [] }] }, /the request has no rows/],
    [
      'too many rows',
      { inputs: [{ ...matrixInput(), shape: [10_001, 20], data: new Array(200_020).fill(0) }] },
      /10000 rows, found 10001/,
    ],
    ['too little data', { inputs: [{ ...matrixInput(), data: [1, 2, 3] }] }, /has 40 elements, the data has 3/],
    ['ragged data', { inputs: [{ ...matrixInput(), data: [[1], [2]] }] }, /dimension 1 of the shape is 20, the data has 1/],
    [
      'data nested too deep',
      { inputs: [{ ...matrixInput(1), data: [Array.from({ length: 20 }, () => [1])] }] },
      /data\[0\]: expected a number, found an array/,
    ],
    ['data that is no array', { inputs: [{ ...matrixInput(), data: 1 }] }, /inputs\[0\]\.data: expected an array, found 1/],
    [
      'a text in a float tensor',
      { inputs: [{ ...matrixInput(1), data: [...(benchExpected.rows[0] ?? []).slice(1), 'x'] }] },
      /data\[19\]: expected a number, found "x"/,
    ],
    [
      'columns of different lengths',
      { inputs: replaceInput('f3', { shape: [1], data: [1] }) },
      /input "f3": expected 2 rows like the first input, found 1/,
    ],
    [
      'a column with two columns',
      { inputs: replaceInput('f3', { shape: [1, 2] }) },
      /input "f3": expected the shape \[n\] or \[n, 1\]/,
    ],
    ['an unknown output', { inputs: [matrixInput()], outputs: [{ name: 'y' }] }, /the model has no output "y"; it has/],
    [
      'an output twice',
      { inputs: [matrixInput()], outputs: [{ name: 'label' }, { name: 'label' }] },
      /the output "label" is asked for twice/,
    ],
    ['an id that is no text', { id: 7, inputs: [matrixInput()] }, /id: expected a string, found 7/],
    [
      'a parameter that is an object',
      { inputs: [matrixInput()], parameters: { a: {} } },
      /parameters\.a: expected a string, a number or true or false, found an object/,
    ],
  ])('refuses %s with 400', async (_what, body, message) => {
    const answer = await infer('bench', body)
    expect(answer.status).toBe(400)
    expect(answer.body.error).toMatch(message)
    expect(Object.keys(answer.body)).toEqual(['error'])
  })
})

describe('metadata of the Open Inference Protocol', () => {
  it('describes the server, with and without a slash', async () => {
    const expected = {
      name: 'mainward',
      version: '0.1.0',
      extensions: ['binary_tensor_data', 'model_configuration', 'statistics', 'model_repository'],
    }
    expect((await server.get('/v2')).body).toEqual(expected)
    expect((await server.get('/v2/')).body).toEqual(expected)
  })

  it('is live and ready, in the words that clients look for', async () => {
    expect(await server.get('/v2/health/live')).toMatchObject({ status: 200, body: { live: true } })
    expect(await server.get('/v2/health/ready')).toMatchObject({ status: 200, body: { ready: true } })
  })

  it('lists models, and describes them with their loaded versions', async () => {
    expect((await server.get('/v2/models')).body).toEqual({ models: ['bench', 'strict', 'typed'] })
    const { body } = await server.get('/v2/models/bench')
    expect(body).toMatchObject({ name: 'bench', versions: ['1', '2', '3'], platform: 'onnx_onnxv1' })
    const { inputs, outputs } = body as { inputs: unknown[]; outputs: unknown[] }
    expect(inputs).toHaveLength(20)
    expect(inputs[0]).toEqual({ name: 'f0', datatype: 'FP32', shape: [-1] })
    expect(outputs).toContainEqual({ name: 'probabilities', datatype: 'FP32', shape: [-1, 2] })
    const typedInputs = ((await server.get('/v2/models/typed')).body as { inputs: { datatype: string }[] }).inputs
    expect(typedInputs.slice(0, 3).map(({ datatype }) => datatype)).toEqual(['INT64', 'BOOL', 'FP32'])
    expect((await server.get('/v2/models/bench/versions/3')).status).toBe(200)
    expect((await server.get('/v2/models/bench/versions/9')).status).toBe(404)
    expect((await server.get('/v2/models/nobody')).status).toBe(404)
  })

  it('says which models and versions are ready', async () => {
    expect(await server.get('/v2/models/bench/ready')).toMatchObject({ status: 200, body: { name: 'bench', ready: true } })
    expect(await server.get('/v2/models/bench/versions/2/ready')).toMatchObject({
      status: 200,
      body: { name: 'bench', ready: true },
    })
    expect((await server.get('/v2/models/bench/versions/4/ready')).status).toBe(404)
    expect((await server.get('/v2/models/nobody/ready')).status).toBe(404)
  })

  it('indexes every version with its state, and why one is not there; without a body as well', async () => {
    const all = (await server.post('/v2/repository/index', '')).body as readonly Record<string, string>[]
    expect(all.map(({ name, version, state }) => `${name} ${version} ${state}`)).toEqual([
      'bench 1 READY',
      'bench 2 READY',
      'bench 3 READY',
      'bench 4 UNAVAILABLE',
      'strict 1 READY',
      'typed 1 READY',
    ])
    expect(all[3]?.reason).toMatch(/^GoldenRowsFailed: .*expected 0/)
    const ready = (await server.post('/v2/repository/index', { ready: true })).body as unknown[]
    expect(ready).toHaveLength(5)
    const bare = await fetch(`${server.url}/v2/repository/index`, { method: 'POST' })
    expect(bare.status).toBe(200)
  })
})
