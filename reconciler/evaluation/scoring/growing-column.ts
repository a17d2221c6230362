/** Numbers that come in parts, and are wanted in one piece at the end. */

export class GrowingColumn {
  #values = new Float64Array(1024)
  #length = 0

  append(part: ArrayLike<number>): void {
    if (this.#length + part.length > this.#values.length) {
      const larger = new Float64Array(Math.max(2 * this.#values.length, this.#length + part.length))
      larger.set(this.#values.subarray(0, this.#length))
      this.#values = larger
    }
    this.#values.set(part, this.#length)
    this.#length += part.length
  }

  /** A view: nothing is appended afterwards. */
  finish(): Float64Array {
    return this.#values.subarray(0, this.#length)
  }
}
