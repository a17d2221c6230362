/** What the control loop sleeps on: a time, or somebody who wants a pass now. */

/** What people wait for until the pass that they asked for is over. */
export interface PassRequest {
  /** The branch is to be looked at, also when it is not time yet. */
  readonly fetchNow: boolean
  done(): void
}

export class WakeUp {
  #requests: PassRequest[] = []
  #wake: (() => void) | null = null
  #woken = false

  /** Ends the sleep. Resolves when a pass that began after this call is over. */
  request(fetchNow: boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#requests.push({ fetchNow, done: resolve })
      this.hint()
    })
  }

  /** Ends the sleep; nobody waits. */
  hint(): void {
    this.#woken = true
    this.#wake?.()
  }

  /** Everything asked for since the last call. */
  take(): readonly PassRequest[] {
    const requests = this.#requests
    this.#requests = []
    this.#woken = false
    return requests
  }

  /** Until the time is over, somebody wakes it, or the signal is aborted. */
  async sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (this.#woken || signal.aborted) return
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        this.#wake = null
        resolve()
      }
      const timer = setTimeout(end, milliseconds)
      signal.addEventListener('abort', end, { once: true })
      this.#wake = end
    })
  }
}
