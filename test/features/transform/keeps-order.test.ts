/** Of which SELECTs the rows come in the order of what they read: asked of the engine's own syntax trees. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../../../reconciler/features/engine/engine.ts'
import { keepsOrder } from '../../../reconciler/features/transform/keeps-order.ts'
import { parseSelect } from '../../../reconciler/features/transform/parse-select.ts'
import { prepareEngines } from '../engine/support/test-engine.ts'

const engines = prepareEngines()
let engine: Engine

beforeAll(async () => {
  engine = await engines.open()
})

afterAll(() => engines.close())

async function ask(sql: string): Promise<boolean> {
  const parsed = await parseSelect(engine, sql)
  if (parsed.type === 'problem') throw new Error(parsed.problem)
  return keepsOrder(parsed.node)
}

describe('the order of rows', () => {
  it.each(['from t', 'select a, b + 1 as c from t where a > 2 and b in (1, 2)', 'select * replace (a::float as a) from t;'])(
    'is kept by %s',
    async (sql) => expect(await ask(sql)).toBe(true),
  )

  it.each([
    'select a, count(*) as n from t group by a',
    'select a from t group by all',
    'select distinct a from t',
    'from t order by a',
    'from t limit 3',
    'select * from t join u using (a)',
    'from t, u',
    'from t union all from u',
    'select a, lag(a) over (order by b) as before from t',
    'select a from t qualify row_number() over (partition by a) = 1',
    'select a, (select max(a) from u) as m from t',
    'from t where a in (from u)',
    'select * from (select a from t order by a)',
    'with x as (from t order by a) from x',
    'from t using sample 3',
    'from t tablesample 10%',
    'values (1)',
  ])('is not promised by %s', async (sql) => expect(await ask(sql)).toBe(false))
})
