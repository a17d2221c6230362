/**
 * The life of one worker: it waits for the primary's word, answers requests, and ends when it is told to, or when the primary is
 * gone. Follows no source and writes no state: it has the channel. Knows no command line.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from '../../core/clock.ts'
import type { Digest } from '../../core/digest.ts'
import type { Release } from '../../core/release.ts'
import type { ToWorker } from '../channel/messages.ts'
import { packFailure } from '../channel/sent-failure.ts'
import { defaultLimits } from '../limits.ts'
import type { ArtifactReader, ModelRuntime, OnlineStore } from '../ports.ts'
import { createReplicaServer, type ReplicaServer, type ReplicaServerOptions, type ServerPorts } from '../replica-server.ts'
import { RunningFile } from '../releases/running-file.ts'
import { ChannelArtifacts, ChannelMemory, ChannelSource, ChannelWhole, createChannelReporter } from './channel-ports.ts'
import { PrimaryLink, type ChannelProcess } from './primary-link.ts'

export interface WorkerOptions extends ReplicaServerOptions {
  /** Absolute path of the folder of running files; the primary makes it. */
  readonly runningFolder: string
  /** Absolute path; only its `serving/spool` is written. */
  readonly stateFolder: string
}

export interface WorkerEffects {
  readonly channel: ChannelProcess
  /** Where artifacts come from when the primary can not keep them on disk. */
  readonly artifacts: ArtifactReader
  readonly runtime: ModelRuntime
  readonly store: OnlineStore
  readonly clock: Clock
  readonly log: Logger
  /** Aborted when this process itself is asked to stop. */
  readonly stop: AbortSignal
}

type Begin = Extract<ToWorker, { type: 'begin' }>

interface Begun {
  readonly begin: Begin
  readonly server: ReplicaServer
  readonly running: RunningFile
  readonly log: Logger
}

/** How often a worker tells what it has counted, unasked. */
const countEveryMs = 1_000
/** How long others may answer alone before a worker listens that has not loaded everything. */
const loadPatienceMs = 15_000
/** How long a worker that stops waits for others that do not close. */
const closingPatienceMs = 1_000
/** Without a primary nobody knows of this process: it answers what it has, and is gone within a second. */
const orphanDrainMs = 700

/** Resolves when everything in flight is answered, or its time is over: then the caller ends the process. */
export async function runWorker(options: WorkerOptions, effects: WorkerEffects): Promise<void> {
  const life = new WorkerLife(options, effects)
  try {
    await life.run()
  } finally {
    life.link.close()
  }
}

class WorkerLife {
  readonly link: PrimaryLink
  readonly #options: WorkerOptions
  readonly #effects: WorkerEffects
  readonly #source = new ChannelSource()
  readonly #stopping = new AbortController()
  readonly #draining = new AbortController()
  readonly #begun: Promise<Begun>
  #tellBegun: (begun: Begun) => void = () => undefined
  #server: ReplicaServer | null = null
  #whole: ChannelWhole | null = null

  constructor(options: WorkerOptions, effects: WorkerEffects) {
    this.#options = options
    this.#effects = effects
    this.#begun = new Promise((resolve) => (this.#tellBegun = resolve))
    this.link = new PrimaryLink(effects.channel, (message) => this.#hear(message))
  }

  async run(): Promise<void> {
    const { stop } = this.#effects
    const ended = whenAborted([stop, this.#stopping.signal, this.link.gone])
    void this.link.send({ type: 'hello' })
    const begun = await Promise.race([this.#begun, ended])
    if (begun === undefined) return
    const { begin, server, running, log } = begun
    const counting = setInterval(() => this.#sendCounts(false), countEveryMs)
    const gone = whenAborted([this.link.gone])
    try {
      // Only the primary has sockets to listen on: a dead one never answers, and node says nothing of it.
      await Promise.race([this.#listen(server, begin, ended), gone])
      await ended
      if (this.link.gone.aborted) log.warn('the primary process is gone: this one ends')
    } finally {
      clearInterval(counting)
      await this.#close(server)
      await this.#end(server)
      running.close()
    }
  }

  #hear(message: ToWorker): void {
    switch (message.type) {
      case 'begin':
        return this.#begin(message)
      case 'state':
        return this.#source.take(message.state)
      case 'bar':
        return this.#server?.replica.bar(message.barred)
      case 'whole':
        return this.#takeWhole(message.whole)
      case 'count':
        return this.#sendCounts(true)
      case 'stop':
        return this.#stopping.abort()
      case 'drain':
        return this.#draining.abort()
      case 'metrics':
      case 'artifact':
      case 'refused':
        return
    }
  }

  /** At once: the messages behind this one are for the server. */
  #begin(begin: Begin): void {
    const log = this.#effects.log.child({ worker: begin.worker })
    const running = new RunningFile(join(this.#options.runningFolder, String(begin.worker)), log)
    const server = this.#createServer(begin, running, log)
    server.replica.bar(begin.barred)
    if (begin.state !== null) this.#source.take(begin.state)
    this.#server = server
    this.#tellBegun({ begin, server, running, log })
  }

  #createServer(begin: Begin, marker: RunningFile, log: Logger): ReplicaServer {
    const { artifacts, runtime, clock, store } = this.#effects
    const memory = new ChannelMemory(begin.remembered)
    const own = {
      isReady: () => this.#server?.replica.isReady() ?? false,
      listReleases: () => this.#server?.replica.pool.listReleases() ?? [],
    }
    const ports = {
      source: this.#source,
      reporter: createChannelReporter(this.link, memory, own),
      artifacts: new ChannelArtifacts(this.link, artifacts),
      memory,
    }
    const options = { ...this.#options, spoolName: begin.spoolName }
    return createReplicaServer(options, { ...ports, marker, runtime, store, clock, log }, () => {
      const find = (digest: Digest) => findRelease(memory, digest)
      this.#whole = new ChannelWhole(this.link, begin.whole, find)
      return this.#whole
    })
  }

  /** A worker that is not alone takes connections when it can answer. */
  async #listen(server: ReplicaServer, begin: Begin, ended: Promise<undefined>): Promise<void> {
    const { ports, listenAtOnce } = begin
    try {
      if (listenAtOnce) await this.#announce(server, ports)
      await server.replica.start()
      if (listenAtOnce) return
      await Promise.race([this.#untilLoaded(server), ended])
      if (!this.#isEnding()) await this.#announce(server, ports)
    } catch (error) {
      await this.link.send({ type: 'failed', failure: packFailure(error) })
      throw error
    }
  }

  async #untilLoaded({ replica }: ReplicaServer): Promise<void> {
    const deadline = performance.now() + loadPatienceMs
    // Before it has taken over the newest state, nothing of it is there to be waited for.
    const isBehind = () => this.#source.newest !== null && replica.state !== this.#source.newest
    const isDone = () => !isBehind() && (replica.isReady() || replica.isSettled())
    while (!isDone() && performance.now() < deadline) await sleep(20)
  }

  async #announce(server: ReplicaServer, ports: ServerPorts): Promise<void> {
    void this.link.send({ type: 'listening', ports: await server.listen(ports) })
  }

  #isEnding(): boolean {
    return this.#effects.stop.aborted || this.#stopping.signal.aborted || this.link.gone.aborted
  }

  #takeWhole(view: Begin['whole']): void {
    this.#whole?.take(view)
    const known = [...(this.#whole?.listReleases() ?? []), ...(this.#server?.replica.pool.listReleases() ?? [])]
    this.#server?.metrics.prune(known.map(({ release }) => release))
  }

  #sendCounts(asked: boolean): void {
    if (this.#server !== null) void this.link.send({ type: 'counted', asked, snapshot: this.#server.metrics.snapshot() })
  }

  /** Lets nobody in any more, and waits until nobody else does. */
  async #close(server: ReplicaServer): Promise<void> {
    server.stopListening()
    void this.link.send({ type: 'closed' })
    await Promise.race([
      whenAborted([this.#draining.signal, this.link.gone]),
      sleep(closingPatienceMs, undefined, { ref: false }),
    ])
  }

  async #end(server: ReplicaServer): Promise<void> {
    const gone = whenAborted([this.link.gone])
    const orphaned = gone.then(() => sleep(orphanDrainMs, undefined, { ref: false }))
    const { drainTimeoutMs } = { ...defaultLimits, ...this.#options.limits }
    await Promise.race([server.stop(), orphaned, sleep(drainTimeoutMs + 1_000, undefined, { ref: false })])
    await Promise.race([this.link.send({ type: 'counted', asked: false, snapshot: server.metrics.snapshot() }), gone])
  }
}

function findRelease({ newest }: ChannelMemory, digest: Digest): Release | undefined {
  return newest?.state.releases[digest] ?? newest?.heldReleases[digest]
}

function whenAborted(signals: readonly AbortSignal[]): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve(undefined)
      signal.addEventListener('abort', () => resolve(undefined), { once: true })
    }
  })
}
