/** From a view's definition to what a join is asked of it, in one role of its entities. Pure; it knows no label source. */
import type { Aggregation, EntityDefinition, ViewDefinition } from '../../core/feature-definition.ts'
import type { JoinKey, JoinView, TakenColumn, WindowRequest } from '../join/join-request.ts'
import { sqlTypes } from '../sources/sql-types.ts'

export interface ViewRole {
  /** Unique in the request. */
  readonly prefix: string
  /** Relation with the columns of the view's table, and `__row`. Not quoted. */
  readonly relation: string
  /** DuckDB's types of the relation's columns, by name. */
  readonly columnTypes: ReadonlyMap<string, string>
  /** By key: the column of the label rows that it must equal. */
  readonly join: Readonly<Record<string, string>>
  /** Features and aggregations of the view, and what the output calls each. */
  readonly take: readonly { readonly name: string; readonly as: string }[]
}

/** An entity's key, and the column of the view's rows that holds it. */
export interface ViewKey {
  readonly key: string
  readonly column: string
  readonly dtype: EntityDefinition['keys'][number]['dtype']
}

/** Of all entities, in their order. Throws an Error for an entity that is not there: a valid commit has it. */
export function viewKeys(view: ViewDefinition, entities: ReadonlyMap<string, EntityDefinition>): readonly ViewKey[] {
  return view.entities.flatMap(({ name, columns }) => {
    const entity = entities.get(name)
    if (entity === undefined) throw new Error(`a valid commit has the entity ${name} of the view ${view.name}`)
    return entity.keys.map(({ name: key, dtype }) => ({ key, column: columns[key] ?? key, dtype }))
  })
}

/** Values on the view's grid where it has one. Throws an Error for a name that the view does not have. */
export function buildJoinView(view: ViewDefinition, entities: ReadonlyMap<string, EntityDefinition>, role: ViewRole): JoinView {
  const { prefix, relation, join } = role
  return {
    prefix,
    relation,
    keys: viewKeys(view, entities).map(({ key, column }): JoinKey => ({ column, label: join[key] ?? key })),
    isStatic: view.eventTime === null,
    rowKey: view.rowKey,
    ttlUs: view.ttlMs === null ? null : micros(view.ttlMs),
    grid: view.online?.type === 'grid' ? { refreshUs: micros(view.online.refreshMs), lagUs: micros(view.online.lagMs) } : null,
    isSparse: false,
    take: role.take.map((taken) => takenColumn(view, role, taken)),
  }
}

function takenColumn(view: ViewDefinition, role: ViewRole, { name, as }: ViewRole['take'][number]): TakenColumn {
  const aggregation = view.aggregations.find((each) => each.name === name)
  if (aggregation !== undefined) return { type: 'window', window: windowRequest(aggregation, role), as }
  if (view.features.some((feature) => feature.name === name)) return { type: 'feature', column: name, as }
  throw new Error(`the view ${view.name} has no ${name}`)
}

function windowRequest(aggregation: Aggregation, { relation, columnTypes }: ViewRole): WindowRequest {
  const { name, function: call, column, windowMs, where, quantile, dtype } = aggregation
  const columnType = column === null ? null : columnTypes.get(column)
  if (columnType === undefined) throw new Error(`the relation ${relation} has no column ${String(column)}`)
  return {
    function: call,
    column,
    columnType,
    windowUs: micros(windowMs),
    // What the view's table calls the condition.
    where: where === null ? null : `__where:${name}`,
    quantile,
    resultType: sqlTypes[dtype],
  }
}

function micros(milliseconds: number): bigint {
  return BigInt(milliseconds) * 1000n
}
