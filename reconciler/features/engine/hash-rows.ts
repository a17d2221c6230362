/**
 * SHA-256 of rows by their values, inside the engine's process: a text ahead, then blocks of 4096 rows (the last has fewer), column by
 * column. A column of a block is a byte for each row, 1 or 0 for null, then the values: 8 bytes, least first, for BIGINT and DOUBLE (every
 * NaN is 0x7ff8000000000000), 1 byte for BOOLEAN, and for VARCHAR the lengths in 4 bytes each and then all texts in UTF-8. Null is zeros.
 */
import { createHash } from 'node:crypto'
import { DuckDBTypeId, type DuckDBDataChunk, type DuckDBResult } from '@duckdb/node-api'
import bindings from '@duckdb/node-bindings'

/** It is part of the digest: another number gives another one. */
const blockRows = 4096
const nanHigh = 0x7ff80000
const infinityHigh = 0x7ff00000

type Vector = ReturnType<typeof bindings.data_chunk_get_vector>

interface Block {
  /** Takes the rows from `from` up to `to` of a vector, as the rows `at` and following of the block. */
  take(vector: Vector, span: Span): void
  /** What is hashed of the first `rows`. */
  parts(rows: number): readonly Uint8Array[]
}

interface Span {
  readonly from: number
  readonly to: number
  readonly at: number
  /** Rows of the vector. */
  readonly rows: number
}

/** Hex. The first column of `result` numbers its rows from 0 and is not hashed; rows in another order are an error. */
export async function hashRows(result: DuckDBResult, head: string): Promise<string> {
  const hash = createHash('sha256').update(head)
  const [, ...blocks] = Array.from({ length: result.columnCount }, (_, column) => openBlock(result.columnTypeId(column)))
  let rows = 0
  const flush = (count: number): void => {
    for (const block of blocks) for (const part of block.parts(count)) hash.update(part)
  }
  for (;;) {
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) break
    assertOrder(chunk, rows)
    for (let from = 0; from < chunk.rowCount;) {
      const at = rows % blockRows
      const to = Math.min(chunk.rowCount, from + blockRows - at)
      for (const [index, block] of blocks.entries()) {
        block.take(bindings.data_chunk_get_vector(chunk.chunk, index + 1), { from, to, at, rows: chunk.rowCount })
      }
      rows += to - from
      from = to
      if (rows % blockRows === 0) flush(blockRows)
    }
  }
  if (rows % blockRows > 0) flush(rows % blockRows)
  return hash.digest('hex')
}

function assertOrder(chunk: DuckDBDataChunk, first: number): void {
  const bytes = bindings.vector_get_data(bindings.data_chunk_get_vector(chunk.chunk, 0), chunk.rowCount * 8)
  const numbers = new BigInt64Array(bytes.buffer, bytes.byteOffset, chunk.rowCount)
  const wrong = numbers.findIndex((number, index) => Number(number) !== first + index)
  if (wrong !== -1) throw new Error(`row ${first + wrong} has the number ${numbers[wrong]}: rows must come in their order`)
}

function openBlock(type: DuckDBTypeId): Block {
  switch (type) {
    case DuckDBTypeId.BIGINT:
      return new FixedBlock(8, false)
    case DuckDBTypeId.DOUBLE:
      return new FixedBlock(8, true)
    case DuckDBTypeId.BOOLEAN:
      return new FixedBlock(1, false)
    case DuckDBTypeId.VARCHAR:
      return new TextBlock()
    default:
      throw new Error(`values of type ${DuckDBTypeId[type]} are not hashed`)
  }
}

/** 1 or 0 for each row, into `held`. */
function takeValidity(vector: Vector, { from, to, at, rows }: Span, held: Uint8Array): void {
  // Null, which its type does not say, where every row has a value.
  const bits = bindings.vector_get_validity(vector, Math.ceil(rows / 64) * 8) as Uint8Array | null
  if (bits === null) {
    held.fill(1, at, at + to - from)
    return
  }
  for (let row = from; row < to; row += 1) held[at + row - from] = ((bits[row >> 3] ?? 0) >> (row & 7)) & 1
}

class FixedBlock implements Block {
  readonly #held = new Uint8Array(blockRows)
  readonly #bytes: Uint8Array
  readonly #words: Uint32Array
  readonly #width: number
  readonly #isFloat: boolean

  constructor(width: number, isFloat: boolean) {
    this.#width = width
    this.#isFloat = isFloat
    this.#bytes = new Uint8Array(blockRows * width)
    this.#words = new Uint32Array(this.#bytes.buffer)
  }

  take(vector: Vector, span: Span): void {
    const { from, to, at, rows } = span
    const width = this.#width
    takeValidity(vector, span, this.#held)
    this.#bytes.set(bindings.vector_get_data(vector, rows * width).subarray(from * width, to * width), at * width)
    for (let row = at; row < at + to - from; row += 1) {
      if (this.#held[row] === 0) this.#bytes.fill(0, row * width, (row + 1) * width)
    }
    if (this.#isFloat) this.#clearNaN(at, at + to - from)
  }

  #clearNaN(from: number, to: number): void {
    const words = this.#words
    for (let row = from; row < to; row += 1) {
      const high = (words[2 * row + 1] ?? 0) & 0x7fffffff
      if (high < infinityHigh || (high === infinityHigh && words[2 * row] === 0)) continue
      words[2 * row] = 0
      words[2 * row + 1] = nanHigh
    }
  }

  parts(rows: number): readonly Uint8Array[] {
    return [this.#held.subarray(0, rows), this.#bytes.subarray(0, rows * this.#width)]
  }
}

/** DuckDB holds a text in 16 bytes: its length, then the text itself up to 12 bytes, else (after 4 of them) where it lies. */
class TextBlock implements Block {
  readonly #held = new Uint8Array(blockRows)
  readonly #lengths = new Uint32Array(blockRows)
  #texts = Buffer.alloc(blockRows * 16)
  #size = 0

  take(vector: Vector, span: Span): void {
    const { from, to, at, rows } = span
    if (at === 0) this.#size = 0
    takeValidity(vector, span, this.#held)
    const bytes = bindings.vector_get_data(vector, rows * 16)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let row = from; row < to; row += 1) {
      const length = this.#held[at + row - from] === 0 ? 0 : view.getUint32(row * 16, true)
      this.#lengths[at + row - from] = length
      if (length === 0) continue
      const isInside = length <= 12
      const text = isInside
        ? bytes.subarray(row * 16 + 4, row * 16 + 4 + length)
        : bindings.get_data_from_pointer(bytes.buffer as ArrayBuffer, bytes.byteOffset + row * 16 + 8, length)
      this.#append(text)
    }
  }

  #append(text: Uint8Array): void {
    while (this.#size + text.length > this.#texts.length)
      this.#texts = Buffer.concat([this.#texts, Buffer.alloc(this.#texts.length)])
    this.#texts.set(text, this.#size)
    this.#size += text.length
  }

  parts(rows: number): readonly Uint8Array[] {
    const lengths = new Uint8Array(this.#lengths.buffer, 0, rows * 4)
    return [this.#held.subarray(0, rows), lengths, this.#texts.subarray(0, this.#size)]
  }
}
