import { describe, expect, it } from 'vitest'
import type { Digest } from '../../../reconciler/core/digest.ts'
import type { ReleaseReadiness } from '../../../reconciler/core/serving-state.ts'
import { LoadOrder, type LoadingWorker } from '../../../reconciler/serving/primary/load-order.ts'

const [a, b] = (['a', 'b'] as const).map((name) => `sha256:${name.repeat(64)}` as const) as [Digest, Digest]
const ready = { status: 'ready', loadMs: 1 } as const
const loading = { status: 'loading' } as const
const broken = { status: 'failed', reason: 'GoldenRowsFailed', message: 'no', retryable: false } as const
const missing = { status: 'failed', reason: 'ArtifactMissing', message: 'no', retryable: true } as const
const nobody: ReadonlySet<Digest> = new Set()

type Holding = Readonly<Record<Digest, ReleaseReadiness>>

function worker(number: number, releases: Holding | null = {}, changes: Partial<LoadingWorker> = {}): LoadingWorker {
  const status = releases === null ? null : { stateVersion: null, ready: false, releases, heldRoutes: [], heldReleases: {} }
  return { number, begun: true, listening: true, status, ...changes }
}

/** Whom the order lets load a release that nobody has held. */
function scouts(order: LoadOrder, workers: readonly LoadingWorker[]): readonly number[] {
  order.notice(workers)
  const may = (one: LoadingWorker) => order.barFor(one, workers, [a], nobody).later.length === 0
  return workers.filter(may).map(({ number }) => number)
}

describe('a release that no worker has held', () => {
  it.each<[string, number, readonly LoadingWorker[], readonly number[]]>([
    ['is tried by the first of several', 3, [worker(1), worker(2), worker(3)], [1]],
    ['is tried by one that answers nobody yet', 3, [worker(1), worker(2), worker(3, {}, { listening: false })], [3]],
    ['is tried by the only one there is to be', 1, [worker(1)], [1]],
    ['is not tried by the last that answers: another is on its way', 2, [worker(1)], []],
    ['is not tried by one that has had no word', 2, [worker(1), worker(2, null, { begun: false, listening: false })], []],
  ])('%s', (_title, processes, workers, expected) => {
    expect(scouts(new LoadOrder(processes), workers)).toEqual(expected)
  })

  it('is tried by the same worker as long as that one lives, then by the next', () => {
    const order = new LoadOrder(2)
    const [first, second, third] = [worker(1), worker(2), worker(3, {}, { listening: false })]
    expect(scouts(order, [first, second])).toEqual([1])
    expect(scouts(order, [first, second, third])).toEqual([1])
    expect(scouts(order, [second, third])).toEqual([3])
  })

  it('is loaded by all once one holds it, also when that one has died since', () => {
    const order = new LoadOrder(2)
    expect(scouts(order, [worker(1, { [a]: loading }), worker(2)])).toEqual([1])
    expect(scouts(order, [worker(1, { [a]: ready }), worker(2)])).toEqual([1, 2])
    expect(scouts(order, [worker(2), worker(3)])).toEqual([2, 3])
  })

  it('is new again when nothing has named it for a while', () => {
    const order = new LoadOrder(2)
    expect(scouts(order, [worker(1, { [a]: ready }), worker(2)])).toEqual([1, 2])
    order.keep(new Set([b]))
    expect(scouts(order, [worker(1), worker(2)])).toEqual([1])
  })
})

/** What two workers hold. */
interface Situation {
  readonly first: Holding
  readonly second?: Holding
  readonly crashed?: ReadonlySet<Digest>
}

describe('what a worker must not load', () => {
  function barSecond({ first, second = {}, crashed = nobody }: Situation): object {
    const order = new LoadOrder(2)
    const workers = [worker(1, first), worker(2, second)] as const
    order.notice(workers)
    return order.barFor(workers[1], workers, [a, b], crashed)
  }

  it.each<[string, Situation, object]>([
    ['is what the other is still trying', { first: { [a]: ready, [b]: loading } }, { later: [b] }],
    ['is what the other found broken', { first: { [a]: broken, [b]: ready } }, { failed: [a] }],
    ['is not what it found broken itself: it says so', { first: { [a]: broken, [b]: ready }, second: { [a]: broken } }, {}],
    ['waits for what the other can not get yet', { first: { [a]: missing, [b]: ready } }, { later: [a] }],
    ['is what has crashed, only as that', { first: { [a]: ready, [b]: ready }, crashed: new Set([a]) }, { crashed: [a] }],
  ])('%s', (_title, situation, expected) => {
    expect(barSecond(situation)).toEqual({ later: [], failed: [], crashed: [], ...expected })
  })
})
