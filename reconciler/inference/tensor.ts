/** Tensors as plain values, shared by serving, evaluation and golden rows. Knows no runtime. */
import type { Datatype } from '../core/release.ts'

/** FP16 travels as raw 16-bit words; BOOL as bytes 0 and 1; BYTES as strings (UTF-8 text). */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | readonly string[]

/** Row-major. `data.length` is the product of `shape`. */
export interface Tensor {
  readonly datatype: Datatype
  readonly shape: readonly number[]
  readonly data: TensorData
}

/** Tensors by name: what a model is fed and what it answers. */
export type Tensors = Readonly<Record<string, Tensor>>
