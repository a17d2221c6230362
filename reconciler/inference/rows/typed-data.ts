/**
 * Elements that arrived typed (binary tensors, gRPC) on their way into a model's tensor. They obey the rules of JSON values: NaN is a
 * value that is not known, an infinity is refused. Knows no protocol.
 */
import { MainwardError } from '../../core/error.ts'
import type { Datatype } from '../../core/release.ts'
import type { TensorData } from '../tensor.ts'
import { placeError, type CellValue, type ReadCell } from './cell.ts'
import { readHalf } from './half.ts'
import { storeCell, type WritableData } from './tensor-data.ts'

/** A typed array of the datatype; texts are strings, and take the way of JSON values. */
export type TypedElements = Exclude<TensorData, readonly string[]>

export function isTyped(data: readonly unknown[] | TensorData): data is TypedElements {
  return ArrayBuffer.isView(data)
}

/**
 * The elements of a tensor of the same datatype, with the null rule of their column applied: the given ones where nothing has to
 * change, else a copy. Throws `invalid-input` with the element's place.
 */
export function applyNullRules(datatype: Datatype, data: TypedElements, cells: readonly ReadCell[]): TypedElements {
  const first = findSpecial(datatype, data, 0)
  if (first === -1) return data
  const replaced = data.slice()
  for (let index = first; index !== -1; index = findSpecial(datatype, data, index + 1)) {
    storeCell(replaced, index, readNull(datatype, data, index, cells[index % cells.length]))
  }
  return replaced
}

export interface TypedColumn {
  readonly datatype: Datatype
  readonly data: TypedElements
  readonly read: ReadCell
}

/** Every how many elements of the tensor one of the column follows, from where. */
export interface ColumnPlace {
  readonly offset: number
  readonly stride: number
}

/** Puts a column into a tensor of its own datatype. Throws `invalid-input` with the element's place. */
export function copyColumn({ datatype, data, read }: TypedColumn, target: WritableData, { offset, stride }: ColumnPlace): void {
  const stored = target as CellValue[]
  for (let row = 0; row < data.length; row++) stored[row * stride + offset] = data[row] as CellValue
  for (let row = findSpecial(datatype, data, 0); row !== -1; row = findSpecial(datatype, data, row + 1)) {
    storeCell(target, row * stride + offset, readNull(datatype, data, row, read))
  }
}

/** Puts a column into a tensor of another datatype, element by element. Throws `invalid-input` with the element's place. */
export function convertColumn(
  { datatype, data, read }: TypedColumn,
  target: WritableData,
  { offset, stride }: ColumnPlace,
): void {
  for (let row = 0; row < data.length; row++) {
    try {
      storeCell(target, row * stride + offset, read(valueOf(datatype, data, row)))
    } catch (error) {
      throw placeError(error, `data[${row}]`)
    }
  }
}

/** A NaN is null, as it is in JSON. */
function valueOf(datatype: Datatype, data: TypedElements, index: number): number | bigint | null {
  const element = data[index] ?? 0
  if (typeof element === 'bigint') return element
  const value = datatype === 'FP16' ? readHalf(element) : element
  return Number.isNaN(value) ? null : value
}

/** The next NaN or infinity, or -1. */
function findSpecial(datatype: Datatype, data: TypedElements, start: number): number {
  if (datatype === 'FP32' || datatype === 'FP64') return findNotFinite(data as Float32Array | Float64Array, start)
  return datatype === 'FP16' ? findNotFiniteHalf(data as Uint16Array, start) : -1
}

function findNotFinite(data: Float32Array | Float64Array, start: number): number {
  for (let index = start; index < data.length; index++) {
    const value = data[index] ?? 0
    if (value - value !== 0) return index
  }
  return -1
}

function findNotFiniteHalf(words: Uint16Array, start: number): number {
  for (let index = start; index < words.length; index++) if (((words[index] ?? 0) & 0x7c00) === 0x7c00) return index
  return -1
}

function readNull(datatype: Datatype, data: TypedElements, index: number, read: ReadCell | undefined): CellValue {
  if (read === undefined) throw new Error('a tensor has no columns')
  try {
    const value = valueOf(datatype, data, index)
    if (value === null) return read(null)
    throw new MainwardError('invalid-input', `expected a finite number, found ${String(value)}`)
  } catch (error) {
    throw placeError(error, `data[${index}]`)
  }
}
