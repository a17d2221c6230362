/** A serving process as the planner sees it: it loads what the serving state names, and answers by the real rules of routing. */
import { toInstant } from '../../reconciler/core/clock.ts'
import type { Digest } from '../../reconciler/core/digest.ts'
import type { ModelRoute, ReleaseReadiness, ReplicaStatus, ServingState } from '../../reconciler/core/serving-state.ts'
import type { HeldRelease } from '../../reconciler/serving/releases/held-release.ts'
import { holdRelease } from '../serving/support/held-release.ts'
import { buildActiveRoutes } from '../../reconciler/serving/routing/active-route.ts'

export class SimulatedReplica {
  readonly name: string
  /** True: cut off. It serves what it has, and reports nothing. */
  silent = false
  /** Looks at the serving state that a release takes to load. */
  loadTicks = 1
  status: ReplicaStatus | null = null
  /** By model: the route that answers here. */
  answering: ReadonlyMap<string, ModelRoute> = new Map()
  readonly #bad: ReadonlySet<Digest>
  readonly #held = new Map<Digest, HeldRelease>()
  readonly #waited = new Map<Digest, number>()

  constructor(name: string, bad: ReadonlySet<Digest>) {
    this.name = name
    this.#bad = bad
  }

  follow(state: ServingState | null, wallMs: number): void {
    if (this.silent) return
    const releases = Object.values(state?.releases ?? {})
    const found = releases.map((release): [Digest, ReleaseReadiness] => {
      const waited = (this.#waited.get(release.digest) ?? 0) + 1
      this.#waited.set(release.digest, waited)
      if (waited < this.loadTicks) return [release.digest, { status: 'loading' }]
      if (this.#bad.has(release.digest))
        return [release.digest, { status: 'failed', reason: 'GoldenRowsFailed', message: 'row 0', retryable: false }]
      if (!this.#held.has(release.digest)) this.#held.set(release.digest, holdRelease(release))
      return [release.digest, { status: 'ready', loadMs: 1 }]
    })
    if (state !== null) {
      const active = buildActiveRoutes(state, this.answering, (digest) => this.#held.get(digest) ?? null)
      this.answering = new Map([...active].map(([model, { route }]) => [model, route]))
    }
    this.status = {
      replica: this.name,
      environment: 'production',
      heartbeatAt: toInstant(wallMs),
      stateVersion: state?.version ?? null,
      dataTime: null,
      releases: Object.fromEntries(found),
    }
  }
}
