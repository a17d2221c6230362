/**
 * Lets requests with large bodies begin one after the other. Each holds the event loop while it is parsed; between two of them,
 * everybody else gets a turn. Knows no request.
 */
export class HeavyTurns {
  readonly #waiting: (() => void)[] = []
  #busy = false

  /** Resolves when it is this one's turn, in the order of arrival. What it does at once counts as its turn. */
  take(): Promise<void> {
    return new Promise((begin) => {
      this.#waiting.push(begin)
      if (!this.#busy) this.#next()
    })
  }

  #next(): void {
    const begin = this.#waiting.shift()
    this.#busy = begin !== undefined
    if (begin === undefined) return
    begin()
    // The first is at the end of the turn that worked; the second, after sockets were read and runs were done.
    setImmediate(() => setImmediate(() => this.#next()))
  }
}
