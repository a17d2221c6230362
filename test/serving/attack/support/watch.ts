/** Watches a server while it is attacked: its memory, and what a well-behaved client sees of it. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { benchRow } from '../../support/bench-model.ts'
import type { AttackedServer } from './attacked-server.ts'

export interface Observed {
  readonly requests: number
  readonly medianMs: number
  readonly p99Ms: number
  readonly longestMs: number
  readonly failures: readonly string[]
  /** Above what it was at the start. */
  readonly grownBytes: number
  readonly largestGrowthBytes: number
}

export class Watch {
  readonly #server: AttackedServer
  readonly #bystander: Worker
  readonly #timer: NodeJS.Timeout
  #baseBytes = 0
  #largestBytes = 0

  private constructor(server: AttackedServer) {
    this.#server = server
    const workerData = { port: server.port, body: JSON.stringify({ rows: [benchRow(0)] }), pauseMs: 2 }
    this.#bystander = new Worker(new URL('bystander.mjs', import.meta.url), { workerData })
    this.#timer = setInterval(() => this.#look(), 20)
  }

  /** The base is what the server takes when it has served for a while. */
  static async start(server: AttackedServer, quietMs = 2000): Promise<{ readonly watch: Watch; readonly quiet: Observed }> {
    const watch = new Watch(server)
    await new Promise((resolve) => setTimeout(resolve, quietMs))
    await watch.observe()
    watch.#baseBytes = server.residentBytes()
    await new Promise((resolve) => setTimeout(resolve, quietMs))
    return { watch, quiet: await watch.observe() }
  }

  /** What was seen since the last time. */
  async observe(): Promise<Observed> {
    this.#look()
    const answered = once(this.#bystander, 'message')
    this.#bystander.postMessage('tell')
    const [{ latencies, failures }] = (await answered) as [{ latencies: number[]; failures: string[] }]
    const sorted = latencies.toSorted((one, other) => one - other)
    const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
    const largestGrowthBytes = this.#largestBytes - this.#baseBytes
    this.#largestBytes = 0
    return {
      requests: sorted.length,
      medianMs: quantile(0.5),
      p99Ms: quantile(0.99),
      longestMs: sorted.at(-1) ?? 0,
      failures,
      grownBytes: this.#server.residentBytes() - this.#baseBytes,
      largestGrowthBytes,
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#bystander.terminate()
  }

  #look(): void {
    this.#largestBytes = Math.max(this.#largestBytes, this.#server.residentBytes())
  }
}
