/** A world for the planner: replicas that load, prove and go silent, a history branch that may be away, and time. Uses the real deciding code, stores nothing outside of itself. */
import { toInstant } from '../../reconciler/core/clock.ts'
import type { RolloutState } from '../../reconciler/core/rollout-state.ts'
import type { Digest } from '../../reconciler/core/digest.ts'
import type { HistoryLine } from '../../reconciler/core/history-line.ts'
import { type Action, changesSomething, type Desired, type Observed, type Plan } from '../../reconciler/core/plan.ts'
import type { Release } from '../../reconciler/core/release.ts'
import type { DesiredRollout } from '../../reconciler/core/rollout-state.ts'
import type { ReplicaStatus } from '../../reconciler/core/serving-state.ts'
import type { StoredRollout } from '../../reconciler/database/rollout-queries.ts'
import type { StoredServingState } from '../../reconciler/database/serving-queries.ts'
import { buildLine, emptyChain } from '../../reconciler/governance/history-chain.ts'
import { buildPlan } from '../../reconciler/reconcile/build-plan.ts'
import { deriveRoutes, namedReleases } from '../../reconciler/reconcile/derive-serving-state.ts'
import { buildObserved } from '../../reconciler/reconcile/observe.ts'
import { selectFreshReplicas } from '../../reconciler/rollout/readiness.ts'
import { heldReleasesOf } from '../../reconciler/rollout/traffic.ts'
import { SimulatedReplica } from './simulated-replica.ts'

export class SimulatedWorld {
  wallMs = Date.parse('2026-03-01T12:00:00.000Z')
  desired: Desired
  /** False: pushing the history fails. */
  branchIsThere = true
  readonly rollouts = new Map<string, StoredRollout>()
  readonly removed = new Map<string, RolloutState>()
  readonly lines: HistoryLine[] = []
  readonly replicas = new Map<string, SimulatedReplica>()
  readonly bad: ReadonlySet<Digest>
  readonly #artifacts = new Set<string>()
  readonly #documents = new Map<Digest, Release>()
  serving: StoredServingState | null = null
  pushed = 0

  constructor(desired: Desired, bad: ReadonlySet<Digest>) {
    this.desired = desired
    this.bad = bad
    this.join('replica-1')
  }

  join(name: string): void {
    this.replicas.set(name, new SimulatedReplica(name, this.bad))
  }

  observe(): Observed {
    const replicas = selectFreshReplicas(this.#heartbeats(), this.wallMs)
    return buildObserved({
      rollouts: [...this.rollouts.values()],
      replicas,
      serving: this.serving,
      storedArtifacts: [...this.#artifacts],
      filledViews: [],
      removed: [...this.removed.values()],
    })
  }

  plan(): Plan {
    return buildPlan(this.desired, this.observe(), this.wallMs)
  }

  /** One pass of the loop. `crashAfter`: the process dies when so many actions were carried out, and is started again. */
  pass(crashAfter = Infinity): Plan {
    const plan = this.plan()
    const changes = plan.actions.filter(changesSomething)
    for (const action of changes.slice(0, crashAfter)) this.apply(action)
    if (crashAfter < changes.length) return this.pass()
    if (this.branchIsThere) this.pushed = this.lines.length
    this.#publish()
    return plan
  }

  /** Time goes by: replicas read the serving state, load, and report. */
  tick(milliseconds: number): void {
    this.wallMs += milliseconds
    for (const replica of this.replicas.values()) replica.follow(this.serving?.state ?? null, this.wallMs)
  }

  apply(action: Action): void {
    if (action.type === 'store-artifact') this.#artifacts.add(action.artifact.sha256)
    if (action.type === 'transition') {
      for (const { artifact } of heldReleasesOf(this.#wanted(action.rollout)))
        this.#requireArtifact(action.state.phase, artifact.sha256)
      for (const release of action.releases) this.#documents.set(release.digest, release)
      const sequence = this.#write(action.rollout, action)
      this.rollouts.set(action.rollout, { state: action.state, sequence })
      this.removed.delete(action.rollout)
    }
    if (action.type === 'remove') {
      this.#write(action.rollout, action)
      const last = this.rollouts.get(action.rollout)
      if (last !== undefined) this.removed.set(action.rollout, last.state)
      this.rollouts.delete(action.rollout)
    }
  }

  #wanted(rollout: string): DesiredRollout {
    const found = this.desired.rollouts.find((candidate) => candidate.rollout === rollout)
    if (found === undefined) throw new Error(`an action for ${rollout}, which nobody asked for`)
    return found
  }

  #requireArtifact(phase: string, sha256: string): void {
    if (phase === 'Initializing' && !this.#artifacts.has(sha256)) throw new Error('a release is to be loaded before it is stored')
  }

  #write(rollout: string, action: Action & { type: 'transition' | 'remove' }): number {
    const last = this.lines.at(-1)
    const line = buildLine(last === undefined ? emptyChain : { sequence: last.sequence, hash: last.hash }, {
      environment: this.desired.environment,
      at: toInstant(this.wallMs),
      rollout,
      event: action.type === 'remove' ? 'Removed' : action.event,
      commit: this.desired.commit,
      by: { kind: 'reconciler', name: 'reconciler' },
      reason: action.reason,
      message: '',
      state: action.type === 'remove' ? null : action.state,
      releases: action.type === 'remove' ? {} : Object.fromEntries(action.releases.map((release) => [release.digest, release])),
    })
    this.lines.push(line)
    return line.sequence
  }

  #publish(): void {
    const states = [...this.rollouts.values()].map(({ state }) => state)
    const routes = deriveRoutes({
      states,
      serving: this.serving?.state.routes ?? [],
      isDurable: (rollout) => (this.rollouts.get(rollout)?.sequence ?? 0) <= this.pushed,
      at: toInstant(this.wallMs),
    })
    const releases = Object.fromEntries(namedReleases(states, routes).map((digest) => [digest, this.#document(digest)]))
    const version = { epoch: 1, sequence: (this.serving?.state.version.sequence ?? 0) + 1 }
    const same = JSON.stringify(this.serving?.state.routes) === JSON.stringify(routes)
    if (same && JSON.stringify(this.serving?.state.releases) === JSON.stringify(releases)) return
    const { commit, environment } = this.desired
    const state = {
      formatVersion: 1 as const,
      environment,
      version,
      commit,
      writtenAt: toInstant(this.wallMs),
      dataTime: null,
      artifactStore: '',
      releases,
      routes,
    }
    this.serving = { state, routesVersion: same && this.serving !== null ? this.serving.routesVersion : version }
  }

  #document(digest: Digest): Release {
    const found = this.#documents.get(digest)
    if (found === undefined) throw new Error(`no line of the history describes ${digest}`)
    return found
  }

  #heartbeats(): readonly ReplicaStatus[] {
    return [...this.replicas.values()].flatMap(({ status }) => status ?? [])
  }
}
