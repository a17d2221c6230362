/** Makes a view in the engine over inputs without rows: what each of its tests then fills. */
import type { ViewDefinition } from '../../core/feature-definition.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import type { JoinView } from '../join/join-request.ts'
import { fillPlaceholders } from '../transform/fill-placeholders.ts'
import { keepsOrder } from '../transform/keeps-order.ts'
import { parseSelect } from '../transform/parse-select.ts'
import { buildViewTable, viewRelation } from '../views/build-view-table.ts'
import { rowsName } from '../views/check-view.ts'
import { buildJoinView } from '../views/join-view.ts'
import { joinPrefix } from './compare-rows.ts'
import { buildFill } from './fill-inputs.ts'
import { expectedColumns, type ExpectedColumns } from './prepare-tests.ts'
import { refusalOf } from './refusal.ts'
import { columnTypes, createTestInputs, type TestDefinitions, type TestInput } from './test-inputs.ts'

export interface TestedView {
  readonly view: ViewDefinition
  readonly inputs: readonly TestInput[]
  readonly columns: ExpectedColumns
  /** Columns of the view's table that rows of tests are kept with. */
  readonly kept: readonly string[]
  /** What its kept rows are made by, as `buildViewTable` makes them; null: they are read where the input lies. */
  readonly makeRows: string | null
  /** Asked of the rows of all tests at once: the number of the test is a key. */
  readonly join: JoinView
}

/** No test gives as many rows: a join tells rows of a relation apart by their numbers. */
const rowsOfTest = 2n ** 32n

/** The rows of all tests of a view, by the number of the test. Messages of the join name it. */
export function testedRelation(view: string): string {
  return `view:${view} in its tests`
}

/** What is wrong with the view, as texts, or the view. */
export async function createTestedView(
  engine: Engine,
  view: ViewDefinition,
  definitions: TestDefinitions,
): Promise<TestedView | readonly string[]> {
  const made = await createTestInputs(engine, view, definitions)
  if (made.type === 'problems') return made.problems
  try {
    await buildViewTable(engine, view, definitions.entities)
  } catch (thrown) {
    return refusalOf(thrown).split('\n')
  }
  const makeRows = await planRows(engine, view)
  const types = await columnTypes(engine, `view:${view.name}`)
  const kept = [...types.keys()].filter((name) => name !== '__row')
  const list = kept.map((name) => `${quoteName(name)} ${types.get(name) ?? ''}`)
  const relation = testedRelation(view.name)
  await engine.query(`create table ${quoteName(relation)} ("__test" BIGINT, "__row" BIGINT, ${list.join(', ')})`)
  const columns = expectedColumns(view, definitions.entities)
  const take = [...columns.values.keys()].map((name) => ({ name, as: name }))
  const join = buildJoinView(view, definitions.entities, { prefix: joinPrefix, relation, columnTypes: types, join: {}, take })
  return { view, inputs: made.inputs, columns, kept, makeRows, join: separated(join) }
}

/** Rows of one test neither answer nor restate those of another. */
function separated(join: JoinView): JoinView {
  const test = '__test'
  return {
    ...join,
    keys: [{ column: test, label: test }, ...join.keys],
    rowKey: join.rowKey.length === 0 ? [] : [test, ...join.rowKey],
  }
}

/** The same SELECT and order as of real data, which decide between rows that are equal in time. */
async function planRows(engine: Engine, view: ViewDefinition): Promise<string | null> {
  if (view.transform === null && view.inputs.every(({ kind }) => kind === 'DataSource')) return null
  const { sql } = fillPlaceholders(view.transform ?? 'select * from {{ source }}', view)
  const parsed = await parseSelect(engine, sql)
  const made = quoteName(`made:${view.name}`)
  await engine.query(`create view ${made} as\n${sql}`)
  const order = parsed.type === 'select' && keepsOrder(parsed.node) ? '' : ' order by all'
  return `select * from ${made}${order}`
}

/** Statements: the rows that the view has from what this test gives are kept. */
export function buildTestRows({ view, inputs, kept, makeRows }: TestedView, test: number): string {
  const rows = quoteName(rowsName(view.name))
  const columns = kept.map(quoteName).join(', ')
  return [
    ...inputs.map((input) => buildFill(input, test)),
    ...(makeRows === null ? [] : [`delete from ${rows}`, `insert into ${rows} ${makeRows}`]),
    `insert into ${quoteName(testedRelation(view.name))} ("__test", "__row", ${columns})
     select ${test}, ${BigInt(test) * rowsOfTest} + row_number() over (order by "__row"), ${columns} from ${viewRelation(view.name)}`,
  ].join(';\n')
}
