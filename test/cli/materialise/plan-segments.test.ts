/** When the log of a definition becomes a segment. */
import { expect, it } from 'vitest'
import { dueLogs } from '../../../reconciler/cli/materialise/plan-segments.ts'
import { digestValue } from '../../../reconciler/core/digest.ts'
import type { PushLogState } from '../../../reconciler/database/push-log-queries.ts'

const digest = digestValue('clicks')
const limits = { rows: 100, ageMs: 60_000 }
const log = (more: Partial<PushLogState> = {}): PushLogState => ({
  id: 1, view: 'clicks', digest, keys: [], features: [], rows: 1, oldestUs: 1_000_000n, toNote: 0, ...more,
}) // prettier-ignore

const failed = { reason: 'environment', message: 'full', count: 1, notBeforeMs: 500 }

it.each([
  ['young and few', log(), 60_999_999n, false],
  ['old enough', log(), 61_000_000n, true],
  ['enough rows', log({ rows: 100 }), 1_000_000n, true],
  ['empty', log({ rows: 0, oldestUs: null }), 10n ** 15n, false],
  ['listed and not noted', log({ rows: 0, oldestUs: null, toNote: 1 }), 0n, true],
  ['before its rows, when the clock was set back', log(), 0n, false],
] as const)('%s', (_name, state, nowUs, isDue) => {
  const known = { read: new Set([digest]), failures: new Map(), limits, toMerge: new Set<number>() }
  expect(dueLogs([state], { nowUs, nowMs: 0 }, known)).toEqual(isDue ? [state] : [])
})

it('of small segments to merge, but not before the pause of one that failed', () => {
  const known = { read: new Set([digest]), limits, toMerge: new Set([2]), failures: new Map() }
  const idle = [log({ rows: 0, oldestUs: null }), log({ id: 2, rows: 0, oldestUs: null })]
  expect(dueLogs(idle, { nowUs: 0n, nowMs: 0 }, known)).toEqual([idle[1]])
  expect(dueLogs(idle, { nowUs: 0n, nowMs: 499 }, { ...known, failures: new Map([[2, failed]]) })).toEqual([])
})

it('of a definition that nothing reads is due at once, and one that failed after its pause', () => {
  const unread = { read: new Set<typeof digest>(), failures: new Map(), limits, toMerge: new Set<number>() }
  expect(dueLogs([log(), log({ rows: 0, oldestUs: null })], { nowUs: 1_000_000n, nowMs: 0 }, unread)).toEqual([log()])
  const broken = { ...unread, failures: new Map([[1, failed]]) }
  expect(dueLogs([log(), log({ id: 2 })], { nowUs: 1_000_000n, nowMs: 499 }, broken)).toEqual([log({ id: 2 })])
  expect(dueLogs([log()], { nowUs: 1_000_000n, nowMs: 500 }, broken)).toEqual([log()])
})
