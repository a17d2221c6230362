/** What of rows that were pushed under one definition of a view another one can take over: columns of the same name and dtype. Pure. */
import type { OnlineFeature, OnlineKey, OnlineView } from '../../core/online-view.ts'
import { quoteName } from '../engine/quote.ts'
import { sqlTypes } from '../sources/sql-types.ts'
import { ownColumns, segmentValues } from './segment-columns.ts'

type Columns = Pick<OnlineView, 'keys' | 'features'>

export interface CarryPlan {
  /** Of the rows, in the order of `segmentColumns` of the definition that takes them over; null: their keys do not fit, none can be. */
  readonly columns: readonly string[] | null
  /** How many features have a value. */
  readonly fitting: number
  /** What does not fit, a sentence each. */
  readonly without: readonly string[]
}

/** Features of `from` alone are left out; those of `to` alone are null. */
export function planCarry(from: Columns, to: Columns): CarryPlan {
  const keys = describeKeys(from.keys)
  const wanted = describeKeys(to.keys)
  if (keys !== wanted) return { columns: null, fitting: 0, without: [`their keys are ${keys}, expected ${wanted}`] }
  const known = new Map(segmentValues(from).map(({ name, dtype }) => [name, dtype]))
  const values = segmentValues(to).map(({ name, dtype }) => {
    const isThere = known.get(name) === dtype
    return isThere ? quoteName(name) : `cast(null as ${sqlTypes[dtype]}) as ${quoteName(name)}`
  })
  return {
    columns: [...Object.values(ownColumns).map(quoteName), ...values],
    fitting: to.features.filter(({ name, dtype }) => known.get(name) === dtype).length,
    without: [...to.features.flatMap((feature) => describeMissing(feature, known.get(feature.name))), ...describeLeft(from, to)],
  }
}

/** In any order: a row has its keys by name. */
function describeKeys(keys: readonly OnlineKey[]): string {
  return keys
    .map(({ name, dtype }) => `${name} ${dtype}`)
    .sort()
    .join(', ')
}

function describeMissing({ name, dtype }: OnlineFeature, before: string | undefined): readonly string[] {
  if (before === dtype) return []
  return [before === undefined ? `${name} is new: null in them` : `${name} is ${dtype}, and was ${before}: null in them`]
}

function describeLeft(from: Columns, to: Columns): readonly string[] {
  const kept = new Set(segmentValues(to).map(({ name }) => name))
  return from.features.flatMap(({ name }) => (kept.has(name) ? [] : [`${name} is a feature no more`]))
}
