/**
 * The metrics of all processes as one: asks the workers for theirs, and keeps what dead ones had counted. Knows no protocol and
 * no process.
 */
import type { MetricRegistry } from '../metrics/metric-registry.ts'
import {
  dropUnknown,
  emptySnapshot,
  keepCounters,
  mergeSnapshots,
  type KnownVersion,
  type MetricsSnapshot,
} from '../metrics/metrics-snapshot.ts'

/** A worker that takes longer is counted in with its last snapshot. */
const answerLimitMs = 500

export interface CountingWorkers {
  /** Asks all of them for a snapshot; returns the numbers of those that were asked. */
  askAll(): readonly number[]
  /** The versions that the state names or a worker holds. */
  listKnown(): readonly KnownVersion[]
}

export class Totals {
  readonly #registry: MetricRegistry
  readonly #workers: CountingWorkers
  readonly #latest = new Map<number, MetricsSnapshot>()
  #retained = emptySnapshot
  #owing = new Set<number>()
  #onAllPaid: () => void = () => undefined
  #gathering: Promise<MetricsSnapshot> | null = null
  #next: Promise<MetricsSnapshot> | null = null

  /** `registry` is what the primary counts itself. */
  constructor(registry: MetricRegistry, workers: CountingWorkers) {
    this.#registry = registry
    this.#workers = workers
  }

  /** `asked`: it is the answer to a question, and not an older one on its way. */
  take(worker: number, snapshot: MetricsSnapshot, asked: boolean): void {
    this.#latest.set(worker, snapshot)
    if (asked) this.#settle(worker)
  }

  /** What it counted stays. */
  bury(worker: number): void {
    const last = this.#latest.get(worker)
    this.#latest.delete(worker)
    if (last !== undefined) this.#retained = mergeSnapshots([this.#retained, keepCounters(last)])
    this.#settle(worker)
  }

  /** Forgets what nothing names any more. */
  prune(): void {
    this.#retained = dropUnknown(this.#retained, this.#workers.listKnown())
  }

  /** Never older than the call: one that comes while workers are being asked waits for the next round. */
  gather(): Promise<MetricsSnapshot> {
    if (this.#gathering !== null) {
      this.#next ??= this.#gathering.then(() => {
        this.#next = null
        return this.#start()
      })
      return this.#next
    }
    return this.#start()
  }

  #start(): Promise<MetricsSnapshot> {
    this.#gathering = this.#gatherOnce().finally(() => {
      this.#gathering = null
    })
    return this.#gathering
  }

  async #gatherOnce(): Promise<MetricsSnapshot> {
    this.#owing = new Set(this.#workers.askAll())
    if (this.#owing.size > 0) await this.#untilPaid()
    const own = { series: this.#registry.snapshot(), statistics: [] }
    const all = mergeSnapshots([this.#retained, own, ...this.#latest.values()])
    return dropUnknown(all, this.#workers.listKnown())
  }

  #untilPaid(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, answerLimitMs)
      this.#onAllPaid = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #settle(worker: number): void {
    if (this.#owing.delete(worker) && this.#owing.size === 0) this.#onAllPaid()
  }
}
