/**
 * Tensors as raw bytes, as binary HTTP bodies and gRPC's raw contents carry them: little-endian, row-major, without padding;
 * BOOL is a byte 0 or 1, BYTES a length of four bytes and the text. The machine is little-endian, like all that Node 20 and
 * onnxruntime run on. Sizes are checked before anything is allocated. Knows no request.
 */
import { isUtf8 } from 'node:buffer'
import { MainwardError } from '../../core/error.ts'
import type { Datatype } from '../../core/release.ts'
import type { Tensor, TensorData } from '../../inference/tensor.ts'

/** Bytes of an element; BYTES has none. */
const elementBytes = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  FP32: 4,
  FP64: 8,
} as const satisfies Record<Exclude<Datatype, 'BYTES'>, number>

const lengthBytes = 4

export interface RawTensor {
  readonly datatype: Datatype
  readonly bytes: Uint8Array
  /** Elements of the shape. */
  readonly count: number
  /** The longest text of a BYTES tensor, in bytes. */
  readonly textBytes: number
}

export function isDatatype(name: string): name is Datatype {
  return name === 'BYTES' || Object.hasOwn(elementBytes, name)
}

/** Bytes of an element, or null for texts. */
export function sizeOfElement(datatype: Datatype): number | null {
  return datatype === 'BYTES' ? null : elementBytes[datatype]
}

/** The elements, in memory of their own. Throws `invalid-input` for bytes that are not exactly such a tensor. */
export function readTensorBytes({ datatype, bytes, count, textBytes }: RawTensor): TensorData {
  if (datatype === 'BYTES') return readTexts(bytes, count, textBytes)
  const size = elementBytes[datatype]
  if (bytes.byteLength !== count * size) {
    throw invalid(`${count} elements of ${datatype} have ${count * size} bytes, found ${bytes.byteLength}`)
  }
  if (datatype === 'BOOL') checkBooleans(bytes)
  return viewElements(datatype, bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer)
}

function viewElements(datatype: Exclude<Datatype, 'BYTES'>, buffer: ArrayBuffer): TensorData {
  switch (datatype) {
    case 'BOOL':
    case 'UINT8':
      return new Uint8Array(buffer)
    case 'FP16':
    case 'UINT16':
      return new Uint16Array(buffer)
    case 'UINT32':
      return new Uint32Array(buffer)
    case 'UINT64':
      return new BigUint64Array(buffer)
    case 'INT8':
      return new Int8Array(buffer)
    case 'INT16':
      return new Int16Array(buffer)
    case 'INT32':
      return new Int32Array(buffer)
    case 'INT64':
      return new BigInt64Array(buffer)
    case 'FP32':
      return new Float32Array(buffer)
    case 'FP64':
      return new Float64Array(buffer)
  }
}

function checkBooleans(bytes: Uint8Array): void {
  const at = bytes.findIndex((byte) => byte > 1)
  if (at !== -1) throw invalid(`element ${at}: expected a byte 0 or 1, found ${bytes[at] ?? 0}`)
}

/** Two passes: no string is made before every length has been seen to fit. */
function readTexts(bytes: Uint8Array, count: number, textBytes: number): readonly string[] {
  if (count * lengthBytes > bytes.byteLength) {
    throw invalid(`${count} texts have at least ${count * lengthBytes} bytes, found ${bytes.byteLength}`)
  }
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  checkLengths(body, count, textBytes)
  const texts = new Array<string>(count)
  for (let index = 0, at = 0; index < count; index++) {
    const start = at + lengthBytes
    at = start + body.readUInt32LE(at)
    texts[index] = readText(body, start, at, index)
  }
  return texts
}

function checkLengths(body: Buffer, count: number, textBytes: number): void {
  let at = 0
  for (let index = 0; index < count; index++) {
    if (body.length - at < lengthBytes) throw invalid(`element ${index}: the data ends before its length`)
    const length = body.readUInt32LE(at)
    at += lengthBytes
    if (length > textBytes) throw invalid(`element ${index}: a text may have ${textBytes} bytes, found ${length}`)
    if (length > body.length - at) throw invalid(`element ${index} has ${length} bytes, ${body.length - at} are left`)
    at += length
  }
  if (at !== body.length) throw invalid(`${count} texts end after ${at} bytes, found ${body.length}`)
}

/** The decoder puts U+FFFD where bytes are no text, which may also have been there. */
function readText(body: Buffer, start: number, end: number, index: number): string {
  const text = body.toString('utf8', start, end)
  if (text.includes('\ufffd') && !isUtf8(body.subarray(start, end))) throw invalid(`element ${index} is not UTF-8 text`)
  return text
}

/** The bytes of a tensor; those of numbers are shared with it. */
export function writeTensorBytes({ datatype, data }: Tensor): Uint8Array {
  if (datatype === 'BYTES') return writeTexts(data as readonly string[])
  const { buffer, byteOffset, byteLength } = data as Exclude<TensorData, readonly string[]>
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function writeTexts(texts: readonly string[]): Buffer {
  let size = 0
  for (const text of texts) size += lengthBytes + Buffer.byteLength(text)
  const body = Buffer.allocUnsafe(size)
  let at = 0
  for (const text of texts) {
    const length = body.write(text, at + lengthBytes)
    body.writeUInt32LE(length, at)
    at += lengthBytes + length
  }
  return body
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
