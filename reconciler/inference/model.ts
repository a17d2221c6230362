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
  /** Only tensor outputs: sequences and maps are left out. */
  readonly outputs: readonly DeclaredTensor[]
  /** Runs the model. Throws `invalid-input` for tensors the model does not take. Blocks its thread while it computes. */
  run(inputs: Tensors, outputNames?: readonly string[]): Promise<Tensors>
  release(): Promise<void>
}

export type LoadModel = (bytes: Uint8Array) => Promise<LoadedModel>
