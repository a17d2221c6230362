/** Writes protobuf's wire format (protobuf.dev/programming-guides/encoding) into one growing buffer. Knows no message. */
import { wireTypes } from './wire-reader.ts'

const firstSize = 512

/** Fields in any order; as proto3 has it, a value that is its type's zero is not written. */
export class WireWriter {
  #buffer: Buffer
  #at: number

  /** `head` bytes are left free at the start, for whoever frames the message. */
  constructor(head = 0, sizeBytes = firstSize) {
    this.#buffer = Buffer.allocUnsafe(head + sizeBytes)
    this.#at = head
  }

  /** What was written, with its head: a view of the buffer. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#at)
  }

  text(field: number, value: string): this {
    return value === '' ? this : this.requiredText(field, value)
  }

  /** Written although it is empty: an element of a list, or a member of a oneof. */
  requiredText(field: number, value: string): this {
    const size = Buffer.byteLength(value)
    this.#lengthPrefix(field, size)
    this.#at += this.#buffer.write(value, this.#at, 'utf8')
    return this
  }

  bytes(field: number, value: Uint8Array): this {
    this.#lengthPrefix(field, value.byteLength)
    this.#buffer.set(value, this.#at)
    this.#at += value.byteLength
    return this
  }

  bool(field: number, value: boolean): this {
    return value ? this.requiredBool(field, true) : this
  }

  requiredBool(field: number, value: boolean): this {
    this.#tag(field, wireTypes.varint)
    this.#buffer[this.#at++] = value ? 1 : 0
    return this
  }

  /** int32, int64, uint32, uint64, enum: a whole number; negative ones take ten bytes. */
  integer(field: number, value: number | bigint): this {
    return value === 0 || value === 0n ? this : this.requiredInteger(field, value)
  }

  requiredInteger(field: number, value: number | bigint): this {
    this.#tag(field, wireTypes.varint)
    this.#varint(value)
    return this
  }

  requiredDouble(field: number, value: number): this {
    this.#tag(field, wireTypes.fixed64)
    this.#at = this.#buffer.writeDoubleLE(value, this.#at)
    return this
  }

  /** Whole numbers one after the other, without tags between them. */
  packedIntegers(field: number, values: Iterable<number | bigint>): this {
    const packed = new WireWriter(0, 64)
    for (const value of values) {
      packed.#reserve(10)
      packed.#varint(value)
    }
    const written = packed.finish()
    return written.length === 0 ? this : this.bytes(field, written)
  }

  /** A message inside; written although it is empty. */
  message(field: number, write: (inner: WireWriter) => void): this {
    const inner = new WireWriter(0, 128)
    write(inner)
    return this.bytes(field, inner.finish())
  }

  #lengthPrefix(field: number, size: number): void {
    this.#reserve(size + 10)
    this.#varint(field * 8 + wireTypes.bytes)
    this.#varint(size)
  }

  #tag(field: number, wireType: number): void {
    this.#reserve(20)
    this.#varint(field * 8 + wireType)
  }

  #varint(value: number | bigint): void {
    if (typeof value === 'bigint' || value < 0 || value > 0x7fff_ffff) {
      this.#largeVarint(BigInt(value))
      return
    }
    let rest = value
    while (rest > 0x7f) {
      this.#buffer[this.#at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#buffer[this.#at++] = rest
  }

  #largeVarint(value: bigint): void {
    const whole = BigInt.asUintN(64, value)
    let low = Number(whole & 0xffff_ffffn)
    let high = Number(whole >> 32n)
    while (high > 0 || low > 0x7f) {
      this.#buffer[this.#at++] = (low & 0x7f) | 0x80
      low = ((low >>> 7) | (high << 25)) >>> 0
      high >>>= 7
    }
    this.#buffer[this.#at++] = low
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#buffer.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + size))
    this.#buffer.copy(grown, 0, 0, this.#at)
    this.#buffer = grown
  }
}
