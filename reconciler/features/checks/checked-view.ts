/** The rows of a view as expectations are asked of them: its features, keys and times, each of the declared dtype. */
import type { EntityDefinition, ViewDefinition } from '../../core/feature-definition.ts'
import { featureDtypes, type FeatureDtype } from '../../core/feature-dtype.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import type { CheckedRelation } from '../expectations/checked-relation.ts'
import { planTyped } from '../sources/column-plan.ts'
import { holds } from '../sources/sql-types.ts'
import { pushedValues, type PushedRows } from '../pushed/load-pushed-rows.ts'
import { rowsName } from '../views/check-view.ts'
import { viewKeys } from '../views/join-view.ts'

/**
 * After `buildViewTable`, with pushed rows. Also the rows without a key or a time, which joins leave out: that there are none can be expected. Rows of views
 * have no order.
 */
export async function createCheckedView(
  engine: Engine,
  view: ViewDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
  pushed: PushedRows | null,
): Promise<CheckedRelation> {
  const rows = rowsName(view.name)
  const name = `checked:${view.name}`
  const found = await engine.query(`select column_name, column_type from (describe ${quoteName(rows)})`)
  const types = new Map(found.map(({ column_name, column_type }) => [String(column_name), String(column_type)]))
  const keys = viewKeys(view, entities)
  const times = [view.eventTime, view.createdTime].filter((time) => time !== null)
  const declared = new Map<string, FeatureDtype | null>([
    ...view.rowKey.map((column) => [column, null] as const),
    ...times.map((time) => [time, 'timestamp'] as const),
    ...keys.map(({ column, dtype }) => [column, dtype] as const),
    ...view.features.map((feature) => [feature.name, feature.dtype] as const),
  ])
  const columns = new Map<string, FeatureDtype>()
  const selected: string[] = []
  for (const [column, wanted] of declared) {
    const type = types.get(column) ?? ''
    const dtype = wanted ?? featureDtypes.find((each) => holds(each, type))
    const plan = dtype === undefined ? null : planTyped({ name: column, dtype }, { sql: quoteName(column), type }, null)
    if (dtype === undefined || plan === null) continue
    columns.set(column, dtype)
    selected.push(`${plan.sql} as ${quoteName(column)}`)
  }
  const more =
    pushed === null ? '' : ` union all select ${pushedValues(pushed, [...columns.keys()]).join(', ')} from ${pushed.relation}`
  await engine.query(`create view ${quoteName(name)} as select ${selected.join(', ')} from ${quoteName(rows)}${more}`)
  const identity = [...new Set([...keys.map(({ column }) => column), ...times.slice(0, 1)])]
  return { name, columns, identity: identity.filter((column) => columns.has(column)), sequence: null }
}
