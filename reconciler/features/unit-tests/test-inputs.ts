/** The relations that a view under test reads, without rows: a source as declared; the rows of a view, of the types that they really have. */
import { MainwardError } from '../../core/error.ts'
import type { ViewDefinition, ViewInput } from '../../core/feature-definition.ts'
import { featureDtypes, type FeatureDtype } from '../../core/feature-dtype.ts'
import type { FeatureDefinitions } from '../../manifests/feature-definitions.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { createEmptySource } from '../sources/prepare-source.ts'
import { holds } from '../sources/sql-types.ts'
import { inputRelation } from '../transform/fill-placeholders.ts'
import { checkView } from '../views/check-view.ts'
import { viewKeys } from '../views/join-view.ts'
import { orderViews } from '../views/order-views.ts'

export interface TestInput {
  readonly name: string
  /** Not quoted. */
  readonly relation: string
  /** What rows of tests may have: dtype by column. */
  readonly columns: ReadonlyMap<string, FeatureDtype>
  /** The engine's type by column; also of columns that tests cannot give, which are null then. */
  readonly types: ReadonlyMap<string, string>
  /** Rows without it are dropped, as from the source itself; null: none are. */
  readonly eventTime: string | null
}

export type TestInputs =
  | { readonly type: 'inputs'; readonly inputs: readonly TestInput[] }
  | { readonly type: 'problems'; readonly problems: readonly string[] }

export type TestDefinitions = Pick<FeatureDefinitions, 'entities' | 'sources' | 'views'>

/** The views above are checked on the way: without them nobody knows which columns their rows have. */
export async function createTestInputs(engine: Engine, view: ViewDefinition, definitions: TestDefinitions): Promise<TestInputs> {
  const above = orderViews([view.name], definitions.views).slice(0, -1)
  const sources = [view, ...above].flatMap(({ inputs }) => inputs.filter(({ kind }) => kind === 'DataSource'))
  for (const name of new Set(sources.map((input) => input.name))) await createEmptySource(engine, find(name, definitions.sources))
  for (const each of above) {
    const { problems } = await checkView(engine, each, definitions.entities)
    if (problems.length > 0) return { type: 'problems', problems }
  }
  const inputs: TestInput[] = []
  for (const input of view.inputs) inputs.push(await createInput(engine, input, definitions))
  return { type: 'inputs', inputs }
}

async function createInput(engine: Engine, input: ViewInput, definitions: TestDefinitions): Promise<TestInput> {
  const relation = inputRelation(input)
  const types = await columnTypes(engine, relation)
  if (input.kind === 'DataSource') {
    const { columns, eventTime } = find(input.name, definitions.sources)
    return { name: input.name, relation, columns: new Map(columns.map(({ name, dtype }) => [name, dtype])), types, eventTime }
  }
  // Rows come from the test here, whatever the view above is made of.
  const list = [...types].map(([name, type]) => `${quoteName(name)} ${type}`)
  await engine.query(`drop view ${quoteName(relation)}; create table ${quoteName(relation)} (${list.join(', ')})`)
  const view = find(input.name, definitions.views)
  return { name: input.name, relation, columns: columnsOfView(view, definitions, types), types, eventTime: null }
}

/** As declared; columns that nobody declares have the dtype that holds the engine's type, where there is one. */
function columnsOfView(
  view: ViewDefinition,
  { entities }: TestDefinitions,
  types: ReadonlyMap<string, string>,
): ReadonlyMap<string, FeatureDtype> {
  const declared = new Map<string, FeatureDtype>([
    ...view.features.map(({ name, dtype }) => [name, dtype] as const),
    ...viewKeys(view, entities).map(({ column, dtype }) => [column, dtype] as const),
    ...[view.eventTime, view.createdTime].flatMap((name) => (name === null ? [] : [[name, 'timestamp'] as const])),
  ])
  return new Map(
    [...types].flatMap(([name, type]) => {
      const dtype = declared.get(name) ?? featureDtypes.find((each) => holds(each, type))
      return name === '__row' || dtype === undefined ? [] : [[name, dtype] as const]
    }),
  )
}

/** DuckDB's types of a relation's columns, in order. */
export async function columnTypes(engine: Engine, relation: string): Promise<ReadonlyMap<string, string>> {
  const rows = await engine.query(`select column_name, column_type from (describe ${quoteName(relation)})`)
  return new Map(rows.map(({ column_name, column_type }) => [String(column_name), String(column_type)]))
}

function find<Definition>(name: string, known: ReadonlyMap<string, Definition>): Definition {
  const found = known.get(name)
  if (found === undefined) throw new MainwardError('not-found', `there is no ${name}, which a view reads`)
  return found
}
