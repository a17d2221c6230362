/** What of an order is due, when a failure is tried again, and when what nothing reads goes. */
import { describe, expect, it } from 'vitest'
import { digestValue, type Digest } from '../../../reconciler/core/digest.ts'
import type { ViewDefinition } from '../../../reconciler/core/feature-definition.ts'
import { type Attempt, findUnread, nextFailure, planDue } from '../../../reconciler/cli/materialise/plan-job.ts'
import { onlineView } from '../../../reconciler/manifests/online-views.ts'
import type { MaterialiseOrder, WantedViews } from '../../../reconciler/reconcile/ports.ts'

const entity = { name: 'e', keys: [{ name: 'k', dtype: 'string' }] } as const
const minute = 60_000

function wanted(name: string, online: ViewDefinition['online'], meaning = name): WantedViews {
  const definition: ViewDefinition = {
    name, entities: [{ name: 'e', columns: { k: 'k' } }], inputs: [{ kind: 'DataSource', name: 's' }], transform: null, eventTime: 't',
    createdTime: null, rowKey: [], ttlMs: null, features: [{ name: 'v', dtype: 'int64' }], aggregations: [], online,
  } // prettier-ignore
  const view = onlineView(definition, new Map([['e', entity]]), digestValue(meaning))
  return { definitions: { entities: [entity], sources: [], views: [definition] }, views: [view] }
}

const quarter = wanted('quarter', { type: 'grid', refreshMs: 15 * minute, lagMs: minute })
const pushed = wanted('pushed', { type: 'exact' })
const digest = digestValue('quarter')

const order = (dataMs: number, commit = 'c1', views: readonly WantedViews[] = [quarter, pushed]): MaterialiseOrder => ({
  epoch: 1, commit, artifactStore: 'folder:/none', dataMs, wanted: views, keep: [],
}) // prettier-ignore

function due(asked: MaterialiseOrder, attempt: Attempt | null, nowMs = 0): readonly [string, bigint][] {
  const attempts = new Map<Digest, Attempt>(attempt === null ? [] : [[digest, attempt]])
  return planDue(asked, attempts, nowMs).flatMap((set) =>
    set.due.map(({ view, gridUs }) => [view.name, gridUs] as [string, bigint]),
  )
}

const grid = (minutes: number): bigint => BigInt(minutes) * 60_000_000n

describe('due', () => {
  const done: Attempt = { gridUs: grid(15), commit: 'c1', failure: null }

  it('is what was never computed, on its grid with its lag; never what is pushed', () => {
    expect(due(order(16 * minute), null)).toEqual([['quarter', grid(15)]])
    expect(due(order(16 * minute - 1), null)).toEqual([['quarter', 0n]])
    expect(due(order(-1), null)).toEqual([['quarter', grid(-15)]])
  })

  it('is nothing until the grid or the commit moves on', () => {
    expect(due(order(30 * minute), done)).toEqual([])
    expect(due(order(31 * minute), done)).toEqual([['quarter', grid(30)]])
    expect(due(order(16 * minute, 'c2'), done)).toEqual([['quarter', grid(15)]])
  })

  it('is what failed, after a pause, or at once when grid or commit moved on', () => {
    const failure = nextFailure(null, { reason: 'source-unusable', message: 'no file' }, 5_000)
    const failed = { ...done, failure }
    expect(due(order(20 * minute), failed, 5_999)).toEqual([])
    expect(due(order(20 * minute), failed, 6_000)).toEqual([['quarter', grid(15)]])
    expect(due(order(20 * minute, 'c2'), failed, 5_000)).toEqual([['quarter', grid(15)]])
  })

  it('waits longer with every failure in a row, a minute at most', () => {
    const said = { reason: 'r', message: 'm' }
    const pauses: number[] = []
    for (let n = 0, failure = nextFailure(null, said, 0); n < 9; n++, failure = nextFailure(failure, said, 0))
      pauses.push(failure.notBeforeMs)
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
  })
})

describe('unread', () => {
  const old = digestValue('old')
  const find = (since: ReadonlyMap<Digest, number>, nowMs: number, asked = order(0)) =>
    findUnread([digest, old], asked, { since, nowMs, keepMs: 100 })

  it('goes after it was unread for long enough', () => {
    const first = find(new Map(), 7)
    expect(first).toEqual({ since: new Map([[old, 7]]), remove: [] })
    expect(find(first.since, 106).remove).toEqual([])
    expect(find(first.since, 107)).toEqual({ since: new Map([[old, 7]]), remove: [old] })
  })

  it('is not what serving still reads', () => {
    expect(find(new Map([[old, 7]]), 500, { ...order(0), keep: [old] })).toEqual({ since: new Map(), remove: [] })
  })

  it('counts anew when it was read in between', () => {
    const read = find(
      new Map([[old, 7]]),
      50,
      order(0, 'c1', [quarter, wanted('quarter', pushed.definitions.views[0]?.online ?? null, 'old')]),
    )
    expect(read).toEqual({ since: new Map(), remove: [] })
    expect(find(read.since, 200).remove).toEqual([])
  })
})
