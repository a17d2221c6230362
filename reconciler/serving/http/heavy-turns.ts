/**
 * Lets requests with large bodies begin one after the other: each holds the event loop while it is parsed, and its values take
 * several times its bytes. Between two of them everybody else gets a turn; of one model, two are under way at most. Knows no
 * request.
 */

interface Waiting {
  readonly key: string
  readonly begin: () => void
}

/** One that runs, and one that is ready to run next. */
const largestUnderWay = 2

export class HeavyTurns {
  readonly #waiting: Waiting[] = []
  readonly #underWay = new Map<string, number>()
  #paused = false

  /**
   * Resolves in the order of arrival, when no other is being parsed and few with the same key are under way. Each must be ended
   * with `end`.
   */
  take(key: string): Promise<void> {
    return new Promise((begin) => {
      this.#waiting.push({ key, begin })
      this.#beginNext()
    })
  }

  end(key: string): void {
    const left = (this.#underWay.get(key) ?? 1) - 1
    if (left === 0) this.#underWay.delete(key)
    else this.#underWay.set(key, left)
    this.#beginNext()
  }

  #beginNext(): void {
    if (this.#paused) return
    const index = this.#waiting.findIndex(({ key }) => (this.#underWay.get(key) ?? 0) < largestUnderWay)
    const [next] = index === -1 ? [] : this.#waiting.splice(index, 1)
    if (next === undefined) return
    this.#underWay.set(next.key, (this.#underWay.get(next.key) ?? 0) + 1)
    this.#pause()
    next.begin()
  }

  /** The first is at the end of the turn that worked; the second, after sockets were read and models were run. */
  #pause(): void {
    this.#paused = true
    setImmediate(() => {
      setImmediate(() => {
        this.#paused = false
        this.#beginNext()
      })
    })
  }
}
