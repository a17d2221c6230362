/** Reports what this replica holds: regularly, and at once when it changes. A reporter that fails or hangs delays nothing else. */
import { messageOf } from '../../core/error.ts'
import type { ReplicaStatus } from '../../core/serving-state.ts'
import type { ReplicaReporter } from '../ports.ts'
import { withTimeLimit } from './time-limit.ts'

export interface HeartbeatOptions {
  readonly reporter: ReplicaReporter
  readonly everyMs: number
  /** A report that takes longer counts as failed. */
  readonly timeoutMs: number
  readStatus(): ReplicaStatus
  /** Called when reports start to fail, with the reason, and with null when they arrive again. */
  onProblem(message: string | null): void
}

export class Heartbeat {
  readonly #options: HeartbeatOptions
  #timer: NodeJS.Timeout | undefined
  #reporting: Promise<void> | null = null
  #changed = false
  #failing = false
  #stopped = false

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  /** Something changed: report now, or right after the report that is under way. */
  beat(): void {
    if (this.#stopped) return
    if (this.#reporting !== null) {
      this.#changed = true
      return
    }
    clearTimeout(this.#timer)
    this.#reporting = this.#report().finally(() => {
      this.#reporting = null
      this.#schedule()
    })
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    if (this.#stopped) return
    const delayMs = this.#changed ? 0 : this.#options.everyMs
    this.#changed = false
    this.#timer = setTimeout(() => this.beat(), delayMs)
  }

  async #report(): Promise<void> {
    try {
      const { reporter, timeoutMs } = this.#options
      await withTimeLimit(reporter.report(this.#options.readStatus()), timeoutMs, 'the heartbeat')
    } catch (error) {
      if (!this.#failing) this.#options.onProblem(messageOf(error))
      this.#failing = true
      return
    }
    if (this.#failing) this.#options.onProblem(null)
    this.#failing = false
  }
}
