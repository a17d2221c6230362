/** When rows of a pushed view's source are brought into the online store. */
import { expect, it } from 'vitest'
import { planBackfill, backfillAgainMs, type Backfill } from '../../../reconciler/cli/materialise/plan-backfills.ts'
import { digestValue } from '../../../reconciler/core/digest.ts'
import type { FeatureClosure, OnlineView } from '../../../reconciler/core/online-view.ts'
import type { MaterialiseOrder } from '../../../reconciler/reconcile/ports.ts'

const define = (name: string, isPushed = true): OnlineView => ({
  name, digest: digestValue(name), keys: [], features: [], ttlMs: null, aggregations: [], isPushed,
}) // prettier-ignore
const [computed, risk, embedded] = [define('computed', false), define('risk'), define('risk of version 1')]
const [main, version]: FeatureClosure[] = [
  { entities: [], sources: [], views: [] },
  { entities: [], sources: [], views: [] },
]
if (main === undefined || version === undefined) throw new Error('two closures')
const order: MaterialiseOrder = {
  epoch: 1, commit: 'a', artifactStore: '', dataMs: 1_000_000, keep: [],
  wanted: [{ definitions: main, views: [computed, risk] }, { definitions: version, views: [embedded] }],
} // prettier-ignore
const done: Backfill = { commit: 'a', dataMs: 1_000_000, dataFiles: null, isOpen: false, failure: null }
const plan = (risky: Backfill | null, changes: Partial<MaterialiseOrder> = {}, nowMs = 0) =>
  planBackfill(
    { ...order, ...changes },
    new Map([
      [embedded.digest, { ...done, commit: changes.commit ?? 'a' }],
      ...(risky === null ? [] : ([[risk.digest, risky]] as const)),
    ]),
    nowMs,
  )

it('is done once for each pushed definition of main and of served versions, with what it is made of', () => {
  expect(planBackfill(order, new Map(), 0)).toEqual({ view: risk, definitions: main })
  expect(planBackfill(order, new Map([[risk.digest, done]]), 0)?.definitions).toBe(version)
  expect(plan(done)).toBeNull()
})

it('is done again with another commit, and where time alone may bring more', () => {
  expect(plan(done, { commit: 'b' })?.view).toBe(risk)
  expect(plan(done, { dataMs: 1_000_000 + backfillAgainMs })).toBeNull()
  const open = { ...done, isOpen: true }
  expect(plan(open, { dataMs: 1_000_000 + backfillAgainMs - 1 })).toBeNull()
  expect(plan(open, { dataMs: 1_000_000 + backfillAgainMs })?.view).toBe(risk)
})

it('is tried again after a pause when it failed', () => {
  const failed = { ...done, failure: { reason: 'source-unusable', message: 'no', count: 1, notBeforeMs: 500 } }
  expect(plan(failed, {}, 499)).toBeNull()
  expect(plan(failed, {}, 500)?.view).toBe(risk)
})
