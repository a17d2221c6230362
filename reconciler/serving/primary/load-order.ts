/**
 * Which worker may load what: a release that no worker has held yet is tried by one of them alone, so that one that crashes takes
 * one worker with it, and the others answer on. Knows no process.
 */
import type { Digest } from '../../core/digest.ts'
import type { WorkerStatus } from '../channel/messages.ts'
import type { BarredReleases } from '../replica.ts'

/** What is looked at of a worker. */
export interface LoadingWorker {
  readonly number: number
  /** It has had its first word. */
  readonly begun: boolean
  readonly listening: boolean
  readonly status: WorkerStatus | null
}

export class LoadOrder {
  readonly #proven = new Set<Digest>()
  readonly #processes: number
  #scout: number | null = null

  /** `processes` is how many workers there should be. */
  constructor(processes: number) {
    this.#processes = processes
  }

  /** Hears what workers hold, and says who tries new releases: the same one as long as it lives. */
  notice(workers: readonly LoadingWorker[]): void {
    for (const { status } of workers) {
      for (const [digest, { status: readiness }] of Object.entries(status?.releases ?? {})) {
        if (readiness === 'ready') this.#proven.add(digest as Digest)
      }
    }
    const begun = workers.filter((worker) => worker.begun)
    if (begun.some(({ number }) => number === this.#scout)) return
    this.#scout = this.#chooseScout(begun)?.number ?? null
  }

  /** One that answers nobody yet; never the last one that answers, unless there is no other. */
  #chooseScout(begun: readonly LoadingWorker[]): LoadingWorker | undefined {
    const idle = begun.find(({ listening }) => !listening)
    return idle ?? (begun.length > 1 || this.#processes === 1 ? begun[0] : undefined)
  }

  /** Forgets what nothing names any more. */
  keep(named: ReadonlySet<Digest>): void {
    for (const digest of this.#proven) if (!named.has(digest)) this.#proven.delete(digest)
  }

  /** What a worker must not load. `named` are the releases that are wanted at all. */
  barFor(
    worker: LoadingWorker,
    workers: readonly LoadingWorker[],
    named: Iterable<Digest>,
    crashed: ReadonlySet<Digest>,
  ): BarredReleases {
    const barred = { later: [] as Digest[], failed: [] as Digest[], crashed: [...crashed] }
    for (const digest of named) {
      if (crashed.has(digest) || this.#proven.has(digest) || worker.number === this.#scout) continue
      if (isFailed(worker, digest)) continue
      const failedElsewhere = workers.some((other) => isFailed(other, digest))
      barred[failedElsewhere ? 'failed' : 'later'].push(digest)
    }
    return barred
  }
}

function isFailed({ status }: LoadingWorker, digest: Digest): boolean {
  const readiness = status?.releases[digest]
  return readiness?.status === 'failed' && !readiness.retryable
}
