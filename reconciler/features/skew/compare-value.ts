/** Compares what a prediction was given with what training has: one value. Pure. */
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { FeatureValue } from '../../core/feature-value.ts'
import type { FeatureStatus } from './skew-report.ts'

/** A feature on one side; the value is null but where it is PRESENT. */
export interface FeatureState {
  readonly status: FeatureStatus
  readonly value: FeatureValue
}

export interface Comparison {
  readonly outcome: 'equal' | 'mismatched' | 'missingOnline' | 'missingOffline' | 'staleBoth' | 'absentBoth'
  /** Between two numbers that are not equal, of timestamps in microseconds; else null. */
  readonly difference: number | null
}

/** `tolerance` is for floats alone: `SkewReport.tolerance`. */
export function compareValue(
  dtype: FeatureDtype,
  { online, offline }: { readonly online: FeatureState; readonly offline: FeatureState },
  tolerance: number,
): Comparison {
  if (online.value === null && offline.value === null) {
    const isStale = online.status === 'OUTSIDE_MAX_AGE' && offline.status === 'OUTSIDE_MAX_AGE'
    return { outcome: isStale ? 'staleBoth' : 'absentBoth', difference: null }
  }
  if (online.value === null) return { outcome: 'missingOnline', difference: null }
  if (offline.value === null) return { outcome: 'missingOffline', difference: null }
  const difference = differenceOf(online.value, offline.value)
  const isFloat = dtype === 'float32' || dtype === 'float64'
  const isEqual = isSame(online.value, offline.value) || (isFloat && isNear(online.value, offline.value, tolerance))
  return { outcome: isEqual ? 'equal' : 'mismatched', difference }
}

/** NaN is NaN, and 0 is -0. */
function isSame(a: FeatureValue, b: FeatureValue): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}

/** Infinities are near to nothing but themselves. */
function isNear(a: FeatureValue, b: FeatureValue, tolerance: number): boolean {
  if (typeof a !== 'number' || typeof b !== 'number' || !Number.isFinite(a) || !Number.isFinite(b)) return false
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b))
}

function differenceOf(a: FeatureValue, b: FeatureValue): number | null {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a === b ? null : Math.abs(Number(a - b))
  if (typeof a !== 'number' || typeof b !== 'number' || isSame(a, b)) return null
  const difference = Math.abs(a - b)
  return Number.isNaN(difference) ? null : difference
}
