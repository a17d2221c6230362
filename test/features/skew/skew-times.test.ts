/** Times that decide on a lookup, by hand. */
import { expect, it } from 'vitest'
import type { Freshness, ViewDefinition } from '../../../reconciler/core/feature-definition.ts'
import type { RecordedLookup } from '../../../reconciler/features/skew/recorded-lookup.ts'
import { behindMs, isYoung, replayTime } from '../../../reconciler/features/skew/skew-times.ts'

const second = 1_000_000n
const base = { eventTime: 'at', ttlMs: 60_000 } as ViewDefinition
const grid: Freshness = { type: 'grid', refreshMs: 60_000, lagMs: 10_000 }
const lookup = (changes: Partial<RecordedLookup>) => ({ atUs: 1000n * second, latencyUs: 0n, computedAsOfUs: null, status: 'PRESENT', ...changes }) as RecordedLookup // prettier-ignore

it('a grid view is replayed as of what was recorded, a pushed one as of the prediction', () => {
  const recorded = lookup({ computedAsOfUs: 900n * second })
  expect(replayTime({ ...base, online: grid }, recorded)).toBe(900n * second)
  expect(replayTime({ ...base, online: { type: 'exact' } }, recorded)).toBe(1000n * second)
  expect(replayTime({ ...base, online: grid }, lookup({}))).toBe(1000n * second)
})

it('rows are behind when the time of the grid was passed before the request came', () => {
  const view = { ...base, online: grid }
  // floor((1000 - 10) / 60) * 60 = 960.
  expect(behindMs(view, lookup({ computedAsOfUs: 960n * second }))).toBe(0)
  expect(behindMs(view, lookup({ computedAsOfUs: 900n * second }))).toBe(60_000)
  // Answered at 971, asked at 969: the grid was at 900 still.
  expect(behindMs(view, lookup({ atUs: 971n * second, latencyUs: 2n * second, computedAsOfUs: 900n * second }))).toBe(0)
  expect(behindMs({ ...base, online: { type: 'exact' } }, lookup({ computedAsOfUs: 1n }))).toBe(0)
})

it('a row is young up to its ttl, itself included; what grew too old in between is as it was recorded', () => {
  const young = (eventUs: bigint | null, changes: Partial<RecordedLookup> = {}, view: Partial<ViewDefinition> = {}) =>
    isYoung({ ...base, ...view }, eventUs, lookup(changes))
  expect(young(940n * second)).toBe(true)
  expect(young(940n * second - 1n)).toBe(false)
  const late = { latencyUs: 2n * second }
  expect(young(939n * second, late)).toBe(true)
  expect(young(939n * second, { ...late, status: 'OUTSIDE_MAX_AGE' })).toBe(false)
  expect(young(938n * second - 1n, late)).toBe(false)
  expect(young(0n, {}, { ttlMs: null })).toBe(true)
  expect(young(null)).toBe(true)
})
