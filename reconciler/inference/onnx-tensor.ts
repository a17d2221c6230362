/** Tensors on their way into and out of onnxruntime: names of datatypes, and what stores their elements. Knows no session. */
import { Tensor as OnnxTensor } from 'onnxruntime-node'
import type { Datatype } from '../core/release.ts'
import type { Tensor } from './tensor.ts'

const onnxTypes = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
} as const satisfies Record<Datatype, OnnxTensor.Type>

const datatypes: ReadonlyMap<string, Datatype> = new Map(
  Object.entries(onnxTypes).map(([datatype, type]) => [type, datatype as Datatype]),
)

/** Null for a type that the Open Inference Protocol does not have: int4, for example. */
export function datatypeOf(onnxType: string): Datatype | null {
  return datatypes.get(onnxType) ?? null
}

/** The elements are shared, not copied. */
export function toOnnxTensor({ datatype, shape, data }: Tensor): OnnxTensor {
  return new OnnxTensor(onnxTypes[datatype], data, [...shape])
}

export function fromOnnxTensor(tensor: OnnxTensor, datatype: Datatype): Tensor {
  return { datatype, shape: tensor.dims, data: datatype === 'FP16' ? wordsOf(tensor.data) : tensor.data }
}

/** A JavaScript engine that has Float16Array gets one from onnxruntime; others get the words themselves. */
function wordsOf(data: OnnxTensor.DataType): Uint16Array {
  const { buffer, byteOffset, length } = data as Uint16Array
  return new Uint16Array(buffer, byteOffset, length)
}
