/** A bounded queue of served entries: by their number and by the bytes that they keep in memory. Never grows past either. */
import type { Tensors } from '../../inference/tensor.ts'
import type { JoinedRows } from '../features/joined-rows.ts'
import type { ServedEntry } from './served-entry.ts'

export interface QueueLimits {
  readonly entries: number
  readonly bytes: number
}

/** What an entry costs besides its tensors' elements. */
const entryBytes = 400

export class EntryQueue {
  readonly #limits: QueueLimits
  readonly #slots: (ServedEntry | undefined)[]
  readonly #shares: Float64Array
  #first = 0
  #length = 0
  #bytes = 0

  constructor(limits: QueueLimits) {
    this.#limits = limits
    this.#slots = new Array<ServedEntry | undefined>(limits.entries).fill(undefined)
    this.#shares = new Float64Array(limits.entries)
  }

  get length(): number {
    return this.#length
  }

  get bytes(): number {
    return this.#bytes
  }

  /** False when there is no room: the entry was not taken. `share`: that by which it has been drawn already; 1: it was not. */
  add(entry: ServedEntry, share: number): boolean {
    const bytes = measure(entry)
    if (this.#length === this.#limits.entries || this.#bytes + bytes > this.#limits.bytes) return false
    const slot = (this.#first + this.#length) % this.#limits.entries
    this.#slots[slot] = entry
    this.#shares[slot] = share
    this.#length += 1
    this.#bytes += bytes
    return true
  }

  /** The oldest entry, which stays. */
  peek(): ServedEntry | undefined {
    return this.#slots[this.#first]
  }

  /** Of the oldest entry. */
  get share(): number {
    return this.#shares[this.#first] ?? 1
  }

  /** Takes the oldest entry away. */
  remove(): void {
    const entry = this.#slots[this.#first]
    if (entry === undefined) return
    this.#slots[this.#first] = undefined
    this.#first = (this.#first + 1) % this.#limits.entries
    this.#length -= 1
    this.#bytes -= measure(entry)
  }
}

function measure({ inputs, outputs, joined }: ServedEntry): number {
  return entryBytes + measureTensors(inputs) + measureTensors(outputs) + (joined === null ? 0 : measureJoined(joined))
}

/** What a row of a view costs besides its values, and what one of them does: texts are short. */
const viewRowBytes = 300
const valueBytes = 40

function measureJoined({ rows }: JoinedRows): number {
  let bytes = 0
  for (const found of rows) for (const { values } of found) bytes += viewRowBytes + valueBytes * (values?.count ?? 0)
  return bytes
}

function measureTensors(tensors: Tensors): number {
  let bytes = 0
  for (const name in tensors) {
    const data = tensors[name]?.data
    if (data === undefined) continue
    if (ArrayBuffer.isView(data)) bytes += data.byteLength
    else for (const text of data) bytes += 16 + 2 * text.length
  }
  return bytes
}
