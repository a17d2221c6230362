/** Puts the tensors of several requests together along their first dimension, and takes the answers apart. Pure. */
import { allocateData, type WritableData } from '../../inference/rows/tensor-data.ts'
import type { Tensor, TensorData, Tensors } from '../../inference/tensor.ts'

/** Whether tensors can be put together: the same names, and the same sizes but for the first dimension. */
export function canJoin(a: Tensors, b: Tensors): boolean {
  for (const name in a) {
    const first = a[name]
    const second = b[name]
    if (first === undefined || second === undefined || !haveSameRows(first.shape, second.shape)) return false
  }
  return true
}

function haveSameRows(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false
  for (let dimension = 1; dimension < a.length; dimension++) if (a[dimension] !== b[dimension]) return false
  return true
}

/** The rows of all parts in their order. The parts can be joined, and there is at least one. */
export function joinTensors(parts: readonly Tensors[]): Tensors {
  const [first] = parts
  if (first === undefined) throw new Error('there is nothing to join')
  if (parts.length === 1) return first
  const joined: Record<string, Tensor> = {}
  for (const name in first) joined[name] = joinTensor(parts.map((part) => tensorOf(part, name)))
  return joined
}

function joinTensor(parts: readonly Tensor[]): Tensor {
  const [first] = parts
  if (first === undefined) throw new Error('there is nothing to join')
  let rows = 0
  let length = 0
  for (const part of parts) {
    rows += part.shape[0] ?? 0
    length += part.data.length
  }
  const data = allocateData(first.datatype, length)
  let offset = 0
  for (const part of parts) {
    copyInto(data, part.data, offset)
    offset += part.data.length
  }
  return { datatype: first.datatype, shape: [rows, ...first.shape.slice(1)], data }
}

function copyInto(target: WritableData, source: TensorData, offset: number): void {
  if (Array.isArray(target)) {
    for (let index = 0; index < source.length; index++) target[offset + index] = source[index] as string
  } else (target as Float32Array).set(source as Float32Array, offset)
}

/** Rows `start` to `end` of every tensor. Typed data is a view, not a copy. */
export function sliceTensors(tensors: Tensors, start: number, end: number): Tensors {
  const sliced: Record<string, Tensor> = {}
  for (const name in tensors) sliced[name] = sliceTensor(tensorOf(tensors, name), start, end)
  return sliced
}

function sliceTensor({ datatype, shape, data }: Tensor, start: number, end: number): Tensor {
  const rows = shape[0] ?? 0
  const width = rows === 0 ? 0 : data.length / rows
  const part = isText(data) ? data.slice(start * width, end * width) : data.subarray(start * width, end * width)
  return { datatype, shape: [end - start, ...shape.slice(1)], data: part }
}

function isText(data: TensorData): data is readonly string[] {
  return Array.isArray(data)
}

/** Bytes of the elements; of texts, their UTF-16 code units. */
export function sizeOfTensors(tensors: Tensors): number {
  let bytes = 0
  for (const name in tensors) {
    const { data } = tensorOf(tensors, name)
    if (isText(data)) for (const text of data) bytes += 2 * text.length
    else bytes += data.byteLength
  }
  return bytes
}

function tensorOf(tensors: Tensors, name: string): Tensor {
  const tensor = tensors[name]
  if (tensor === undefined) throw new Error(`there is no tensor "${name}"`)
  return tensor
}
