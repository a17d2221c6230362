import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { benchExpected, benchFeatures, benchRelease, benchRow, benchScore } from './support/bench-model.ts'
import { removeParts, startServer, type RunningServer } from './support/running-server.ts'
import { canaryRoute, route, servingState, stableRoute } from './support/serving-state.ts'

interface Prediction {
  readonly score: number
  readonly decision?: boolean
  readonly label?: number
  readonly version: number
  readonly variant: string
}

interface Predictions {
  readonly model: string
  readonly request_id: string
  readonly predictions: readonly Prediction[]
}

const stable = benchRelease({ version: 1 })
const canary = benchRelease({ version: 2, decision: { threshold: 0.9 } })
const single = benchRelease({ model: 'single', nulls: { default: 'reject', features: { f0: 0.3456, f1: 'model' } } })
const matrix = benchRelease({
  model: 'matrix',
  signature: { inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 20] }], outputs: { score: 'probabilities' } },
  requestFeatures: [],
  goldenRows: [{ inputs: { input: [...(benchExpected.rows[0] ?? [])] }, outputs: { label: 1 } }],
})

let server: RunningServer

beforeAll(async () => {
  server = await startServer()
  await server.serve(
    servingState(1, {
      releases: [stable, canary, single, matrix],
      routes: [canaryRoute(stable, canary, 25), stableRoute(single), { ...stableRoute(matrix), unit: null }],
    }),
  )
})

afterAll(async () => {
  await server.stop()
  await removeParts(server)
})

async function predict(
  model: string,
  body: unknown,
  headers?: Record<string, string>,
): Promise<{ status: number; body: Predictions & { error?: string } }> {
  const { status, body: answer } = await server.post(`/v1/models/${model}/predict`, body, headers)
  return { status, body: answer as Predictions & { error?: string } }
}

describe('plain JSON predictions', () => {
  it('answers score, decision, label, version and variant for each row, in order', async () => {
    const { status, body } = await predict('bench', { rows: Array.from({ length: 64 }, (_, index) => benchRow(index)) })
    expect(status).toBe(200)
    expect(body.model).toBe('bench')
    expect(body.predictions).toHaveLength(64)
    for (const [index, prediction] of body.predictions.entries()) {
      expect(prediction.score).toBeCloseTo(benchScore(index), 5)
      expect(prediction.label).toBe(benchExpected.label[index])
      expect(prediction).toMatchObject({ version: 1, variant: 'stable', decision: benchScore(index) >= 0.5 })
    }
  })

  it('sends a quarter of the units to the canary, each unit always to the same arm, and keeps the rows in order', async () => {
    const rows = Array.from({ length: 2000 }, (_, index) => ({ ...benchRow(index % 64), flight_id: `U${index}` }))
    const first = await predict('bench', { rows })
    const again = await predict('bench', { rows })
    expect(again.body.predictions).toEqual(first.body.predictions)
    const canaries = first.body.predictions.filter(({ variant }) => variant === 'canary')
    expect(canaries.length).toBeGreaterThan(420)
    expect(canaries.length).toBeLessThan(580)
    for (const [index, prediction] of first.body.predictions.entries()) {
      expect(prediction.score).toBeCloseTo(benchScore(index % 64), 5)
      expect(prediction.version).toBe(prediction.variant === 'canary' ? 2 : 1)
      expect(prediction.decision).toBe(benchScore(index % 64) >= (prediction.variant === 'canary' ? 0.9 : 0.5))
    }
  })

  it('takes units beside the rows as well, with the same result', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => `U${index}`)
    const inside = await predict('bench', { rows: ids.map((id) => ({ ...benchRow(0), flight_id: id })) })
    const beside = await predict('bench', { rows: ids.map(() => benchRow(0)), units: ids })
    expect(beside.body.predictions).toEqual(inside.body.predictions)
    const both = await predict('bench', { rows: ids.map((id) => ({ ...benchRow(0), flight_id: id })), units: ids })
    expect(both.status).toBe(200)
  })

  it('treats the number 7 and the text "7" as the same unit', async () => {
    const numbers = Array.from({ length: 50 }, (_, index) => index)
    const asNumbers = await predict('bench', { rows: numbers.map(() => benchRow(0)), units: numbers })
    const asTexts = await predict('bench', { rows: numbers.map(() => benchRow(0)), units: numbers.map(String) })
    expect(asNumbers.body.predictions).toEqual(asTexts.body.predictions)
  })

  it('puts a number in place of null, or NaN, by the null policy', async () => {
    const row = benchRow(0)
    const replaced = await predict('single', { rows: [{ ...row, f0: null }] })
    expect(replaced.body.predictions[0]?.score).toBeCloseTo(benchScore(0), 5)
    expect((await predict('single', { rows: [{ ...row, f1: null }] })).status).toBe(200)
    const refused = await predict('single', { rows: [row, { ...row, f2: null }] })
    expect(refused).toMatchObject({ status: 400, body: { error: 'rows[1].f2: null is refused by the null policy of the model' } })
  })

  it("takes the model's own matrix where the signature has no features, and answers a score for each class", async () => {
    const { status, body } = await predict('matrix', {
      rows: [{ input: benchExpected.rows[3] }, { input: benchExpected.rows[4] }],
    })
    expect(status).toBe(200)
    const scores = body.predictions.map(({ score }) => score as unknown as readonly number[])
    expect(scores[0]?.[1]).toBeCloseTo(benchScore(3), 5)
    expect(scores[1]?.[0]).toBeCloseTo(benchExpected.probabilities[4]?.[0] ?? NaN, 5)
  })

  it('echoes a usable request id and makes one otherwise', async () => {
    const given = await predict('bench', { rows: [benchRow(0)] }, { 'mainward-request-id': 'my-id-1' })
    expect(given.body.request_id).toBe('my-id-1')
    const made = await server.post('/v1/models/bench/predict', { rows: [benchRow(0)] }, { 'mainward-request-id': 'with space' })
    expect((made.body as Predictions).request_id).toMatch(/^[0-9a-f-]{36}$/)
    expect(made.headers.get('mainward-request-id')).toBe((made.body as Predictions).request_id)
  })

  it.each<[string, unknown, RegExp]>([
    ['an empty body', '', /the body is empty/],
    ['a body that is not JSON', '{"rows":[', /the body is not JSON/],
    ['NaN', '{"rows":[{"f0":NaN}]}', /the body is not JSON/],
    ['a body that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), /not UTF-8/],
    ['nesting without end', `{"rows":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, /nested deeper than 64/],
    ['an array as body', [], /the request: expected an object, found an array/],
    ['no rows', {}, /the request: "rows" is missing/],
    ['zero rows', { rows: [] }, /rows: at least 1 must be there, found 0/],
    ['too many rows', { rows: Array.from({ length: 10_001 }, () => ({})) }, /rows: at most 10000 are allowed, found 10001/],
    ['a row that is no object', { rows: [[1]] }, /rows\[0\]: expected an object, found an array/],
    ['an unknown member', { rows: [benchRow(0)], unit: 'U1' }, /unknown member "unit"/],
    ['a missing feature', { rows: [{ ...benchRow(0), f3: undefined }] }, /rows\[0\]: "f3" is missing/],
    ['an unknown feature', { rows: [{ ...benchRow(0), f99: 1 }] }, /rows\[0\]: the model has no feature "f99"/],
    ['a misspelt feature', { rows: [{ ...benchRow(0), f3: undefined, F3: 1 }] }, /rows\[0\]: the model has no feature "F3"/],
    ['a text for a number', { rows: [benchRow(0), { ...benchRow(0), f3: '1' }] }, /rows\[1\]\.f3: expected a number, found "1"/],
    ['an object for a number', { rows: [{ ...benchRow(0), f3: {} }] }, /rows\[0\]\.f3: expected a number, found an object/],
    ['a number beyond float32', { rows: [{ ...benchRow(0), f3: 1e39 }] }, /rows\[0\]\.f3: the number is too large for FP32/],
    [
      '1e400',
      JSON.stringify({ rows: [benchRow(0)] }).replace('0.3456', '1e400'),
      /rows\[0\]\.f0: the number is too large for FP32/,
    ],
    [
      'another number of units',
      { rows: [benchRow(0)], units: ['a', 'b'] },
      /units: expected one for each of the 1 rows, found 2/,
    ],
    ['two units that differ', { rows: [{ ...benchRow(0), flight_id: 'U1' }], units: ['U2'] }, /they must be equal/],
    [
      'a unit that is an object',
      { rows: [{ ...benchRow(0), flight_id: {} }] },
      /rows\[0\]\.flight_id: expected a string or a number/,
    ],
    [
      'a unit that JSON rounded',
      '{"rows":[' + JSON.stringify(benchRow(0)) + '],"units":[9007199254740993]}',
      /units\[0\]: expected a string/,
    ],
    [
      'a unit without end',
      { rows: [benchRow(0)], units: ['u'.repeat(1025)] },
      /units\[0\]: at most 1024 characters are allowed, found \d+/,
    ],
  ])('refuses %s with 400', async (_what, body, message) => {
    const answer = await predict('bench', body)
    expect(answer.status).toBe(400)
    expect(answer.body.error).toMatch(message)
    expect(Object.keys(answer.body)).toEqual(['error'])
  })

  it('is not confused by keys of Object.prototype', async () => {
    const row = JSON.stringify(benchRow(0))
    const poisoned = await predict('bench', `{"rows":[${row.slice(0, -1)},"__proto__":{"f0":1}}]}`)
    expect(poisoned).toMatchObject({ status: 400, body: { error: 'rows[0]: the model has no feature "__proto__"' } })
    const constructed = await predict('bench', `{"rows":[${row.slice(0, -1)},"constructor":1}]}`)
    expect(constructed).toMatchObject({ status: 400, body: { error: 'rows[0]: the model has no feature "constructor"' } })
    const body = await predict('bench', '{"__proto__":{"rows":[]},"constructor":1}')
    expect(body.status).toBe(400)
    expect(({} as Record<string, unknown>).f0).toBeUndefined()
    expect((await predict('constructor', { rows: [benchRow(0)] })).status).toBe(404)
    expect((await predict('__proto__', { rows: [benchRow(0)] })).status).toBe(404)
  })

  it('knows fields of the other arm, because a caller can not know which arm answers', async () => {
    const renamed = benchRelease({
      model: 'renamed',
      version: 2,
      signature: {
        ...stable.signature,
        inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 20], features: [...benchFeatures.slice(0, 19), 'g19'] }],
      },
      requestFeatures: [],
      goldenRows: [],
    })
    const old = benchRelease({ model: 'renamed' })
    await server.serve(
      servingState(2, {
        releases: [stable, canary, single, matrix, renamed, old],
        routes: [canaryRoute(stable, canary, 25), stableRoute(single), stableRoute(matrix), canaryRoute(old, renamed, 50)],
      }),
    )
    const rows = Array.from({ length: 40 }, (_, index) => ({ ...benchRow(0), g19: 0, flight_id: index }))
    const { status, body } = await predict('renamed', { rows })
    expect(status).toBe(200)
    expect(new Set(body.predictions.map(({ variant }) => variant))).toEqual(new Set(['canary', 'stable']))
  })

  it('sends units outside of every range, and rows without a unit, to the default arm', async () => {
    const control = benchRelease({ model: 'split', version: 1 })
    const treatment = benchRelease({ model: 'split', version: 2 })
    const split = route(
      'split',
      [
        { name: 'control', release: control.digest, weight: 50, range: [0, 0] },
        { name: 'treatment', release: treatment.digest, weight: 50, range: [0.5, 0.5] },
      ],
      { strategy: 'split', defaultArm: 'control' },
    )
    await server.serve(servingState(3, { releases: [control, treatment, stable], routes: [split, stableRoute(stable)] }))
    const { body } = await predict('split', { rows: [benchRow(0), { ...benchRow(0), flight_id: 'U1' }] })
    expect(body.predictions.map(({ variant }) => variant)).toEqual(['control', 'control'])
  })
})
