/** What a segment of pushed rows holds: the columns of its Parquet file, when it is written and when a view is read. Pure. */
import type { EntityDefinition, ViewDefinition } from '../../core/feature-definition.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { OnlineView } from '../../core/online-view.ts'
import type { EngineColumn } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { sqlTypes } from '../sources/sql-types.ts'
import { viewKeys } from '../views/join-view.ts'

/** Number of the row in its log, when it was true, and when it was pushed. Other names do not begin with "__". */
export const ownColumns = { id: '__id', event: '__event', created: '__created' } as const

export interface SegmentValue {
  readonly name: string
  readonly dtype: FeatureDtype
  /** Where the value stands: in the row's key or in its values, and at which place. */
  readonly from: 'keys' | 'features'
  readonly at: number
}

/** Keys by their names, then features; a push has one column for a name, so a feature that is named as a key is that key. */
export function segmentValues({ keys, features }: Pick<OnlineView, 'keys' | 'features'>): readonly SegmentValue[] {
  const all = [
    ...keys.map(({ name, dtype }, at) => ({ name, dtype, from: 'keys' as const, at })),
    ...features.map(({ name, dtype }, at) => ({ name, dtype, from: 'features' as const, at })),
  ]
  return all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index)
}

/** All columns of the file, in their order. Times are TIMESTAMP, in UTC. */
export function segmentColumns(values: readonly SegmentValue[]): readonly EngineColumn[] {
  return [
    { name: ownColumns.id, type: 'BIGINT' },
    { name: ownColumns.event, type: 'TIMESTAMP' },
    { name: ownColumns.created, type: 'TIMESTAMP' },
    ...values.map(({ name, dtype }) => ({ name, type: sqlTypes[dtype] })),
  ]
}

/**
 * Columns of the view's rows that a segment can fill, each with its SQL over the segment. A column that is none of them (of a row key, say)
 * is null in pushed rows.
 */
export function readableColumns(
  view: ViewDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
): ReadonlyMap<string, string> {
  const typed = (name: string, dtype: FeatureDtype): string => `cast(${quoteName(name)} as ${sqlTypes[dtype]})`
  // Of equal names the last counts.
  return new Map([
    ...(view.createdTime === null ? [] : [[view.createdTime, quoteName(ownColumns.created)] as const]),
    ...(view.eventTime === null ? [] : [[view.eventTime, quoteName(ownColumns.event)] as const]),
    ...view.features.map(({ name, dtype }) => [name, typed(name, dtype)] as const),
    ...viewKeys(view, entities).map(({ key, column, dtype }) => [column, typed(key, dtype)] as const),
  ])
}
