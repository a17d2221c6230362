/** Reports what this replica holds: regularly, and at once when it changes. A reporter that fails or hangs delays nothing else. */
import type { ReplicaStatus } from '../../core/serving-state.ts'
import type { ReplicaReporter } from '../ports.ts'
import { Repeater } from './repeater.ts'

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
  readonly #repeater: Repeater<void>

  constructor(options: HeartbeatOptions) {
    const { reporter, everyMs, timeoutMs } = options
    this.#repeater = new Repeater({
      name: 'the heartbeat',
      everyMs,
      timeoutMs,
      // A status that can not be read is a failed report, too.
      ask: async () => reporter.report(options.readStatus()),
      onAnswer: () => undefined,
      onProblem: (message) => options.onProblem(message),
    })
  }

  /** Something changed: report now, or right after the report that is under way. */
  beat(): void {
    this.#repeater.now()
  }

  stop(): void {
    this.#repeater.stop()
  }
}
