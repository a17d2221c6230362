/** Walks JSON data against a shape without allocating: nested by dimension, or flat. Knows no datatype. */
import { MainwardError } from '../../core/error.ts'
import { describe } from './cell.ts'

/** The number of elements of a shape. Throws `invalid-input` when it is beyond `largest`. */
export function countElements(shape: readonly number[], largest: number): number {
  let count = 1
  for (const size of shape) {
    count *= size
    if (!Number.isSafeInteger(count)) throw tooMany(shape, largest)
  }
  if (count > largest) throw tooMany(shape, largest)
  return count
}

function tooMany(shape: readonly number[], largest: number): MainwardError {
  return new MainwardError(
    'invalid-input',
    `the shape [${shape.join(', ')}] has more elements than a request can carry (${largest})`,
  )
}

/** Throws `invalid-input` unless the data is flat with exactly `count` elements, or nested exactly like the shape. */
export function checkDataShape(data: ArrayLike<unknown>, shape: readonly number[], count: number): void {
  if (data.length > 0 && Array.isArray(data[0]) && shape.length > 1) {
    checkNested(data, shape, 0)
    return
  }
  if (data.length !== count) {
    throw new MainwardError('invalid-input', `the shape [${shape.join(', ')}] has ${count} elements, the data has ${data.length}`)
  }
}

function checkNested(data: unknown, shape: readonly number[], dimension: number): void {
  if (!Array.isArray(data)) {
    throw new MainwardError('invalid-input', `expected an array at dimension ${dimension} of the data, found ${describe(data)}`)
  }
  if (data.length !== shape[dimension]) {
    const size = shape[dimension] ?? 0
    throw new MainwardError('invalid-input', `dimension ${dimension} of the shape is ${size}, the data has ${data.length} there`)
  }
  if (dimension + 1 === shape.length) return
  for (const inner of data as unknown[]) checkNested(inner, shape, dimension + 1)
}

/** Calls `visit` for every element in row-major order. `depth` is the number of array levels, 1 for flat data. */
export function visitElements(data: readonly unknown[], depth: number, visit: (value: unknown) => void): void {
  if (depth <= 1) {
    for (const value of data) visit(value)
    return
  }
  for (const inner of data) visitElements(inner as readonly unknown[], depth - 1, visit)
}

/** Array levels of data that passed `checkDataShape`. */
export function depthOf(data: readonly unknown[], shape: readonly number[]): number {
  return data.length > 0 && Array.isArray(data[0]) && shape.length > 1 ? shape.length : 1
}
