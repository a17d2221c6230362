/** Writes the newest remembered state to disk, one write at a time, again when a write failed. Never holds anything up. */
import type { Logger } from 'pino'
import { writeStateFile, type RememberedState } from './state-file.ts'

const retryMs = 5000

export class StateKeeper {
  readonly #path: string
  readonly #log: Logger
  readonly #onKept: (remembered: RememberedState) => void
  #pending: RememberedState | null = null
  #writing: Promise<void> | null = null
  #retryTimer: NodeJS.Timeout | undefined

  /** `onKept` is called with what stands on disk from then on. */
  constructor(path: string, log: Logger, onKept: (remembered: RememberedState) => void) {
    this.#path = path
    this.#log = log
    this.#onKept = onKept
  }

  keep(remembered: RememberedState): void {
    this.#pending = remembered
    clearTimeout(this.#retryTimer)
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null
    })
  }

  /** Resolves when what was handed over is written, or could not be. */
  async flush(): Promise<void> {
    clearTimeout(this.#retryTimer)
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    for (let next = this.#pending; next !== null; next = this.#pending) {
      this.#pending = null
      try {
        await writeStateFile(this.#path, next)
        this.#onKept(next)
      } catch (error) {
        this.#log.error({ err: error, path: this.#path }, 'the serving state could not be kept on disk; trying again')
        this.#retryLater(next)
        return
      }
    }
  }

  #retryLater(failed: RememberedState): void {
    this.#retryTimer = setTimeout(() => this.keep(this.#pending ?? failed), retryMs)
    this.#retryTimer.unref()
  }
}
