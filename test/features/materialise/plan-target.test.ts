/** From when on a fill reads rows of its sources, by what it computes and what an earlier fill has read. */
import { expect, it } from 'vitest'
import type { Aggregation, ViewDefinition } from '../../../reconciler/core/feature-definition.ts'
import { knownToAll, type FillTarget } from '../../../reconciler/features/materialise/plan-target.ts'
import { onlineView } from '../../../reconciler/manifests/online-views.ts'

const hourMs = 3_600_000
const hourUs = 3_600_000_000n
const [watermarkUs, gridUs] = [100n * hourUs, 101n * hourUs]

const window = (hours: number): Aggregation => ({ name: `n${hours}`, function: 'count', column: null, windowMs: hours * hourMs, where: null, quantile: null, dtype: 'int64' }) // prettier-ignore

function target(view: Partial<ViewDefinition>, dataFiles = 'same'): FillTarget {
  const definition: ViewDefinition = {
    name: 'view', entities: [{ name: 'place', columns: { place: 'place' } }], inputs: [{ kind: 'DataSource', name: 's' }],
    transform: null, eventTime: 'ts', createdTime: null, rowKey: [], ttlMs: null, features: [], aggregations: [],
    online: { type: 'grid', refreshMs: hourMs, lagMs: 0 }, ...view,
  } // prettier-ignore
  const entities = new Map([['place', { name: 'place', keys: [{ name: 'place', dtype: 'string' as const }] }]])
  const state = { id: 1, watermarkUs, fingerprint: '1 1', dataFiles: 'same', isSettled: false, filling: null }
  return { definition, gridUs, state, dataFiles, view: onlineView(definition, entities, 'sha256:1') }
}

const newest = { features: [{ name: 'v', dtype: 'int64' as const }] }
const since = (...targets: readonly FillTarget[]): unknown => Object.fromEntries(knownToAll(targets))

it('is the watermark for the newest row alone', () => {
  expect(since(target(newest))).toEqual({ s: watermarkUs })
})

it('is where the longest window began at the watermark, for windows alone', () => {
  expect(since(target({ aggregations: [window(2), window(24)] }))).toEqual({ s: 76n * hourUs })
})

it('is what is kept of the newest row, where it counts beside windows, and the beginning where any age is', () => {
  const both = { ...newest, aggregations: [window(2)] }
  // Seven days past the ttl; a row that is exactly so old still counts.
  expect(since(target({ ...both, ttlMs: hourMs }))).toEqual({ s: watermarkUs - 169n * hourUs - 1n })
  expect(since(target(both))).toEqual({})
})

it('is the beginning where rows are restated, and where files are others', () => {
  expect(since(target({ ...newest, rowKey: ['id'] }))).toEqual({})
  expect(since(target({ aggregations: [window(2)] }, 'other'))).toEqual({})
})

it('is the earliest of the views that are filled together', () => {
  expect(since(target(newest), target({ aggregations: [window(2)] }))).toEqual({ s: 98n * hourUs })
  expect(since(target(newest), target(newest, 'other'))).toEqual({})
})
