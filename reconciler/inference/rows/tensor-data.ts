/** Typed arrays for datatypes. Knows nothing of requests. */
import type { Datatype } from '../../core/release.ts'
import type { TensorData } from '../tensor.ts'
import type { CellValue } from './cell.ts'
import { writeFloat32 } from './float32-text.ts'
import { readHalf } from './half.ts'

/** A tensor's data while it is being filled. */
export type WritableData = Exclude<TensorData, readonly string[]> | string[]

export function allocateData(datatype: Datatype, length: number): WritableData {
  switch (datatype) {
    case 'FP32':
      return new Float32Array(length)
    case 'FP64':
      return new Float64Array(length)
    case 'INT8':
      return new Int8Array(length)
    case 'INT16':
      return new Int16Array(length)
    case 'INT32':
      return new Int32Array(length)
    case 'INT64':
      return new BigInt64Array(length)
    case 'BOOL':
    case 'UINT8':
      return new Uint8Array(length)
    case 'FP16':
    case 'UINT16':
      return new Uint16Array(length)
    case 'UINT32':
      return new Uint32Array(length)
    case 'UINT64':
      return new BigUint64Array(length)
    case 'BYTES':
      return new Array<string>(length).fill('')
  }
}

/** Elements of a float tensor up to which its memory is shared with others, and of the piece that they share. */
const smallLength = 128
const sharedLength = 2048

/**
 * Allocates tensors of one datatype. Small ones of floats, as most requests have, are views of one piece of memory: an array of its own
 * costs several times what is done with it. Each is filled anew before it is read, so nothing is cleared.
 */
export function createAllocator(datatype: Datatype): (length: number) => WritableData {
  if (datatype !== 'FP32' && datatype !== 'FP64') return (length) => allocateData(datatype, length)
  const Elements = datatype === 'FP32' ? Float32Array : Float64Array
  let shared = new ArrayBuffer(0)
  let used = 0
  return (length) => {
    if (length > smallLength) return new Elements(length)
    if ((used + length) * Elements.BYTES_PER_ELEMENT > shared.byteLength) {
      shared = new ArrayBuffer(sharedLength * Elements.BYTES_PER_ELEMENT)
      used = 0
    }
    const start = used * Elements.BYTES_PER_ELEMENT
    used += length
    return new Elements(shared, start, length)
  }
}

/** Stores a cell that was read for this data's datatype. */
export function storeCell(data: WritableData, index: number, value: CellValue): void {
  const target = data as CellValue[]
  target[index] = value
}

/** One element as a JavaScript value. FP16 words become numbers, BOOL bytes booleans. */
export function readElement(datatype: Datatype, data: TensorData, index: number): number | bigint | string | boolean {
  const value = data[index]
  if (value === undefined) throw new Error(`a tensor of ${data.length} elements has no element ${index}`)
  if (datatype === 'BOOL') return value === 1
  if (datatype === 'FP16') return readHalf(value as number)
  return value
}

/**
 * The elements from `start` to `end` as the inside of a JSON array. NaN and infinities, which JSON does not have, are
 * null; INT64 and UINT64 are written digit by digit; FP32 with no more digits than tell it from every other FP32.
 */
export function writeElements(datatype: Datatype, data: TensorData, start = 0, end = data.length): string {
  let text = ''
  for (let index = start; index < end; index++) {
    if (index > start) text += ','
    text += writeElementAt(datatype, data, index)
  }
  return text
}

/** One element as JSON, as `writeElements` does it. */
export function writeElementAt(datatype: Datatype, data: TensorData, index: number): string {
  return datatype === 'FP32' ? writeFloat32(data[index] as number) : writeElement(readElement(datatype, data, index))
}

function writeElement(value: number | bigint | string | boolean): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null'
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
