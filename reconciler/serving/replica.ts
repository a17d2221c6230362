/**
 * One replica: holds the newest serving state, loads what it names, and decides which route of each model answers. Knows no
 * protocol. Requests only read `routes` and `pool`; nothing here ever waits for a request, or a request for anything here.
 */
import type { Logger } from 'pino'
import { toInstant, type Clock } from '../core/clock.ts'
import { shortDigest, type Digest } from '../core/digest.ts'
import type { Release } from '../core/release.ts'
import type { ModelRoute, ReleaseReadiness, ReplicaStatus, ServingState } from '../core/serving-state.ts'
import type { ArtifactReader, CrashMarker, ModelRuntime, ReplicaReporter, ServingStateSource, StateMemory } from './ports.ts'
import type { Execution } from './execution/execution.ts'
import { loadRelease } from './releases/load-release.ts'
import { ReleasePool } from './releases/release-pool.ts'
import { buildActiveRoutes, requiredArms, type ActiveRoute } from './routing/active-route.ts'
import { followState, type Following } from './state/follow-state.ts'
import { Heartbeat } from './state/heartbeat.ts'
import { logProblem } from './state/log-problem.ts'

export interface ReplicaTimes {
  readonly pollMs: number
  readonly heartbeatMs: number
  /** How long a source or a reporter may take before it counts as down. */
  readonly portTimeoutMs: number
  /** How long a worker may say nothing before it is taken for held, and killed. */
  readonly workerSilenceMs: number
  readonly firstRetryMs: number
  readonly largestRetryMs: number
}

export const defaultTimes: ReplicaTimes = {
  pollMs: 1000,
  heartbeatMs: 2000,
  portTimeoutMs: 5000,
  workerSilenceMs: 30_000,
  firstRetryMs: 1000,
  largestRetryMs: 30_000,
}

export interface ReplicaOptions {
  /** Unique among the replicas of the environment. */
  readonly replica: string
  readonly environment: string
  readonly times: ReplicaTimes
}

export interface ReplicaEffects {
  readonly source: ServingStateSource
  readonly reporter: ReplicaReporter
  readonly artifacts: ArtifactReader
  readonly runtime: ModelRuntime
  readonly memory: StateMemory
  readonly marker: CrashMarker
  readonly clock: Clock
  readonly log: Logger
}

/** Releases that must not be loaded here, and why. */
export interface BarredReleases {
  /** Not yet: another process tries them first. */
  readonly later: readonly Digest[]
  /** They were tried, and can not be served. */
  readonly failed: readonly Digest[]
  /** They took processes with them: their arms are left out, so that the rest of their routes answers. */
  readonly crashed: readonly Digest[]
}

export class Replica {
  readonly pool: ReleasePool
  readonly #options: ReplicaOptions
  readonly #effects: ReplicaEffects
  readonly #heartbeat: Heartbeat
  #following: Following | undefined
  #state: ServingState | null = null
  #routes: ReadonlyMap<string, ActiveRoute> = new Map()
  /** Per model, the route that answered last: what goes on when the state's can not be loaded. */
  #answered: ReadonlyMap<string, ModelRoute> = new Map()
  #known: ReadonlyMap<Digest, Release> = new Map()
  #barred: ReadonlySet<Digest> = new Set()
  #later: ReadonlySet<Digest> = new Set()
  #crashed: ReadonlySet<Digest> = new Set()

  constructor(options: ReplicaOptions, effects: ReplicaEffects, execution: Execution) {
    const { times } = options
    const { log } = effects
    this.#options = options
    this.#effects = effects
    this.#heartbeat = new Heartbeat({
      reporter: effects.reporter,
      everyMs: times.heartbeatMs,
      timeoutMs: times.portTimeoutMs,
      readStatus: () => this.#readStatus(),
      onProblem: (message) => logProblem(log, 'heartbeats are not stored', message),
    })
    this.pool = new ReleasePool({
      load: (release) => loadRelease(release, this.#state?.artifactStore ?? '', { ...effects, execution }),
      onChange: (digest, readiness) => this.#onReadiness(digest, readiness),
      onReleaseProblem: (digest, error) => log.warn({ err: error, release: digest }, 'freeing a model failed'),
      firstRetryMs: times.firstRetryMs,
      largestRetryMs: times.largestRetryMs,
    })
  }

  /** Takes over the state that was kept, and begins to follow the source. Resolves when the former is done. */
  async start(): Promise<void> {
    await this.#startFromMemory()
    const { source, log } = this.#effects
    const { environment, times } = this.#options
    this.#following = followState({
      source,
      environment,
      pollMs: times.pollMs,
      readTimeoutMs: times.portTimeoutMs,
      held: this.#state?.version ?? null,
      onState: (state) => this.#takeOver(state, state.releases),
      onSourceProblem: (message) => logProblem(log, 'the source of serving states is down; serving goes on', message),
      onRefused: (message) => log.error({ reason: message }, 'a serving state was refused'),
    })
    this.#heartbeat.beat()
  }

  stop(): void {
    this.#following?.stop()
    this.#heartbeat.stop()
    this.pool.close()
  }

  /** Says anew which releases must not be loaded here; one that is loaded is freed. */
  bar({ later, failed, crashed }: BarredReleases): void {
    this.#later = new Set(later)
    this.#crashed = new Set(crashed)
    this.#barred = new Set([...later, ...failed, ...crashed])
    this.#refresh()
    this.#heartbeat.beat()
  }

  /** The newest state that was taken over. */
  get state(): ServingState | null {
    return this.#state
  }

  /** What answers now, by model. */
  get routes(): ReadonlyMap<string, ActiveRoute> {
    return this.#routes
  }

  /** A state is there, and every release that it gives traffic is loaded. One that crashed makes only its own model fail. */
  isReady(): boolean {
    return this.#state !== null && leaveOut(this.#state, this.#crashed).routes.every((route) => this.#isLoaded(route))
  }

  /** Whether nothing is being loaded, or waits for it: what is not there now needs something else to happen first. */
  isSettled(): boolean {
    const isLoading = this.pool.listReleases().some(({ readiness }) => readiness.status === 'loading')
    return !isLoading && ![...this.#later].some((digest) => this.#known.has(digest))
  }

  #isLoaded(route: ModelRoute): boolean {
    return requiredArms(route).every(({ release }) => this.#crashed.has(release) || this.pool.heldRelease(release) !== null)
  }

  async #startFromMemory(): Promise<void> {
    const remembered = await this.#effects.memory.recall()
    if (remembered === null) return
    const { state, heldRoutes, heldReleases } = remembered
    this.#answered = new Map(heldRoutes.map((route) => [route.model, route]))
    this.#takeOver(state, { ...heldReleases, ...state.releases })
  }

  #takeOver(state: ServingState, releases: Readonly<Record<Digest, Release>>): void {
    const { version, commit } = state
    this.#effects.log.info({ epoch: version.epoch, sequence: version.sequence, commit }, 'serving state taken over')
    this.#state = state
    this.#known = new Map([...this.#known, ...Object.values(releases).map((release) => [release.digest, release] as const)])
    this.#refresh()
    this.#heartbeat.beat()
  }

  #onReadiness(digest: Digest, readiness: ReleaseReadiness): void {
    const release = this.#known.get(digest)
    const named = { model: release?.model, version: release?.version, release: shortDigest(digest) }
    if (readiness.status === 'failed') this.#effects.log.error({ ...named, ...readiness }, 'a release can not be served')
    else this.#effects.log.info({ ...named, ...readiness }, 'a release is ready')
    this.#refresh()
    this.#heartbeat.beat()
  }

  /** Switches routes whose releases are all there, asks for what is missing, frees what nothing needs. */
  #refresh(): void {
    const state = this.#state
    if (state === null) return
    this.#routes = buildActiveRoutes(leaveOut(state, this.#crashed), this.#answered, (digest) => this.pool.heldRelease(digest))
    const modelsServed = new Set(state.routes.filter((route) => requiredArms(route).length > 0).map(({ model }) => model))
    const waiting = [...this.#answered].filter(([model]) => modelsServed.has(model))
    this.#answered = new Map([...waiting, ...[...this.#routes].map(([model, { route }]) => [model, route] as const)])
    const wanted = this.#listWanted(state)
    this.#known = new Map(wanted.map((release) => [release.digest, release]))
    this.pool.want(wanted.filter(({ digest }) => !this.#barred.has(digest)))
    this.#keep(state)
  }

  /** What answers now first, then what shall answer, then the rest of the state. */
  #listWanted(state: ServingState): readonly Release[] {
    const digests = new Set<Digest>()
    for (const route of this.#answered.values()) for (const { release } of requiredArms(route)) digests.add(release)
    for (const route of state.routes) for (const { release } of requiredArms(route)) digests.add(release)
    for (const release of Object.values(state.releases)) digests.add(release.digest)
    return [...digests].flatMap((digest) => state.releases[digest] ?? this.#known.get(digest) ?? [])
  }

  #keep(state: ServingState): void {
    const heldRoutes = [...this.#answered.values()].filter((route) => !state.routes.includes(route))
    const digests = heldRoutes.flatMap((route) => requiredArms(route).map(({ release }) => release))
    const heldReleases = Object.fromEntries(digests.map((digest) => [digest, this.#known.get(digest)]))
    this.#effects.memory.keep({ state, heldRoutes, heldReleases: heldReleases as Record<Digest, Release> })
  }

  #readStatus(): ReplicaStatus {
    const state = this.#state
    const releases = state === null ? [] : Object.values(state.releases)
    const readiness = releases.map(({ digest }) => [digest, this.pool.readinessOf(digest) ?? { status: 'loading' }] as const)
    return {
      replica: this.#options.replica,
      environment: this.#options.environment,
      heartbeatAt: toInstant(this.#effects.clock.now()),
      stateVersion: state?.version ?? null,
      dataTime: state?.dataTime ?? null,
      releases: Object.fromEntries(readiness),
    }
  }
}

/** The state without some releases: units of their arms get the default arm. A default arm stays, and is not loaded. */
function leaveOut(state: ServingState, releases: ReadonlySet<Digest>): ServingState {
  if (releases.size === 0) return state
  return { ...state, routes: state.routes.map((route) => leaveOutArms(route, releases)) }
}

function leaveOutArms(route: ModelRoute, releases: ReadonlySet<Digest>): ModelRoute {
  const arms = route.arms.filter(({ name, release }) => name === route.defaultArm || !releases.has(release))
  if (arms.length === route.arms.length) return route
  const others = arms.filter(({ name }) => name !== route.defaultArm).reduce((sum, { weight }) => sum + weight, 0)
  return { ...route, arms: arms.map((arm) => (arm.name === route.defaultArm ? { ...arm, weight: 100 - others } : arm)) }
}
