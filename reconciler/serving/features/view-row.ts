/** What a row of the online store says at a time: whether it is there, whether it is young enough, and each feature's value. Pure. */
import type { Json } from '../../core/digest.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { OnlineView } from '../../core/online-view.ts'
import type { OnlineAnswer, OnlineRow } from '../ports.ts'
import { StoredValues } from './stored-values.ts'

export type RowStatus = 'PRESENT' | 'NOT_FOUND' | 'OUTSIDE_MAX_AGE'
export type FeatureStatus = RowStatus | 'NULL_VALUE'

/** One view's row for one entity, as judged at the time of the request. */
export interface ViewRow {
  readonly status: RowStatus
  /** Microseconds since the epoch. */
  readonly eventUs: bigint | null
  /** Null: a pushed view without a row. */
  readonly computedAsOfUs: bigint | null
  /** Encoded values in the order of the view's features; null: there is no row. */
  readonly values: StoredValues | null
}

/** Where a feature's value is in the rows of its view. */
export interface FeatureColumn {
  readonly name: string
  readonly dtype: FeatureDtype
  readonly index: number
  /** A window: its value does not age. */
  readonly isWindow: boolean
  /** A window that counts: 0 without a row. */
  readonly isCount: boolean
}

/** Undefined: the view has no such feature. */
export function findColumn(view: OnlineView, name: string): FeatureColumn | undefined {
  const index = view.features.findIndex((feature) => feature.name === name)
  const feature = view.features[index]
  if (feature === undefined) return undefined
  const isWindow = view.aggregations.includes(name)
  return { name, dtype: feature.dtype, index, isWindow, isCount: view.counts?.includes(name) === true }
}

/** Judges rows at `atUs`, the data clock in microseconds; a row that is not there is as old as the view's watermark. */
export function createJudge(view: OnlineView, { watermarkUs }: OnlineAnswer, atUs: bigint): (row: OnlineRow | null) => ViewRow {
  const oldestUs = view.ttlMs === null ? null : atUs - BigInt(view.ttlMs) * 1000n
  const missing: ViewRow = { status: 'NOT_FOUND', eventUs: null, computedAsOfUs: watermarkUs, values: null }
  return (row) => {
    if (row === null) return missing
    const { eventUs, computedAsOfUs, values } = row
    const status = isYoung(view, eventUs, oldestUs) ? 'PRESENT' : 'OUTSIDE_MAX_AGE'
    return { status, eventUs, computedAsOfUs, values: new StoredValues(values) }
  }
}

/** `t - ttl <= event`. Without an event time a row is static, or holds windows alone: then what its features were is too old. */
function isYoung({ aggregations }: OnlineView, eventUs: bigint | null, oldestUs: bigint | null): boolean {
  if (eventUs === null) return aggregations.length === 0
  return oldestUs === null || eventUs >= oldestUs
}

export function statusOf({ index, isWindow }: FeatureColumn, { status, values }: ViewRow): FeatureStatus {
  if (values === null || (status === 'OUTSIDE_MAX_AGE' && !isWindow)) return status
  return values.textAt(index) === 'null' ? 'NULL_VALUE' : 'PRESENT'
}

/** The encoded value as JSON; null where the status says why. A count without a row is 0: nothing was there to be counted. */
export function valueTextOf({ index, isWindow, isCount }: FeatureColumn, { status, values }: ViewRow): string {
  if (values === null) return isCount ? '"0"' : 'null'
  if (status === 'OUTSIDE_MAX_AGE' && !isWindow) return 'null'
  return values.textAt(index)
}

/** What `valueTextOf` says, decoded from JSON. */
export function valueOf(column: FeatureColumn, row: ViewRow): Json {
  return JSON.parse(valueTextOf(column, row)) as Json
}
