/**
 * One replica: holds the newest serving state, loads what it names, and decides which route of each model answers. Knows no
 * protocol. Requests only read `routes` and `pool`; nothing here ever waits for a request, or a request for anything here.
 */
import type { Logger } from 'pino'
import { toInstant, type Clock } from '../core/clock.ts'
import { shortDigest, type Digest } from '../core/digest.ts'
import type { Release } from '../core/release.ts'
import type { ModelRoute, ReleaseReadiness, ReplicaStatus, ServingState } from '../core/serving-state.ts'
import type { ArtifactReader, ModelRuntime, ReplicaReporter, ServingStateSource } from './ports.ts'
import type { Execution } from './execution/execution.ts'
import { ArtifactCache } from './releases/artifact-cache.ts'
import { loadRelease } from './releases/load-release.ts'
import { ReleasePool } from './releases/release-pool.ts'
import { buildActiveRoutes, requiredArms, type ActiveRoute } from './routing/active-route.ts'
import { findStateProblem } from './state/check-state.ts'
import { followState, type Following } from './state/follow-state.ts'
import { Heartbeat } from './state/heartbeat.ts'
import { readStateFile, type RememberedState } from './state/state-file.ts'
import { StateKeeper } from './state/state-keeper.ts'

export interface ReplicaTimes {
  readonly pollMs: number
  readonly heartbeatMs: number
  /** How long a source or a reporter may take before it counts as down. */
  readonly portTimeoutMs: number
  readonly firstRetryMs: number
  readonly largestRetryMs: number
}

export const defaultTimes: ReplicaTimes = {
  pollMs: 1000,
  heartbeatMs: 2000,
  portTimeoutMs: 5000,
  firstRetryMs: 1000,
  largestRetryMs: 30_000,
}

export interface ReplicaOptions {
  /** Unique among the replicas of the environment. */
  readonly replica: string
  readonly environment: string
  /** Absolute path of the file that keeps the last good state. */
  readonly stateFile: string
  /** Absolute path of the folder that keeps the model files of that state. */
  readonly artifactFolder: string
  readonly times: ReplicaTimes
}

export interface ReplicaEffects {
  readonly source: ServingStateSource
  readonly reporter: ReplicaReporter
  readonly artifacts: ArtifactReader
  readonly runtime: ModelRuntime
  readonly clock: Clock
  readonly log: Logger
}

export class Replica {
  readonly pool: ReleasePool
  readonly #options: ReplicaOptions
  readonly #effects: ReplicaEffects
  readonly #heartbeat: Heartbeat
  readonly #keeper: StateKeeper
  readonly #artifacts: ArtifactCache
  #following: Following | undefined
  #state: ServingState | null = null
  #routes: ReadonlyMap<string, ActiveRoute> = new Map()
  /** Per model, the route that answered last: what goes on when the state's can not be loaded. */
  #answered: ReadonlyMap<string, ModelRoute> = new Map()
  #known: ReadonlyMap<Digest, Release> = new Map()

  constructor(options: ReplicaOptions, effects: ReplicaEffects, execution: Execution) {
    const { times } = options
    const { log } = effects
    this.#options = options
    this.#effects = effects
    this.#artifacts = new ArtifactCache({ folder: options.artifactFolder, origin: effects.artifacts, log })
    this.#keeper = new StateKeeper(options.stateFile, log, (kept) => void this.#pruneArtifacts(kept))
    this.#heartbeat = new Heartbeat({
      reporter: effects.reporter,
      everyMs: times.heartbeatMs,
      timeoutMs: times.portTimeoutMs,
      readStatus: () => this.#readStatus(),
      onProblem: (message) => logProblem(log, 'heartbeats are not stored', message),
    })
    this.pool = new ReleasePool({
      load: (release) =>
        loadRelease(release, this.#state?.artifactStore ?? '', { ...effects, artifacts: this.#artifacts, execution }),
      onChange: (digest, readiness) => this.#onReadiness(digest, readiness),
      onReleaseProblem: (digest, error) => log.warn({ err: error, release: digest }, 'freeing a model failed'),
      firstRetryMs: times.firstRetryMs,
      largestRetryMs: times.largestRetryMs,
    })
  }

  /** Takes over the state on disk and begins to follow the source. Resolves when the former is done. */
  async start(): Promise<void> {
    await this.#startFromDisk()
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

  async stop(): Promise<void> {
    this.#following?.stop()
    this.#heartbeat.stop()
    this.pool.close()
    await this.#keeper.flush()
    await this.#artifacts.close()
  }

  /** The newest state that was taken over. */
  get state(): ServingState | null {
    return this.#state
  }

  /** What answers now, by model. */
  get routes(): ReadonlyMap<string, ActiveRoute> {
    return this.#routes
  }

  /** A state is there, and every release that it gives traffic is loaded. */
  isReady(): boolean {
    return this.#state !== null && this.#state.routes.every((route) => this.#isLoaded(route))
  }

  #isLoaded(route: ModelRoute): boolean {
    return requiredArms(route).every(({ release }) => this.pool.heldRelease(release) !== null)
  }

  async #startFromDisk(): Promise<void> {
    const { log } = this.#effects
    const { stateFile, environment } = this.#options
    const found = await readStateFile(stateFile)
    if (found.type === 'corrupt') log.error({ reason: found.message }, 'the state on disk is ignored and fetched again')
    if (found.type !== 'found') return
    const { state, heldRoutes, heldReleases } = found.remembered
    const problem = findStateProblem(state, environment)
    if (problem !== null) {
      log.error({ reason: problem }, 'the state on disk is ignored and fetched again')
      return
    }
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
    this.#routes = buildActiveRoutes(state, this.#answered, (digest) => this.pool.heldRelease(digest))
    const modelsServed = new Set(state.routes.filter((route) => requiredArms(route).length > 0).map(({ model }) => model))
    const waiting = [...this.#answered].filter(([model]) => modelsServed.has(model))
    this.#answered = new Map([...waiting, ...[...this.#routes].map(([model, { route }]) => [model, route] as const)])
    const wanted = this.#listWanted(state)
    this.#known = new Map(wanted.map((release) => [release.digest, release]))
    this.pool.want(wanted)
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
    this.#keeper.keep({ state, heldRoutes, heldReleases: heldReleases as Record<Digest, Release> })
  }

  /** What the state on disk names stays, and what is wanted since. */
  #pruneArtifacts({ state, heldReleases }: RememberedState): Promise<void> {
    const kept = [...Object.values(state.releases), ...Object.values(heldReleases)]
    const needed = () => new Set([...kept, ...this.#known.values()].map(({ artifact }) => artifact.sha256))
    return this.#artifacts.prune(needed)
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

function logProblem(log: Logger, what: string, message: string | null): void {
  if (message === null) log.info(`it works again: ${what}`)
  else log.warn({ reason: message }, what)
}
