/**
 * The share of predictions that is recorded, so that a process stays at or under a number of records a second. Time is passed in.
 * The share depends on how many there were, never on which: weights of 1 / share stay unbiased.
 */

const secondMs = 1000
/** The share aims below the limit, so that chance does not reach it. */
const aim = 0.9
/** From this part of the limit on a second is paced; what comes before is taken as it comes. */
const paced = 0.5
/** The pace is looked at so often within the limit. */
const looks = 64
/** A burst of a few milliseconds says little of a second. */
const shortestMs = 100

export class AdaptiveShare {
  readonly #limit: number
  readonly #step: number
  #share = 1
  #startedMs = Number.NEGATIVE_INFINITY
  #elapsedMs = 0
  #offered = 0
  #kept = 0

  /** `limit`: records a second. */
  constructor(limit: number) {
    this.#limit = limit
    this.#step = Math.max(1, Math.floor(limit / looks))
  }

  /** Says what time it is; before each slice of work. */
  startSlice(nowMs: number): void {
    const elapsedMs = nowMs - this.#startedMs
    if (elapsedMs >= secondMs || elapsedMs < 0) this.#startSecond(nowMs, elapsedMs)
    else this.#elapsedMs = elapsedMs
  }

  /** The share that holds for the next prediction, above 0 and up to 1. */
  get share(): number {
    return this.#share
  }

  /** Another record would be more than the limit allows in this second. */
  get exhausted(): boolean {
    return this.#kept >= this.#limit
  }

  /** So many predictions could be recorded. */
  offer(rows: number): void {
    this.#offered += rows
  }

  /** One that is. */
  keep(): void {
    this.#kept += 1
    if (this.#kept >= this.#limit * paced && this.#kept % this.#step === 0) this.#slowDown()
  }

  #startSecond(nowMs: number, elapsedMs: number): void {
    const rate = (this.#offered * secondMs) / Math.max(elapsedMs, secondMs)
    this.#share = rate <= this.#limit * aim ? 1 : (this.#limit * aim) / rate
    this.#startedMs = nowMs
    this.#elapsedMs = 0
    this.#offered = 0
    this.#kept = 0
  }

  /** Within a second the share only shrinks: when the rest of it would bring more than is left. */
  #slowDown(): void {
    const rate = this.#offered / Math.max(this.#elapsedMs, shortestMs)
    const expected = rate * (secondMs - this.#elapsedMs) * this.#share
    const left = Math.max(1, this.#limit * (1 + aim) * 0.5 - this.#kept)
    if (expected > left) this.#share *= left / expected
  }
}
