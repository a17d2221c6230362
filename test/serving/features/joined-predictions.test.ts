/**
 * Predictions whose features are read from views: a real model on a real store, by plain JSON, Open Inference and gRPC. Expected scores
 * are onnxruntime's own (Python) for the values that were put into the store; those of missing values are a plain release's for the
 * same row with the value written out.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MainwardError } from '../../../reconciler/core/error.ts'
import type { Release } from '../../../reconciler/core/release.ts'
import type { ModelRoute } from '../../../reconciler/core/serving-state.ts'
import { benchExpected, benchFeatures, benchRelease, benchRow, benchScore, type ReleaseChanges } from '../support/bench-model.ts'
import { removeParts, startServer, type RunningServer } from '../support/running-server.ts'
import { canaryRoute, servingState, stableRoute } from '../support/serving-state.ts'
import { GrpcClient } from '../grpc/support/grpc-client.ts'
import { dataTime, eightUs, hourUs, openStore, routes, unfilled, weather } from './support/online-views.ts'

const sent = benchFeatures.slice(3)

function joinedRelease(model: string, changes: ReleaseChanges = {}): Release {
  return benchRelease({
    model,
    signature: {
      inputs: [
        { name: 'input', datatype: 'FP32', shape: [-1, 20], features: ['wind_speed', 'to__wind_speed', 'delay', ...sent] },
      ],
      outputs: { score: 'probabilities', label: 'label', positiveIndex: 1 },
    },
    requestFeatures: sent.map((name) => ({ name, dtype: 'float32' })),
    goldenRows: [
      {
        inputs: { ...requestOf(0), wind_speed: cell(0, 0), to__wind_speed: cell(0, 1), delay: cell(0, 2) },
        outputs: { probabilities: [...(benchExpected.probabilities[0] ?? [])] },
      },
    ],
    views: [
      { view: weather, join: { airport: 'origin' }, as: null, take: ['wind_speed'] },
      { view: weather, join: { airport: 'dest' }, as: 'to', take: ['wind_speed'] },
      { view: routes, join: { origin: 'origin', dest: 'dest' }, as: null, take: ['delay'] },
    ],
    ...changes,
  })
}

const cell = (row: number, column: number): number => benchExpected.rows[row]?.[column] ?? Number.NaN

/** The request features of row `index`. */
function requestOf(index: number): Record<string, number> {
  return Object.fromEntries(sent.map((name) => [name, benchRow(index)[name] ?? Number.NaN]))
}

/** What a caller sends. */
const rowOf = (index: number, more: object = {}) => ({ ...requestOf(index), origin: `A${index}`, dest: `B${index}`, ...more })

const joined = joinedRelease('bench', { version: 2 })
const plain = benchRelease({ model: 'plain' })
const strict = joinedRelease('strict', { nulls: { default: 'reject' } })
const number = joinedRelease('number', { nulls: { default: 'reject', features: { wind_speed: 0.3456, delay: 'model' } } })
const counting = benchRelease({
  model: 'counting',
  signature: {
    inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 20], features: ['rows_6h', ...benchFeatures.slice(1)] }],
    outputs: { score: 'probabilities', positiveIndex: 1 },
  },
  requestFeatures: benchFeatures.slice(1).map((name) => ({ name, dtype: 'float32' })),
  goldenRows: [],
  nulls: { default: 'reject' },
  views: [{ view: weather, join: { airport: 'airport' }, as: null, take: ['rows_6h'] }],
})
const filling = joinedRelease('filling', {
  views: [
    { view: weather, join: { airport: 'origin' }, as: null, take: ['wind_speed'] },
    { view: weather, join: { airport: 'dest' }, as: 'to', take: ['wind_speed'] },
    { view: unfilled, join: {}, as: null, take: ['delay'] },
  ],
})
const before = benchRelease({
  model: 'moving',
  version: 1,
  signature: joined.signature,
  requestFeatures: ['wind_speed', 'to__wind_speed', 'delay', ...sent].map((name) => ({ name, dtype: 'float32' })),
  goldenRows: [],
})
const after = joinedRelease('moving', { version: 2 })
const constantly = joinedRelease('constantly')
const older = benchRelease({ model: 'older', version: 1 })
const newer = joinedRelease('older', { version: 2 })

const online = await openStore()
const releases = [joined, plain, strict, number, counting, filling, before, after, constantly, older, newer]
let server: RunningServer
let client: GrpcClient
let reads = 0
let isDown = false

beforeAll(async () => {
  const indices = [0, 1, 2, 3]
  const old = eightUs - 3n * hourUs - 1n
  await online.fill(weather, eightUs - hourUs / 4n, [
    ...indices.map((index) => ({ key: [`A${index}`], eventUs: eightUs - hourUs, values: [cell(index, 0), 'x', 1, 4n] })),
    ...indices.map((index) => ({ key: [`B${index}`], eventUs: eightUs, values: [cell(index, 1), 'x', 1, 4n] })),
    { key: ['NULL'], eventUs: eightUs, values: [null, null, null, 0n] },
    { key: ['NAN'], eventUs: eightUs, values: [NaN, null, null, 0n] },
    { key: ['INF'], eventUs: eightUs, values: [Infinity, null, null, 0n] },
    { key: ['OLD'], eventUs: old, values: [3, null, null, 2n] },
  ])
  await online.fill(
    routes,
    eightUs,
    indices.map((index) => ({ key: [`A${index}`, `B${index}`], eventUs: null, values: [cell(index, 2), 1n, true, null] })),
  )
  await online.fill(unfilled, null, [])
  const store = {
    ...online.store,
    read: (...asked: Parameters<typeof online.store.read>) => {
      reads++
      return isDown
        ? Promise.reject(new MainwardError('database-unavailable', 'refused', { retry: 'backoff' }))
        : online.store.read(...asked)
    },
  }
  server = await startServer({ store, grpcPort: 0 })
  client = new GrpcClient(server.dataPlane.grpc ?? '')
  const own: readonly ModelRoute[] = [
    canaryRoute(before, after, 50),
    { ...stableRoute(constantly), fallback: { type: 'constant', score: 0.25 } },
    { ...stableRoute(newer), fallback: { type: 'release', release: older.digest } },
  ]
  const simple = [joined, plain, strict, number, counting, filling].map(stableRoute)
  await server.serve({ ...servingState(1, { releases, routes: [...simple, ...own] }), dataTime, featureViews: [weather, routes] })
  expect(server.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
})

beforeEach(() => {
  reads = 0
  isDown = false
})

afterAll(async () => {
  client.close()
  await server.stop()
  await removeParts(server)
  await online.close()
})

interface Predicted {
  readonly score: number
  readonly version: number
  readonly variant: string
  readonly fallback?: string
  readonly features?: Readonly<
    Record<string, { readonly value: unknown; readonly status: string; readonly computed_as_of: unknown }>
  >
}

async function predict(model: string, rows: readonly object[], more: object = {}): Promise<readonly Predicted[]> {
  const { status, body } = await server.post(`/v1/models/${model}/predict`, { rows, ...more })
  expect([status, body]).toEqual([200, expect.anything()])
  return (body as { readonly predictions: readonly Predicted[] }).predictions
}

async function refusal(model: string, row: object): Promise<readonly [number, string]> {
  const { status, body } = await server.post(`/v1/models/${model}/predict`, { rows: [rowOf(0), row] })
  return [status, (body as { readonly error: string }).error]
}

const scoresOf = (predictions: readonly Predicted[]) => predictions.map(({ score }) => score)

describe('a prediction by plain JSON', () => {
  it('joins its features in one read, in the order of the signature, whatever the number of rows', async () => {
    const order = [3, 0, 2, 1, 0]
    const scores = scoresOf(await predict('bench', order.map((index) => rowOf(index)))) // prettier-ignore
    scores.forEach((score, at) => expect(score).toBeCloseTo(benchScore(order[at] ?? 0), 5))
    expect(reads).toBe(1)
  })

  it('answers many rows, which are assembled in several turns, like each alone, and names the row that is wrong', async () => {
    const scores = scoresOf(await predict('bench', Array.from({ length: 700 }, (_, at) => rowOf(at % 4)))) // prettier-ignore
    expect(scores).toHaveLength(700)
    scores.forEach((score, at) => expect(score).toBeCloseTo(benchScore(at % 4), 5))
    const rows = Array.from({ length: 700 }, (_, at) => rowOf(at % 4, at === 650 ? { origin: 'NULL' } : {}))
    const { status, body } = await server.post('/v1/models/strict/predict', { rows })
    expect(status).toBe(400)
    expect((body as { readonly error: string }).error).toMatch(/^rows\[650\]: "wind_speed" /)
  })

  it('asks nothing for a model without views', async () => {
    await predict('plain', [benchRow(0)])
    expect(reads).toBe(0)
  })

  it.each([
    ['null', 'NULL'],
    ['missing', 'X'],
    ['too old', 'OLD'],
    ['not a number', 'NAN'],
    ['of a key that is not known', null],
  ])('hands a value that is %s on as the null policy says: NaN, or a number, never zero', async (_what, origin) => {
    const row = rowOf(0, { origin })
    const given = { ...benchRow(0), f2: null }
    expect(scoresOf(await predict('bench', [row]))).toEqual(scoresOf(await predict('plain', [{ ...given, f0: null }])))
    expect(scoresOf(await predict('number', [row]))).toEqual(scoresOf(await predict('plain', [{ ...given, f0: 0.3456 }])))
  })

  it.each([
    ['NULL', 'NULL_VALUE', '"NULL"'],
    ['X', 'NOT_FOUND', '"X"'],
    ['OLD', 'OUTSIDE_MAX_AGE', '"OLD"'],
    ['NAN', 'NaN', '"NAN"'],
    [null, 'NOT_FOUND', 'null'],
  ])('refuses a value of %j where the policy says so, with feature and status', async (origin, status, shown) => {
    expect(await refusal('strict', rowOf(0, { origin }))).toEqual([
      400,
      `rows[1]: "wind_speed" of the view "weather" is ${status} for origin ${shown}, and the model takes no missing value there`,
    ])
  })

  it('counts nothing as 0 where nothing is counted, as training does', async () => {
    const { f0: _f0, ...row } = benchRow(0)
    const scores = scoresOf(await predict('counting', [{ ...row, airport: 'X' }, { ...row, airport: 'A0' }, { ...row, airport: 'OLD' }])) // prettier-ignore
    expect(scores).toEqual(
      scoresOf(
        await predict(
          'plain',
          [0, 4, 2].map((f0) => ({ ...benchRow(0), f0 })),
        ),
      ),
    )
  })

  const { origin: _origin, ...withoutKey } = rowOf(0)
  it.each([
    [withoutKey, 'rows[1]: "origin" is missing, a key of the view "weather"; send null when it is not known'],
    [rowOf(0, { origin: 5 }), 'rows[1].origin: expected a string, found 5'],
    [rowOf(0, { origin: 'x'.repeat(1025) }), 'rows[1].origin: a key may have 1024 characters, found 1025'],
    [rowOf(0, { wind_speed: 5 }), 'rows[1]: "wind_speed" is read from the view "weather": send its keys (origin) instead'],
    [rowOf(0, { delay: 5 }), 'rows[1]: "delay" is read from the view "routes": send its keys (origin, dest) instead'],
    [rowOf(0, { airport: 'A0' }), 'rows[1]: the model has no feature "airport"'],
    [rowOf(0, { origin: 'INF' }), 'rows[1].wind_speed: the number is too large for FP32'],
  ])('refuses what is wrong with the request: %#', async (row, message) => {
    expect(await refusal('bench', row)).toEqual([400, message])
  })

  it('says which features it used, and how they were found, when it is asked', async () => {
    const [first, second] = await predict('number', [rowOf(1), rowOf(1, { origin: 'OLD' })], { echo_features: true })
    const asOf = '2013-01-01T07:45:00Z'
    expect(first?.features).toEqual({
      wind_speed: { value: cell(1, 0), status: 'PRESENT', computed_as_of: asOf },
      to__wind_speed: { value: cell(1, 1), status: 'PRESENT', computed_as_of: asOf },
      delay: { value: cell(1, 2), status: 'PRESENT', computed_as_of: '2013-01-01T08:00:00Z' },
    })
    expect(second?.features).toMatchObject({
      wind_speed: { value: 0.3456, status: 'OUTSIDE_MAX_AGE' },
      delay: { value: null, status: 'NOT_FOUND' },
    })
    expect((await predict('number', [rowOf(1)]))[0]).not.toHaveProperty('features')
  })

  it('serves a version with views beside one without: what only one knows may be there, and the view counts', async () => {
    const own = { wind_speed: cell(2, 0), to__wind_speed: cell(2, 1), delay: cell(2, 2) }
    // The caller's values and the views' are of two different rows: each version must answer by its own.
    const row = { ...requestOf(1), origin: 'A1', dest: 'B1', ...own }
    const named = Array.from({ length: 40 }, (_, index) => ({ ...row, flight_id: `U${index}` }))
    const expected = scoresOf(await predict('plain', [{ ...benchRow(1), f0: cell(2, 0), f1: cell(2, 1), f2: cell(2, 2) }]))
    expect(Math.abs((expected[0] ?? 0) - benchScore(1))).toBeGreaterThan(1e-4)
    const { status, body } = await server.post('/v1/models/moving/predict', { rows: named })
    expect(status).toBe(200)
    const { predictions } = body as { readonly predictions: readonly Predicted[] }
    expect(new Set(predictions.map(({ version }) => version))).toEqual(new Set([1, 2]))
    for (const { score, version } of predictions) {
      expect(score).toBeCloseTo(version === 1 ? (expected[0] ?? NaN) : benchScore(1), 5)
    }
    expect(reads).toBe(1)
  })
})

describe('when the store is away', () => {
  it('no value is taken for missing: 503 with Retry-After', async () => {
    isDown = true
    const { status, headers, body } = await server.post('/v1/models/bench/predict', { rows: [rowOf(0)] })
    expect([status, headers.get('retry-after'), body]).toEqual([
      503,
      '1',
      { error: 'the features can not be read: the online store is away' },
    ])
    const error = await client.refusal('ModelInfer', { model_name: 'bench', inputs: typedInputs([0]) })
    expect([error.code, error.details]).toEqual([14, 'the features can not be read: the online store is away'])
    const features = { features: ['weather:sky'], entities: { airport: ['A0'] } }
    expect((await server.post('/get-online-features', features)).status).toBe(503)
    expect(scoresOf(await predict('plain', [benchRow(0)]))[0]).toBeCloseTo(benchScore(0), 5)
  })

  it('a fallback that needs no features answers, and the answer says why', async () => {
    isDown = true
    expect(await predict('constantly', [rowOf(0), rowOf(1)])).toMatchObject([
      { score: 0.25, fallback: 'no-features', version: 1 },
      { score: 0.25, fallback: 'no-features', version: 1 },
    ])
    const inputs = jsonInputs([0, 1])
    const { body } = await server.post('/v2/models/constantly/infer', { inputs, outputs: [{ name: 'probabilities' }] })
    expect(body).toMatchObject({
      parameters: { fallback: 'no-features' },
      outputs: [{ shape: [2, 2], data: [0.75, 0.25, 0.75, 0.25] }],
    })
    const [answer] = await predict('older', [{ ...benchRow(2), ...rowOf(2) }])
    expect(answer).toMatchObject({ fallback: 'no-features', version: 1 })
    expect(answer?.score).toBeCloseTo(benchScore(2), 5)
  })

  it('or a view was never filled, the model can not answer', async () => {
    const { status, body } = await server.post('/v1/models/filling/predict', { rows: [rowOf(0)] })
    expect([status, body]).toEqual([
      503,
      { error: 'the online values of the view "unfilled" are being filled for the first time' },
    ])
  })

  it('it is logged once, and once when it is back', async () => {
    const what = 'the online store is away: features can not be read'
    isDown = true
    for (let index = 0; index < 3; index++) await server.post('/v1/models/bench/predict', { rows: [rowOf(0)] })
    isDown = false
    await predict('bench', [rowOf(0)])
    const lines = server.log.filter(({ msg }) => String(msg).includes(what)).slice(-2)
    expect(lines).toMatchObject([
      { level: 40, msg: what, reason: 'refused' },
      { level: 30, msg: `it works again: ${what}` },
    ])
  })
})

function jsonInputs(indices: readonly number[], more: readonly object[] = []): readonly object[] {
  const shape = [indices.length]
  return [
    ...sent.map((name) => ({ name, shape, datatype: 'FP32', data: indices.map((index) => requestOf(index)[name]) })),
    { name: 'origin', shape, datatype: 'BYTES', data: indices.map((index) => `A${index}`) },
    { name: 'dest', shape: [indices.length, 1], datatype: 'BYTES', data: indices.map((index) => `B${index}`) },
    ...more,
  ]
}

function typedInputs(indices: readonly number[]): readonly object[] {
  const bytes = (letter: string) => ({ bytes_contents: indices.map((index) => Buffer.from(`${letter}${index}`)) })
  const shape = [indices.length]
  return [
    ...sent.map((name) => {
      const contents = { fp32_contents: indices.map((index) => requestOf(index)[name]) }
      return { name, datatype: 'FP32', shape, contents }
    }),
    { name: 'origin', datatype: 'BYTES', shape, contents: bytes('A') },
    { name: 'dest', datatype: 'BYTES', shape, contents: bytes('B') },
  ]
}

describe('a prediction by the Open Inference Protocol', () => {
  it('takes keys as tensors named by join key, and joins in one read', async () => {
    const inputs = jsonInputs([2, 0, 3])
    const { status, body } = await server.post('/v2/models/bench/infer', { inputs, parameters: { echo_features: true } })
    expect(status).toBe(200)
    const { outputs, parameters } = body as {
      readonly outputs: readonly { readonly name: string; readonly data: readonly number[] }[]
      readonly parameters: { readonly features: string }
    }
    const { data = [] } = outputs.find(({ name }) => name === 'probabilities') ?? {}
    ;[2, 0, 3].forEach((index, at) => expect(data[2 * at + 1]).toBeCloseTo(benchScore(index), 5))
    const used = JSON.parse(parameters.features) as readonly Predicted['features'][]
    expect(used[2]?.to__wind_speed).toEqual({ value: cell(3, 1), status: 'PRESENT', computed_as_of: '2013-01-01T07:45:00Z' })
    expect(reads).toBe(1)
  })

  it('is the same over gRPC', async () => {
    const answer = await client.ask<{
      readonly parameters: Readonly<Record<string, { readonly string_param?: string }>>
      readonly outputs: readonly { readonly name: string; readonly contents: { readonly fp32_contents: readonly number[] } }[]
    }>('ModelInfer', { model_name: 'bench', inputs: typedInputs([1, 2]), parameters: { echo_features: { bool_param: true } } })
    const data = answer.outputs.find(({ name }) => name === 'probabilities')?.contents.fp32_contents ?? []
    expect(data[1]).toBeCloseTo(benchScore(1), 5)
    expect(data[3]).toBeCloseTo(benchScore(2), 5)
    const used = JSON.parse(answer.parameters.features?.string_param ?? '') as readonly Predicted['features'][]
    expect(used[0]?.wind_speed?.value).toBe(cell(1, 0))
    const error = await client.refusal('ModelInfer', { model_name: 'bench', inputs: typedInputs([1]), parameters: { echo_features: { string_param: 'yes' } } }) // prettier-ignore
    expect([error.code, error.details]).toEqual([3, 'parameters.echo_features: expected true or false, found yes'])
  })

  it.each([
    [jsonInputs([0]).filter((input) => (input as { name: string }).name !== 'dest'), 'the input "dest" is missing, a key of the view "weather"'],
    [jsonInputs([0], [{ name: 'delay', shape: [1], datatype: 'FP64', data: [1] }]), 'the input "delay" is read from the view "routes": send the keys of the model\'s views instead'],
    [
      [...jsonInputs([0]).slice(-2), { name: 'input', shape: [1, 20], datatype: 'FP32', data: Object.values(benchRow(0)) }],
      'the input "input" can not be sent as a whole: its column "wind_speed" is read from the view "weather": send the keys of the model\'s views instead',
    ],
    [[...jsonInputs([0]).slice(0, -1), { name: 'dest', shape: [1], datatype: 'INT64', data: [1] }], 'input "dest": expected BYTES for a key of string, found INT64'],
    [[...jsonInputs([0]).slice(0, -1), { name: 'dest', shape: [2], datatype: 'BYTES', data: ['B0', 'B0'] }], 'input "origin": it has 1 rows, the input "dest" has 2'],
    [[...jsonInputs([0]).slice(0, -1), { name: 'dest', shape: [1, 2], datatype: 'BYTES', data: ['B0', 'B0'] }], 'input "dest": expected the shape [n] or [n, 1], found [1, 2]'],
    [[...jsonInputs([0]).slice(0, -1), { name: 'dest', shape: [1], datatype: 'BYTES', data: [7] }], 'input "dest": data[0]: expected a string, found 7'],
  ])('refuses what is wrong with the request: %#', async (inputs, message) => {
    const { status, body } = await server.post('/v2/models/bench/infer', { inputs })
    expect([status, body]).toEqual([400, { error: message }])
  }) // prettier-ignore

  it('names in its metadata what a caller sends', async () => {
    const { body } = await server.get('/v2/models/bench')
    const { inputs } = body as { readonly inputs: readonly { readonly name: string }[] }
    expect(inputs.map(({ name }) => name)).toEqual([...sent, 'origin', 'dest'])
    expect(inputs.at(-1)).toEqual({ name: 'dest', datatype: 'BYTES', shape: [-1] })
  })
})
