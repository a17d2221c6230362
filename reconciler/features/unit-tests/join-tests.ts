/** Asks for the values of all tests of a view by one join. */
import type { Cell, Engine, EngineColumn, EngineRow } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { buildJoin } from '../join/build-join.ts'
import { sqlTypes } from '../sources/sql-types.ts'
import { inBatches } from '../engine/in-batches.ts'
import { timeColumn, type ExpectedColumns, type PreparedTest } from './prepare-tests.ts'
import { refusalOf } from './refusal.ts'
import { testedRelation, type TestedView } from './tested-view.ts'

/** The rows of the join, in the order of `expect`; or why there are none. */
export type Outcome = { readonly rows: readonly EngineRow[] } | { readonly problems: readonly string[] }

/** Rows that tests expect, with `__row`, `__test`, `__at` and keys. Not quoted. */
export const labelRelation = 'labels of tests'

/** Static rows are true at any time: they are asked at the epoch. */
const anyTime = 0n

/** A row for each that a test expects. */
export async function loadLabels(engine: Engine, columns: ExpectedColumns, tests: readonly PreparedTest[]): Promise<void> {
  const places = new Map([...columns.all.keys()].map((name, at) => [name, at]))
  const cellOf = (row: readonly Cell[], name: string): Cell => row[places.get(name) ?? -1] ?? null
  const list: readonly EngineColumn[] = [
    { name: '__test', type: 'BIGINT' },
    { name: '__row', type: 'BIGINT' },
    { name: '__at', type: 'TIMESTAMP' },
    ...columns.keys.map((name) => ({ name, type: sqlTypes[columns.all.get(name) ?? 'string'] })),
  ]
  const asked = tests.flatMap(({ test, expected }) => expected.map((row) => ({ test, row })))
  const rows = asked.map(({ test, row }, at) => [
    BigInt(test),
    BigInt(at),
    columns.hasTime ? cellOf(row, timeColumn) : anyTime,
    ...columns.keys.map((key) => cellOf(row, key)),
  ])
  await engine.load(
    labelRelation,
    list,
    inBatches(rows, (row) => row),
  )
}

/** By number of the test. When the engine refuses all at once, each alone tells which it is. */
export async function joinTests(
  engine: Engine,
  tested: TestedView,
  tests: readonly PreparedTest[],
): Promise<ReadonlyMap<number, Outcome>> {
  if (tests.length === 0) return new Map()
  const relation = testedRelation(tested.view.name)
  const all = await ask(engine, tested, relation, labelRelation)
  if ('rows' in all) return groupRows(all.rows)
  const outcomes = new Map<number, Outcome>()
  for (const { test } of tests) {
    outcomes.set(test, tests.length === 1 ? all : await askAlone(engine, tested, relation, test))
  }
  return outcomes
}

function groupRows(rows: readonly EngineRow[]): ReadonlyMap<number, Outcome> {
  const groups = new Map<number, { readonly rows: EngineRow[] }>()
  for (const row of rows) {
    const test = Number(row['__test'])
    const group = groups.get(test)
    if (group === undefined) groups.set(test, { rows: [row] })
    else group.rows.push(row)
  }
  return groups
}

async function ask(engine: Engine, { join }: TestedView, relation: string, labelRelation: string): Promise<Outcome> {
  const request = { labels: labelRelation, keep: ['__test'], asOfUs: null, views: [{ ...join, relation }] }
  try {
    return { rows: await engine.query(buildJoin(request)) }
  } catch (thrown) {
    return { problems: [`its rows cannot be joined: ${refusalOf(thrown)}`] }
  }
}

/** Over the rows of one test. */
async function askAlone(engine: Engine, tested: TestedView, relation: string, test: number): Promise<Outcome> {
  for (const name of [relation, labelRelation]) {
    const part = quoteName(`${name} alone`)
    await engine.query(`create or replace view ${part} as select * from ${quoteName(name)} where "__test" = ${test}`)
  }
  return ask(engine, tested, `${relation} alone`, `${labelRelation} alone`)
}
