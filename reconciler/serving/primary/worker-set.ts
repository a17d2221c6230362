/**
 * The workers that are alive: as many as there should be, replaced when they die, at once the first time and then with growing
 * pauses. Knows nothing of states, releases or metrics.
 */
import { countFailures, restartPauseMs } from '../../core/restart-pause.ts'
import type { FromWorker, ToWorker, WorkerStatus } from '../channel/messages.ts'
import type { ServerPorts } from '../replica-server.ts'
import type { ProcessEnd } from './death-cause.ts'
import type { WorkerEvents, WorkerProcess } from './worker-process.ts'

export interface WorkerSetOptions {
  readonly processes: number
  /** A worker that says nothing for so long while this process is awake is killed: something holds its event loop. */
  readonly silenceMs: number
  start(events: WorkerEvents): WorkerProcess
  /** The worker is there, and waits for its first word. */
  onHello(worker: Worker): void
  onMessage(worker: Worker, message: Exclude<FromWorker, { type: 'hello' | 'closed' }>): void
  /** It is killed now. */
  onSilent(worker: Worker): void
  /** The worker is gone; `pauseMs` is null when nobody takes its place. */
  onEnd(worker: Worker, end: ProcessEnd, pauseMs: number | null): void
}

/** One life of a worker. */
export interface Worker {
  /** Never used twice. */
  readonly number: number
  readonly process: WorkerProcess
  /** Where it answers; null until it does. */
  ports: ServerPorts | null
  /** It has had its first word. */
  begun: boolean
  /** It was told to listen, whatever it holds. */
  mustListen: boolean
  status: WorkerStatus | null
  /** It lets nobody in any more. */
  closed: boolean
  /** How often it was looked at since it has said something. */
  silentChecks: number
}

/** Time in which this process itself was held up, or the machine asleep, is then no silence: it is one check. */
const checksOfSilence = 30

export class WorkerSet {
  readonly #options: WorkerSetOptions
  readonly #alive = new Map<number, Worker>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #started = 0
  #stopping = false
  #checking: NodeJS.Timeout | undefined
  #onEmpty: () => void = () => undefined

  constructor(options: WorkerSetOptions) {
    this.#options = options
  }

  startAll(): void {
    for (let place = 0; place < this.#options.processes; place++) this.#start(0)
    this.#checking = setInterval(() => this.#killSilent(), this.#options.silenceMs / checksOfSilence)
  }

  /** In the order of their start. */
  listAlive(): readonly Worker[] {
    return [...this.#alive.values()]
  }

  /** Those that answer requests. */
  listListening(): readonly Worker[] {
    return this.listAlive().filter(({ ports }) => ports !== null)
  }

  tellAll(message: ToWorker): void {
    for (const { process } of this.#alive.values()) process.send(message)
  }

  /**
   * Tells all to stop, and kills those that take longer. Nobody is replaced from now on. They share their sockets: while one of them,
   * or the primary's own copy, is open, a client that is sent away connects again, and is cut when the last one closes. So they send
   * nobody away before all have closed.
   */
  async stop(limitMs: number): Promise<void> {
    this.#stopping = true
    clearInterval(this.#checking)
    for (const timer of this.#timers) clearTimeout(timer)
    this.tellAll({ type: 'stop' })
    if (this.#alive.size === 0) return
    const killing = setTimeout(() => {
      for (const { process } of this.#alive.values()) process.kill('SIGKILL')
    }, limitMs)
    await new Promise<void>((resolve) => (this.#onEmpty = resolve))
    clearTimeout(killing)
  }

  #start(failures: number): void {
    const number = ++this.#started
    const startedAt = performance.now()
    const process = this.#options.start({
      onMessage: (message) => this.#hear(worker, message),
      onEnd: (end) => this.#bury(worker, end, countFailures(failures, performance.now() - startedAt)),
    })
    const worker: Worker = {
      number,
      process,
      ports: null,
      begun: false,
      mustListen: false,
      status: null,
      closed: false,
      silentChecks: 0,
    }
    this.#alive.set(number, worker)
  }

  #hear(worker: Worker, message: FromWorker): void {
    worker.silentChecks = 0
    if (message.type === 'hello' && this.#stopping) worker.process.send({ type: 'stop' })
    else if (message.type === 'hello') this.#options.onHello(worker)
    else if (message.type === 'closed') this.#noteClosed(worker)
    else this.#options.onMessage(worker, message)
  }

  /** Before its first word a worker starts, which a busy machine may draw out. */
  #killSilent(): void {
    for (const worker of this.#alive.values()) {
      if (!worker.begun || ++worker.silentChecks !== checksOfSilence) continue
      this.#options.onSilent(worker)
      worker.process.kill('SIGKILL')
    }
  }

  #noteClosed(worker: Worker): void {
    worker.closed = true
    if (this.#stopping) this.#drainWhenClosed()
    else worker.process.send({ type: 'drain' })
  }

  #drainWhenClosed(): void {
    if (this.listAlive().every(({ closed }) => closed)) this.tellAll({ type: 'drain' })
  }

  #bury(worker: Worker, end: ProcessEnd, failures: number): void {
    this.#alive.delete(worker.number)
    const pauseMs = failures === 1 ? 0 : restartPauseMs(failures - 1)
    this.#options.onEnd(worker, end, this.#stopping ? null : pauseMs)
    if (this.#stopping) this.#drainWhenClosed()
    else this.#startLater(failures, pauseMs)
    if (this.#alive.size === 0) this.#onEmpty()
  }

  #startLater(failures: number, pauseMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#start(failures)
    }, pauseMs)
    this.#timers.add(timer)
  }
}
