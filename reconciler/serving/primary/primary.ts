/**
 * The primary process: follows the serving state, keeps the disk, hands both to its workers, and reports what all of them hold as
 * one replica. It answers no request itself. Knows no protocol and no command line.
 */
import { join } from 'node:path'
import type { Logger } from 'pino'
import { toInstant, type Clock } from '../../core/clock.ts'
import type { ReplicaStatus, ServingState } from '../../core/serving-state.ts'
import type { FromWorker, WorkerStatus } from '../channel/messages.ts'
import { observeSpoolDrain } from '../metrics/observe-recording.ts'
import type { RecordStore } from '../recording/spool/record-store.ts'
import { startSpoolDrain, type RunningSpoolDrain } from '../recording/start-spool-drain.ts'
import type { ServerPorts } from '../replica-server.ts'
import { packFailure, unpackFailure } from '../channel/sent-failure.ts'
import { defaultLimits, type ServingLimits } from '../limits.ts'
import { MetricRegistry } from '../metrics/metric-registry.ts'
import { observeProcess } from '../metrics/process-usage.ts'
import type { ArtifactReader, ReplicaReporter, ServingStateSource } from '../ports.ts'
import { defaultTimes, type ReplicaTimes } from '../replica.ts'
import { DiskMemory } from '../state/disk-memory.ts'
import { followState, type Following } from '../state/follow-state.ts'
import { Heartbeat } from '../state/heartbeat.ts'
import { logProblem } from '../state/log-problem.ts'
import { Totals } from './count-totals.ts'
import { CrashWatch } from './crash-watch.ts'
import type { ProcessEnd } from './death-cause.ts'
import { gatherStatus, type GatheredStatus } from './gather-status.ts'
import { HeldState } from './held-state.ts'
import { LoadOrder } from './load-order.ts'
import { Outbox } from './outbox.ts'
import type { WorkerEvents, WorkerProcess } from './worker-process.ts'
import { WorkerSet, type Worker } from './worker-set.ts'

export interface PrimaryOptions {
  readonly environment: string
  /** Unique among the replicas of the environment: all workers together are one replica. */
  readonly replica: string
  /** Absolute path of the folder that is this module's own. */
  readonly folder: string
  /** Absolute path; below it lies the spool that the workers write. */
  readonly stateFolder: string
  /** Unique among all lives of a primary on this state folder; letters, digits and `_`. */
  readonly life: string
  readonly processes: number
  /** Never 0: all workers ask for the same. */
  readonly ports: ServerPorts
  readonly limits?: Partial<ServingLimits>
  readonly times?: Partial<ReplicaTimes>
}

export interface PrimaryEffects {
  readonly source: ServingStateSource
  readonly reporter: ReplicaReporter
  /** Where artifacts come from that are not on disk yet. */
  readonly artifacts: ArtifactReader
  /** Where records are kept for good. */
  readonly records: RecordStore
  readonly clock: Clock
  readonly log: Logger
  startWorker(events: WorkerEvents): WorkerProcess
}

/** Where workers write what they run, below the primary's folder. */
export const runningFolderName = 'running'

/** How long the records that are left may take to be stored; the rest waits on disk. */
const lastStoreMs = 2_000

/** What a worker needs before it drains, and after its last answer. */
const endMs = 3_000

export class Primary {
  readonly #options: PrimaryOptions
  readonly #effects: PrimaryEffects
  readonly #registry = new MetricRegistry()
  readonly #disk: DiskMemory
  readonly #held: HeldState
  readonly #heartbeat: Heartbeat
  readonly #crashes: CrashWatch
  readonly #order: LoadOrder
  readonly #workers: WorkerSet
  readonly #outbox = new Outbox()
  readonly #totals: Totals
  readonly #times: ReplicaTimes
  readonly #stopObserving: () => void
  readonly #drain: RunningSpoolDrain
  #following: Following | undefined
  #gathered: GatheredStatus = { stateVersion: null, ready: false, releases: {} }
  #told = ''
  #updating: NodeJS.Immediate | null = null
  #onListening: (ports: ServerPorts) => void = () => undefined
  #onFailure: (error: Error) => void = () => undefined

  constructor(options: PrimaryOptions, effects: PrimaryEffects) {
    const { environment, folder, processes } = options
    const { log, artifacts: origin, reporter } = effects
    this.#options = options
    this.#effects = effects
    this.#times = { ...defaultTimes, ...options.times }
    this.#disk = new DiskMemory({ folder, environment, origin, log })
    this.#held = new HeldState(this.#disk)
    const findRelease = this.#held.find.bind(this.#held)
    this.#crashes = new CrashWatch({ folder: join(folder, runningFolderName), registry: this.#registry, log, findRelease })
    this.#heartbeat = new Heartbeat({
      reporter,
      everyMs: this.#times.heartbeatMs,
      timeoutMs: this.#times.portTimeoutMs,
      readStatus: () => this.#readStatus(),
      onProblem: (message) => logProblem(log, 'heartbeats are not stored', message),
    })
    this.#order = new LoadOrder(processes)
    this.#workers = new WorkerSet({
      processes,
      start: (events) => effects.startWorker(events),
      silenceMs: this.#times.workerSilenceMs,
      onSilent: (worker) => this.#noteSilence(worker),
      onHello: (worker) => this.#begin(worker),
      onMessage: (worker, message) => this.#hear(worker, message),
      onEnd: (worker, end, pauseMs) => this.#onEnd(worker, end, pauseMs),
    })
    this.#totals = new Totals(this.#registry, { askAll: () => this.#askForCounts(), listKnown: () => this.#held.listKnown() })
    this.#stopObserving = observeProcess(this.#registry)
    this.#registry.number('mainward_worker_restarts_total')
    this.#drain = this.#startDrain()
    observeSpoolDrain(this.#registry, this.#drain.counts)
    this.#registry.beforeSnapshot(() => {
      this.#registry.number('mainward_workers').set(this.#workers.listListening().length)
    })
  }

  /** Resolves when the first worker listens. Throws what it fails with: `port-in-use`, `environment`, `usage`. */
  async start(): Promise<ServerPorts> {
    await this.#held.recall()
    const listening = new Promise<ServerPorts>((resolve, reject) => {
      this.#onListening = resolve
      this.#onFailure = reject
    })
    this.#workers.startAll()
    this.#follow()
    this.#heartbeat.beat()
    return listening
  }

  /** Requests in flight are answered, and what is kept is on disk. */
  async stop(): Promise<void> {
    this.#following?.stop()
    this.#heartbeat.stop()
    const { drainTimeoutMs } = { ...defaultLimits, ...this.#options.limits }
    await this.#workers.stop(drainTimeoutMs + endMs)
    if (this.#updating !== null) clearImmediate(this.#updating)
    await this.#drain.stop(lastStoreMs)
    this.#stopObserving()
    this.#crashes.close()
    await this.#disk.close()
  }

  #startDrain(): RunningSpoolDrain {
    const { stateFolder, replica } = this.#options
    const { records: store, clock, log } = this.#effects
    const dataNow = () => {
      const dataTime = this.#held.newest?.dataTime ?? null
      return dataTime === null ? clock.now() : Date.parse(dataTime)
    }
    const isLive = (name: string) => this.#workers.listAlive().some(({ number }) => this.#spoolName(number) === name)
    return startSpoolDrain({ stateFolder, replica, store, dataNow, isLive, log })
  }

  #spoolName(worker: number): string {
    return `w${worker}_${this.#options.life}`
  }

  #follow(): void {
    const { source, log } = this.#effects
    this.#following = followState({
      source,
      environment: this.#options.environment,
      pollMs: this.#times.pollMs,
      readTimeoutMs: this.#times.portTimeoutMs,
      held: this.#held.newest?.version ?? null,
      onState: (state) => this.#takeOver(state),
      onSourceProblem: (message) => logProblem(log, 'the source of serving states is down; serving goes on', message),
      onRefused: (message) => log.error({ reason: message }, 'a serving state was refused'),
    })
  }

  #takeOver(state: ServingState): void {
    this.#held.take(state)
    this.#update()
  }

  /** The first worker listens at once, and tells the port; one that joins others does so when it can answer. */
  #begin(worker: Worker): void {
    worker.begun = true
    worker.mustListen = !this.#workers.listAlive().some(({ ports, mustListen }) => ports !== null || mustListen)
    this.#order.notice(this.#listLoading())
    this.#outbox.begin(worker, {
      spoolName: this.#spoolName(worker.number),
      ports: this.#options.ports,
      remembered: this.#held.remembered,
      state: this.#held.newest === this.#held.remembered?.state ? null : this.#held.newest,
      barred: this.#barFor(worker),
      whole: this.#gathered,
    })
    this.#updateSoon()
  }

  #hear(worker: Worker, message: Exclude<FromWorker, { type: 'hello' | 'closed' }>): void {
    switch (message.type) {
      case 'listening':
        worker.ports = message.ports
        this.#onListening(message.ports)
        return this.#updateSoon()
      case 'status':
        worker.status = message.status
        return this.#updateSoon()
      case 'counted':
        return this.#totals.take(worker.number, message.snapshot, message.asked)
      case 'failed':
        this.#effects.log.error({ worker: worker.number, reason: message.failure.message }, 'a worker could not start')
        return this.#onFailure(unpackFailure(message.failure))
      case 'read-metrics':
        return void this.#sendMetrics(worker, message.ask)
      case 'read-artifact':
        return void this.#sendArtifact(worker, message)
    }
  }

  async #sendMetrics({ process }: Worker, ask: number): Promise<void> {
    process.send({ type: 'metrics', ask, snapshot: await this.#totals.gather() })
  }

  async #sendArtifact({ process }: Worker, request: Extract<FromWorker, { type: 'read-artifact' }>): Promise<void> {
    const { ask, store, sha256, damaged } = request
    try {
      process.send({ type: 'artifact', ask, path: await this.#disk.artifacts.ensure(store, sha256, damaged) })
    } catch (error) {
      process.send({ type: 'refused', ask, failure: packFailure(error) })
    }
  }

  #noteSilence({ number, process }: Worker): void {
    const { pid } = process
    const silentMs = this.#times.workerSilenceMs
    this.#crashes.blame(number)
    this.#effects.log.error({ worker: number, pid, silentMs }, 'a worker says nothing any more: it is killed')
  }

  #onEnd(worker: Worker, end: ProcessEnd, pauseMs: number | null): void {
    this.#totals.bury(worker.number)
    this.#outbox.forget(worker)
    this.#crashes.inspect(worker.number, end)
    if (pauseMs === null) return
    this.#registry.number('mainward_worker_restarts_total').add(1)
    const about = { worker: worker.number, pid: worker.process.pid, ...end, pauseMs }
    this.#effects.log.warn(about, 'a worker process ended: another one takes its place')
    this.#updateSoon()
  }

  #askForCounts(): readonly number[] {
    const asked = this.#workers.listAlive().filter(({ begun }) => begun)
    for (const { process } of asked) process.send({ type: 'count' })
    return asked.map(({ number }) => number)
  }

  /** Several messages of one moment cause one update. */
  #updateSoon(): void {
    this.#updating ??= setImmediate(() => this.#update())
  }

  /** Looks at everything anew, and tells each worker what has changed for it: what it must not load before what there is to load. */
  #update(): void {
    if (this.#updating !== null) clearImmediate(this.#updating)
    this.#updating = null
    const statuses = this.#workers.listListening().map(({ status }) => status ?? unknownStatus)
    this.#held.notice(statuses)
    const named = new Set(this.#held.releases.keys())
    this.#crashes.keep(named)
    this.#order.keep(named)
    this.#order.notice(this.#listLoading())
    this.#totals.prune()
    this.#gathered = gatherStatus(this.#held.newest, statuses, this.#crashes.condemned)
    for (const worker of this.#workers.listAlive()) {
      if (worker.begun) this.#outbox.update(worker, this.#barFor(worker), this.#held.newest, this.#gathered)
    }
    const told = JSON.stringify(this.#gathered)
    if (told !== this.#told) this.#heartbeat.beat()
    this.#told = told
  }

  #listLoading(): Parameters<LoadOrder['notice']>[0] {
    return this.#workers.listAlive().map((worker) => ({ ...worker, listening: worker.ports !== null }))
  }

  #barFor(worker: Worker): ReturnType<LoadOrder['barFor']> {
    const crashed = new Set(this.#crashes.condemned.keys())
    const loading = { ...worker, listening: worker.ports !== null }
    return this.#order.barFor(loading, this.#listLoading(), this.#held.releases.keys(), crashed)
  }

  #readStatus(): ReplicaStatus {
    const state = this.#held.newest
    const named = Object.entries(this.#gathered.releases).filter(([digest]) => Object.hasOwn(state?.releases ?? {}, digest))
    return {
      replica: this.#options.replica,
      environment: this.#options.environment,
      heartbeatAt: toInstant(this.#effects.clock.now()),
      stateVersion: this.#gathered.stateVersion,
      dataTime: state?.dataTime ?? null,
      releases: Object.fromEntries(named),
    }
  }
}

/** Of a worker that listens and has said nothing yet. */
const unknownStatus: WorkerStatus = { stateVersion: null, ready: false, releases: {}, heldRoutes: [], heldReleases: {} }
