/**
 * Counts the layouts of a JSON text's objects before anything is built from them. The parser makes a hidden class for every
 * new sequence of keys, at ten microseconds each: ten thousand small objects with keys of their own would hold a thread for
 * ten seconds, while as many objects that are alike cost a tenth of one. Knows no schema.
 */
import { endOfString, jsonBytes } from './json-bytes.ts'

/** True when there are more than `limit` different sequences of keys. Malformed JSON gets some answer. */
export function hasMoreLayouts(body: Buffer, limit: number): boolean {
  const layouts = new LayoutCounter(body)
  let [start, end] = [0, 0]
  for (let index = 0; index < body.length; index++) {
    const byte = body[index]
    if (byte === jsonBytes.quote) {
      start = index + 1
      end = endOfString(body, start)
      index = end
    } else if (byte === jsonBytes.openBrace) layouts.beginObject()
    else if (byte === jsonBytes.colon && layouts.addKey(start, end) > limit) return true
  }
  return false
}

/** A key of the object before, and the numbers of the sequences without it and with it. */
interface KeyPlace {
  readonly start: number
  readonly end: number
  readonly parent: number
  readonly sequence: number
}

class LayoutCounter {
  readonly #body: Buffer
  /** By the number of the sequence before it and the key. */
  readonly #sequences = new Map<string, number>()
  /** By position in the object: rows of one request are nearly always alike, and then no text is made. */
  readonly #before: KeyPlace[] = []
  #position = 0
  #sequence = 0

  constructor(body: Buffer) {
    this.#body = body
  }

  beginObject(): void {
    this.#position = 0
    this.#sequence = 0
  }

  /** Returns the number of sequences so far. */
  addKey(start: number, end: number): number {
    const parent = this.#sequence
    const before = this.#before[this.#position]
    const isKnown = before !== undefined && before.parent === parent && this.#isSame(before, start, end)
    if (isKnown) this.#sequence = before.sequence
    else {
      this.#sequence = this.#numberOf(`${parent}:${this.#body.toString('latin1', start, end)}`)
      this.#before[this.#position] = { start, end, parent, sequence: this.#sequence }
    }
    this.#position++
    return this.#sequences.size
  }

  #numberOf(sequence: string): number {
    const known = this.#sequences.get(sequence)
    if (known !== undefined) return known
    this.#sequences.set(sequence, this.#sequences.size + 1)
    return this.#sequences.size
  }

  #isSame(before: KeyPlace, start: number, end: number): boolean {
    if (before.end - before.start !== end - start) return false
    for (let offset = 0; offset < end - start; offset++) {
      if (this.#body[before.start + offset] !== this.#body[start + offset]) return false
    }
    return true
  }
}
