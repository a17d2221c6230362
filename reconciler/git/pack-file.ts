/**
 * Reads objects out of one pack by its index (gitformat-pack, version 2), a piece of the file at a time: isomorphic-git
 * holds whole packs in memory and inflates them in JavaScript, which costs several times as much.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import { applyDelta } from './apply-delta.ts'

export interface PackedObject {
  readonly type: 'commit' | 'tree' | 'blob' | 'tag'
  readonly bytes: Buffer
}

const fanoutStart = 8
const namesStart = fanoutStart + 256 * 4
const trailerLength = 20
/** Bases of deltas are kept up to this much: chains share them. */
const keptBaseBytes = 16 * 1024 * 1024
const types = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' } as const

export class PackFile {
  readonly #index: Buffer
  readonly #count: number
  readonly #descriptor: number
  /** Where each object begins, sorted, and where the last one ends. */
  readonly #starts: Float64Array
  readonly #bases = new Map<number, PackedObject>()
  #baseBytes = 0

  constructor(indexPath: string) {
    this.#index = readFileSync(indexPath)
    this.#count = countOf(this.#index, indexPath)
    this.#descriptor = openSync(indexPath.replace(/\.idx$/, '.pack'), 'r')
    this.#starts = new Float64Array(this.#count + 1)
    for (let at = 0; at < this.#count; at += 1) this.#starts[at] = this.#startAt(at)
    this.#starts[this.#count] = fstatSync(this.#descriptor).size - trailerLength
    this.#starts.sort()
  }

  /** Null when the object is not in this pack. `readBase` finds a delta's base by id. */
  read(oid: string, readBase: (oid: string) => PackedObject): PackedObject | null {
    const at = this.#find(Buffer.from(oid, 'hex'))
    return at === null ? null : this.#readAt(this.#startAt(at), readBase)
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #find(name: Buffer): number | null {
    const first = name[0] ?? 0
    let low = first === 0 ? 0 : this.#index.readUInt32BE(fanoutStart + (first - 1) * 4)
    let high = this.#index.readUInt32BE(fanoutStart + first * 4)
    while (low < high) {
      const middle = (low + high) >> 1
      const start = namesStart + middle * 20
      const order = this.#index.compare(name, 0, 20, start, start + 20)
      if (order === 0) return middle
      if (order < 0) low = middle + 1
      else high = middle
    }
    return null
  }

  #startAt(at: number): number {
    const offsets = namesStart + this.#count * 24
    const small = this.#index.readUInt32BE(offsets + at * 4)
    if (small < 0x80000000) return small
    return Number(this.#index.readBigUInt64BE(offsets + this.#count * 4 + (small - 0x80000000) * 8))
  }

  #readAt(start: number, readBase: (oid: string) => PackedObject): PackedObject {
    const kept = this.#bases.get(start)
    if (kept !== undefined) return kept
    const raw = this.#readRaw(start)
    const { code, length, end } = readHeader(raw)
    if (code === 6) {
      const distance = readDistance(raw, end)
      const base = this.#keep(start - distance.value, this.#readAt(start - distance.value, readBase))
      return { type: base.type, bytes: applyDelta(base.bytes, inflate(raw, distance.end, length)) }
    }
    if (code === 7) {
      const base = readBase(raw.toString('hex', end, end + 20))
      return { type: base.type, bytes: applyDelta(base.bytes, inflate(raw, end + 20, length)) }
    }
    const type = code in types ? types[code as keyof typeof types] : null
    if (type === null) throw new Error(`a pack has no object of type ${code}`)
    return { type, bytes: inflate(raw, end, length) }
  }

  #readRaw(start: number): Buffer {
    const raw = Buffer.allocUnsafe(this.#endOf(start) - start)
    const read = readSync(this.#descriptor, raw, 0, raw.length, start)
    if (read < raw.length) throw new Error('the pack ends in the middle of an object')
    return raw
  }

  #endOf(start: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#starts[middle] ?? 0) <= start) low = middle + 1
      else high = middle
    }
    return this.#starts[low] ?? start
  }

  #keep(start: number, base: PackedObject): PackedObject {
    if (this.#bases.has(start)) return base
    if (this.#baseBytes > keptBaseBytes) {
      this.#bases.clear()
      this.#baseBytes = 0
    }
    this.#bases.set(start, base)
    this.#baseBytes += base.bytes.length
    return base
  }
}

/** Throws when the index is not whole. Names, sums and offsets take 28 bytes an object, two trailers follow. */
function countOf(index: Buffer, path: string): number {
  if (index.length < namesStart || index.readUInt32BE(0) !== 0xff744f63 || index.readUInt32BE(4) !== 2) {
    throw new Error(`${path} is no pack index of version 2`)
  }
  const count = index.readUInt32BE(namesStart - 4)
  if (index.length < namesStart + count * 28 + 2 * trailerLength) throw new Error(`${path} is cut off`)
  return count
}

interface Header {
  readonly code: number
  readonly length: number
  readonly end: number
}

/** Type in bits 4 to 6 of the first byte; length in the rest, seven bits a byte, least first. */
function readHeader(raw: Buffer): Header {
  let byte = raw[0] ?? 0
  const code = (byte >> 4) & 7
  let length = byte & 15
  let end = 1
  for (let scale = 16; (byte & 0x80) !== 0; scale *= 128) {
    byte = raw[end] ?? 0
    end += 1
    length += (byte & 0x7f) * scale
  }
  return { code, length, end }
}

function readDistance(raw: Buffer, start: number): { readonly value: number; readonly end: number } {
  let end = start
  let byte = raw[end] ?? 0
  let value = byte & 0x7f
  end += 1
  while ((byte & 0x80) !== 0) {
    byte = raw[end] ?? 0
    end += 1
    value = (value + 1) * 128 + (byte & 0x7f)
  }
  return { value, end }
}

function inflate(raw: Buffer, start: number, length: number): Buffer {
  const bytes = inflateSync(raw.subarray(start), { maxOutputLength: Math.max(length, 1) })
  if (bytes.length !== length) throw new Error(`expected an object of ${length} bytes, found ${bytes.length}`)
  return bytes
}
