/** `POST /get-online-features` over HTTP, on a real store: shape, statuses, and what is refused. Values are computed by hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OnlineView } from '../../../reconciler/core/online-view.ts'
import { benchFeatures, benchRelease } from '../support/bench-model.ts'
import { removeParts, startServer, type RunningServer } from '../support/running-server.ts'
import { servingState, stableRoute } from '../support/serving-state.ts'
import { dataTime, eightUs, hourUs, openStore, routes, unfilled, weather, clicks } from './support/online-views.ts'

const online = await openStore()
const release = benchRelease({
  signature: {
    inputs: [
      { name: 'input', datatype: 'FP32', shape: [-1, 20], features: ['wind_speed', 'to__wind_speed', ...benchFeatures.slice(2)] },
    ],
    outputs: { score: 'probabilities' },
  },
  requestFeatures: benchFeatures.slice(2).map((name) => ({ name, dtype: 'float32' })),
  goldenRows: [],
  views: [
    { view: weather, join: { airport: 'origin' }, as: null, take: ['wind_speed'] },
    { view: weather, join: { airport: 'dest' }, as: 'to', take: ['wind_speed', 'rows_6h'] },
  ],
  onDemand: [{ name: 'is_windy', dtype: 'bool', cel: 'wind_speed > 20.0' }],
})
const plain = benchRelease({ model: 'plain' })

const wide: OnlineView = {
  ...clicks,
  name: 'wide',
  features: Array.from({ length: 51 }, (_, index) => ({ name: `w${index}`, dtype: 'bool' })),
}

let server: RunningServer

beforeAll(async () => {
  await online.fill(weather, eightUs - hourUs / 4n, [
    { key: ['JFK'], eventUs: eightUs - hourUs, values: [12.5, 'clear', 20, 6n] },
    // Exactly as old as allowed, and a microsecond older.
    { key: ['LAX'], eventUs: eightUs - 3n * hourUs, values: [0.10000000149011612, null, null, 0n] },
    { key: ['ORD'], eventUs: eightUs - 3n * hourUs - 1n, values: [7, 'rain', 9, 2n] },
    { key: ['"A\u0000ü\ud800'], eventUs: eightUs, values: [NaN, '"\u0000', Infinity, 9_007_199_254_740_993n] },
    { key: ['SFO'], eventUs: null, values: [null, null, 3, 1n] },
  ])
  await online.fill(routes, eightUs, [
    { key: ['JFK', 'LAX'], eventUs: null, values: [-0.5, 9_223_372_036_854_775_807n, true, eightUs + 1n] },
  ])
  await online.fill(unfilled, null, [{ key: ['JFK', 'LAX'], eventUs: null, values: [1, 1n, true, null] }])
  server = await startServer({ store: online.store })
  const state = servingState(1, { releases: [release, plain], routes: [stableRoute(release), stableRoute(plain)] })
  await server.serve({ ...state, dataTime, featureViews: [weather, routes, clicks, unfilled, wide] })
})

afterAll(async () => {
  await server.stop()
  await removeParts(server)
  await online.close()
})

const ask = (body: unknown) => server.post('/get-online-features', body)

async function refusal(body: unknown): Promise<readonly [number, string]> {
  const { status, body: answer } = await ask(body)
  return [status, (answer as { readonly error: string }).error]
}

const onDemand = (index: number): string =>
  `features[${index}]: "is_windy" is an on-demand feature of the model "bench", which is computed in its predictions and is in no online view: ` +
  'ask the model for a prediction, or here for the features that it is computed of'

const epoch = '1970-01-01T00:00:00Z'

describe('online features', () => {
  it('have a column for each key and feature, in the order asked, and tell present, null, missing and old apart', async () => {
    const { status, body } = await ask({
      features: ['weather:wind_speed', 'weather:sky', 'weather:wind_max_6h', 'weather:rows_6h'],
      entities: { airport: ['JFK', 'LAX', 'ORD', 'XXX', null, 'JFK', 'SFO'] },
    })
    expect(status).toBe(200)
    const [seven, five] = ['2013-01-01T07:00:00Z', '2013-01-01T05:00:00Z']
    const times = [seven, five, '2013-01-01T04:59:59.999999Z', epoch, epoch, seven, epoch]
    expect(body).toEqual({
      metadata: { feature_names: ['airport', 'wind_speed', 'sky', 'wind_max_6h', 'rows_6h'] },
      results: [
        {
          values: ['JFK', 'LAX', 'ORD', 'XXX', null, 'JFK', 'SFO'],
          statuses: ['PRESENT', 'PRESENT', 'PRESENT', 'PRESENT', 'NULL_VALUE', 'PRESENT', 'PRESENT'],
          event_timestamps: Array.from({ length: 7 }, () => epoch),
        },
        {
          values: [12.5, 0.10000000149011612, null, null, null, 12.5, null],
          statuses: ['PRESENT', 'PRESENT', 'OUTSIDE_MAX_AGE', 'NOT_FOUND', 'NOT_FOUND', 'PRESENT', 'OUTSIDE_MAX_AGE'],
          event_timestamps: times,
        },
        {
          values: ['clear', null, null, null, null, 'clear', null],
          statuses: ['PRESENT', 'NULL_VALUE', 'OUTSIDE_MAX_AGE', 'NOT_FOUND', 'NOT_FOUND', 'PRESENT', 'OUTSIDE_MAX_AGE'],
          event_timestamps: times,
        },
        // Windows do not age; counts of nothing are 0.
        {
          values: [20, null, 9, null, null, 20, 3],
          statuses: ['PRESENT', 'NULL_VALUE', 'PRESENT', 'NOT_FOUND', 'NOT_FOUND', 'PRESENT', 'PRESENT'],
          event_timestamps: times,
        },
        {
          values: [6, 0, 2, 0, 0, 6, 1],
          statuses: ['PRESENT', 'PRESENT', 'PRESENT', 'NOT_FOUND', 'NOT_FOUND', 'PRESENT', 'PRESENT'],
          event_timestamps: times,
        },
      ],
    })
  })

  it('of several views and keys take one read, and lose no digit, no time and no text', async () => {
    let reads = 0
    const counted = {
      ...online.store,
      read: (...asked: Parameters<typeof online.store.read>) => (reads++, online.store.read(...asked)),
    }
    const other = await startServer({ store: counted })
    await other.serve({ ...servingState(1, { releases: [], routes: [] }), dataTime, featureViews: [weather, routes] })
    const response = await fetch(`${other.url}/get-online-features`, {
      method: 'POST',
      body: JSON.stringify({
        features: [
          'routes:delay',
          'weather:sky',
          'routes:flights',
          'routes:open',
          'routes:since',
          'weather:rows_6h',
          'weather:wind_speed',
        ],
        entities: { origin: ['JFK'], dest: ['LAX'], airport: ['"A\u0000ü\ud800'] },
        full_feature_names: true,
      }),
    })
    const text = await response.text()
    await other.stop()
    await removeParts(other)
    expect(reads).toBe(1)
    const { metadata } = JSON.parse(text) as { metadata: { feature_names: string[] } }
    expect(metadata.feature_names.slice(3)).toEqual([
      'routes__delay', 'weather__sky', 'routes__flights', 'routes__open', 'routes__since', 'weather__rows_6h', 'weather__wind_speed',
    ]) // prettier-ignore
    expect([...text.matchAll(/"values":\[(.*?)\],"statuses"/g)].slice(3).map((match) => match[1])).toEqual([
      '-0.5', '"\\"\\u0000"', '9223372036854775807', 'true', '"2013-01-01T08:00:00.000001Z"', '9007199254740993', '"NaN"',
    ]) // prettier-ignore
  })

  it('of a service are those that the stable version of the model reads, by its names, its keys by those of their join', async () => {
    const entities = { dest: ['LAX', 'XXX'], origin: ['JFK', 'ORD'] }
    const { status, body } = await ask({ feature_service: 'bench', entities })
    expect(status).toBe(200)
    const { metadata, results } = body as {
      metadata: { feature_names: string[] }
      results: { values: unknown[]; statuses: string[] }[]
    }
    expect(metadata.feature_names).toEqual(['dest', 'origin', 'wind_speed', 'to__wind_speed', 'to__rows_6h'])
    expect(results.map(({ values }) => values)).toEqual([
      ['LAX', 'XXX'], ['JFK', 'ORD'], [12.5, null], [0.10000000149011612, null], [0, 0],
    ]) // prettier-ignore
    expect(results.map(({ statuses }) => statuses[1])).toEqual([
      'PRESENT',
      'PRESENT',
      'OUTSIDE_MAX_AGE',
      'NOT_FOUND',
      'NOT_FOUND',
    ])
    const full = (await ask({ feature_service: 'bench', entities, full_feature_names: true })).body
    expect((full as { metadata: typeof metadata }).metadata.feature_names.slice(2)).toEqual([
      'weather__wind_speed', 'to__wind_speed', 'to__rows_6h',
    ]) // prettier-ignore
  })

  it('may have 10,000 entities, and no more', async () => {
    const airports = Array.from({ length: 10_000 }, (_, index) => (index === 9_999 ? 'JFK' : `A${index}`))
    const { status, body } = await ask({ features: ['weather:wind_speed'], entities: { airport: airports } })
    const { results } = body as { results: { values: (number | null)[] }[] }
    expect([status, results[1]?.values.length, results[1]?.values.at(-1)]).toEqual([200, 10_000, 12.5])
    expect(await refusal({ features: ['weather:wind_speed'], entities: { airport: [...airports, 'LGA'] } })).toEqual([
      400,
      'entities.airport: at most 10000 are allowed, found 10001',
    ])
    const features = wide.features.map(({ name }) => `wide:${name}`)
    expect(await refusal({ features, entities: { user: airports.map((_, index) => index) } })).toEqual([
      400,
      '10000 entities with 51 features are 510000 values, a request may have 500000',
    ])
  })

  it.each([
    [{ features: ['wether:sky'], entities: { airport: ['JFK'] } }, 404, 'features[0]: there is no online view "wether"; did you mean weather?'],
    [{ features: ['weather:sky', 'weather:wind_sped'], entities: { airport: ['JFK'] } }, 404, 'features[1]: the view "weather" has no feature "wind_sped"; did you mean wind_speed?'],
    [{ feature_service: 'bensh', entities: { origin: ['JFK'] } }, 404, 'feature_service: there is no model "bensh"; did you mean bench?'],
    [{ feature_service: 'plain', entities: { origin: ['JFK'] } }, 400, 'feature_service: version 1 of the model "plain" reads no views'],
    [{ features: ['weather:sky', 'bench:is_windy'], entities: { airport: ['JFK'] } }, 400, onDemand(1)],
    [{ features: ['weather:is_windy'], entities: { airport: ['JFK'] } }, 400, onDemand(0)],
    [{ features: ['bench:is_wnidy'], entities: { airport: ['JFK'] } }, 404, 'features[0]: there is no online view "bench"'],
    [{ features: ['routes:is_windy'], entities: { origin: ['JFK'] } }, 404, 'features[0]: the view "routes" has no feature "is_windy"'],
    [{ features: ['weather'], entities: { airport: ['JFK'] } }, 400, 'features[0]: expected VIEW:FEATURE, found "weather"'],
    [{ features: ['weather:sky'], entities: { airprot: ['JFK'] } }, 400, 'entities: no view of this request has the key "airprot"; did you mean airport?'],
    [{ features: ['weather:sky', 'routes:delay'], entities: { airport: ['JFK'], origin: ['JFK'] } }, 400, 'entities: "dest" is missing, a key of the view "routes"'],
    [{ features: ['routes:delay'], entities: { dest: ['JFK', 'LAX'], origin: ['JFK'] } }, 400, 'entities: "dest" has 2 values, "origin" has 1: they must be as many'],
    [{ features: ['weather:sky'], entities: { airport: ['JFK', 7] } }, 400, 'entities.airport[1]: expected a string, found 7'],
    [{ features: ['clicks:rate'], entities: { user: ['seven'] } }, 400, 'entities.user[0]: expected an integer, found "seven"'],
    [{ features: ['clicks:rate'], entities: { user: [9007199254740993] } }, 400, 'entities.user[0]: the integer is beyond 2^53 and JSON numbers are rounded there: send it as a string of digits'],
    [{ features: ['clicks:rate'], entities: { user: ['9223372036854775808'] } }, 400, 'entities.user[0]: expected an integer from -9223372036854775808 to 9223372036854775807, found 9223372036854775808'],
    [{ entities: { user: [1] } }, 400, 'expected exactly one of "features" and "feature_service"'],
    [{ features: ['clicks:rate'], feature_service: 'bench', entities: { user: [1] } }, 400, 'expected exactly one of "features" and "feature_service"'],
    [{ features: ['weather:sky', 'weather:sky'], entities: { airport: ['JFK'] } }, 400, 'two of the features are named "sky": name each once, and ask for full_feature_names where two views have it'],
    [{ features: ['clicks:rate'], entities: [] }, 400, 'entities: expected an object, found an array'],
    [{ features: ['clicks:rate'], entities: { user: [] } }, 400, 'entities.user: at least 1 must be there, found 0'],
    [{ features: ['unfilled:delay'], entities: { origin: ['JFK'], dest: ['LAX'] } }, 503, 'the online values of the view "unfilled" are being filled for the first time'],
  ])('refuses %j', async (body, status, message) => {
    expect(await refusal(body)).toEqual([status, message])
  }) // prettier-ignore

  it('of a pushed view without a row are missing, and its store need not know it', async () => {
    const { status, body } = await ask({ features: ['clicks:rate'], entities: { user: [7, '8'] } })
    expect([status, (body as { results: { statuses: string[] }[] }).results[1]?.statuses]).toEqual([
      200,
      ['NOT_FOUND', 'NOT_FOUND'],
    ])
  })

  it('are counted by view and status', async () => {
    const { body } = await server.get('/metrics')
    expect(body).toMatch(/mainward_feature_rows_total\{view="weather",status="OUTSIDE_MAX_AGE"\} [1-9]/)
    expect(body).toMatch(/mainward_feature_rows_total\{view="clicks",status="NOT_FOUND"\} 2\n/)
    expect(body).toMatch(/mainward_feature_read_duration_seconds_count\{result="ok"\} [1-9]/)
    expect(body).toMatch(/mainward_request_duration_seconds_count\{route="features",model="",status="4xx"\} [1-9]/)
  })
})
