/** What a feature is on each side of a comparison: its value, or why it has none. Pure. */
import type { ViewDefinition } from '../../core/feature-definition.ts'
import type { FeatureState } from './compare-value.ts'
import type { RecordedLookup } from './recorded-lookup.ts'
import type { OfflineRow } from './replay-view.ts'
import { isYoung } from './skew-times.ts'

/** As serving says it: windows do not age. */
export function onlineState(view: ViewDefinition, { status, values }: RecordedLookup, feature: string): FeatureState {
  const value = values.get(feature) ?? null
  if (value !== null) return { status: 'PRESENT', value }
  const isAged = status === 'OUTSIDE_MAX_AGE' && isWindow(view, feature)
  return { status: status === 'PRESENT' || isAged ? 'NULL_VALUE' : status, value }
}

export function offlineState(
  view: ViewDefinition,
  { lookup, found, eventUs, values }: OfflineRow,
  feature: string,
): FeatureState {
  const value = values.get(feature) ?? null
  if (!isWindow(view, feature)) {
    if (!found) return { status: 'NOT_FOUND', value: null }
    if (!isYoung(view, eventUs, lookup)) return { status: 'OUTSIDE_MAX_AGE', value: null }
  }
  if (value !== null) return { status: 'PRESENT', value }
  return { status: found ? 'NULL_VALUE' : 'NOT_FOUND', value }
}

function isWindow({ aggregations }: ViewDefinition, feature: string): boolean {
  return aggregations.some(({ name }) => name === feature)
}
