/** One value against another, case by case. */
import { describe, expect, it } from 'vitest'
import type { FeatureDtype } from '../../../reconciler/core/feature-dtype.ts'
import type { FeatureValue } from '../../../reconciler/core/feature-value.ts'
import { compareValue, type Comparison, type FeatureState } from '../../../reconciler/features/skew/compare-value.ts'

const is = (value: FeatureValue): FeatureState => ({ status: 'PRESENT', value })
const none = (status: FeatureState['status']): FeatureState => ({ status, value: null })
const compare = (dtype: FeatureDtype, online: FeatureState, offline: FeatureState, tolerance = 0) =>
  read(compareValue(dtype, { online, offline }, tolerance))
const read = ({ outcome, difference }: Comparison) => [outcome, difference] as const

describe('a value', () => {
  it.each<[FeatureDtype, FeatureValue, FeatureValue, ...result: [string, number | null]]>([
    ['int64', 9007199254740993n, 9007199254740993n, 'equal', null],
    ['int64', 9007199254740993n, 9007199254740992n, 'mismatched', 1],
    ['int32', 3, 4, 'mismatched', 1],
    ['timestamp', 1_000_001n, 1_000_000n, 'mismatched', 1],
    ['string', 'a', 'a', 'equal', null],
    ['string', 'a', 'A', 'mismatched', null],
    ['bool', true, false, 'mismatched', null],
    ['float64', 0.1 + 0.2, 0.3, 'mismatched', 0.1 + 0.2 - 0.3],
    ['float64', NaN, NaN, 'equal', null],
    ['float64', NaN, 1, 'mismatched', null],
    ['float64', 0, -0, 'equal', null],
    ['float64', Infinity, Infinity, 'equal', null],
    ['float64', Infinity, 1, 'mismatched', Infinity],
  ])('%s: %s and %s', (dtype, online, offline, ...result) => {
    expect(compare(dtype, is(online), is(offline))).toEqual(result)
  })

  it.each<[FeatureDtype, FeatureValue, FeatureValue, ...rest: [number, string]]>([
    ['float64', 0.001, 0.002, 0.001, 'equal'],
    ['float64', 1000, 1001, 0.001, 'equal'],
    ['float64', 1000, 1002, 0.001, 'mismatched'],
    ['float64', -1000, 1000, 1, 'mismatched'],
    ['float64', Infinity, -Infinity, 1, 'mismatched'],
    ['float64', Infinity, 1e308, 1, 'mismatched'],
    ['float64', NaN, 1, 1, 'mismatched'],
    ['int32', 1000, 1001, 1, 'mismatched'],
    ['timestamp', 1000n, 1001n, 1, 'mismatched'],
  ])('%s: %s and %s within %s', (dtype, online, offline, ...[tolerance, outcome]) => {
    expect(compare(dtype, is(online), is(offline), tolerance)[0]).toBe(outcome)
  })
})

describe('a value that is not there', () => {
  it('is missing where the other side has one, whatever the reason', () => {
    for (const status of ['NULL_VALUE', 'NOT_FOUND', 'OUTSIDE_MAX_AGE'] as const) {
      expect(compare('float64', none(status), is(0))).toEqual(['missingOnline', null])
      expect(compare('bool', is(false), none(status))).toEqual(['missingOffline', null])
    }
  })

  it('is stale when it is on both sides, else absent', () => {
    expect(compare('string', none('OUTSIDE_MAX_AGE'), none('OUTSIDE_MAX_AGE'))).toEqual(['staleBoth', null])
    expect(compare('string', none('NOT_FOUND'), none('OUTSIDE_MAX_AGE'))).toEqual(['absentBoth', null])
    expect(compare('string', none('NULL_VALUE'), none('NOT_FOUND'))).toEqual(['absentBoth', null])
  })
})
