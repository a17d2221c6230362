import { describe, expect, it } from 'vitest'
import type { Freshness, ViewDefinition } from '../../reconciler/core/feature-definition.ts'
import type { OnlineView } from '../../reconciler/core/online-view.ts'
import type { ViewProgress } from '../../reconciler/reconcile/ports.ts'
import { viewStandings } from '../../reconciler/reconcile/view-standing.ts'

const minute = 60_000
const dataMs = Date.parse('2013-01-01T12:00:00Z')

function standing(online: Freshness, behindMs: number | null) {
  const isPushed = online.type === 'exact'
  const view: OnlineView = {
    name: 'weather',
    digest: 'sha256:1',
    keys: [],
    features: [],
    ttlMs: null,
    aggregations: [],
    isPushed,
  }
  const definitions = { entities: [], sources: [], views: [{ name: 'weather', online } as ViewDefinition] }
  const watermarkUs = behindMs === null ? null : BigInt(dataMs - behindMs) * 1000n
  const progress: ViewProgress = {
    view: 'weather',
    digest: 'sha256:1',
    isPushed: view.isPushed,
    watermarkUs,
    rows: 1,
    failure: null,
  }
  return viewStandings([progress], [{ definitions, views: [view] }], dataMs).map(({ lagMs, isBehind }) => [lagMs, isBehind])
}

describe('how a view stands', () => {
  const grid = { type: 'grid', refreshMs: 15 * minute, lagMs: 5 * minute } as const

  it.each([
    ['two refreshes and its lag', grid, 35 * minute, [35 * minute, false]],
    ['more than two refreshes and its lag', grid, 35 * minute + 1, [35 * minute + 1, true]],
    ['ahead of a clock that was set back', grid, -minute, [0, false]],
    ['not filled yet', grid, null, [null, false]],
    ['pushed', { type: 'exact' }, null, [null, false]],
  ] as const)('%s', (_name, online, behindMs, expected) => {
    expect(standing(online, behindMs)).toEqual([expected])
  })
})
