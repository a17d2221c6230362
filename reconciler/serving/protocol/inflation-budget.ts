/**
 * Bounds the memory of all request bodies that are being inflated at once. One body is bounded by the limit on bodies; a
 * thousand bombs of 16 KB each would still take 16 GB. Knows no coding beyond how much it can grow.
 */

/** Deflate's best: 258 bytes for two bits (zlib, "Maximum Compression Factor"). */
const largestGrowth = 1032

interface Waiting {
  readonly bytes: number
  readonly start: () => void
}

export class InflationBudget {
  readonly #totalBytes: number
  readonly #waiting: Waiting[] = []
  #usedBytes = 0

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes
  }

  /** Works once what a body of this size can become fits in, in the order of arrival. */
  async inflate<Result>(bodyBytes: number, limitBytes: number, work: () => Promise<Result>): Promise<Result> {
    const bytes = Math.min(bodyBytes * largestGrowth, limitBytes, this.#totalBytes)
    await this.#take(bytes)
    try {
      return await work()
    } finally {
      this.#usedBytes -= bytes
      this.#startWaiting()
    }
  }

  #take(bytes: number): Promise<void> {
    return new Promise((start) => {
      this.#waiting.push({ bytes, start })
      this.#startWaiting()
    })
  }

  #startWaiting(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#usedBytes + next.bytes > this.#totalBytes) return
      this.#usedBytes += next.bytes
      this.#waiting.shift()
      next.start()
    }
  }
}
