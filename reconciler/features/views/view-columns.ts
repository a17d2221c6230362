/** Which columns the rows of a view must have, and how they become those of its table. Pure. */
import type { AggregateFunction, EntityDefinition, ViewDefinition, ViewEntity } from '../../core/feature-definition.ts'
import { featureDtypes, type FeatureDtype } from '../../core/feature-dtype.ts'
import { didYouMean } from '../../manifests/nearest-name.ts'
import { quoteName } from '../engine/quote.ts'
import { planTyped } from '../sources/column-plan.ts'
import { holds } from '../sources/sql-types.ts'
import type { ResultColumn } from '../transform/check-select.ts'

export interface ViewColumns {
  /** Key columns, by the names of the view's rows. */
  readonly keys: readonly ViewColumn[]
  /** Features, columns of aggregations and of the row key that are no keys. */
  readonly others: readonly ViewColumn[]
  readonly event: ViewColumn | null
  readonly created: ViewColumn | null
}

export interface ViewColumn {
  readonly name: string
  /** Over the view's rows. */
  readonly sql: string
}

interface Wish {
  readonly name: string
  /** What it is for, in messages. */
  readonly as: string
  /** Null: any dtype. */
  readonly dtype: FeatureDtype | null
}

const numeric: readonly FeatureDtype[] = ['int32', 'int64', 'float32', 'float64']
const numericFunctions: ReadonlySet<AggregateFunction> = new Set(['sum', 'mean', 'stddev', 'quantile'])

export type PlannedColumns =
  | { readonly type: 'columns'; readonly columns: ViewColumns }
  | { readonly type: 'problems'; readonly problems: readonly string[] }

/** `found`: the columns that the view's rows have. */
export function planViewColumns(
  view: ViewDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
  found: readonly ResultColumn[],
): PlannedColumns {
  const problems: string[] = found.filter(({ name }) => /^__/.test(name) && name !== '__row').map(reserved)
  const types = new Map(found.map(({ name, type }) => [name, type]))
  const plan = (wish: Wish): ViewColumn => planWish(wish, types, problems)
  const keys = unique(view.entities.flatMap((entity) => keyWishes(view, entity, entities, problems)).map(plan))
  const others = unique([...featureWishes(view), ...aggregationWishes(view), ...view.rowKey.map(rowKeyWish)].map(plan))
  for (const wish of numericWishes(view)) checkNumeric(wish, types, problems)
  const event = view.eventTime === null ? null : plan({ name: view.eventTime, as: 'the event time', dtype: 'timestamp' })
  const created = view.createdTime === null ? null : plan({ name: view.createdTime, as: 'the created time', dtype: 'timestamp' })
  if (problems.length > 0) return { type: 'problems', problems: [...new Set(problems)] }
  const keyNames = new Set(keys.map(({ name }) => name))
  return { type: 'columns', columns: { keys, others: others.filter(({ name }) => !keyNames.has(name)), event, created } }
}

function reserved({ name }: ResultColumn): string {
  return `the column ${name} begins with "__", which is kept for Mainward: rename it`
}

function keyWishes(
  view: ViewDefinition,
  { name: entityName, columns }: ViewEntity,
  entities: ReadonlyMap<string, EntityDefinition>,
  problems: string[],
): readonly Wish[] {
  const entity = entities.get(entityName)
  if (entity === undefined) problems.push(`there is no entity ${entityName}, which view ${view.name} names`)
  return (entity?.keys ?? []).map(({ name, dtype }) => ({
    name: columns[name] ?? name,
    as: `key ${name} of ${entityName}`,
    dtype,
  }))
}

function featureWishes({ features }: ViewDefinition): readonly Wish[] {
  return features.map(({ name, dtype }) => ({ name, as: 'a feature', dtype }))
}

function aggregationWishes({ aggregations }: ViewDefinition): readonly Wish[] {
  return aggregations.flatMap(({ name, column }) =>
    column === null ? [] : [{ name: column, as: `aggregation ${name}`, dtype: null }],
  )
}

function rowKeyWish(name: string): Wish {
  return { name, as: 'the row key', dtype: null }
}

function numericWishes({ aggregations }: ViewDefinition): readonly Wish[] {
  return aggregations.flatMap(({ name, column, function: fn }) =>
    column !== null && numericFunctions.has(fn) ? [{ name: column, as: `${fn} of aggregation ${name}`, dtype: null }] : [],
  )
}

function planWish({ name, as, dtype }: Wish, types: ReadonlyMap<string, string>, problems: string[]): ViewColumn {
  const type = types.get(name)
  if (type === undefined) {
    const hint = didYouMean(name, types.keys()) ?? `its columns are ${[...types.keys()].join(', ')}`
    problems.push(`the rows have no column ${name} (${as}): ${hint}`)
    return { name, sql: '' }
  }
  const wanted = dtype ?? featureDtypes.find((each) => holds(each, type))
  const plan =
    wanted === undefined || type === 'TIMESTAMP_NS'
      ? null
      : planTyped({ name, dtype: wanted }, { sql: quoteName(name), type }, null)
  if (plan !== null) return { name, sql: plan.sql }
  const expected = dtype === null ? 'a type that features have' : `declared ${dtype}`
  problems.push(`column ${name} (${as}) is ${type}, expected ${expected}: cast it in the transform`)
  return { name, sql: '' }
}

function checkNumeric({ name, as }: Wish, types: ReadonlyMap<string, string>, problems: string[]): void {
  const type = types.get(name)
  if (type === undefined || numeric.some((dtype) => holds(dtype, type))) return
  problems.push(`column ${name} (${as}) is ${type}, expected a number: cast it in the transform`)
}

/** By name: the first wins; another dtype for the same column is a problem of its own already. */
function unique(columns: readonly ViewColumn[]): readonly ViewColumn[] {
  return [...new Map([...columns].reverse().map((column) => [column.name, column])).values()].reverse()
}
