/** What was read of a release's views, as records write it: the keys among the row's fields, and the values as they were found. */
import { encodeFeatureValue, type FeatureValue } from '../../core/feature-value.ts'
import type { KeyDtype } from '../../core/feature-definition.ts'
import { formatInstant } from '../../core/instant.ts'
import { rowOf, type JoinedRows } from '../features/joined-rows.ts'
import type { JoinedView } from '../features/view-join.ts'
import { valueOf, type ViewRow } from '../features/view-row.ts'

/** Members of the record's row, as a request has them; each begins with a comma. Names in `left` are left out. */
export function writeKeyMembers({ join, keys }: JoinedRows, index: number, left: ReadonlySet<string>): string {
  const written = new Set(left)
  let text = ''
  join.views.forEach((view, at) => {
    view.keys.forEach(({ name, dtype }, place) => {
      if (written.has(name)) return
      written.add(name)
      text += `,${JSON.stringify(name)}:${writeKey(dtype, keys[at]?.[index]?.values[place] ?? null)}`
    })
  })
  return text
}

/** A request may send an int64 as digits in a text. */
function writeKey(dtype: KeyDtype, value: FeatureValue): string {
  return typeof value === 'bigint' && dtype === 'timestamp'
    ? `"${formatInstant(value)}"`
    : JSON.stringify(encodeFeatureValue(value))
}

/** An array with one object for each view. Keys and features whose names are in `drop` are left out. */
export function writeJoinedViews(joined: JoinedRows, index: number, drop: ReadonlySet<string>): string {
  const views = joined.join.views.map((view, at) => {
    const row = rowOf(joined, at, index)
    const dropsKey = view.keys.some(({ name }) => drop.has(name))
    const key = dropsKey ? '' : `,"key":${joined.keys[at]?.[index]?.text ?? 'null'}`
    const role = view.as === null ? '' : `,"as":${JSON.stringify(view.as)}`
    return `{"view":${JSON.stringify(view.view.name)}${role}${key},"status":"${row.status}"${writeTimes(row)},"values":${writeValues(view, row, drop)}}`
  })
  return `[${views.join(',')}]`
}

function writeTimes({ computedAsOfUs, eventUs }: ViewRow): string {
  const asOf = computedAsOfUs === null ? '' : `,"computed_as_of":"${formatInstant(computedAsOfUs)}"`
  return eventUs === null ? asOf : `${asOf},"event_time":"${formatInstant(eventUs)}"`
}

/** By the view's own names, encoded as the store has them: before any null rule. */
function writeValues({ features }: JoinedView, row: ViewRow, drop: ReadonlySet<string>): string {
  const kept = features.filter(({ name }) => !drop.has(name))
  const members = kept.map(({ column }) => `${JSON.stringify(column.name)}:${JSON.stringify(valueOf(column, row))}`)
  return `{${members.join(',')}}`
}
