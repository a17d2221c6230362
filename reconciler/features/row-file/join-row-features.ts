/** Features of views for rows that have keys and a time: through the join of training, as they were known then. */
import type { KeyDtype } from '../../core/feature-definition.ts'
import { takenName, type ReleaseView } from '../../core/online-view.ts'
import type { ViewMaterials } from '../compute/plan-computation.ts'
import { appendRows, createTable } from '../engine/append-rows.ts'
import type { Cell, Engine, EngineColumn, EngineRow } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { buildJoin } from '../join/build-join.ts'
import { findSparseViews } from '../join/find-sparse-views.ts'
import { sqlTypes } from '../sources/sql-types.ts'
import { viewRelation } from '../views/build-view-table.ts'
import { buildJoinView } from '../views/join-view.ts'

const [labels, joined] = ['score:labels', 'score:joined']

/** A key that some view is asked by: the field of a row that holds it. */
export interface RowKey {
  readonly name: string
  readonly dtype: KeyDtype
}

/** A row's time in microseconds since the epoch, UTC, and its keys in the order of the request's. */
export interface KeyedRow {
  readonly atUs: bigint | null
  readonly keys: readonly Cell[]
}

export interface RowFeaturesRequest {
  readonly roles: readonly ReleaseView[]
  readonly materials: ViewMaterials
  readonly keys: readonly RowKey[]
  /** Microseconds since the epoch: only what was known then counts. */
  readonly asOf: bigint
}

/** Takes all rows in their order, a portion at a time; then joins; then gives the features of any stretch of rows. */
export interface RowFeatures {
  add(rows: readonly KeyedRow[]): Promise<void>
  join(): Promise<void>
  /** By the model's names of features; timestamps in microseconds since the epoch. */
  read(first: number, end: number): Promise<readonly EngineRow[]>
}

/** The engine holds `view:NAME` of every role. */
export async function openRowFeatures(engine: Engine, request: RowFeaturesRequest): Promise<RowFeatures> {
  const columns: readonly EngineColumn[] = [
    { name: '__row', type: sqlTypes.int64 },
    { name: '__at', type: sqlTypes.timestamp },
    ...request.keys.map(({ name, dtype }) => ({ name: keyColumn(name), type: sqlTypes[dtype] })),
  ]
  await createTable(engine, labels, columns)
  let next = 0n
  return {
    add: (rows) => {
      const cells = rows.map(({ atUs, keys }) => [next++, atUs, ...keys])
      return appendRows(engine, labels, columns, cells)
    },
    join: async () => {
      const views = []
      for (const [index, role] of request.roles.entries()) views.push(await buildRole(engine, request, role, String(index)))
      const join = await findSparseViews(engine, { labels, keep: [], asOfUs: request.asOf, views })
      await engine.query(`create table ${quoteName(joined)} as ${buildJoin(join)}`)
    },
    read: (first, end) => {
      const names = request.roles.flatMap(({ as, take }) => take.map((name) => quoteName(takenName(as, name))))
      return engine.query(
        `select ${names.join(', ')} from ${quoteName(joined)} where "__row" >= ${first} and "__row" < ${end} order by "__row"`,
      )
    },
  }
}

async function buildRole(engine: Engine, { materials }: RowFeaturesRequest, role: ReleaseView, prefix: string) {
  const { view, join, as, take } = role
  const definition = materials.views.get(view.name)
  if (definition === undefined) throw new Error(`a release has the definition of its view ${view.name}`)
  const types = await engine.query(`describe from ${viewRelation(view.name)}`)
  return buildJoinView(definition, materials.entities, {
    prefix,
    relation: `view:${view.name}`,
    columnTypes: new Map(types.map((column) => [String(column['column_name']), String(column['column_type'])])),
    join: Object.fromEntries(view.keys.map(({ name }) => [name, keyColumn(join[name] ?? name)])),
    take: take.map((name) => ({ name, as: takenName(as, name) })),
  })
}

/** A key may be called as anything: no column of the join is called so. */
function keyColumn(name: string): string {
  return `key:${name}`
}
