/** What users' SELECT may and may not do: attacks first. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../../../reconciler/features/engine/engine.ts'
import { checkCondition } from '../../../reconciler/features/transform/check-condition.ts'
import { checkSelect } from '../../../reconciler/features/transform/check-select.ts'
import { fillPlaceholders } from '../../../reconciler/features/transform/fill-placeholders.ts'
import { restorePlaceholders } from '../../../reconciler/features/transform/restore-placeholders.ts'
import { prepareEngines } from '../engine/support/test-engine.ts'

const engines = prepareEngines()
let engine: Engine

beforeAll(async () => {
  engine = await engines.open({ timeLimitMs: 20_000 })
  await engine.query('create table "source:a" ("__row" bigint, k varchar, t timestamp, x double, "user" varchar)')
  await engine.query('create table "source:secret" (k varchar)')
  await engine.lock()
})

afterAll(() => engines.close())

const check = (sql: string) => checkSelect(engine, sql.replaceAll('$a', '"source:a"'), ['source:a'])

describe('a SELECT', () => {
  it.each([
    'select k, t, x from $a',
    'select k, x as "x ""y""" from $a -- a comment; with a semicolon',
    'select k from $a;',
    'select k from $a ; -- the end',
    `/* first */ with c as (select * from $a), d as (select * from c) select k, sum(x) as s from d group by k`,
    'with recursive r(n) as (select 1 union all select n + 1 from r where n < 10) select n from r',
    'from $a select k',
    'select "user" from $a',
    'select user from $a',
    'select unnest([1, 2]) as n, k from $a',
    'select k, n from $a, range(3) r(n)',
    'select k, x, row_number() over (partition by k order by t) as r, lag(x) over (order by t) as l from $a',
    `select k, date_trunc('day', t) as d, regexp_replace(k, 'a', 'b') as r, list_transform([x], lambda v: v + 1)[1] as y from $a`,
    'select a.k from $a a join $a b using (k) where a.x > (select avg(x) from $a)',
    'select k, count(*) as n from $a group by k having n > 1 qualify row_number() over (order by k) = 1',
    'select * from (values (1), (2)) v(n)',
    "select fmod(x, 2) as m, nullif(k, '') as z, list_sum([x]) as s from $a",
    'select k from $a union all select k from $a order by k',
    `select age(t, timestamp '2013-01-01') as d from $a`,
  ])('may be %s', async (sql) => {
    expect((await check(sql)).problems).toEqual([])
  })

  it('gives names and types', async () => {
    expect((await check(`select k, t, x, count(*) over () as n from $a`)).columns).toEqual([
      { name: 'k', type: 'VARCHAR' },
      { name: 't', type: 'TIMESTAMP' },
      { name: 'x', type: 'DOUBLE' },
      { name: 'n', type: 'BIGINT' },
    ])
  })

  it.each([
    ['', /empty|one SELECT/],
    ['-- nothing', /empty|one SELECT/],
    ['select 1; select 2', /one SELECT, and has 2 statements/],
    ['select 1; drop table "source:a"', /one SELECT/],
    ['drop table "source:a"', /one SELECT/],
    ['insert into $a values (1)', /one SELECT/],
    ['create table x as select * from $a', /one SELECT/],
    [`copy (select 1) to '/tmp/x'`, /one SELECT/],
    [`copy $a from '/etc/passwd'`, /one SELECT/],
    ['pragma threads = 1', /one SELECT/],
    ['pragma database_list', /one SELECT/],
    ['set threads = 1', /one SELECT/],
    [`attach '/tmp/x.db'`, /one SELECT/],
    ['install httpfs', /one SELECT/],
    ['load httpfs', /one SELECT/],
    ['call pragma_version()', /one SELECT/],
    ['explain select 1', /one SELECT/],
    ['checkpoint', /one SELECT/],
    ['begin', /one SELECT/],
    [`export database '/tmp/x'`, /one SELECT/],
    [`from read_csv('/etc/passwd')`, /table function read_csv is not allowed.*line 1, column 6/],
    [`from read_text('/proc/self/environ')`, /read_text is not allowed/],
    [`from glob('/*')`, /glob is not allowed/],
    [`from read_parquet('x')`, /read_parquet is not allowed/],
    [`select * from $a where k in (select content from read_blob('/etc/passwd'))`, /read_blob is not allowed/],
    [`with c as (from sniff_csv('/etc/passwd')) select * from c`, /sniff_csv is not allowed/],
    ['from duckdb_settings()', /duckdb_settings is not allowed/],
    [`from query('select 1')`, /query is not allowed/],
    [`from query_table('source:secret')`, /query_table is not allowed/],
    [`from '/etc/passwd'`, /\/etc\/passwd is no input of the view/],
    ['from "source:secret"', /source:secret is no input of the view/],
    ['from main."source:secret"', /main.source:secret is no input/],
    ['from information_schema.tables', /information_schema.tables is no input/],
    ['from pg_catalog.pg_settings', /is no input/],
    ['from duckdb_tables', /duckdb_tables is no input/],
    ['with c as (select 1) select * from (with d as (select 2) select * from d), d', /^d is no input/],
    ['from (describe $a)', /DESCRIBE, SHOW or SUMMARIZE is not allowed/],
    ['from (summarize $a)', /not allowed/],
    ['from (show tables)', /not allowed|is no input/],
    ['select k from $a using sample 10%', /SAMPLE is not allowed/],
    ['select k from $a tablesample 10%', /SAMPLE is not allowed/],
    ['select now() as t from $a', /now is not allowed: its answer changes.*line 1, column 8/],
    ['select k,\n  random() as r\nfrom $a', /random is not allowed.*line 2, column 3/],
    ['select current_date as d', /current_date is not allowed/],
    ['select CURRENT_TIMESTAMP as d', /current_timestamp is not allowed/i],
    ['select today() as d', /today is not allowed/],
    ['select uuid() as d, gen_random_uuid() as e', /uuid is not allowed/],
    ['select age(t) as d from $a', /age is not allowed/],
    [`select reservoir_quantile(x, 0.5) as d from $a`, /reservoir_quantile is not allowed/],
    ['select x from $a order by random()', /random is not allowed/],
    ['select x from $a where random() < 0.5', /random is not allowed/],
    ['select x from $a limit (select random() * 10)', /random is not allowed/],
    ['select sum(x) filter (where random() < 0.5) as s from $a', /random is not allowed/],
    ['select list_transform([1], lambda v: random()) as l', /random is not allowed/],
    ['select x from $a group by all having random() < 1', /random is not allowed/],
    ['select x from $a a join $a b on random() < 1', /random is not allowed/],
    ['select * replace (random() as x) from $a', /random is not allowed/],
    ['select columns(c -> random() < 1) from $a', /random is not allowed/],
    ['values (random())', /random is not allowed/],
    [`select current_setting('threads') as s`, /current_setting is not allowed/],
    [`select getvariable('x') as s`, /getvariable is not allowed/],
    ['select version() as v', /version is not allowed/],
    ['select current_user as u', /current_user is not allowed/],
    [`select nextval('s') as n`, /nextval is not allowed/],
    ['select sleep_ms(1000000) as n', /sleep_ms is not allowed/],
    ['select pg_sleep(1000) as n', /pg_sleep.*not allowed/],
    [`select error('x') as n`, /error is not allowed/],
    [`select getenv('HOME') as n`, /getenv is not allowed/],
    ['select k, K from $a', /two columns of the result are named [kK]/],
    ['select k, x as k from $a', /two columns of the result are named k/],
    ['select *, x from $a', /two columns of the result are named x/],
    ['selec k from $a', /syntax error at or near "selec" \(line 1, column 1\)/],
    ['select k,\n  wrong\nfrom $a', /"wrong" not found[^]*LINE 2:/],
    ['select nosuch(k) from $a', /nosuch does not exist/],
    ['select k + x from $a', /./],
    ['select sum(x), k from $a', /GROUP BY/],
  ])('may not be %s', async (sql, message) => {
    const { problems, columns } = await check(sql)
    expect(problems.join('\n')).toMatch(message)
    expect(columns).toEqual([])
  })

  it('leaves an engine that works', async () => {
    expect((await check('select k from $a')).problems).toEqual([])
    expect(await engine.query('select count(*) n from "source:secret"')).toEqual([{ n: 0n }])
  })
})

describe('what is wrong with SQL that has placeholders', () => {
  const inputs = [{ kind: 'DataSource', name: 'a' }] as const
  const problemOf = async (transform: string): Promise<string> => {
    const filled = fillPlaceholders(transform, { inputs })
    const { problems } = await checkSelect(engine, filled.sql, filled.relations)
    return problems.map((problem) => restorePlaceholders(problem, filled)).join('\n')
  }

  it.each([
    ['select k frm {{ source }}', 'syntax error at or near "{{ source }}" (line 1, column 14)'],
    ['select k from {{source}} wher x > 1', 'syntax error at or near "x" (line 1, column 31)'],
    ['select k,\n  x from {{ a }} b join {{ a }} c whre x', 'syntax error at or near "whre" (line 2, column 35)'],
  ])('names and counts what was written: %s', async (transform, problem) => {
    expect(await problemOf(transform)).toBe(problem)
  })

  it('has its mark below the same word', async () => {
    const problem = await problemOf('select k from {{ source }} where wrong > 1')
    expect(problem).not.toContain('source:a')
    const [line = '', mark = ''] = problem.split('\n').slice(-2)
    expect(line).toContain('from {{ source }} where wrong')
    expect(mark.indexOf('^')).toBe(line.indexOf('wrong'))
  })

  it('does not name tables of ours', async () => {
    const problem = await problemOf('select nosuch.k from {{ source }}')
    expect(problem).toContain('Candidate tables: {{ source }}')
    expect(problem).not.toContain('source:')
  })
})

describe('placeholders', () => {
  const one = { inputs: [{ kind: 'DataSource', name: 'a' }] } as const
  const two = { inputs: [{ kind: 'DataSource', name: 'a"b' }, { kind: 'FeatureView', name: 'v' }] } as const // prettier-ignore

  it('become quoted relations', () => {
    expect(fillPlaceholders('from {{ source }} join {{a}}', one)).toMatchObject({
      sql: 'from "source:a" join "source:a"',
      problems: [],
    })
    expect(fillPlaceholders('from {{ a"b }}, {{ v }}', two)).toMatchObject({ sql: 'from "source:a""b", "rows:v"', problems: [] })
  })

  it('must name inputs, and every input must be read', () => {
    expect(fillPlaceholders('from {{ sorce }}', one).problems).toEqual([
      '{{ sorce }} is no input of the view: did you mean {{ source }}?',
    ])
    expect(fillPlaceholders('from {{ source }}', two).problems).toEqual(['{{ source }} is no input of the view'])
    expect(fillPlaceholders('from {{ v }}', two).problems).toEqual(['the input a"b is not read: name it as {{ a"b }}'])
    expect(fillPlaceholders('select 1', one).problems).toEqual(['the input a is not read: name it as {{ source }}'])
  })
})

describe('a condition', () => {
  const conditionOf = (sql: string) => checkCondition(engine, sql, 'source:a')

  it.each(['x > 1', `k = 'a' or (x is null and t < timestamp '2013-01-01')`, 'x > 1 -- comment', 'x in (1, 2)', `k like '%)%'`])(
    'may be %s',
    async (sql) => {
      expect(await conditionOf(sql)).toEqual([])
    },
  )

  it.each([
    ['x + 1', /must be true or false, and is DOUBLE/],
    ['y > 1', /"y" not found/],
    ['1 = 1) from "source:secret" where (1 = 1', /one condition/],
    ['true), (false', /one condition/],
    ['true) union select (true', /one condition/],
    ['true) order by (1', /one condition/],
    ['true) as (y', /./],
    ['true) limit (1', /one condition/],
    ['true); drop table "source:a"; select (true', /one SELECT|statements/],
    ['true /*', /./],
    ['true) -- (', /./],
    ['exists (select 1 from "source:secret")', /one condition/],
    ['x > (select 1)', /one condition/],
    ['sum(x) > 1', /aggregates/],
    ['row_number() over () = 1', /window/i],
    ['random() < 0.5', /random is not allowed/],
    [`t < now()`, /now is not allowed/],
    ['t < current_date', /current_date is not allowed/],
    ['', /./],
  ])('may not be %s', async (sql, message) => {
    expect((await conditionOf(sql)).join('\n')).toMatch(message)
  })
})
