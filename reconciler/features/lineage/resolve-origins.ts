/** The columns behind each view of some definitions, as far as their SQL can be followed. Parses SQL with an engine; runs none of it. */
import type { InputColumn, ViewOrigins } from '../../core/column-origin.ts'
import type { SourceDefinition, ViewDefinition, ViewInput } from '../../core/feature-definition.ts'
import type { Engine } from '../engine/engine.ts'
import { fillPlaceholders, inputRelation } from '../transform/fill-placeholders.ts'
import { parseSelect } from '../transform/parse-select.ts'
import { type Origins, originsOf, type Table, UnresolvedSql } from './column-scope.ts'
import { followSelect } from './follow-select.ts'

export interface OriginDefinitions {
  readonly sources: ReadonlyMap<string, SourceDefinition>
  /** In the order in which they are made: a view after those that it reads. */
  readonly views: readonly ViewDefinition[]
}

/** By name of the view. */
export async function resolveOrigins(
  engine: Engine,
  { sources, views }: OriginDefinitions,
): Promise<ReadonlyMap<string, ViewOrigins>> {
  const tables = new Map<string, Table>()
  const found = new Map<string, ViewOrigins>()
  for (const { name, columns } of sources.values()) {
    const input: ViewInput = { kind: 'DataSource', name }
    tables.set(inputRelation(input).toLowerCase(), tableOf(input, columns.map((column) => column.name))) // prettier-ignore
  }
  for (const view of views) {
    const input: ViewInput = { kind: 'FeatureView', name: view.name }
    const origins = await resolveView(engine, view, tables)
    found.set(view.name, origins)
    const table = origins.unresolved === null ? tableOf(input, [...origins.columns.keys()]) : { columns: [], open: input }
    tables.set(inputRelation(input).toLowerCase(), table)
  }
  return found
}

function tableOf(input: ViewInput, names: readonly string[]): Table {
  return { columns: names.map((name) => ({ name, origins: originsOf([{ input, column: name }]) })), open: null }
}

type Tables = ReadonlyMap<string, Table>

async function resolveView(engine: Engine, view: ViewDefinition, tables: Tables): Promise<ViewOrigins> {
  try {
    const { columns, rows } = await followView(engine, view, tables)
    const named = new Map(columns.map(({ name, origins }) => [name, listColumns(origins)]))
    return {
      unresolved: null,
      columns: named,
      rows: listColumns(rows),
      conditions: await readConditions(engine, view, [...named.keys()]),
    }
  } catch (thrown) {
    if (!(thrown instanceof UnresolvedSql)) throw thrown
    return { unresolved: thrown.message, columns: new Map(), rows: [], conditions: new Map() }
  }
}

async function followView(engine: Engine, view: ViewDefinition, tables: Tables): Promise<ReturnType<typeof followSelect>> {
  const { sql, problems } = fillPlaceholders(view.transform ?? 'select * from {{ source }}', view)
  const [problem] = problems
  if (problem !== undefined) throw new UnresolvedSql(problem)
  return followSelect(await parse(engine, sql), tables)
}

async function parse(engine: Engine, sql: string): Promise<Parameters<typeof followSelect>[0]> {
  const parsed = await parseSelect(engine, sql)
  if (parsed.type === 'problem') throw new UnresolvedSql(parsed.problem)
  return parsed.node
}

async function readConditions(
  engine: Engine,
  { name, aggregations }: ViewDefinition,
  columns: readonly string[],
): Promise<ViewOrigins['conditions']> {
  const tables = new Map([['rows', tableOf({ kind: 'FeatureView', name }, columns)]])
  const found = new Map<string, readonly string[] | null>()
  for (const { name: aggregation, where } of aggregations) {
    if (where !== null) found.set(aggregation, await readCondition(engine, where, tables))
  }
  return found
}

async function readCondition(engine: Engine, where: string, tables: Tables): Promise<readonly string[] | null> {
  try {
    const { columns } = followSelect(await parse(engine, `select (${where}\n) as met from rows`), tables)
    return columns.flatMap(({ origins }) => listColumns(origins)).map(({ column }) => column)
  } catch (thrown) {
    if (!(thrown instanceof UnresolvedSql)) throw thrown
    return null
  }
}

function listColumns(origins: Origins): readonly InputColumn[] {
  return [...origins.keys()].sort().flatMap((key) => origins.get(key) ?? [])
}
