import { describe, expect, it } from 'vitest'
import { toInstant } from '../../reconciler/core/clock.ts'
import { digestValue } from '../../reconciler/core/digest.ts'
import type { ReleaseView } from '../../reconciler/core/online-view.ts'
import type { ReleaseReadiness, ReplicaStatus } from '../../reconciler/core/serving-state.ts'
import { assessReadiness, assessViews, selectFreshReplicas } from '../../reconciler/rollout/readiness.ts'
import { releaseOf } from './rollout-scenario.ts'

const { digest } = releaseOf(1)
const nowMs = Date.parse('2026-03-01T12:00:00.000Z')

function replica(found: ReleaseReadiness | null, silentMs = 0): ReplicaStatus {
  return {
    replica: 'r',
    environment: 'production',
    heartbeatAt: toInstant(nowMs - silentMs),
    stateVersion: null,
    dataTime: null,
    releases: found === null ? {} : { [digest]: found },
  }
}

const held: ReleaseReadiness = { status: 'ready', loadMs: 3 }
const loading: ReleaseReadiness = { status: 'loading' }
const away: ReleaseReadiness = { status: 'failed', reason: 'ArtifactMissing', message: 'store not reachable', retryable: true }
const wrong: ReleaseReadiness = { status: 'failed', reason: 'GoldenRowsFailed', message: 'row 3: 0.5, not 0.7', retryable: false }
const waiting = (message: string) => ({ status: 'waiting', message })

describe('a release', () => {
  it.each([
    ['is ready when every replica holds it', [held, held], { status: 'ready' }],
    ['waits for a replica that loads', [held, loading], waiting('1 of 2 serving processes hold SHORT')],
    ['waits for a replica that has not heard of it', [held, null], waiting('1 of 2 serving processes hold SHORT')],
    [
      'waits, and says why, where trying again may help',
      [held, away],
      waiting('1 of 2 serving processes hold SHORT: store not reachable'),
    ],
    [
      'has failed when one replica refutes it',
      [held, loading, wrong],
      { status: 'failed', reason: 'GoldenRowsFailed', message: 'row 3: 0.5, not 0.7' },
    ],
    ['waits when nobody reports', [], waiting('no serving process has reported in the last 15 s')],
  ])('%s', (_name, found, expected) => {
    const shown = JSON.parse(JSON.stringify(expected).replace('SHORT', digest.slice(7, 19))) as unknown
    expect(
      assessReadiness(
        digest,
        found.map((one) => replica(one)),
      ),
    ).toEqual(shown)
  })
})

describe('a replica', () => {
  it('is left out once its heartbeat is 15 s old', () => {
    const [fresh, stale] = [replica(held, 14_999), replica(held, 15_000)]
    expect(selectFreshReplicas([fresh, stale], nowMs)).toEqual([fresh])
  })
})

describe('a release that reads views', () => {
  const read = (name: string, isPushed = false, as: string | null = null): ReleaseView => ({
    view: { name, digest: digestValue(name), keys: [], features: [], ttlMs: null, aggregations: [], isPushed },
    join: {},
    as,
    take: [],
  })
  const release = {
    ...releaseOf(1),
    views: [read('weather'), read('weather', false, 'dest'), read('routes'), read('limits', true)],
  }
  const filled = (...names: readonly string[]) => new Set(names.map((name) => digestValue(name)))
  const message = (names: string) => waiting(`online views of version 1 have no rows yet (FeaturesReady says why): ${names}`)

  it.each([
    ['waits for all that were never filled, once each', filled(), message('weather, routes')],
    ['waits for the last of them', filled('weather', 'limits'), message('routes')],
    ['is ready when they are; what is pushed needs no filling', filled('weather', 'routes'), { status: 'ready' }],
  ] as const)('%s', (_name, known, expected) => expect(assessViews(release, known)).toEqual(expected))

  it('that reads none waits for nothing', () => expect(assessViews(releaseOf(1), filled())).toEqual({ status: 'ready' }))
})
