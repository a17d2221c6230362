/**
 * Bounds what all calls together take: their number, and the bytes of their messages. A call that waits for its own client makes
 * room for a new one, so that slow clients can not keep others out. Knows no protocol.
 */
import { MainwardError } from '../../../core/error.ts'

export interface KeptCall {
  /** Ends the call for want of room. */
  evict(): void
}

interface Kept {
  bytes: number
  /** For bytes of the client, or for it to take the answer. */
  isWaiting: boolean
}

export class CallKeeper {
  readonly #largestCalls: number
  readonly #largestBytes: number
  /** Oldest first. */
  readonly #calls = new Map<KeptCall, Kept>()
  #bytes = 0

  constructor(largestCalls: number, largestBytes: number) {
    this.#largestCalls = largestCalls
    this.#largestBytes = largestBytes
  }

  /** Throws `unavailable` when every other call is being answered. */
  add(call: KeptCall): void {
    if (this.#calls.size >= this.#largestCalls && !this.#evictOldest()) {
      throw full('this server answers as many calls as it can')
    }
    this.#calls.set(call, { bytes: 0, isWaiting: true })
  }

  /** Throws `unavailable` when there is no room for so many bytes. */
  hold(call: KeptCall, bytes: number): void {
    while (this.#bytes + bytes > this.#largestBytes) {
      if (!this.#evictLargest(call)) throw full('this server holds as many bytes of calls as it can')
    }
    const kept = this.#calls.get(call)
    if (kept === undefined) return
    kept.bytes += bytes
    this.#bytes += bytes
  }

  setWaiting(call: KeptCall, isWaiting: boolean): void {
    const kept = this.#calls.get(call)
    if (kept !== undefined) kept.isWaiting = isWaiting
  }

  remove(call: KeptCall): void {
    this.#bytes -= this.#calls.get(call)?.bytes ?? 0
    this.#calls.delete(call)
  }

  #evictOldest(): boolean {
    for (const [call, { isWaiting }] of this.#calls) {
      if (isWaiting) return this.#evict(call)
    }
    return false
  }

  #evictLargest(except: KeptCall): boolean {
    let largest: KeptCall | undefined
    let most = 0
    for (const [call, { bytes, isWaiting }] of this.#calls) {
      if (call === except || !isWaiting || bytes <= most) continue
      largest = call
      most = bytes
    }
    return largest !== undefined && this.#evict(largest)
  }

  #evict(call: KeptCall): true {
    this.remove(call)
    call.evict()
    return true
  }
}

function full(message: string): MainwardError {
  return new MainwardError('unavailable', message, { retry: 'backoff' })
}
