/** `POST /push` over HTTP, on a real store: what is answered is in the database, and what is wrong takes nothing. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { digestValue } from '../../../reconciler/core/digest.ts'
import { MainwardError } from '../../../reconciler/core/error.ts'
import type { OnlineView } from '../../../reconciler/core/online-view.ts'
import type { PushRequest } from '../../../reconciler/serving/features/features-schema.ts'
import { pushFeatures } from '../../../reconciler/serving/features/push-features.ts'
import { defaultLimits } from '../../../reconciler/serving/limits.ts'
import { MetricRegistry } from '../../../reconciler/serving/metrics/metric-registry.ts'
import type { OnlineStore } from '../../../reconciler/serving/ports.ts'
import type { RouteView } from '../../../reconciler/serving/routing/find-route.ts'
import { removeParts, startServer, type RunningServer } from '../support/running-server.ts'
import { servingState } from '../support/serving-state.ts'
import { clicks, dataTime, eightUs, hourUs, openStore, weather } from './support/online-views.ts'

const online = await openStore()
const windowed = { ...clicks, name: 'windowed', aggregations: ['total'] }
let server: RunningServer
let down = false

beforeAll(async () => {
  const store = {
    ...online.store,
    push: (...pushed: Parameters<typeof online.store.push>) =>
      down
        ? Promise.reject(new MainwardError('database-unavailable', 'refused', { retry: 'backoff' }))
        : online.store.push(...pushed),
  }
  server = await startServer({ store })
  await server.serve({ ...servingState(1, { releases: [], routes: [] }), dataTime, featureViews: [weather, clicks, windowed] })
})

beforeEach(async () => {
  await online.pool.query('truncate online_rows, online_views, pushed_rows')
})

afterAll(async () => {
  await server.stop()
  await removeParts(server)
  await online.close()
})

const df = {
  user: [7, '9007199254740993', 7],
  rate: [0.1, null, 'NaN'],
  last_page: ['/a', 'ü\u0000', null],
  total: ['-9007199254740993', 3, null],
  at: ['2013-01-01T00:00:00.000001Z', null, '2013-01-01'],
  event_timestamp: ['2013-01-01T07:59:59Z', '2013-01-01T03:00:00-04:00', '2013-01-01T07:00:00Z'],
}

const push = (body: object) => server.post('/push', { push_source_name: 'clicks', df, ...body })

describe('a push', () => {
  it('is answered when value and log are in the database, exactly as they were sent', async () => {
    expect(await push({ to: 'online_and_offline' })).toMatchObject({ status: 200, body: { pushed: 3 } })
    const { rows } = await online.pool.query(
      'select entity_key, event_us, created_us, computed_as_of_us, feature_values from online_rows order by entity_key',
    )
    const created = { created_us: String(eightUs), computed_as_of_us: String(eightUs) }
    // A float32 is the nearest one: numpy.float32(0.1) is 0.10000000149011612.
    expect(rows).toEqual([
      {
        ...created,
        entity_key: '["7"]',
        event_us: String(eightUs - 1_000_000n),
        feature_values: '[0.10000000149011612,"/a","-9007199254740993","1356998400000001"]',
      },
      {
        ...created,
        entity_key: '["9007199254740993"]',
        event_us: String(eightUs - hourUs),
        feature_values: '[null,"ü\\u0000","3",null]',
      },
    ])
    const log = await online.pool.query(
      'select environment, digest, feature_values from pushed_rows r join pushed_views v on v.id = r.view_id order by r.id',
    )
    expect(log.rows).toEqual([
      { environment: 'production', digest: clicks.digest, feature_values: rows[0]?.feature_values as string },
      { environment: 'production', digest: clicks.digest, feature_values: rows[1]?.feature_values as string },
      { environment: 'production', digest: clicks.digest, feature_values: '["NaN",null,null,"1356998400000000"]' },
    ])
  })

  it('is read at once, and never replaced by an older one', async () => {
    await push({})
    const late = {
      user: [7],
      rate: [0.75],
      last_page: ['/old'],
      total: [1],
      at: [null],
      event_timestamp: ['2013-01-01T07:00:00Z'],
    }
    expect((await push({ df: late })).status).toBe(200)
    const { body } = await server.post('/get-online-features', {
      features: ['clicks:rate', 'clicks:last_page', 'clicks:at'],
      entities: { user: [7, '9007199254740993'] },
    })
    const { results } = body as { results: { values: unknown[]; statuses: string[]; event_timestamps: string[] }[] }
    expect(results[1]?.values).toEqual([0.10000000149011612, null])
    expect(results[1]?.statuses).toEqual(['PRESENT', 'NULL_VALUE'])
    expect(results[2]?.values).toEqual(['/a', 'ü\u0000'])
    expect(results[3]?.values).toEqual(['2013-01-01T00:00:00.000001Z', null])
    expect(results[3]?.event_timestamps).toEqual(['2013-01-01T07:59:59Z', '2013-01-01T07:00:00Z'])
  })

  const { rate: _rate, ...withoutRate } = df
  it.each([
    [{ push_source_name: 'cliks' }, 404, 'push_source_name: there is no online view "cliks"; did you mean clicks?'],
    [{ push_source_name: 'weather' }, 400, 'push_source_name: the values of "weather" are computed from its source; views with freshness: exact are pushed'],
    [{ push_source_name: 'windowed' }, 501, 'the view "windowed" has aggregations, and windows over pushed rows are not supported'],
    [{ to: 'offline' }, 400, 'to: what is trained with must be served too, expected online or online_and_offline'],
    [{ to: 'nowhere' }, 400, 'to: expected one of online,online_and_offline,offline, found "nowhere"'],
    [{ df: withoutRate }, 400, 'df: the column "rate" is missing; the view "clicks" has user, rate, last_page, total, at, event_timestamp'],
    [{ df: { ...df, rates: df.rate } }, 400, 'df: there is no column "rates"; did you mean rate?'],
    [{ df: { ...df, rate: [1] } }, 400, 'df: "user" has 3 rows, "rate" has 1: they must be as many'],
    [{ df: { ...df, user: [7, null, 7] } }, 400, 'df.user[1]: a key can not be null'],
    [{ df: { ...df, user: [7, 1.5, 7] } }, 400, 'df.user[1]: expected an integer, found 1.5'],
    [{ df: { ...df, rate: [1, true, 2] } }, 400, 'df.rate[1]: expected a number, found true'],
    [{ df: { ...df, rate: [1, 1e39, 2] } }, 400, 'df.rate[1]: the number 1e+39 is too large for float32'],
    [{ df: { ...df, last_page: ['', 1, ''] } }, 400, 'df.last_page[1]: expected a string, found 1'],
    [{ df: { ...df, total: [1, 2, '9223372036854775808'] } }, 400, 'df.total[2]: expected an integer from -9223372036854775808 to 9223372036854775807, found 9223372036854775808'],
    [{ df: { ...df, at: ['2013-01-01T00:00:00', null, null] } }, 400, 'df.at[0]: expected a time in ISO 8601 with its zone (2013-01-01T05:00:00Z), found "2013-01-01T00:00:00"'],
    [{ df: { ...df, event_timestamp: ['2013-01-01T08:00:05Z', '2013-01-01T08:00:05.000001Z', null] } }, 400, 'df.event_timestamp[1]: 2013-01-01T08:00:05.000001Z is after the data clock (2013-01-01T08:00:00Z): training would not know the row yet'],
    [{ df: { ...df, event_timestamp: [null, null, null] } }, 400, 'df.event_timestamp[0]: expected a time in ISO 8601 with its zone (2013-01-01T05:00:00Z), found null'],
    [{ df: {} }, 400, 'df: the column "user" is missing; the view "clicks" has user, rate, last_page, total, at, event_timestamp'],
  ])('refuses %j and takes nothing', async (body, status, message) => {
    expect(await push(body)).toMatchObject({ status, body: { error: message } })
    const { rows } = await online.pool.query('select count(*)::int as n from pushed_rows')
    expect(rows).toEqual([{ n: 0 }])
  }) // prettier-ignore

  it('while the store is away is 503 with Retry-After, and counted as such', async () => {
    down = true
    const { status, headers, body } = await push({})
    down = false
    expect([status, headers.get('retry-after'), body]).toEqual([
      503,
      '1',
      { error: 'the rows may not be stored: the online store is away, send the same ones again' },
    ])
    const metrics = (await server.get('/metrics')).body
    expect(metrics).toMatch(/mainward_request_errors_total\{route="push",model="",reason="unavailable"\} 1\n/)
    expect(metrics).toMatch(/mainward_pushed_rows_total\{view="clicks"\} 7\n/)
  })
})

describe('earlier definitions that served releases read', () => {
  const [rate, lastPage, total] = clicks.features
  if (rate === undefined || lastPage === undefined || total === undefined) throw new Error('clicks has these features')
  const define = (meaning: string, changes: Partial<OnlineView>): OnlineView => ({
    ...clicks,
    digest: digestValue(meaning),
    ...changes,
  })
  const earlier = define('earlier', { features: [total, rate] })
  const others = [
    define('a feature is gone', { features: [rate, { name: 'gone', dtype: 'string' }] }),
    define('another dtype', { features: [{ ...rate, dtype: 'float64' }] }),
    define('another key', { keys: [{ name: 'user', dtype: 'string' }] }),
    define('another name', { name: 'visits', features: [rate] }),
    define('computed', { isPushed: false, features: [rate] }),
  ]
  const push = (views: readonly OnlineView[], store: OnlineStore = online.store) => {
    const releases = views.map((view) => ({ views: [{ view, join: {}, as: null, take: [] }] }))
    const service = {
      view: { state: { featureViews: [clicks], releases } } as unknown as RouteView,
      store,
      limits: defaultLimits,
      registry: new MetricRegistry(),
      validate: (body: unknown) => body as PushRequest,
      dataMicros: () => eightUs,
    }
    return pushFeatures(service, Buffer.from(JSON.stringify({ push_source_name: 'clicks', df })))
  }
  const stored = async () => {
    const { rows } = await online.pool.query<{ digest: string; feature_values: string }>(
      `select digest, entity_key, feature_values from online_rows r join online_views v on v.id = r.view_id where entity_key = '["7"]' order by digest`,
    )
    return rows
  }

  it('get what is pushed under the definition of main, where it has all that they hold', async () => {
    expect(await push([clicks, earlier, earlier, ...others])).toBe(3)
    const expected = [
      { digest: clicks.digest, feature_values: '[0.10000000149011612,"/a","-9007199254740993","1356998400000001"]' },
      { digest: earlier.digest, feature_values: '["-9007199254740993",0.10000000149011612]' },
    ].map((row) => ({ ...row, entity_key: '["7"]' }))
    expect(await stored()).toEqual(expected.toSorted((a, b) => (a.digest < b.digest ? -1 : 1)))
    const log = await online.pool.query<{ digest: string; n: number }>(
      'select digest, count(*)::int as n from pushed_rows r join pushed_views v on v.id = r.view_id group by 1',
    )
    expect(new Map(log.rows.map(({ digest, n }) => [digest, n]))).toEqual(
      new Map([
        [clicks.digest, 3],
        [earlier.digest, 3],
      ]),
    )
  })

  it('get all of a push or nothing, together with it', async () => {
    await online.pool.query(`create function refuse() returns trigger language plpgsql as $$ begin
      if new.feature_values not like '%/a%' and new.entity_key = '["7"]' and new.feature_values like '["-9%' then raise 'full' using errcode = '53100'; end if; return new; end $$`)
    await online.pool.query('create trigger refuse before insert on pushed_rows for each row execute function refuse()')
    await expect(push([earlier])).rejects.toThrow()
    expect(await stored()).toEqual([])
    await online.pool.query('drop trigger refuse on pushed_rows; drop function refuse()')
    expect(await push([earlier])).toBe(3)
    expect(await stored()).toHaveLength(2)
  })
})
