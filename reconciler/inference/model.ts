/** A loaded model as its callers see it: the runtime behind it is chosen by who loads it. */
import type { Datatype } from '../core/release.ts'
import type { Tensors } from './tensor.ts'

/** An input or output as the model file declares it. -1 stands for a symbolic dimension. */
export interface DeclaredTensor {
  readonly name: string
  readonly datatype: Datatype
  readonly shape: readonly number[]
}

export interface LoadedModel {
  readonly inputs: readonly DeclaredTensor[]
  /** Only tensor outputs. */
  readonly outputs: readonly DeclaredTensor[]
  /** Names of outputs that are sequences or maps: they are never computed, and nothing can read them. */
  readonly otherOutputs: readonly string[]
  /** All inputs and outputs have one and the same symbolic first dimension: that of the rows. */
  readonly sharesRows: boolean
  /** Runs the model. Throws `invalid-input` for tensors the model does not take. Blocks its thread while it computes. */
  run(inputs: Tensors, outputNames?: readonly string[]): Promise<Tensors>
  release(): Promise<void>
}

/** Throws `model-unusable` for bytes that are no model, or a model that this runtime can not run. */
export type LoadModel = (bytes: Uint8Array) => Promise<LoadedModel>
