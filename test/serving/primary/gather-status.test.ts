import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Digest } from '../../../reconciler/core/digest.ts'
import type { ReleaseReadiness, StateVersion } from '../../../reconciler/core/serving-state.ts'
import type { WorkerStatus } from '../../../reconciler/serving/channel/messages.ts'
import { gatherRemembered, gatherStatus } from '../../../reconciler/serving/primary/gather-status.ts'
import { benchRelease } from '../support/bench-model.ts'
import { servingState, stableRoute } from '../support/serving-state.ts'

const release = benchRelease({ version: 1 })
const { digest } = release
const older = benchRelease({ version: 2, decision: { threshold: 0.4 } })
const state = servingState(2, { releases: [release], routes: [stableRoute(release)] })
const none: ReadonlyMap<Digest, string> = new Map()

const loading: ReleaseReadiness = { status: 'loading' }
const quick: ReleaseReadiness = { status: 'ready', loadMs: 10 }
const slow: ReleaseReadiness = { status: 'ready', loadMs: 30 }
const missing: ReleaseReadiness = { status: 'failed', reason: 'ArtifactMissing', message: 'not there', retryable: true }
const broken: ReleaseReadiness = { status: 'failed', reason: 'GoldenRowsFailed', message: 'row 0', retryable: false }

function worker(readiness: ReleaseReadiness | null, changes: Partial<WorkerStatus> = {}): WorkerStatus {
  const releases = readiness === null ? {} : { [digest]: readiness }
  return { stateVersion: state.version, ready: true, releases, heldRoutes: [], heldReleases: {}, ...changes }
}

describe('a release that several workers should hold', () => {
  it.each<[string, readonly (ReleaseReadiness | null)[], ReleaseReadiness]>([
    ['is ready when all hold it, after the slowest of them', [quick, slow, quick], slow],
    ['is loading while one loads it', [quick, loading], loading],
    ['is loading while one has not heard of it', [quick, null], loading],
    ['is loading while there is no worker', [], loading],
    ['has failed when one says so', [quick, missing], missing],
    ['has failed for good when one says so, whoever speaks first', [missing, broken, quick], broken],
  ])('%s', (_title, readiness, expected) => {
    expect(gatherStatus(state, readiness.map((one) => worker(one)), none).releases[digest]).toEqual(expected) // prettier-ignore
  })

  it('has crashed when it took workers with it, whatever those that live say', () => {
    const { releases } = gatherStatus(state, [worker(quick)], new Map([[digest, 'three workers died']]))
    expect(releases[digest]).toEqual({ status: 'failed', reason: 'Crashed', message: 'three workers died', retryable: false })
  })

  it('is listed also when only a worker names it', () => {
    const { releases } = gatherStatus(state, [worker(quick, { releases: { [digest]: quick, [older.digest]: quick } })], none)
    expect(Object.keys(releases).sort()).toEqual([digest, older.digest].sort())
  })
})

describe('the server as a whole', () => {
  it.each<[string, readonly WorkerStatus[], boolean]>([
    ['is ready when all workers are', [worker(quick), worker(quick)], true],
    ['is not while one is not', [worker(quick), worker(quick, { ready: false })], false],
    ['is not without workers', [], false],
  ])('%s', (_title, workers, expected) => {
    expect(gatherStatus(state, workers, none).ready).toBe(expected)
  })

  it('is not ready without a state', () => {
    expect(gatherStatus(null, [worker(null)], none).ready).toBe(false)
  })

  it('has taken over what its slowest worker has', () => {
    const version = fc.record({ epoch: fc.integer({ min: 1, max: 3 }), sequence: fc.integer({ min: 1, max: 5 }) })
    fc.assert(
      fc.property(fc.array(fc.option(version), { maxLength: 5 }), (versions) => {
        const { stateVersion } = gatherStatus(state, versions.map((one) => worker(quick, { stateVersion: one })), none) // prettier-ignore
        expect(stateVersion).toEqual(smallest(versions))
      }),
    )
  })
})

/** By sorting, in place of comparing one after the other. */
function smallest(versions: readonly (StateVersion | null)[]): StateVersion | null {
  if (versions.includes(null)) return null
  return [...(versions as StateVersion[])].sort((x, y) => x.epoch - y.epoch || x.sequence - y.sequence)[0] ?? null
}

describe('what must be on disk', () => {
  it('is the state, and the older route that a worker still serves, with its releases', () => {
    const held = { heldRoutes: [stableRoute(older)], heldReleases: { [older.digest]: older } }
    expect(gatherRemembered(state, [worker(loading), worker(loading, held)])).toEqual({ state, ...held })
    expect(gatherRemembered(state, [worker(quick)])).toEqual({ state, heldRoutes: [], heldReleases: {} })
  })

  it('is of several older routes of a model the one of the worker that came first', () => {
    const third = benchRelease({ version: 3, decision: { threshold: 0.3 } })
    const holding = (one: typeof older) => ({ heldRoutes: [stableRoute(one)], heldReleases: { [one.digest]: one } })
    const found = gatherRemembered(state, [worker(loading, holding(older)), worker(loading, holding(third))])
    expect(found).toEqual({ state, ...holding(older) })
  })
})
