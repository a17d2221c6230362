/**
 * Puts one body together from the pieces in which it arrives. A body in one piece stays that piece; more are copied into one
 * buffer that grows, and given back at once: a million pieces of one byte would else take a hundred times their bytes, and the
 * pieces of large bodies would stay in memory until the next collection. Knows no request and no limit.
 */
import { giveBack } from './give-back.ts'

const nothing = Buffer.alloc(0)
const smallestGrown = 4096

export class BodyBuffer {
  #bytes: Buffer = nothing
  #size = 0
  readonly #expected: number

  /** `expected`: the bytes that were announced, 0 when none were. Nothing is taken for them in advance. */
  constructor(expected: number) {
    this.#expected = expected
  }

  get size(): number {
    return this.#size
  }

  /** Bytes of memory. */
  get capacity(): number {
    return this.#bytes.length
  }

  /** Bytes of memory once this many more have been added. */
  capacityWith(added: number): number {
    const needed = this.#size + added
    if (this.#size === 0 || needed <= this.#bytes.length) return Math.max(needed, this.#bytes.length)
    const grown = Math.max(2 * needed, smallestGrown)
    return this.#expected >= needed ? Math.min(grown, this.#expected) : grown
  }

  add(piece: Buffer): void {
    if (this.#size === 0) {
      this.#bytes = piece
      this.#size = piece.length
      return
    }
    const capacity = this.capacityWith(piece.length)
    if (capacity > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(capacity)
      this.#bytes.copy(grown, 0, 0, this.#size)
      giveBack(this.#bytes)
      this.#bytes = grown
    }
    piece.copy(this.#bytes, this.#size)
    this.#size += piece.length
    giveBack(piece)
  }

  /** Forgets what has come so far, and frees its memory. */
  discard(): void {
    const bytes = this.#bytes
    this.#bytes = nothing
    this.#size = 0
    giveBack(bytes)
  }

  /** The body. What is added later is not in it. */
  read(): Buffer {
    return this.#size === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, this.#size)
  }
}
