/** Views: their order, what a definition may get wrong, and the rows that their tables have. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Aggregation, EntityDefinition, ViewDefinition } from '../../../reconciler/core/feature-definition.ts'
import type { Engine } from '../../../reconciler/features/engine/engine.ts'
import { buildJoin } from '../../../reconciler/features/join/build-join.ts'
import { createEmptySource } from '../../../reconciler/features/sources/prepare-source.ts'
import { buildViewTable } from '../../../reconciler/features/views/build-view-table.ts'
import { checkView } from '../../../reconciler/features/views/check-view.ts'
import { buildJoinView } from '../../../reconciler/features/views/join-view.ts'
import { orderViews } from '../../../reconciler/features/views/order-views.ts'
import { column, fileSource, micros, SourceLab } from '../sources/support/source-lab.ts'

let lab: SourceLab

beforeEach(() => {
  lab = new SourceLab()
})

afterEach(() => lab.close())

const entities = new Map<string, EntityDefinition>([
  ['airport', { name: 'airport', keys: [{ name: 'code', dtype: 'string' }] }],
  ['leg', { name: 'leg', keys: [{ name: 'from', dtype: 'string' }, { name: 'number', dtype: 'int64' }] }], // prettier-ignore
])

const source = fileSource({
  name: 'weather', pattern: 'w.csv', eventTime: 'ts',
  columns: [column('origin', 'string'), column('ts', 'timestamp'), column('seen', 'timestamp'), column('wind', 'float32'), column('n', 'int32')],
}) // prettier-ignore

const view = (more: Partial<ViewDefinition> = {}): ViewDefinition => ({
  name: 'v',
  entities: [{ name: 'airport', columns: { code: 'origin' } }],
  inputs: [{ kind: 'DataSource', name: 'weather' }],
  transform: null,
  eventTime: 'ts',
  createdTime: 'seen',
  rowKey: [],
  ttlMs: null,
  features: [{ name: 'wind', dtype: 'float32' }],
  aggregations: [],
  online: null,
  ...more,
})

const aggregation = (more: Partial<Aggregation>): Aggregation => ({
  name: 'a', function: 'count', column: null, windowMs: 1000, where: null, quantile: null, dtype: 'int64', ...more,
}) // prettier-ignore

const rows = `origin,ts,seen,wind,n
JFK,2013-01-01T00:00:00Z,2013-01-01T01:00:00Z,10,1
,2013-01-01T01:00:00Z,2013-01-01T02:00:00Z,20,2
JFK,,2013-01-01T03:00:00Z,30,3
LGA,2013-01-01T03:00:00.000001Z,,nan,
EWR,2013-01-01T04:00:00Z,,,5
`

async function open(): Promise<Engine> {
  lab.write('w.csv', rows)
  return (await lab.prepare(source)).engine
}

describe('a view table', () => {
  const jfk = {
    __event: micros('2013-01-01T00:00:00Z'),
    __created: micros('2013-01-01T01:00:00Z'),
    wind: 10,
    origin: 'JFK',
    __row: 0n,
  }
  const lga = { __event: micros('2013-01-01T03:00:00Z') + 1n, __created: null, wind: NaN, origin: 'LGA', __row: 3n }
  const ewr = { __event: micros('2013-01-01T04:00:00Z'), __created: null, wind: null, origin: 'EWR', __row: 4n }

  it('has the rows of its source; those without key are dropped and counted', async () => {
    const engine = await open()
    expect(await buildViewTable(engine, view(), entities)).toEqual({
      view: 'v',
      rows: 3n,
      droppedNullKey: 1n,
      droppedNullEventTime: 0n,
      pushed: 0n,
    })
    expect(await engine.query('from "view:v" order by "__event"')).toEqual([jfk, lga, ewr])
  })

  it('has what its transform gives; rows whose time became null are dropped', async () => {
    const engine = await open()
    const transform = `select origin, case when origin <> 'EWR' then ts end as ts, seen, wind * 2::float as wind from {{ source }};  -- twice`
    expect(await buildViewTable(engine, view({ transform }), entities)).toEqual({
      view: 'v',
      rows: 2n,
      droppedNullKey: 1n,
      droppedNullEventTime: 1n,
      pushed: 0n,
    })
    expect(await engine.query('from "view:v" order by "__event"')).toEqual([
      { ...jfk, wind: 20 },
      { ...lga, __row: 2n },
    ])
  })

  it('has columns of aggregations, their conditions and the row key', async () => {
    const engine = await open()
    const aggregations = [
      aggregation({ name: 'x"y', function: 'sum', column: 'n', where: `n > 1 or origin = ')' -- all` }),
      aggregation({ name: 'c' }),
    ]
    await buildViewTable(engine, view({ features: [], aggregations, rowKey: ['seen'] }), entities)
    const found = await engine.query('from "view:v" order by "__event"')
    expect(Object.keys(found[0] ?? {}).sort()).toEqual(['__created', '__event', '__row', '__where:x"y', 'n', 'origin', 'seen'])
    expect(found.map((row) => [row['n'], row['__where:x"y']])).toEqual([[1, false], [2, true], [null, null], [5, true]]) // prettier-ignore
  })

  it('of rows that are restated keeps one without key, which ends the version before it', async () => {
    const engine = await open()
    const transform = `select case when n = 1 then null when n = 2 then 'JFK' else origin end as origin, 1 as id,
      case when n = 1 then seen else ts end as ts, case when n = 1 then timestamp '2013-01-01 09:00:00' else ts end as seen, wind
      from {{ source }} where n in (1, 2)`
    const restated = view({ transform, rowKey: ['id'] })
    expect(await buildViewTable(engine, restated, entities)).toMatchObject({ rows: 1n, droppedNullKey: 1n })
    await engine.query(`create table labels as select * from (values (0, 'JFK', timestamp '2013-01-01 08:59:59'), (1, 'JFK',
      timestamp '2013-01-01 09:00:00')) as l("__row", code, "__at")`)
    const columnTypes = new Map([['wind', 'FLOAT'], ['origin', 'VARCHAR'], ['id', 'INTEGER']]) // prettier-ignore
    const role = { prefix: 'v', relation: 'view:v', columnTypes, join: { code: 'code' }, take: [{ name: 'wind', as: 'wind' }] }
    const sql = buildJoin({ labels: 'labels', keep: [], asOfUs: null, views: [buildJoinView(restated, entities, role)] })
    expect(await engine.query(`select wind, "__found:v" as found from (${sql}) order by "__row"`)).toEqual([
      { wind: 20, found: true },
      { wind: null, found: false },
    ])
  })

  it('of a static view has null times', async () => {
    const engine = await open()
    await buildViewTable(engine, view({ eventTime: null, createdTime: null }), entities)
    expect(await engine.query('select count(*) n, count("__event") e, count("__created") c from "view:v"')).toEqual([
      { n: 3n, e: 0n, c: 0n },
    ])
  })

  it('numbers the rows of a transform that gives them in any order by what they hold', async () => {
    const engine = await open()
    const transform = 'select origin, ts, max(seen) as seen, max(wind) as wind from {{ source }} group by all'
    await buildViewTable(engine, view({ transform }), entities)
    expect(await engine.query('select "__row" as n, origin from "view:v" order by n')).toEqual([
      { n: 0n, origin: 'EWR' },
      { n: 1n, origin: 'JFK' },
      { n: 2n, origin: 'LGA' },
    ])
  })

  it('of a view over a view reads the columns of its transform', async () => {
    const engine = await open()
    const first = view({ name: 'one', transform: 'select *, wind + 1::float as more from {{ source }}' })
    const second = view({
      name: 'two', inputs: [{ kind: 'FeatureView', name: 'one' }, { kind: 'DataSource', name: 'weather' }], features: [{ name: 'more', dtype: 'float64' }],
      transform: 'select o.origin, o.ts, o.seen, o.more from {{ one }} o join {{ weather }} w using (origin, ts) where not isnan(w.wind)',
    }) // prettier-ignore
    for (const each of orderViews(['two'], new Map([first, second].map((one) => [one.name, one]))))
      await buildViewTable(engine, each, entities)
    expect(await engine.query('select origin, more from "view:two"')).toEqual([{ origin: 'JFK', more: 11 }])
  })

  it('takes several keys, and small types into the declared ones', async () => {
    const engine = await open()
    const transform = `select origin, n::tinyint as num, ts, seen, 1::smallint as wind from {{ source }}`
    const two = view({ entities: [{ name: 'leg', columns: { from: 'origin', number: 'num' } }], transform })
    expect(await buildViewTable(engine, two, entities)).toMatchObject({ rows: 2n, droppedNullKey: 2n })
    expect(await engine.query('select typeof(num) a, typeof(wind) b from "view:v" limit 1')).toEqual([
      { a: 'BIGINT', b: 'FLOAT' },
    ])
  })

  it('whose transform fails on the data names the view', async () => {
    const engine = await open()
    const transform = `select origin, ts, seen, cast(origin as float) as wind from {{ source }}`
    await expect(buildViewTable(engine, view({ transform }), entities)).rejects.toMatchObject({
      code: 'engine-failed',
      // Without the statement around it, which nobody wrote.
      message: expect.stringMatching(/^view v: Conversion Error: .*'JFK'[^\n]*$/) as string,
      hint: expect.stringContaining('TRY_CAST') as string,
    })
  })
})

describe('checked without data', () => {
  async function problemsOf(definition: ViewDefinition): Promise<string> {
    const engine = await lab.openEngine()
    await createEmptySource(engine, source)
    await engine.lock()
    return (await checkView(engine, definition, entities)).problems.join('\n')
  }

  it('a right view has no problem', async () => {
    const transform = 'select origin, ts::timestamptz as ts, seen, wind from {{ source }}'
    expect(
      await problemsOf(view({ transform, aggregations: [aggregation({ function: 'mean', column: 'wind', where: 'wind > 1' })] })),
    ).toBe('')
  })

  it.each<readonly [string, Partial<ViewDefinition>]>([
    [
      'view v: the rows have no column origin (key code of airport): its columns are ts, seen, wind',
      { transform: 'select ts, seen, wind from {{ source }}' },
    ],
    [
      'view v: the rows have no column wind (a feature): did you mean winds?',
      { transform: 'select origin, ts, seen, wind as winds from {{ source }}' },
    ],
    [
      'view v: column wind (a feature) is DOUBLE, expected declared float32: cast it in the transform',
      { transform: 'select origin, ts, seen, wind::double as wind from {{ source }}' },
    ],
    [
      'view v: column ts (the event time) is VARCHAR, expected declared timestamp: cast it in the transform',
      { transform: `select origin, 'x' as ts, seen, wind from {{ source }}` },
    ],
    [
      'view v: column origin (key code of airport) is INTEGER, expected declared string: cast it in the transform',
      { transform: `select 1 as origin, ts, seen, wind from {{ source }}` },
    ],
    [
      'view v: column origin (sum of aggregation a) is VARCHAR, expected a number: cast it in the transform',
      { aggregations: [aggregation({ function: 'sum', column: 'origin' })] },
    ],
    [
      'view v: column d (aggregation a) is DECIMAL(2,1), expected a type that features have: cast it in the transform',
      { transform: 'select *, 1.5 as d from {{ source }}', aggregations: [aggregation({ function: 'max', column: 'd' })] },
    ],
    [
      'view v: the rows have no column nope (the row key): its columns are __row, origin, ts, seen, wind, n',
      { rowKey: ['nope'] },
    ],
    [
      'view v: the column __event begins with "__", which is kept for Mainward: rename it',
      { transform: 'select *, ts as __event from {{ source }}' },
    ],
    ['view v: there is no entity port, which view v names', { entities: [{ name: 'port', columns: {} }] }],
    ['view v: {{ sorce }} is no input of the view: did you mean {{ source }}?', { transform: 'from {{ sorce }}' }],
    [
      'view v: random is not allowed: its answer changes from run to run, and a feature must not (line 1, column 11)',
      { transform: 'select *, random() as r from {{ source }}' },
    ],
    [
      'view v: where of aggregation a: it must be true or false, and is FLOAT',
      { aggregations: [aggregation({ where: 'wind + 1' })] },
    ],
  ])('%s', async (problem, more) => {
    // prettier-ignore
    expect(await problemsOf(view(more))).toBe(problem)
  })

  it('names a source as it was written', async () => {
    const found = await problemsOf(view({ transform: 'select origin frm {{ source }}' }))
    expect(found).toMatch(/syntax error at or near "{{ source }}" \(line 1, column 19\)$/)
  })

  it('tells all problems of the columns at once', async () => {
    expect((await problemsOf(view({ transform: 'select 1 as x from {{ source }}' }))).split('\n')).toHaveLength(4)
  })
})

describe('the order of views', () => {
  const reads = (name: string, ...inputs: readonly string[]): ViewDefinition =>
    view({ name, inputs: inputs.map((input) => ({ kind: 'FeatureView' as const, name: input })) })
  const order = (wanted: readonly string[], ...views: readonly ViewDefinition[]) =>
    orderViews(wanted, new Map(views.map((each) => [each.name, each]))).map(({ name }) => name)

  it('puts what is read first, each once, and nothing that nobody wants', () => {
    expect(order(['d', 'b'], reads('d', 'b', 'c'), reads('c', 'a'), reads('b', 'a'), reads('a'), reads('e'))).toEqual([
      'a',
      'b',
      'c',
      'd',
    ])
  })

  it('refuses a circle and a view that is not there', () => {
    expect(() => order(['a'], reads('a', 'b'), reads('b', 'c'), reads('c', 'b'))).toThrow(
      'views read each other in a circle: b → c → b',
    )
    expect(() => order(['a'], reads('a', 'x'))).toThrow('there is no view x, which a reads')
  })
})
