/**
 * `InferTensorContents`: a tensor's elements in typed lists, packed or not. Counted before anything is allocated. Knows no
 * request.
 */
import { MainwardError } from '../../../core/error.ts'
import type { Datatype } from '../../../core/release.ts'
import { allocateData, storeCell, type WritableData } from '../../../inference/rows/tensor-data.ts'
import type { TensorData } from '../../../inference/tensor.ts'
import { malformed, readUtf8, WireReader, wireTypes, type FieldBudget, type Varint } from '../wire/wire-reader.ts'
import type { WireWriter } from '../wire/wire-writer.ts'

interface ContentsField {
  readonly number: number
  readonly name: string
}

const names = [
  'bool_contents',
  'int_contents',
  'int64_contents',
  'uint_contents',
  'uint64_contents',
  'fp32_contents',
  'fp64_contents',
  'bytes_contents',
] as const

/** Which list the elements of a datatype are in. FP16 has none: it travels raw. */
const fieldOf: Readonly<Record<Exclude<Datatype, 'FP16'>, ContentsField>> = {
  BOOL: contentsField(1),
  INT8: contentsField(2),
  INT16: contentsField(2),
  INT32: contentsField(2),
  INT64: contentsField(3),
  UINT8: contentsField(4),
  UINT16: contentsField(4),
  UINT32: contentsField(4),
  UINT64: contentsField(5),
  FP32: contentsField(6),
  FP64: contentsField(7),
  BYTES: contentsField(8),
}

function contentsField(number: number): ContentsField {
  return { number, name: names[number - 1] ?? '' }
}

export interface TypedContents {
  /** The message, in as many pieces as it came in: a field that is there twice is one message. */
  readonly pieces: readonly Buffer[]
  readonly datatype: Datatype
  /** Elements of the shape. */
  readonly count: number
  /** The longest element of bytes_contents, in bytes. */
  readonly textBytes: number
  readonly budget: FieldBudget
}

/** Throws `invalid-input` unless the list of the datatype has exactly as many elements as the shape, all of them in range. */
export function readContents({ pieces, datatype, count, textBytes, budget }: TypedContents): TensorData {
  if (datatype === 'FP16') throw invalid('FP16 has no typed contents: send it in raw_input_contents')
  const field = fieldOf[datatype]
  const found = pieces.reduce((sum, piece) => sum + countPiece(new WireReader(piece, budget), field, datatype), 0)
  if (found !== count) throw invalid(`the shape has ${count} elements, ${field.name} has ${found}`)
  const filler = new Filler(datatype, allocateData(datatype, count), textBytes)
  for (const piece of pieces) fillFrom(new WireReader(piece, budget), field, filler, budget)
  return filler.data
}

function countPiece(contents: WireReader, field: ContentsField, datatype: Datatype): number {
  let count = 0
  while (contents.next()) {
    if (contents.field === field.number) count += countField(contents, datatype)
    else refuseOther(contents, field, datatype)
  }
  return count
}

function countField(contents: WireReader, datatype: Datatype): number {
  if (datatype === 'BYTES' || contents.wireType !== wireTypes.bytes) {
    contents.skip()
    return 1
  }
  const packed = contents.bytes()
  const size = fixedSizeOf(datatype)
  if (size === null) return countVarints(packed)
  if (packed.length % size !== 0) throw malformed(`${packed.length} bytes are no list of ${datatype}`)
  return packed.length / size
}

function refuseOther(contents: WireReader, expected: ContentsField, datatype: Datatype): void {
  const name = names[contents.field - 1]
  if (name === undefined) {
    contents.skip()
    return
  }
  const isPacked = contents.wireType === wireTypes.bytes && name !== 'bytes_contents'
  if (!isPacked || contents.bytes().length > 0) throw invalid(`expected ${expected.name} for ${datatype}, found ${name}`)
}

/** Every varint ends with a byte below 128. */
function countVarints(packed: Buffer): number {
  let count = 0
  for (const byte of packed) if (byte < 0x80) count++
  return count
}

function fillFrom(contents: WireReader, field: ContentsField, filler: Filler, budget: FieldBudget): void {
  while (contents.next()) {
    if (contents.field !== field.number) contents.skip()
    else if (filler.datatype === 'BYTES') filler.storeText(contents.bytes())
    else if (contents.wireType === wireTypes.bytes) fillPacked(contents.bytes(), filler, budget)
    else if (fixedSizeOf(filler.datatype) === null) filler.store(contents.plainVarint())
    else filler.copy(contents.fixed(fixedSizeOf(filler.datatype) ?? 0))
  }
}

function fillPacked(packed: Buffer, filler: Filler, budget: FieldBudget): void {
  if (fixedSizeOf(filler.datatype) !== null) {
    filler.copy(packed)
    return
  }
  const elements = new WireReader(packed, budget)
  while (!elements.done) filler.store(elements.varint())
}

function fixedSizeOf(datatype: Datatype): number | null {
  return datatype === 'FP32' ? 4 : datatype === 'FP64' ? 8 : null
}

const ranges: Readonly<Partial<Record<Datatype, readonly [number, number]>>> = {
  INT8: [-128, 127],
  INT16: [-32_768, 32_767],
  UINT8: [0, 255],
  UINT16: [0, 65_535],
}

/** Puts one element after the other into data of their datatype. */
class Filler {
  readonly datatype: Datatype
  readonly data: WritableData
  readonly #range: readonly [number, number] | undefined
  /** The halves of 64-bit elements, and the bytes of floating ones. Little-endian, as every machine that runs this is. */
  readonly #words: Uint32Array
  readonly #bytes: Uint8Array
  readonly #textBytes: number
  #next = 0

  constructor(datatype: Datatype, data: WritableData, textBytes: number) {
    this.datatype = datatype
    this.data = data
    this.#textBytes = textBytes
    this.#range = ranges[datatype]
    const buffer = Array.isArray(data) ? new ArrayBuffer(0) : data.buffer
    this.#words = datatype === 'INT64' || datatype === 'UINT64' ? new Uint32Array(buffer) : new Uint32Array(0)
    this.#bytes = new Uint8Array(buffer)
  }

  store({ low, high }: Varint): void {
    const index = this.#next++
    if (this.#words.length > 0) {
      this.#words[index * 2] = low
      this.#words[index * 2 + 1] = high
      return
    }
    const value = this.datatype === 'BOOL' ? Number(low !== 0 || high !== 0) : this.datatype.startsWith('INT') ? low | 0 : low
    storeCell(this.data, index, this.#inRange(value, index))
  }

  /** Elements as they are in memory. */
  copy(elements: Buffer): void {
    this.#bytes.set(elements, this.#next)
    this.#next += elements.length
  }

  storeText(bytes: Buffer): void {
    const index = this.#next++
    const data = this.data as string[]
    if (bytes.length > this.#textBytes)
      throw invalid(`bytes_contents[${index}]: a text may have ${this.#textBytes} bytes, found ${bytes.length}`)
    data[index] = readUtf8(bytes, `bytes_contents[${index}]`)
  }

  #inRange(value: number, index: number): number {
    const [least, largest] = this.#range ?? [value, value]
    if (value < least || value > largest) throw invalid(`data[${index}]: ${this.datatype} has no ${value}`)
    return value
  }
}

/** Writes the elements of an output. Not for FP16. */
export function writeContents(writer: WireWriter, datatype: Exclude<Datatype, 'FP16'>, data: TensorData): void {
  const { number } = fieldOf[datatype]
  if (datatype === 'BYTES') {
    for (const text of data as readonly string[]) writer.requiredText(number, text)
    return
  }
  const elements = data as Exclude<TensorData, readonly string[]>
  if (fixedSizeOf(datatype) === null) writer.packedIntegers(number, elements)
  else if (elements.length > 0) writer.bytes(number, new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength))
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
