/** Keeps the last bytes of a stream in a fixed amount of memory. */
export interface LastBytes {
  add(chunk: Uint8Array): void
  /** What is kept, oldest first. */
  read(): Buffer
}

/** `limitBytes` at least 1. */
export function keepLastBytes(limitBytes: number): LastBytes {
  const ring = Buffer.alloc(limitBytes)
  let total = 0
  return {
    add(chunk) {
      const kept = chunk.subarray(Math.max(0, chunk.length - limitBytes))
      const start = (total + chunk.length - kept.length) % limitBytes
      const untilEnd = kept.subarray(0, limitBytes - start)
      ring.set(untilEnd, start)
      ring.set(kept.subarray(untilEnd.length), 0)
      total += chunk.length
    },
    read() {
      if (total <= limitBytes) return Buffer.from(ring.subarray(0, total))
      const start = total % limitBytes
      return Buffer.concat([ring.subarray(start), ring.subarray(0, start)])
    },
  }
}
