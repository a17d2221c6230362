/**
 * The share of predictions that is recorded, so that a process stays at or under a number of records a second. Time is passed in.
 * The share depends on how many there were, never on which: weights of 1 / share stay unbiased.
 */

const secondMs = 1000
/** The share aims below the limit, so that chance does not reach it. */
const aim = 0.9
/** A burst of a few milliseconds says little of a second. */
const shortestMs = 100

export class AdaptiveShare {
  readonly #limit: number
  #share = 1
  #startedMs = Number.NEGATIVE_INFINITY
  #offered = 0
  #kept = 0

  /** `limit`: records a second. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** The share that holds now, 0 to 1. Call before each slice of work. */
  adjust(nowMs: number): number {
    const elapsedMs = nowMs - this.#startedMs
    if (elapsedMs >= secondMs || elapsedMs < 0) this.#startSecond(nowMs, elapsedMs)
    else this.#slowDown(elapsedMs)
    return this.#share
  }

  /** Another record would be more than the limit allows in this second. */
  get exhausted(): boolean {
    return this.#kept >= this.#limit
  }

  /** One prediction that could be recorded. */
  offer(): void {
    this.#offered += 1
  }

  /** One that is. */
  keep(): void {
    this.#kept += 1
  }

  #startSecond(nowMs: number, elapsedMs: number): void {
    const rate = (this.#offered * secondMs) / Math.max(elapsedMs, secondMs)
    this.#share = rate <= this.#limit * aim ? 1 : (this.#limit * aim) / rate
    this.#startedMs = nowMs
    this.#offered = 0
    this.#kept = 0
  }

  /** Within a second the share only shrinks: when the rest of it would bring more than is left. */
  #slowDown(elapsedMs: number): void {
    const rate = this.#offered / Math.max(elapsedMs, shortestMs)
    const expected = rate * (secondMs - elapsedMs) * this.#share
    const left = (this.#limit - this.#kept) * aim
    if (expected > left && expected > 0) this.#share *= left / expected
  }
}
