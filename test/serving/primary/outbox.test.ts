import { describe, expect, it } from 'vitest'
import type { ToWorker, WholeView } from '../../../reconciler/serving/channel/messages.ts'
import { Outbox, type FirstWord } from '../../../reconciler/serving/primary/outbox.ts'
import type { Worker } from '../../../reconciler/serving/primary/worker-set.ts'
import { benchRelease } from '../support/bench-model.ts'
import { servingState, stableRoute } from '../support/serving-state.ts'

const release = benchRelease({ version: 1 })
const parts = { releases: [release], routes: [stableRoute(release)] }
const [first, second] = [servingState(1, parts), servingState(2, parts)]
const free = { later: [], failed: [], crashed: [] }
const barred = { ...free, later: [release.digest] }
const notReady: WholeView = { ready: false, releases: {} }
const ready: WholeView = { ready: true, releases: { [release.digest]: { status: 'ready', loadMs: 1 } } }
const word: FirstWord = {
  ports: { port: 8080, grpcPort: 8081 },
  spoolName: 'w1_life',
  remembered: { state: first, heldRoutes: [], heldReleases: {} },
  state: null,
  barred: free,
  whole: notReady,
}

function createWorker(number = 1): { readonly worker: Worker; readonly take: () => readonly ToWorker[] } {
  const said: ToWorker[] = []
  const process = { pid: number, send: (message: ToWorker) => said.push(message), kill: () => undefined }
  return {
    worker: { number, process, ports: null, begun: true, mustListen: true, status: null, closed: false, silentChecks: 0 },
    take: () => said.splice(0),
  }
}

describe('a worker', () => {
  it('hears in its first word all there is, and then only what is new', () => {
    const outbox = new Outbox()
    const { worker, take } = createWorker()
    outbox.begin(worker, word)
    expect(take()).toEqual([{ type: 'begin', worker: 1, listenAtOnce: true, ...word }])
    outbox.update(worker, { ...free }, first, { ...notReady })
    expect(take()).toEqual([])
    outbox.update(worker, free, first, ready)
    expect(take()).toEqual([{ type: 'whole', whole: ready }])
    outbox.update(worker, free, second, ready)
    expect(take()).toEqual([{ type: 'state', state: second }])
    outbox.update(worker, free, second, ready)
    expect(take()).toEqual([])
  })

  it('hears what it must not load before the state that names it', () => {
    const outbox = new Outbox()
    const { worker, take } = createWorker()
    outbox.begin(worker, { ...word, remembered: null })
    take()
    outbox.update(worker, barred, second, ready)
    expect(take().map(({ type }) => type)).toEqual(['bar', 'state', 'whole'])
  })

  it('hears the newest state at once where nothing, or an older one, is remembered', () => {
    const outbox = new Outbox()
    const { worker, take } = createWorker()
    outbox.begin(worker, { ...word, state: second })
    expect(take()).toMatchObject([{ type: 'begin', state: second, remembered: { state: first } }])
    outbox.update(worker, free, second, notReady)
    expect(take()).toEqual([])
  })

  it('hears nothing before its first word, and nothing after its end', () => {
    const outbox = new Outbox()
    const { worker, take } = createWorker()
    outbox.update(worker, barred, second, ready)
    expect(take()).toEqual([])
    outbox.begin(worker, word)
    take()
    outbox.forget(worker)
    outbox.update(worker, barred, second, ready)
    expect(take()).toEqual([])
  })

  it('is told of changes whatever another one was told', () => {
    const outbox = new Outbox()
    const workers = [createWorker(1), createWorker(2)] as const
    for (const { worker, take } of workers) {
      outbox.begin(worker, word)
      take()
    }
    outbox.update(workers[0].worker, free, second, notReady)
    outbox.update(workers[1].worker, barred, first, notReady)
    expect(workers[0].take().map(({ type }) => type)).toEqual(['state'])
    expect(workers[1].take().map(({ type }) => type)).toEqual(['bar'])
  })
})
