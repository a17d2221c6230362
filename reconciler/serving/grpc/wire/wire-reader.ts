/**
 * Reads protobuf's wire format (protobuf.dev/programming-guides/encoding) from bytes that a stranger sent. Takes no memory of
 * its own: bytes and messages inside are views. Knows no message.
 */
import { isUtf8 } from 'node:buffer'
import { MainwardError } from '../../../core/error.ts'

export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const

/** Bytes of a string that is read: names, ids, versions. What may be longer is read as bytes. */
const largestText = 4096
/** Groups inside each other; nobody has written one since 2008. */
const deepestGroup = 32

/** How many fields a message and all messages inside it may have: each takes time, and some a value. */
export class FieldBudget {
  readonly #largest: number
  #left: number

  constructor(largest: number) {
    this.#largest = largest
    this.#left = largest
  }

  /** Throws `invalid-input` when the fields are used up. */
  take(): void {
    if (--this.#left < 0) throw malformed(`it has more than ${this.#largest} fields`)
  }
}

/** A varint of 64 bits, as two unsigned halves. */
export interface Varint {
  low: number
  high: number
}

export class WireReader {
  /** Number of the field that `next` moved to. */
  field = 0
  /** Its wire type. */
  wireType = 0
  readonly #bytes: Buffer
  readonly #budget: FieldBudget
  /** Of the last varint that was read: one object for all of them. */
  readonly #varint: Varint = { low: 0, high: 0 }
  #at = 0

  constructor(bytes: Buffer, budget: FieldBudget) {
    this.#bytes = bytes
    this.#budget = budget
  }

  /** Moves to the next field; false at the end. Its value must be read or skipped before the next call. */
  next(): boolean {
    if (this.done) return false
    this.#budget.take()
    this.#readTag()
    return true
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** The elements of a packed list: only varints, without tags. */
  packed(): WireReader {
    return new WireReader(this.bytes(), this.#budget)
  }

  /** A message inside, by a reader of its own. */
  message(): WireReader {
    return new WireReader(this.bytes(), this.#budget)
  }

  /** A view, not a copy. */
  bytes(): Buffer {
    this.#expect(wireTypes.bytes, 'a length and bytes')
    const { low, high } = this.varint()
    if (high !== 0 || low > this.#bytes.length - this.#at) throw malformed(`field ${this.field} is longer than what is left`)
    const start = this.#at
    this.#at += low
    return this.#bytes.subarray(start, this.#at)
  }

  text(): string {
    const bytes = this.bytes()
    if (bytes.length > largestText)
      throw malformed(`field ${this.field}: a text may have ${largestText} bytes, found ${bytes.length}`)
    return readUtf8(bytes, `field ${this.field}`)
  }

  bool(): boolean {
    this.#expect(wireTypes.varint, 'a varint')
    const { low, high } = this.varint()
    return low !== 0 || high !== 0
  }

  int64(): bigint {
    this.#expect(wireTypes.varint, 'a varint')
    return BigInt.asIntN(64, this.#wholeVarint())
  }

  uint64(): bigint {
    this.#expect(wireTypes.varint, 'a varint')
    return this.#wholeVarint()
  }

  double(): number {
    this.#expect(wireTypes.fixed64, 'eight bytes')
    return this.#bytes.readDoubleLE(this.#advance(8))
  }

  /** The field as a varint: an element of a list that is not packed. */
  plainVarint(): Varint {
    this.#expect(wireTypes.varint, 'a varint')
    return this.varint()
  }

  /** The field's four or eight bytes, as a view. */
  fixed(size: number): Buffer {
    this.#expect(size === 4 ? wireTypes.fixed32 : wireTypes.fixed64, `${size} bytes`)
    const start = this.#advance(size)
    return this.#bytes.subarray(start, start + size)
  }

  /** The next varint whatever the field is. The object is overwritten by the next call. */
  varint(): Varint {
    const bytes = this.#bytes
    const found = this.#varint
    let byte = this.#nextByte(bytes)
    found.low = byte & 0x7f
    found.high = 0
    for (let shift = 7; byte >= 0x80; shift += 7) {
      if (shift > 63) throw malformed('a varint has more than ten bytes')
      byte = this.#nextByte(bytes)
      const part = byte & 0x7f
      if (shift < 28) found.low += part * 2 ** shift
      else if (shift === 28) {
        found.low += (part & 0x0f) * 2 ** 28
        found.high = part >>> 4
      } else found.high = (found.high | (part << (shift - 32))) >>> 0
    }
    return found
  }

  /** Passes over the field's value, whatever it is. */
  skip(): void {
    if (this.wireType === wireTypes.startGroup) this.#skipGroup()
    else this.#skipValue()
  }

  #wholeVarint(): bigint {
    const { low, high } = this.varint()
    return (BigInt(high) << 32n) | BigInt(low)
  }

  #readTag(): void {
    const { low, high } = this.varint()
    if (high !== 0) throw malformed('a tag has more than 32 bits')
    this.field = low >>> 3
    this.wireType = low & 7
    if (this.field === 0) throw malformed('a field has the number 0')
  }

  #skipValue(): void {
    switch (this.wireType) {
      case wireTypes.varint:
        this.varint()
        return
      case wireTypes.fixed64:
        this.#advance(8)
        return
      case wireTypes.bytes:
        this.bytes()
        return
      case wireTypes.fixed32:
        this.#advance(4)
        return
      default:
        throw malformed(`field ${this.field} has the wire type ${this.wireType}`)
    }
  }

  /** A group ends with the tag that has its number; a list of open ones instead of recursion. */
  #skipGroup(): void {
    const open = [this.field]
    while (open.length > 0) {
      if (open.length > deepestGroup) throw malformed(`groups are nested deeper than ${deepestGroup} levels`)
      if (!this.next()) throw malformed('a group does not end')
      if (this.wireType === wireTypes.startGroup) open.push(this.field)
      else if (this.wireType === wireTypes.endGroup) {
        if (open.pop() !== this.field) throw malformed(`a group ends as field ${this.field}, which did not begin it`)
      } else this.#skipValue()
    }
  }

  #nextByte(bytes: Buffer): number {
    const byte = bytes[this.#at++]
    if (byte === undefined) throw malformed('it ends inside a varint')
    return byte
  }

  #advance(size: number): number {
    const start = this.#at
    if (size > this.#bytes.length - start) throw malformed(`it ends inside field ${this.field}`)
    this.#at += size
    return start
  }

  #expect(wireType: number, what: string): void {
    if (this.wireType !== wireType) throw malformed(`field ${this.field}: expected ${what}, found the wire type ${this.wireType}`)
  }
}

/** Throws `invalid-input` for bytes that are no text, which a decoder would silently mend. */
export function readUtf8(bytes: Buffer, place: string): string {
  if (!isUtf8(bytes)) throw malformed(`${place} is not UTF-8`)
  return bytes.toString('utf8')
}

/** What a message that can not be read is answered with. */
export function malformed(why: string): MainwardError {
  return new MainwardError('invalid-input', `the message is not valid protobuf: ${why}`)
}
