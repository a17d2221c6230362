/**
 * A model's configuration in Triton's words: what its clients read to learn shapes and batches. Pure.
 * Source: Triton, docs/protocol/extension_model_configuration.md and model_config.proto.
 */
import type { Datatype } from '../../core/release.ts'
import type { DeclaredTensor } from '../../inference/model.ts'
import type { RouteView } from '../routing/find-route.ts'
import { describeModel } from './metadata.ts'

const types = {
  BOOL: 'TYPE_BOOL',
  UINT8: 'TYPE_UINT8',
  UINT16: 'TYPE_UINT16',
  UINT32: 'TYPE_UINT32',
  UINT64: 'TYPE_UINT64',
  INT8: 'TYPE_INT8',
  INT16: 'TYPE_INT16',
  INT32: 'TYPE_INT32',
  INT64: 'TYPE_INT64',
  FP16: 'TYPE_FP16',
  FP32: 'TYPE_FP32',
  FP64: 'TYPE_FP64',
  BYTES: 'TYPE_STRING',
} as const satisfies Record<Datatype, string>

export interface ModelConfig {
  readonly name: string
  readonly platform: 'onnxruntime_onnx'
  readonly backend: 'onnxruntime'
  readonly version_policy: { readonly specific: { readonly versions: readonly number[] } }
  /** Rows of a request; 0 where the model does not take rows, and `dims` are all dimensions. */
  readonly max_batch_size: number
  readonly input: readonly ConfigTensor[]
  readonly output: readonly ConfigTensor[]
  readonly instance_group: readonly { readonly name: string; readonly kind: 'KIND_CPU'; readonly count: 1 }[]
  readonly default_model_filename: 'model.onnx'
  /** Requests that wait at the same time share a run; none waits for others to come. */
  readonly dynamic_batching?: { readonly max_queue_delay_microseconds: 0 }
}

export interface ConfigTensor {
  readonly name: string
  readonly data_type: (typeof types)[Datatype]
  /** Without the first, which is the rows, where `max_batch_size` is not 0. */
  readonly dims: readonly number[]
  /** A tensor of the rows alone has no `dims`, which Triton writes as one element that is taken away again. */
  readonly reshape?: { readonly shape: readonly number[] }
}

/** Without a version: of what requests without a unit get. Throws `not-found`, `unavailable`. */
export function describeConfig(view: RouteView, model: string, version: string | null, largestRows: number): ModelConfig {
  const { versions, inputs, outputs } = describeModel(view, model, version)
  const takesRows = [...inputs, ...outputs].every(({ shape }) => shape[0] === -1)
  const describe = takesRows ? describeRows : describeWhole
  return {
    name: model,
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    version_policy: { specific: { versions: versions.map(Number) } },
    max_batch_size: takesRows ? largestRows : 0,
    input: inputs.map(describe),
    output: outputs.map(describe),
    instance_group: [{ name: model, kind: 'KIND_CPU', count: 1 }],
    default_model_filename: 'model.onnx',
    ...(takesRows ? { dynamic_batching: { max_queue_delay_microseconds: 0 } } : {}),
  }
}

function describeWhole({ name, datatype, shape }: DeclaredTensor): ConfigTensor {
  return { name, data_type: types[datatype], dims: shape }
}

function describeRows({ name, datatype, shape }: DeclaredTensor): ConfigTensor {
  const dims = shape.slice(1)
  if (dims.length > 0) return { name, data_type: types[datatype], dims }
  return { name, data_type: types[datatype], dims: [1], reshape: { shape: [] } }
}
