/** Does one thing again and again, and at once when it is told to: never twice at a time, never giving up. Knows not what it does. */
import { messageOf } from '../../core/error.ts'
import { withTimeLimit } from './time-limit.ts'

export interface Repeated<Answer> {
  /** As messages name it: `the heartbeat`. */
  readonly name: string
  /** From the end of one time to the start of the next. */
  readonly everyMs: number
  /** One that takes longer counts as failed. */
  readonly timeoutMs: number
  ask(): Promise<Answer>
  /** Not called after `stop`. */
  onAnswer(answer: Answer): void
  /** Called when it starts to fail, with the reason, and with null when it goes well again. */
  onProblem(message: string | null): void
}

export class Repeater<Answer> {
  readonly #repeated: Repeated<Answer>
  #timer: NodeJS.Timeout | undefined
  #busy = false
  #again = false
  #failing = false
  #stopped = false

  constructor(repeated: Repeated<Answer>) {
    this.#repeated = repeated
  }

  /** Now, or right after what is under way. */
  now(): void {
    if (this.#stopped) return
    if (this.#busy) {
      this.#again = true
      return
    }
    clearTimeout(this.#timer)
    this.#busy = true
    void this.#once().finally(() => {
      this.#busy = false
      this.#schedule()
    })
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    if (this.#stopped) return
    const delayMs = this.#again ? 0 : this.#repeated.everyMs
    this.#again = false
    this.#timer = setTimeout(() => this.now(), delayMs)
  }

  async #once(): Promise<void> {
    const { name, timeoutMs } = this.#repeated
    let answer: Answer
    try {
      answer = await withTimeLimit(this.#repeated.ask(), timeoutMs, name)
    } catch (error) {
      if (!this.#failing) this.#repeated.onProblem(messageOf(error))
      this.#failing = true
      return
    }
    if (this.#failing) this.#repeated.onProblem(null)
    this.#failing = false
    if (!this.#stopped) this.#repeated.onAnswer(answer)
  }
}
